package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"

	"pinn/pinn"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// Case is a problem, a network and a number of points.
type Case struct {
	Problem string // of the gallery, or burgers-periodic
	Hidden  []int
	Points  int // in the interior
}

// Cases is what the engine is judged by. Burgers' equation on a periodic axis has
// three inputs (cos πx, sin πx, t), which makes P = 941 of 3×20 and P = 2011 of
// 3×30.
var Cases = []Case{
	{"burgers", []int{20, 20, 20}, 10000},
	{"burgers", []int{20, 20, 20, 20, 20, 20, 20, 20}, 10000},
	{"burgers", []int{64, 64, 64, 64}, 10000},
	{"burgers", []int{128, 128, 128, 128}, 10000},
	{"heat-2d", []int{20, 20, 20}, 10000},
	{"elasticity-plate", []int{20, 20, 20}, 10000},
	{"kdv", []int{20, 20, 20}, 10000},
	{"beam", []int{20, 20, 20}, 10000},
	{"burgers-periodic", []int{20, 20, 20}, 4000},
	{"burgers-periodic", []int{30, 30, 30}, 8000},
}

// periodic is Burgers' equation on a ring.
const periodic = `title  = "Burgers' equation on a ring"
fields = ["u"]

[domain]
x = { from = -1, to = 1, periodic = true }
t = [0, 1]

[constants]
nu = "0.01/pi"

[[equation]]
is = "u_t + u*u_x = nu*u_xx"

[[condition]]
at = "t = 0"
is = "u = -sin(pi*x)"
`

// Net returns the network's hidden layers as depth×width.
func (c Case) Net() string { return fmt.Sprintf("%d×%d", len(c.Hidden), c.Hidden[0]) }

// String returns the name of the case.
func (c Case) String() string { return c.Problem + " " + c.Net() }

// Subject is a case made ready for one number of threads.
type Subject struct {
	*pinn.Loss
	Theta []float64
	layer int // Σ in·out
}

// Build makes the case ready. The inputs of the network are the coordinates, or cos and
// sin of the lowest mode on a periodic axis.
func (c Case) Build(threads int) (*Subject, error) {
	run, err := c.run(threads)
	if err != nil {
		return nil, err
	}
	loss := run.Loss()
	s := &Subject{Loss: loss, Theta: make([]float64, loss.Dim())}
	loss.Start(s.Theta, rand.New(rand.NewPCG(1, 1)))
	in := run.Network().Inputs()
	for _, out := range append(append([]int{}, c.Hidden...), len(run.Problem().Fields)) {
		s.layer += in * out
		in = out
	}
	return s, nil
}

// run prepares a run of the case that is never carried out.
func (c Case) run(threads int) (*solve.Run, error) {
	src := problems.Source{File: c.Problem + ".toml", Name: c.Problem, Text: []byte(periodic)}
	if c.Problem != "burgers-periodic" {
		var err error
		if src, err = problems.FromGallery(c.Problem); err != nil {
			return nil, err
		}
	}
	hidden, _ := json.Marshal(c.Hidden)
	st, faults := setup.Read(src, []string{
		"network.hidden=" + string(hidden), `network.activation="tanh"`, `network.fourier="none"`, `network.mirror="none"`,
		fmt.Sprintf("points.interior=%d", c.Points), "train.slabs=1", "train.stages=1",
	})
	if st == nil {
		return nil, faults
	}
	run, faults, err := solve.New(st, solve.Options{Threads: threads})
	if run == nil {
		return nil, errors.Join(err, faults.Err())
	}
	return run, nil
}

// GradientWork returns the operations that a loss and its gradient count as.
func (s *Subject) GradientWork() float64 {
	sum := 0
	for _, g := range s.Groups() {
		sum += 6 * g.Partials * g.Points * s.layer
	}
	return float64(sum)
}

// NormalWork returns the operations that the normal equations count as.
func (s *Subject) NormalWork() float64 {
	p := float64(s.Dim())
	return float64(s.Residuals()) * p * p
}
