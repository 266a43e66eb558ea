package lab

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/pde/judging"
	"pinn/pinn"
	"pinn/pinn/hard"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// task is a problem with its network and its loss: all that the lab takes from the rest
// of the program to get from a problem file to an objective, and to judge an answer.
type task struct {
	*pinn.Loss
	problem *pde.Problem
	net     *pinn.MLP
	lifts   []hard.Lift
	truth   judging.Truth
}

var _ hybrid.Batched = (*task)(nil)

// burgers returns Burgers' equation, ν = 0.01/π, for a network of the given layers on
// so many points; all that matters is said here, so that other defaults change no
// experiment.
func burgers(layers string, interior int, seed uint64, threads int) (*task, error) {
	src, err := problems.FromGallery("burgers")
	if err != nil {
		return nil, err
	}
	return newTask(src, []string{
		"network.hidden=" + layers, `network.activation="tanh"`, `network.fourier={ modes = [1], axes = ["x"] }`, `network.mirror="none"`,
		fmt.Sprintf("points.interior=%d", interior), `points.sampler="sobol"`, fmt.Sprintf("train.seed=%d", seed), "train.slabs=1",
	}, threads)
}

// stated compiles the text of a problem file that has all its settings in it.
func stated(name string, text []byte, threads int) (*task, error) {
	return newTask(problems.Source{File: name + ".toml", Name: name, Text: text}, nil, threads)
}

// newTask compiles a problem file with settings put into it.
func newTask(src problems.Source, settings []string, threads int) (*task, error) {
	st, faults := setup.Read(src, settings)
	if st == nil {
		return nil, faults
	}
	run, faults, err := solve.New(st, solve.Options{Threads: threads})
	if run == nil {
		return nil, errors.Join(err, faults.Err())
	}
	return &task{Loss: run.Loss(), problem: run.Problem(), net: run.Network(), lifts: st.Hard.Lifts, truth: st.Truth}, nil
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
	hybrid.Batches
	dim int
	rng *rand.Rand
	k   int
}

func newBatches(t *task, size int, rng *rand.Rand) *batches {
	b := &batches{Batches: t.Deal(size), dim: t.Dim(), rng: rng}
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

// train makes steps of m on one minibatch after another.
func train(m optim.Method, b *batches, theta []float64, steps int, over func() error) error {
	for range steps {
		if err := over(); err != nil {
			return err
		}
		if _, err := m.Step(theta, b); err != nil {
			return err
		}
		b.next()
	}
	return nil
}
