package main

import (
	"context"
	"math/rand/v2"
	"runtime"
	"time"

	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/pinn"
)

// batched shows a pinn.Loss to package hybrid, whose words for a dealt pool of
// minibatches it translates.
type batched struct{ *pinn.Loss }

func (b batched) Deal(size int) hybrid.Batches { return batches{b.Loss.Deal(size)} }

type batches struct{ *pinn.Batches }

func (b batches) Rows(k int, theta []float64) (float64, optim.RowBlock) {
	v, r, jt, stride := b.Batches.Rows(k, theta)
	return v, optim.RowBlock{R: r, JT: jt, Stride: stride}
}

func (b batched) FindNonFinite(theta []float64) string {
	if found, ok := b.Loss.FindNonFinite(theta); ok {
		return found.String()
	}
	return ""
}

func (b batched) State() (state []optim.Vector) {
	for _, v := range b.Loss.State() {
		state = append(state, optim.Vector(v))
	}
	return state
}

func (b batched) SetState(state []optim.Vector) error {
	var own []pinn.Vector
	for _, v := range state {
		own = append(own, pinn.Vector(v))
	}
	return b.Loss.SetState(own)
}

var (
	_ hybrid.Batched     = batched{}
	_ hybrid.RowBatches  = batches{}
	_ hybrid.HeldOut     = batched{}
	_ hybrid.Terms       = batched{}
	_ hybrid.Resampler   = batched{}
	_ hybrid.Keeping     = batched{}
	_ hybrid.Chunked     = batched{}
	_ hybrid.Finder      = batched{}
	_ optim.LeastSquares = (*pinn.Loss)(nil)
)

// training is a statement with its network, loss and plan: all that a run needs
// and nothing that judges it.
type training struct {
	net   *pinn.MLP
	lifts []pinn.Lift
	loss  *pinn.Loss
	plan  hybrid.Plan
	seed  uint64
	below *below // nil in the first stage
}

// streamWeights is the random stream of the first weights; the loss and the loop
// have streams of their own.
const streamWeights = 0x77656967687473

// prepare builds the parts of a run. Diagnostics of the plan are printed; its faults
// end in exit code 2.
func (a *app) prepare(st *statement, threads int, start time.Time) (*training, error) {
	t := &training{net: build.Network(st.spec, st.problem, st.hard), lifts: st.hard.Lifts, seed: *st.spec.Train.Seed}
	var err error
	t.loss, err = pinn.NewLoss(st.problem, t.net, st.hard.Lifts, st.hard.Soft, build.LossOptions(st.spec, threads))
	if err != nil {
		return nil, exit{rundir.ExitUsage, err}
	}
	plan, faults := build.Plan(st.spec, 1, t.loss.Decays(), start)
	a.tell(faults)
	if faults.HasErrors() {
		return nil, exit{rundir.ExitUsage, nil}
	}
	t.plan = plan
	return t, nil
}

// theta returns the first parameters.
func (t *training) theta() []float64 {
	if t.below != nil {
		return t.below.start(t.loss, t.net)
	}
	theta := make([]float64, t.loss.Dim())
	t.loss.Start(theta, rand.New(rand.NewPCG(t.seed, streamWeights)))
	return theta
}

// train runs the plan from the first parameters or, if it is not nil, a snapshot.
func (t *training) train(ctx context.Context, from *hybrid.Snapshot, watch func(hybrid.Progress)) (*hybrid.Result, error) {
	if from != nil {
		return hybrid.Resume(ctx, batched{t.loss}, t.plan, from, watch)
	}
	return hybrid.Run(ctx, batched{t.loss}, t.plan, t.theta(), watch)
}

// solution returns the fields of the statement that θ describes.
func (t *training) solution(st *statement, theta []float64) *pinn.Solution {
	return pinn.NewSolution(st.problem, t.net, t.lifts, theta)
}

// evaluators returns the fields of the statement as functions of θ, for each stage.
func (t *training) evaluators(st *statement) (list []evaluator) {
	if t.below != nil {
		list = t.below.first.evaluators(st)
	}
	return append(list, func(theta []float64, pts pde.Points) [][]float64 { return t.solution(st, theta).Eval(pts) })
}

// threadCount is the number of threads that --threads asks for, 0 for all.
func threadCount(n int) int {
	if n <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return n
}
