package hybrid

import (
	"math"
	"time"
)

// Reason names why a phase ended.
type Reason string

// The reasons, as they stand in run.json and events.csv.
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
	Stats   Stats         // zero if the phase takes no statistics
	Loss    float64       // training loss at θ; NaN if not measured
	HeldOut float64       // held-out loss at θ; NaN if not measured
	First   float64       // held-out loss at the start of the leg
	Elapsed time.Duration // since the phase was entered; only Budget looks at it

	// Updates since a step was clipped, and since the points were redrawn or θ was
	// set back to an earlier state;
	// Never if that has not happened in this phase.
	SinceClip, SinceRestart int
}

// Never is the age of what has not happened.
const Never = math.MaxInt

// Decision is a rule's answer to one Check.
type Decision struct {
	Leave  bool   // leave the phase
	Grow   bool   // rather enlarge the minibatch, and leave, if Leave says so, only if it cannot grow
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

// statistical is a rule that decides by the gradient's statistics, so that their
// cost is the phase's own.
type statistical interface {
	// near reports whether the newest checks lie so near to what the rule fires at
	// that the next should not be long in coming.
	near() bool
}

// shape is what a rule may know about its phase before the run.
type shape struct {
	points, batch int // N and b
	every         int // updates between checks
	k             int // minibatches that a check compares
	steps         int // the phase's budget, 0 = none
	statistics    bool
}

// fitter is a rule that can tell beforehand that it does not fit its phase: an
// error if it can never fire whatever happens, a doubt if it cannot within the
// phase's budget.
type fitter interface {
	fit(s shape) (refusal, doubt error)
}
