package hybrid

import (
	"context"
	"fmt"
	"slices"
)

// Run trains a leg by its plan, and then the legs that o.Next gives: each phase in
// turn, until its rules, its budget or its method ends it. It is the only training
// loop. The result holds, of the last leg and in Legs of every one, the θ with the
// lowest held-out loss of all that were looked at.
//
// A phase begins at the last θ of the one before, or at the best so far where the
// last has more than twice its held-out loss, or ended in a value that was not
// finite. A leg begins at its own start, with random streams of its own. When ctx is
// cancelled, the step in hand is finished and the run ends as Interrupted. Equal
// legs give equal bits as long as no time limit is set.
//
// The error reports a first leg that cannot be carried out (nothing is run then, the
// result is nil) or a method that failed in a way of its own (the result tells
// how far it came). A run that does not converge is no error: see the Status,
// the reasons of the phases and the warnings. Run panics if a leg's theta is not of
// length Loss.Dim() or a phase has no method.
func Run(ctx context.Context, first Leg, o Options) (*Result, error) {
	r := newRunner(o)
	l, doubts, err := r.check(first)
	if err != nil {
		return nil, err
	}
	r.rec.kept.TermNames = termNames(first.Loss)
	return r.carryOut(ctx, l, l.begin(doubts))
}

// Resume goes on with a run from a snapshot that Keep took, and ends with the bits
// that Run would have ended with. l is the leg in hand, made again as it was, the
// Methods and Rules of its plan included: from.Legs and from.Recipe are what it is made
// from. o must be equal, too. The time that was used before counts: the clock starts
// that much earlier than o.Start. A snapshot that does not fit is an error, and nothing
// is run then.
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
