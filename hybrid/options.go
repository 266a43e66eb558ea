package hybrid

import (
	"fmt"
	"time"
)

// Options are what a run has beside its legs.
type Options struct {
	// Time is the wall-clock limit of the run, looked at once per step; 0 means
	// none. With a limit, θ depends on the speed of the machine.
	Time time.Duration

	// Start is when the clock started, if earlier than the call of Run; zero
	// means at the call.
	Start time.Time

	// Passes is the largest number of passes over all points that the run may
	// make, looked at once per step; 0 means no limit. An evaluation of the loss,
	// with its gradient or without, over n points counts n/N, N being the points
	// that the leg began with: it is the measure by which methods with and without
	// minibatches compare, and free of the machine. Evaluations of the methods
	// count, and those of checks in a phase with a rule that looks at them; the
	// record's own (held-out loss, loss over all points, redraws) do not.
	Passes float64

	// Next, if not nil, is asked for the leg that follows one that came to its end; all
	// are the legs that have ended, done the last of them. A nil leg ends the run. A
	// doubt becomes a warning, whether or not there is a leg. A leg whose plan cannot be
	// carried out ends the run, too: a *RefusedLeg is then among the warnings, and
	// Result.Legs is the shorter for it.
	Next func(done LegResult, all []LegResult) (next *Leg, doubt error)

	// Observe, if not nil, is shown every row in which the held-out loss was
	// measured, right after it was judged, with the number of the leg, from 0, and a
	// copy of the θ that is the best of it so far: what the leg would leave if it ended
	// there. It is called in the run's goroutine at steps that do not depend on the
	// clock, and whatever it does reaches no part of the run but the clock.
	Observe func(leg int, row Row, best []float64)

	// Event, if not nil, is told of every event when it happens, in the run's goroutine.
	Event func(Event)

	// Watch, if not nil, is told where the run stands, at most ten times a second; it
	// cannot influence the result.
	Watch func(Progress)

	// Keep, if not nil, may keep the state of the run between any two steps; every
	// method must then be optim.Stateful.
	Keep Keep

	now func() time.Time // stands for time.Now; nil but in tests
}

// RefusedLeg is the warning of a run that ended because its next leg could not begin.
type RefusedLeg struct {
	Name string
	Err  error // what is wrong with its plan
}

// Error names the leg and what is wrong.
func (e *RefusedLeg) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("the next leg could not begin: %v", e.Err)
	}
	return fmt.Sprintf("%s could not begin: %v", e.Name, e.Err)
}

// Unwrap returns what is wrong with the plan.
func (e *RefusedLeg) Unwrap() error { return e.Err }
