// Package rules decides when a phase of training ends. A Rule is shown one Check after
// another, with the statistics of the gradient and the losses at one θ, and answers each
// with a Decision that gives its reason in a sentence.
//
//	SNR         the gradient over all points stands clear of its noise
//	NoiseFloor  the gradient of a minibatch has drowned in its noise
//	Plateau     the held-out loss has nearly stopped falling
//	LossLevel   the loss asked for is reached
//	Budget      the steps or the time are used
//
// SNR and NoiseFloor count votes in a window of the newest checks (window.go). Rules know
// no loss, no method and no clock: the same checks give the same decisions.
package rules

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"pinn/hybrid/noise"
)

// Reason names why a phase ended.
type Reason string

// The reasons, as they stand in run.json and events.csv. The first five are those of
// rules, the others those of the training loop.
const (
	ReasonSNR         Reason = "snr"         // the full-set signal stands clear of its noise
	ReasonNoiseFloor  Reason = "noise-floor" // the signal of a minibatch has drowned
	ReasonPlateau     Reason = "plateau"     // the held-out loss no longer falls
	ReasonLoss        Reason = "loss"        // the loss asked for is reached
	ReasonBudget      Reason = "budget"      // the phase's steps or its share of the time are used
	ReasonTime        Reason = "time"        // the leg's part of the run's time is used
	ReasonPasses      Reason = "passes"      // the leg's part of the run's passes over all points is made
	ReasonConverged   Reason = "converged"   // the method met a tolerance
	ReasonLineSearch  Reason = "line-search" // the method found no better point on its line
	ReasonStuck       Reason = "stuck"       // the method found no better point at any damping or length
	ReasonDiverged    Reason = "diverged"    // θ has grown out of all proportion
	ReasonFallBack    Reason = "fall-back"   // a first-order phase is inserted, and the phase then goes on
	ReasonNotFinite   Reason = "not-finite"  // a loss, gradient or θ was NaN or infinite
	ReasonInterrupted Reason = "interrupted" // the context was cancelled
	ReasonError       Reason = "error"       // the method failed in a way of its own
)

// Check is what a rule is shown: the statistics and losses measured at one θ.
// It is plain data, so that a rule is a state machine that can be scripted.
type Check struct {
	Step    int           // updates since the phase was entered
	Points  int           // N, points of the full set
	Stats   noise.Stats   // zero if the phase takes no statistics
	Loss    float64       // training loss at θ; NaN if not measured
	HeldOut float64       // held-out loss at θ; NaN if not measured
	First   float64       // held-out loss at the start of the leg
	Elapsed time.Duration // since the phase was entered; only Budget looks at it

	// Updates since a step was clipped, and since the points were redrawn or θ was
	// set back to an earlier state; Never if that has not happened in this phase.
	SinceClip, SinceRestart int
}

// Never is the age of what has not happened.
const Never = math.MaxInt

// Decision is a rule's answer to one Check.
type Decision struct {
	Leave  bool   // leave the phase
	Grow   bool   // enlarge the minibatch; if it cannot grow, Leave decides
	Reason Reason // why, in one word
	Why    string // why, in one sentence with the numbers

	// Note is a sentence about something that the rule refused although it was near
	// to it, "" for nothing worth an event.
	Note string

	// Voting rules say how they counted. Window is 0 for a rule that does not
	// vote or did not admit the check.
	Vote          bool // this check's vote
	Votes, Window int  // votes and checks in the window, this one included
}

// Rule decides from a sequence of checks whether to leave the phase. It is a
// pure state machine: the same checks give the same decisions. Each rule has
// exported fields that are used exactly as given; start from DefaultSNR and so
// on. A Rule belongs to one phase of one leg.
type Rule interface {
	// Reset forgets all checks. It is called whenever the phase is entered.
	Reset()

	// Observe takes the next check and decides.
	Observe(c Check) Decision
}

// statistical is a rule that decides by the gradient's statistics.
type statistical interface {
	// near reports whether the newest checks lie so close to what the rule fires at
	// that the next check should come soon.
	near() bool
}

// Statistical reports whether one of the rules decides by the gradient's statistics.
func Statistical(list []Rule) bool {
	return slices.ContainsFunc(list, func(r Rule) bool { _, ok := r.(statistical); return ok })
}

// Near reports whether one of the rules may soon fire by the gradient's statistics.
func Near(list []Rule) bool {
	return slices.ContainsFunc(list, func(r Rule) bool {
		s, ok := r.(statistical)
		return ok && s.near()
	})
}

// Shape is what is known of a phase before it begins.
type Shape struct {
	Points, Batch int  // N and b
	Every         int  // updates between checks
	K             int  // minibatches that a check compares
	Steps         int  // the phase's budget, 0 = none
	Statistics    bool // checks have statistics of the gradient
}

// fitter is a rule that can tell beforehand that it does not fit its phase.
type fitter interface {
	fit(s Shape) (refusal, doubt error)
}

// Fit tells whether the rule fits a phase of the given shape: refusal is an error if it
// can never fire there, doubt one if it cannot fire within the phase's steps.
func Fit(r Rule, s Shape) (refusal, doubt error) {
	if f, ok := r.(fitter); ok {
		return f.fit(s)
	}
	return nil, nil
}

// Memory is what a rule remembers of the checks that it was shown.
type Memory struct {
	Checks []Check // in its window, oldest first
	Last   int     // step of the newest check, in the window or not
	Clips  int     // checks that clipped steps have held back since the window was full

	Best []float64 // the best held-out loss after each check

	Beyond bool // the median of a full window stood on the side that the rule fires on
	Held   bool // the votes carried, but something else held the rule back
}

// remembering is a rule with a memory. recall takes back what memory returned, and
// returns an error if such a rule cannot remember that.
type remembering interface {
	memory() Memory
	recall(m Memory) error
}

// Memories returns the memory of each rule, an empty one for a rule without.
func Memories(list []Rule) (memories []Memory) {
	for _, rule := range list {
		var m Memory
		if r, ok := rule.(remembering); ok {
			m = r.memory()
		}
		memories = append(memories, m)
	}
	return memories
}

// Recall gives every rule its memory back. It returns an error if that is not one which
// such a rule can have.
func Recall(list []Rule, memories []Memory) error {
	if len(memories) != len(list) {
		return fmt.Errorf("there must be memories of %d rules, got %d", len(list), len(memories))
	}
	for i, rule := range list {
		err := memories[i].forgetful(false, false)
		if r, ok := rule.(remembering); ok {
			err = r.recall(memories[i])
		}
		if err != nil {
			return fmt.Errorf("rule %d: %w", i, err)
		}
	}
	return nil
}

// forgetful returns an error if there is something to remember that a rule has no use
// for.
func (m Memory) forgetful(window, best bool) error {
	if !window && (len(m.Checks) > 0 || m.Last != 0 || m.Clips != 0 || m.Beyond || m.Held) || !best && len(m.Best) > 0 {
		return errors.New("there is more to remember than the rule can")
	}
	return nil
}
