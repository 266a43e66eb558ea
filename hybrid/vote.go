package hybrid

import (
	"fmt"
	"slices"
	"strings"
)

// What the rules that vote have in common.

// nearBy is the factor within which a check is near to a threshold, and nearChecks
// the number of newest checks of which one must be: single checks scatter by more.
const (
	nearBy     = 2
	nearChecks = 3
)

// anyNear reports whether the window has nothing to say yet or one of its newest
// checks is near.
func (w *window) anyNear(near func(Check) bool) bool {
	newest := w.newest(nearChecks)
	for _, c := range newest {
		if near(c) {
			return true
		}
	}
	return len(newest) == 0
}

// lost is the sentence about a window of checks with so many votes that was
// emptied, "" unless there were more than half of the votes needed.
func lost(reason Reason, votes, need, checks int, cause string, step int) string {
	if cause == "" || 2*votes <= need {
		return ""
	}
	return fmt.Sprintf("%s: the votes, %d in %d checks of the %d needed, are counted anew, since %s, at step %d",
		reason, votes, checks, need, cause, step)
}

// sentences joins those that are not empty.
func sentences(s ...string) string {
	return strings.Join(slices.DeleteFunc(s, func(s string) bool { return s == "" }), "; ")
}

// votable checks 1 ≤ votes ≤ window, and that there is an error to be confident
// about.
func votable(rule Reason, window, votes int, confidence bool, s shape) error {
	if window < 1 || votes < 1 || votes > window {
		return fmt.Errorf("rule %s: votes must lie between 1 and window, got %d of %d", rule, votes, window)
	}
	if confidence && s.k < leastForError {
		return fmt.Errorf("rule %s: confidence needs %d minibatches to compare, but the phase has %d", rule, leastForError, s.k)
	}
	return nil
}

// leastForError is the number of gradients from which on the error of their
// statistics is known.
const leastForError = 3

// tooShort returns an error if a rule cannot fire before step earliest and the
// phase ends before that.
func tooShort(rule Reason, earliest, steps int) error {
	if steps == 0 || earliest <= steps {
		return nil
	}
	return fmt.Errorf("rule %s: cannot fire before step %d, but the phase ends at step %d", rule, earliest, steps)
}
