package solve

import (
	"context"

	"pinn/hybrid"
	"pinn/pinn"
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

// train runs the plan from the first parameters or, if it is not nil, a snapshot.
func (t *training) train(ctx context.Context, from *hybrid.Snapshot, watch func(hybrid.Progress)) (*hybrid.Result, error) {
	if from != nil {
		return hybrid.Resume(ctx, t.loss, t.plan, from, watch)
	}
	return hybrid.Run(ctx, t.loss, t.plan, t.start(), watch)
}
