package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/optim"
	"pinn/pinn"
	"pinn/problems"
)

// batched shows a pinn.Loss to package hybrid, whose words for a dealt pool of
// minibatches it translates, and its terms as those of the whole statement.
type batched struct {
	*pinn.Loss
	names []string // of the terms of the statement
	own   []int    // of each term of the loss, its place among them; nil for all
}

func (b batched) TermNames() []string { return b.names }

// Terms stores the mean squares, NaN for terms that have no place in the slab.
func (b batched) Terms(dst []float64) {
	if b.own == nil {
		b.Loss.Terms(dst)
		return
	}
	here := make([]float64, len(b.own))
	b.Loss.Terms(here)
	for k := range dst {
		dst[k] = math.NaN()
	}
	for i, k := range b.own {
		dst[k] = here[i]
	}
}

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

// training is a part of the answer with its loss and plan: all that a run needs and
// nothing that judges it.
type training struct {
	part
	loss     *pinn.Loss
	terms    []string // of the statement
	plan     hybrid.Plan
	limits   hybrid.Options // time, start and passes of the run
	from, to float64        // the part of the run that is its own
	name     string         // in words
	ahead    int            // steps that may follow it
	seed     uint64         // of the run
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

// shown is the loss as package hybrid sees it.
func (t *training) shown() batched { return batched{t.loss, t.terms, t.own} }

// leg is the training as one leg of a run.
func (t *training) leg() hybrid.Leg {
	return hybrid.Leg{Name: t.name, Loss: t.shown(), Plan: t.plan, Theta: t.start(), From: t.from, To: t.to, Ahead: t.ahead, Recipe: t.built()}
}

// legName is that of a part in words, "" where there is one.
func legName(spec *problems.Spec, p part) string {
	var words []string
	if n := build.Slabs(spec); n > 1 {
		words = append(words, fmt.Sprintf("slab %d of %d", p.slab, n))
	}
	if n := build.Stages(spec); n > 1 {
		words = append(words, fmt.Sprintf("stage %d of %d", p.stage, n))
	}
	return strings.Join(words, ", ")
}

// stepsAhead is how many steps the parts after p may take at most, -1 without a limit.
func stepsAhead(spec *problems.Spec, p part) (sum int) {
	of := func(stage, times int) {
		for _, ph := range build.Phases(spec, stage) {
			if ph.Steps == nil || *ph.Steps == 0 {
				sum = -1
			}
			if sum >= 0 {
				sum += times * *ph.Steps
			}
		}
	}
	slabs, stages := build.Slabs(spec), build.Stages(spec)
	for stage := 1; stage <= stages; stage++ {
		times := slabs - p.slab
		if stage > p.stage {
			times++
		}
		if times > 0 && sum >= 0 {
			of(stage, times)
		}
	}
	return sum
}

// train runs the part alone.
func (t *training) train(ctx context.Context, o hybrid.Options) (*hybrid.Result, error) {
	o.Time, o.Start, o.Passes = t.limits.Time, t.limits.Start, t.limits.Passes
	return hybrid.Run(ctx, t.leg(), o)
}

// threadCount is the number of threads that --threads asks for, 0 for all.
func threadCount(n int) int {
	if n <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return n
}
