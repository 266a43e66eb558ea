package hybrid

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Run trains a leg by its plan, and then the legs that o.Next gives. A leg goes through
// the phases of its plan; each lasts until its rules, its budget or its method ends it.
// The result holds the θ with the lowest held-out loss that was measured: Theta is that
// of the last leg, and Legs has one for every leg.
//
// A phase begins at the last θ of the phase before it. It begins at the best θ so far
// instead if the last one has more than twice its held-out loss or is not finite. A leg
// begins at its own start, with random streams of its own. When ctx is cancelled, the
// step in hand is finished and the run ends as Interrupted. Equal legs give equal bits
// as long as no time limit is set.
//
// An error means that the first leg cannot be carried out (the result is then nil and
// nothing is run) or that a method failed in a way of its own (the result tells how far
// the run came). A run that does not converge is no error: see the Status, the reasons
// of the phases and the warnings. Run panics if a leg's theta is not of length
// Loss.Dim() or a phase has no method.
func Run(ctx context.Context, first Leg, o Options) (*Result, error) {
	r := newRunner(o)
	l, doubts, err := r.check(first)
	if err != nil {
		return nil, err
	}
	r.rec.kept.TermNames = termNames(first.Loss)
	return r.carryOut(ctx, l, l.begin(doubts))
}

// Resume goes on with a run from a snapshot that Keep took, and ends with the same bits
// as if the run had not been interrupted. l is the leg in hand: the caller makes it again
// as it was, with new Methods and Rules in its plan, from what from.Legs and from.Recipe
// tell. o must be as it was, too. The time that the run has used counts: the clock starts
// that much earlier than o.Start. If the snapshot does not fit the leg, Resume returns an
// error and runs nothing.
func Resume(ctx context.Context, l Leg, from *Snapshot, o Options) (*Result, error) {
	r := newRunner(o)
	r.legs = slices.Clone(from.Legs)
	in, _, err := r.check(l)
	if err != nil {
		return nil, err
	}
	p, err := r.restore(in, from)
	if err != nil {
		return nil, fmt.Errorf("the state of the run does not fit: %w", err)
	}
	return r.carryOut(ctx, in, p)
}

// Options are the limits of a run, and the functions that it calls while it is on. The
// zero value sets no limit and calls nothing.
type Options struct {
	// Time is the wall-clock limit of the run, looked at once per step; 0 means
	// none. With a limit, θ depends on the speed of the machine.
	Time time.Duration

	// Start is when the clock of the run started; the zero time means at the call of
	// Run. Work done before the call, such as drawing points, counts from Start on.
	Start time.Time

	// Passes is the largest number of passes over all points that the run may
	// make, looked at once per step; 0 means no limit. An evaluation of the loss
	// over n points, with its gradient or without, counts n/N, where N is the number
	// of points that the leg began with. Passes compare methods with minibatches to
	// those without, on any machine. Evaluations by the methods count, and those of
	// checks in a phase with a rule that decides by them; held-out losses, losses over
	// all points for the record, and redraws do not.
	Passes float64

	// Next, if not nil, is asked for another leg when one has come to its end; all are
	// the legs that have ended, and done is the last of them. A nil leg ends the run. A
	// doubt becomes a warning, with a leg or without. A leg whose plan cannot be carried
	// out ends the run, too: a *RefusedLeg is then among the warnings, and Result.Legs
	// does not hold that leg.
	Next func(done LegResult, all []LegResult) (next *Leg, doubt error)

	// Observe, if not nil, is shown every row in which the held-out loss was measured,
	// with the number of the leg, from 0, and a copy of the best θ of the leg so far:
	// what the leg would leave if it ended there. It is called in the run's goroutine,
	// at steps that do not depend on the clock. It cannot influence the run, except
	// by the time that it takes.
	Observe func(leg int, row Row, best []float64)

	// Event, if not nil, is told of every event when it happens, in the run's goroutine.
	Event func(Event)

	// Watch, if not nil, is told where the run stands, at most ten times a second; it
	// cannot influence the result.
	Watch func(Progress)

	// Keep, if not nil, may take the state of the run between any two steps; every
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

// runner is the state of a run that outlives a leg.
type runner struct {
	options Options
	clock   *clock
	rec     recorder
	fall    fallBack
	watch   watcher
	legs    []LegResult // that have ended
}

func newRunner(o Options) *runner {
	c := newClock(o)
	return &runner{options: o, clock: c, rec: recorder{clock: c, hear: o.Event}, watch: watcher{tell: o.Watch}}
}

// check prepares a leg if it can be carried out.
func (r *runner) check(spec Leg) (l *leg, doubts []error, err error) {
	if doubts, err = spec.check(r.options); err != nil {
		return nil, nil, err
	}
	return r.newLeg(spec), doubts, nil
}

// carryOut goes through the legs from phase p of leg l on.
func (r *runner) carryOut(ctx context.Context, l *leg, p *phase) (*Result, error) {
	for {
		status, err := l.train(ctx, p)
		for _, doubt := range l.doubts() {
			r.rec.warn(doubt)
		}
		r.legs = append(r.legs, l.result())
		if err != nil || status != Finished {
			return r.result(status), err
		}
		next, doubts := r.next()
		if next == nil {
			return r.result(status), nil
		}
		l, p = next, next.begin(doubts)
	}
}

// next prepares the leg after the last, nil if there is none.
func (r *runner) next() (l *leg, doubts []error) {
	if r.options.Next == nil {
		return nil, nil
	}
	spec, doubt := r.options.Next(r.legs[len(r.legs)-1], slices.Clone(r.legs))
	r.rec.warn(doubt)
	if spec == nil {
		return nil, nil
	}
	l, doubts, err := r.check(*spec)
	if err == nil && !slices.Equal(termNames(spec.Loss), r.rec.kept.TermNames) {
		err = fmt.Errorf("terms: must be those of the first leg, %q, got %q", r.rec.kept.TermNames, termNames(spec.Loss))
	}
	if err != nil {
		r.rec.warn(&RefusedLeg{spec.Name, err})
		return nil, nil
	}
	return l, doubts
}

// termNames are those of a loss that names its terms.
func termNames(loss Batched) []string {
	if t, ok := loss.(Terms); ok {
		return slices.Clone(t.TermNames())
	}
	return nil
}

// result is what the run leaves after its last leg.
func (r *runner) result(status Status) *Result {
	k := &r.rec.kept
	return &Result{
		Theta: k.Best.Theta, HeldOut: k.Best.HeldOut, BestStep: k.Best.Step,
		Status: status, Legs: r.legs, Phases: k.Phases, Trace: &Trace{k.TermNames, k.Rows}, Events: k.Events, Warnings: r.rec.warnings,
		Steps: k.Steps, LossEvals: k.LossEvals, GradEvals: k.GradEvals, Seconds: r.clock.wall(),
	}
}
