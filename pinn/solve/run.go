package solve

import (
	"context"
	"time"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/pinn"
	"pinn/problems"
)

// A loss is all that package hybrid can make use of.
var (
	_ hybrid.Batched     = (*pinn.Loss)(nil)
	_ hybrid.RowBatches  = (*pinn.Batches)(nil)
	_ hybrid.HeldOut     = (*pinn.Loss)(nil)
	_ hybrid.Terms       = (*pinn.Loss)(nil)
	_ hybrid.Resampler   = (*pinn.Loss)(nil)
	_ hybrid.Keeping     = (*pinn.Loss)(nil)
	_ hybrid.Chunked     = (*pinn.Loss)(nil)
	_ hybrid.Finder      = (*pinn.Loss)(nil)
	_ optim.LeastSquares = (*pinn.Loss)(nil)
)

// Run is a statement about to be trained: the networks, losses and plans of its parts,
// made one after the other.
type Run struct {
	st      *Statement
	options Options
	*training
	from    *hybrid.Snapshot
	along   trail
	resumed int
}

// New prepares a run. The diagnostics are those of the plan; the run is nil if they have
// errors, or if something else stands against it, which is the error: a loss without
// terms, a state that does not fit the statement.
func New(st *Statement, o Options) (*Run, problems.Diagnostics, error) {
	if o.Start.IsZero() {
		o.Start = time.Now()
	}
	p, err := firstPart(st)
	if err != nil {
		return nil, nil, err
	}
	t, faults, err := newTraining(st, p, o.Threads, o.Start)
	if err != nil || faults.HasErrors() {
		return nil, faults, err
	}
	t.limit(st, o.Passes)
	r := &Run{st: st, options: o, training: t}
	if s := o.From; s != nil {
		if r.training, err = resumed(st, t, s.Before, o.Threads); err != nil {
			return nil, faults, err
		}
		r.from, r.along.marks, r.resumed = s.Snapshot, s.Marks, s.Resumed+1
	}
	return r, faults, nil
}

// Loss is the loss of the part at hand, at first that of the first.
func (r *Run) Loss() *pinn.Loss { return r.loss }

// Network is that of the part at hand.
func (r *Run) Network() *pinn.MLP { return r.net }

// Plan is that of the part at hand.
func (r *Run) Plan() hybrid.Plan { return r.plan }

// Solve trains, judges, and returns the answer. The error says why nothing could be
// trained; a run that does not converge, is cancelled or fails on the way is an answer
// with that status and warnings.
func (r *Run) Solve(ctx context.Context) (*Answer, error) {
	k := &keeper{every: r.options.KeepEvery, last: time.Now(), warn: r.warn}
	var keep hybrid.Keep
	if r.options.Keep != nil {
		k.write = func(s *hybrid.Snapshot) error { return r.options.Keep(r.state(s)) }
		keep = k.keep
	}
	res, err := r.run(ctx, keep)
	if res == nil {
		return nil, err
	}
	for _, err := range []error{err, k.err} { // a method failed, or a state was not kept
		if err != nil {
			res.Warnings = append(res.Warnings, err)
		}
	}
	return r.answered(res), nil
}

// warn tells whoever watches of something that is no event of the training itself.
func (r *Run) warn(step int, err error) {
	if r.options.Watch != nil {
		r.options.Watch(Event{Step: step, Kind: hybrid.KindWarning, Why: err.Error()})
	}
}

// state is the state of the run with a snapshot of the part at hand.
func (r *Run) state(s *hybrid.Snapshot) *State {
	return &State{Problem: r.st.Spec.Name, Program: ThisProgram(), Resumed: r.resumed, Snapshot: s, Marks: r.along.marks, Before: r.part.state()}
}

// Problem is that of the part at hand: of its slab of time, the whole one where there is
// only one.
func (r *Run) Problem() *pde.Problem { return r.problem }

// Soft are the conditions of Problem that are terms of the loss.
func (r *Run) Soft() []int { return r.soft }

// Theta returns the parameters with which the part at hand begins.
func (r *Run) Theta() []float64 { return r.start() }
