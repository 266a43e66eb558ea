package rules

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"pinn/hybrid/noise"
)

// vetoSteps is how long a clipped step or a redraw of the points bars a check
// from a window.
const vetoSteps = 20

// clipMost is how many checks clipped steps may keep out until the window has been full
// again. Where steps are clipped again and again, a clipped step says nothing about a
// single check, and the rule would wait for ever.
const clipMost = 3

// window holds the newest checks of a rule, oldest first.
type window struct {
	checks []Check
	last   int // step of the newest check seen, admitted or not
	clips  int // checks kept out by clipping since the window was full; at clipMost no more are
}

func (w *window) reset() { *w = window{checks: w.checks[:0]} }
func (w *window) empty() { w.checks = w.checks[:0] }

// objection is why the checks in a window no longer count.
type objection struct {
	cause string // "" if it can
	bars  bool   // the check is kept out, too
	clip  bool   // a clipped step is the cause
}

// admit adds c to the window, which keeps the newest size checks, and reports whether it
// did. Checks are comparable only on the same points, so a redraw since the last check
// empties the window. A loss or gradient that is not finite, and a clipped step or a
// redraw in the last vetoSteps updates, empty it and keep c out. The objection says which.
// Another size of the minibatch empties the window, too. A check without statistics is
// passed over.
func (w *window) admit(c Check, size int) (ok bool, o objection) {
	if c.Stats.K == 0 {
		return false, o
	}
	o = w.objection(c)
	w.last = c.Step
	if o.clip {
		w.clips++
	}
	if o.cause != "" || len(w.checks) > 0 && w.checks[0].Stats.Batch != c.Stats.Batch {
		w.empty()
	}
	if o.bars {
		return false, o
	}
	if len(w.checks) >= size {
		w.checks = slices.Delete(w.checks, 0, len(w.checks)-size+1)
	}
	w.checks = append(w.checks, c)
	if len(w.checks) == size && w.clips < clipMost {
		w.clips = 0
	}
	return true, o
}

// objection returns what speaks against the window and the check.
func (w *window) objection(c Check) objection {
	switch {
	case !usable(c):
		return objection{cause: "the loss or the gradients could not be compared", bars: true}
	case c.SinceClip < vetoSteps && w.clips < clipMost:
		return objection{fmt.Sprintf("a step was clipped %d updates ago", c.SinceClip), true, true}
	case c.SinceRestart < vetoSteps:
		return objection{cause: fmt.Sprintf("the points were redrawn or θ was set back %d updates ago", c.SinceRestart), bars: true}
	case c.SinceRestart < c.Step-w.last:
		return objection{cause: "the points were redrawn or θ was set back since the last check"}
	}
	return objection{}
}

// starved is the sentence for the last check that clipping keeps out, "" for any other.
func (w *window) starved(reason Reason, o objection, step int) string {
	if !o.clip || w.clips < clipMost {
		return ""
	}
	return fmt.Sprintf("%s: %d checks were held back, the last since %s; since steps are clipped again and again, that holds back none from here on, at step %d",
		reason, clipMost, o.cause, step)
}

// newest returns the last n checks, or as many as there are.
func (w *window) newest(n int) []Check { return w.checks[max(0, len(w.checks)-n):] }

// usable reports whether loss and gradients of the check are finite and the
// gradients not all zero.
func usable(c Check) bool {
	return !math.IsNaN(c.Loss) && !math.IsInf(c.Loss, 0) && !math.IsNaN(c.Stats.SNR())
}

func (w *window) len() int { return len(w.checks) }

// count returns the number of checks for which vote holds.
func (w *window) count(vote func(Check) bool) int {
	n := 0
	for _, c := range w.checks {
		if vote(c) {
			n++
		}
	}
	return n
}

// median returns the median of value over the window, the mean of the middle
// two if their number is even, NaN if the window is empty.
func (w *window) median(value func(Check) float64) float64 {
	v := make([]float64, 0, len(w.checks))
	for _, c := range w.checks {
		v = append(v, value(c))
	}
	return noise.Median(v)
}

// memory is what the window keeps in the memory of its rule.
func (w *window) memory() Memory {
	return Memory{Checks: slices.Clone(w.checks), Last: w.last, Clips: w.clips}
}

// recall takes back what was kept in a window of at most size checks.
func (w *window) recall(m Memory, size int) error {
	if len(m.Checks) > size || m.Clips < 0 || m.Clips > clipMost {
		return fmt.Errorf("there must be at most %d checks in the window and %d held back, got %d and %d", size, clipMost, len(m.Checks), m.Clips)
	}
	*w = window{slices.Clone(m.Checks), m.Last, m.Clips}
	return nil
}

// A rule is near to firing if one of its nearChecks newest checks lies within a factor
// nearBy of the threshold. Several checks are looked at since single ones scatter by more.
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

// lost is the sentence about votes that are lost because the window was emptied, "" if
// they were at most half of the votes needed.
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

// votable checks that 1 ≤ votes ≤ window, and that the error of the statistics is known
// if the rule looks at it.
func votable(rule Reason, window, votes int, confidence bool, s Shape) error {
	if window < 1 || votes < 1 || votes > window {
		return fmt.Errorf("rule %s: votes must lie between 1 and window, got %d of %d", rule, votes, window)
	}
	if confidence && s.K < leastForError {
		return fmt.Errorf("rule %s: confidence needs %d minibatches to compare, but the phase has %d", rule, leastForError, s.K)
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
