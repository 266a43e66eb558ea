package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"

	"pinn/cmd/pinn/internal/build"
	"pinn/hybrid"
	"pinn/pde"
	"pinn/pde/judging"
	"pinn/pinn"
	"pinn/problems"
)

// task is a problem with its network and its loss.
type task struct {
	*pinn.Loss
	problem *pde.Problem
	net     *pinn.MLP
	lifts   []pinn.Lift
	truth   judging.Truth
}

// Deal shows the minibatches of the loss to package hybrid.
func (t *task) Deal(size int) hybrid.Batches { return t.Loss.Deal(size) }

var _ hybrid.Batched = (*task)(nil)

// burgers returns Burgers' equation, ν = 0.01/π, for a network of the given layers on
// so many points; all that matters is said here, so that other defaults change no
// experiment.
func burgers(layers string, interior int, seed uint64, threads int) (*task, error) {
	text, _ := problems.Open("burgers")
	return newTask("burgers", text, []string{
		"network.hidden=" + layers, `network.activation="tanh"`, `network.fourier={ modes = [1], axes = ["x"] }`, `network.mirror="none"`,
		fmt.Sprintf("points.interior=%d", interior), `points.sampler="sobol"`, fmt.Sprintf("train.seed=%d", seed),
	}, threads)
}

// newTask compiles a problem file with settings put into it.
func newTask(name string, text []byte, settings []string, threads int) (*task, error) {
	for _, s := range settings {
		var err error
		if text, err = problems.Set(text, s); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, s, err)
		}
	}
	spec, faults := problems.Decode(name+".toml", text)
	problem, truth, faults := build.Statement(spec, faults, func(path string) ([]byte, error) { return fs.ReadFile(problems.Files, path) })
	if faults.HasErrors() {
		return nil, joinFaults(faults)
	}
	hard, faults := build.Harden(spec, problem)
	if faults.HasErrors() {
		return nil, joinFaults(faults)
	}
	build.Fill(spec, problem, hard)
	t := &task{problem: problem, net: build.Network(spec, problem, hard), lifts: hard.Lifts, truth: truth}
	var err error
	t.Loss, err = pinn.NewLoss(problem, t.net, hard.Lifts, hard.Soft, build.LossOptions(spec, threads))
	return t, err
}

func joinFaults(faults problems.Diagnostics) error {
	var all []error
	for _, f := range faults {
		all = append(all, errors.New(f.String()))
	}
	return errors.Join(all...)
}

// begin returns first parameters.
func (t *task) begin(seed uint64) []float64 {
	theta := make([]float64, t.Dim())
	t.Start(theta, rand.New(rand.NewPCG(seed, 0x6c6162)))
	return theta
}

// judge holds the truth of a problem at the points where answers are judged. Nothing
// that trains sees it.
type judge struct {
	points pde.Points
	truth  [][]float64
}

func newJudge(t *task) judge {
	points := t.truth.Where()
	return judge{points, t.truth.At(points)}
}

// relL2 is the relative L2 error of the answer at θ.
func (j judge) relL2(t *task, theta []float64) float64 {
	return judging.Judge(pinn.NewSolution(t.problem, t.net, t.lifts, theta).Eval(j.points), j.truth).AllRelL2
}

// batches goes through the minibatches of a task, shuffled anew for each epoch: an
// objective that is one of them until next is called.
type batches struct {
	*pinn.Batches
	dim int
	rng *rand.Rand
	k   int
}

func newBatches(t *task, size int, rng *rand.Rand) *batches {
	b := &batches{Batches: t.Loss.Deal(size), dim: t.Dim(), rng: rng}
	b.Shuffle(rng)
	return b
}

// Dim returns the length of θ.
func (b *batches) Dim() int { return b.dim }

// ValueGrad is that of the minibatch at hand.
func (b *batches) ValueGrad(grad, theta []float64) float64 {
	return b.Batches.ValueGrad(b.k, grad, theta)
}

func (b *batches) next() {
	if b.k++; b.k == b.Len() {
		b.Shuffle(b.rng)
		b.k = 0
	}
}
