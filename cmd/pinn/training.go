package main

import (
	"context"
	"runtime"
	"time"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/optim"
	"pinn/pinn"
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

// training is a part of the answer with its loss and plan: all that a run needs and
// nothing that judges it.
type training struct {
	part
	loss   *pinn.Loss
	plan   hybrid.Plan
	passes float64 // limit of the run, 0 for none
	seed   uint64  // of the run
}

// streamWeights is the random stream of the first weights; the loss and the loop
// have streams of their own.
const streamWeights = 0x77656967687473

// prepare builds the parts of a run. Diagnostics of the plan are printed; its faults
// end in exit code 2.
func (a *app) prepare(st *statement, threads int, start time.Time) (*training, error) {
	p, err := firstPart(st)
	if err != nil {
		return nil, exit{rundir.ExitUsage, err}
	}
	t, faults, err := newTraining(st, p, threads, start)
	if err != nil {
		return nil, exit{rundir.ExitUsage, err}
	}
	a.tell(faults)
	if faults.HasErrors() {
		return nil, exit{rundir.ExitUsage, nil}
	}
	return t, nil
}

// train runs the plan from the first parameters or, if it is not nil, a snapshot.
func (t *training) train(ctx context.Context, from *hybrid.Snapshot, watch func(hybrid.Progress)) (*hybrid.Result, error) {
	if from != nil {
		return hybrid.Resume(ctx, t.loss, t.plan, from, watch)
	}
	return hybrid.Run(ctx, t.loss, t.plan, t.start(), watch)
}

// threadCount is the number of threads that --threads asks for, 0 for all.
func threadCount(n int) int {
	if n <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return n
}
