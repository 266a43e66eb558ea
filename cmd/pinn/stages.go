package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/build"
	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/pinn"
)

// below is what the second stage of a run builds on.
type below struct {
	first      *training
	theta      []float64 // the solution of the first stage
	phases     int       // that the first stage entered
	correction pinn.Correction
}

// streamSecond is the random stream of the first weights of the second stage.
const streamSecond = streamWeights + 1

// run trains the job from where it stands to its end, at every step asking keep
// whether to keep its state. Where the statement asks for it and the first stage came
// to its end, a second network follows, and the job's training is then its own. A
// second stage that cannot begin leaves a warning.
func (j *job) run(ctx context.Context, threads int, keep hybrid.Keep, watch func(hybrid.Progress)) (*hybrid.Result, error) {
	res, err := j.runStage(ctx, keep, watch)
	if err != nil || j.below != nil || build.Stages(j.st.spec) == 1 || res.Status != hybrid.Finished {
		return res, err
	}
	first := j.training
	second, err := correct(j.st, first, res, threads)
	if err == nil {
		j.training, j.from = second, nil
		var both *hybrid.Result
		if both, err = j.runStage(ctx, keep, watch); both != nil {
			return both, err
		}
		j.training = first
	}
	res.Warnings = append(res.Warnings, fmt.Errorf("the second stage could not begin: %w", err))
	return res, nil
}

// runStage trains the stage at hand.
func (j *job) runStage(ctx context.Context, keep hybrid.Keep, watch func(hybrid.Progress)) (*hybrid.Result, error) {
	j.along.stage = 0
	if j.below != nil {
		j.along.stage = 1
	}
	j.plan.Keep, j.plan.Observe = keep, j.along.observe
	return j.train(ctx, j.from, watch)
}

// correct prepares the second stage upon the result of the first, t.
func correct(st *statement, t *training, res *hybrid.Result, threads int) (*training, error) {
	c, err := t.loss.Correction(res.Theta)
	if err != nil {
		return nil, err
	}
	second, err := upon(st, below{t, res.Theta, len(res.Phases), c}, threads)
	if err != nil {
		return nil, err
	}
	after := *res
	after.Events = append(slices.Clone(res.Events), hybrid.Event{
		Step: res.Steps, Wall: res.Seconds, Phase: len(res.Phases) - 1, Kind: hybrid.KindStage,
		Why: fmt.Sprintf("a second network of %s with Fourier modes up to %s now trains on what the first left, held-out loss %.3g",
			counted(second.net.Size(), "parameter"), modeWords(st.problem.Box, c.Modes), res.HeldOut),
	})
	second.plan.After = &after
	return second, nil
}

// upon returns the training of the second stage upon the first.
func upon(st *statement, b below, threads int) (*training, error) {
	left := b.first.loss.HeldOut(b.theta)
	if !(left > 0) || math.IsInf(left, 0) {
		return nil, fmt.Errorf("the first left a held-out loss of %g", left)
	}
	net, lifts := corrected(st, b.first.net, b.theta, b.correction)
	loss, err := pinn.NewLoss(st.problem, net, lifts, st.hard.Soft, build.LossOptions(st.spec, threads))
	if err != nil {
		return nil, err
	}
	plan, faults := build.Plan(st.spec, 2, loss.Decays(), b.first.plan.Start)
	if faults.HasErrors() {
		return nil, errors.New(faults.Error())
	}
	build.Measured(plan, left)
	plan.Passes = b.first.plan.Passes
	return &training{net: net, lifts: lifts, loss: loss, plan: plan, seed: b.first.seed, below: &b}, nil
}

// corrected returns the network and the lifts of a correction to the solution that
// net has at θ.
func corrected(st *statement, net *pinn.MLP, theta []float64, c pinn.Correction) (*pinn.MLP, []pinn.Lift) {
	s := pinn.NewSolution(st.problem, net, st.hard.Lifts, theta)
	return c.Network(st.problem.Box, len(st.problem.Fields), net.Spec()), s.Correct(c.Scale)
}

// start returns the first parameters of the second stage: a random network that is
// silent, and the unknown parameters where the first left them.
func (b *below) start(loss *pinn.Loss, net *pinn.MLP) []float64 {
	theta := make([]float64, loss.Dim())
	net.Init(theta, rand.New(rand.NewPCG(b.first.seed, streamSecond)))
	net.Mute(theta)
	copy(theta[net.Size():], b.theta[b.first.net.Size():])
	return theta
}

// modeWords lists modes by their axes: "5 in x and 2 in t".
func modeWords(box pde.Box, modes []int) string {
	var words []string
	for i, a := range box.Axes {
		words = append(words, fmt.Sprintf("%d in %s", modes[i], a.Name))
	}
	return strings.Join(words, " and ")
}

// size returns the number of weights and biases of all networks.
func (t *training) size() int {
	if t.below != nil {
		return t.below.first.net.Size() + t.net.Size()
	}
	return t.net.Size()
}

// stageOf returns the stage of phase i of the run, 0 where there is only one.
func (t *training) stageOf(st *statement, i int) int {
	switch {
	case build.Stages(st.spec) == 1:
		return 0
	case t.below != nil && i >= t.below.phases:
		return 2
	}
	return 1
}

// belowPrefix is put before the names of what the second stage builds on, in the
// state of a run.
const belowPrefix = "below/"

// state returns what the second stage builds on, as part of the state of a run; none
// for a first stage.
func (b *below) state() []optim.Vector {
	if b == nil {
		return nil
	}
	return []optim.Vector{
		{Name: belowPrefix + firstTheta, Values: b.theta},
		{Name: belowPrefix + secondModes, Values: floats(b.correction.Modes)},
		{Name: belowPrefix + secondScale, Values: b.correction.Scale},
		{Name: belowPrefix + "phases", Values: []float64{float64(b.phases)}},
	}
}

// resumed returns the training that a state is of: t, or the second stage upon it.
func resumed(st *statement, t *training, state []optim.Vector, threads int) (*training, error) {
	if len(state) == 0 {
		return t, nil
	}
	take := taker(belowPrefix, state)
	b := below{first: t}
	var err error
	if b.theta, err = take(firstTheta, t.loss.Dim()); err != nil {
		return nil, err
	}
	if b.correction, err = readCorrection(st, take); err != nil {
		return nil, err
	}
	phases, err := take("phases", 1)
	if err != nil {
		return nil, err
	}
	b.phases = int(phases[0])
	return upon(st, b, threads)
}
