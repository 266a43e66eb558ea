package solve

import (
	"context"
	"time"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/pinn"
	"pinn/pinn/solve/setup"
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

// Run is a problem about to be trained: the networks, losses and plans of its parts,
// each made when the one before has ended. It is carried out once.
type Run struct {
	st        *setup.Setup
	options   Options
	trainings []*training // of the legs, in order; the last is in hand
	along     trail
	resumed   int // times that the run has gone on
}

// New prepares a run. The diagnostics are those of the plan; the run is nil if they have
// errors, or if something else stands against it, which is the error: a loss without
// terms, a state that does not fit the problem.
func New(st *setup.Setup, o Options) (*Run, problems.Diagnostics, error) {
	if o.Start.IsZero() {
		o.Start = time.Now()
	}
	p, err := firstPart(st)
	if err != nil {
		return nil, nil, err
	}
	first, faults, err := newTraining(st, p, o.Threads)
	if err != nil || faults.HasErrors() {
		return nil, faults, err
	}
	r := &Run{st: st, options: o, trainings: []*training{first}}
	if s := o.From; s != nil {
		if err := r.remade(s.Snapshot); err != nil {
			return nil, faults, err
		}
		r.along.marks, r.resumed = s.Marks, s.Resumed+1
	}
	return r, faults, nil
}

// now is the training in hand.
func (r *Run) now() *training { return r.trainings[len(r.trainings)-1] }

// Loss is the loss in hand, at first that of the first part.
func (r *Run) Loss() *pinn.Loss { return r.now().loss }

// Network is the network in hand.
func (r *Run) Network() *pinn.MLP { return r.now().part.net }

// Plan is the plan in hand.
func (r *Run) Plan() hybrid.Plan { return r.now().plan }

// Problem is that of the part in hand: of its slab of time, the whole one where there is
// only one.
func (r *Run) Problem() *pde.Problem { return r.now().part.problem }

// Soft are the conditions of Problem that are terms of the loss.
func (r *Run) Soft() []int { return r.now().part.soft }

// Theta returns the parameters with which the part in hand begins.
func (r *Run) Theta() []float64 { return r.now().start() }

// Solve trains, judges, and returns the answer. The error says why nothing could be
// trained; a run that does not converge, is cancelled or fails on the way is an answer
// with that status and warnings.
func (r *Run) Solve(ctx context.Context) (*Answer, error) {
	k := &keeper{every: r.options.KeepEvery, last: time.Now(), warn: r.warn}
	o := hybrid.Options{
		Time: r.st.Spec.Train.Time, Start: r.options.Start, Passes: r.options.Passes,
		Next: r.next, Observe: r.observe, Event: r.options.Watch, Watch: r.options.Progress,
	}
	if r.options.Keep != nil {
		k.write = func(s *hybrid.Snapshot) error { return r.options.Keep(r.state(s)) }
		o.Keep = k.keep
	}
	var res *hybrid.Result
	var err error
	if leg := r.now().leg(r.st, "", ""); r.options.From != nil {
		res, err = hybrid.Resume(ctx, *leg, r.options.From.Snapshot, o)
	} else {
		res, err = hybrid.Run(ctx, *leg, o)
	}
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

// state is the state of the run at a snapshot.
func (r *Run) state(s *hybrid.Snapshot) *State {
	return &State{Problem: r.st.Spec.Name, Program: ThisProgram(), Resumed: r.resumed, Snapshot: s, Marks: r.along.marks}
}
