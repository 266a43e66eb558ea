package pinn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
	"pinn/pinn/hard"
)

// tolExact bounds how far a hard condition is from being met: some roundings of
// sums of terms of the size of the data and of the network's derivatives.
const tolExact = 1e-13

// TestHardConditionsHold evaluates the statement of every hard condition on its
// own place for a random network: the lift must meet it whatever θ is.
func TestHardConditionsHold(t *testing.T) {
	xt := []pde.Axis{span("x", -1, 1), span("t", 0, 2)}
	xyt := []pde.Axis{span("x", 0, 1), span("y", -1, 3), span("t", 1, 2)}
	rows := []struct {
		name string
		s    *stated
	}{
		{"x and t", state(t, xt, "u").
			Condition("u = x^2*exp(x)", on(1, 0)).
			Condition("u = cos(t)/e", on(0, -1)).
			Condition("u = e*(1+t)", on(0, 1))},
		{"x, y and t", state(t, xyt, "u").
			Condition("u = sin(x*y)*t", append(on(0, 0, 1), on(1, -1, 3)...)).
			Condition("u = sin(x*y)", on(2, 1))},
		{"velocity", state(t, xt, "u").
			Condition("u = cos(pi*x)", on(1, 0)).
			Condition("u_t = x", on(1, 0)).
			Condition("u = -exp(t)", on(0, -1)).
			Condition("u = -1 + sin(t)", on(0, 1))},
		{"velocity in two axes of space", state(t, xyt, "u").
			Condition("u = x*y", on(2, 1)).
			Condition("3*u_t = 6*x*y^2", on(2, 1)).
			Condition("u = x*y + 2*(t-1)*x*y^2", append(on(0, 0, 1), on(1, -1, 3)...))},
		{"one side", state(t, xt, "u").
			Condition("u = sin(x)", on(1, 0)).
			Condition("0 = 2*u - 2*sin(1) - t", on(0, 1))},
		{"last time", state(t, xt, "u").Condition("u = x", on(1, 2))},
		{"both times", state(t, xt, "u").Condition("u = x", on(1, 0)).Condition("u = x^2", on(1, 2))},
		{"periodic", state(t, []pde.Axis{ring("x", 0, 2), span("t", 0, 1)}, "u").
			Condition("u = sin(pi*x)", on(1, 0)).
			Condition("u_t = cos(pi*x)", on(1, 0))},
		{"time alone", state(t, []pde.Axis{span("t", 2, 3)}, "u", "v").
			Condition("u = 1", on(0, 2)).Condition("u_t = 2", on(0, 2)).Condition("v = 3", on(0, 2))},
		{"two fields", state(t, xt, "u", "v").
			Condition("v = x", on(1, 0)).Condition("u = t", on(0, 1)).Condition("v = -1", on(0, -1))},
		{"statements that combine", state(t, xt, "u").
			Condition("u = 0", on(0, -1)).Condition("u = sin(pi*x)", on(1, 0)).Condition("u = t^2", on(0, 1))},
		{"said twice", state(t, xt, "u").
			Condition("u = x + t", on(1, 0)).Condition("u = x", on(1, 0))},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			lifts, soft, notes, err := hard.Lifts(r.s.Problem)
			if err != nil || len(soft) > 0 || len(notes) > 0 {
				t.Fatalf("soft %v, notes %v, error %v; want all hard", soft, notes, err)
			}
			net := NewMLP(r.s.Box, len(r.s.Fields), NetSpec{Hidden: []int{7}, Activation: "tanh"})
			theta := make([]float64, net.Size())
			net.Init(theta, rand.New(rand.NewPCG(1, 1)))
			sol := NewSolution(r.s.Problem, net, lifts, theta)
			holdsHard(t, r.name, r.s.Problem, nil, sol)
		})
	}
}

// holdsHard checks that a solution meets every condition of a problem but the soft
// ones, to tolExact.
func holdsHard(t *testing.T, name string, p *pde.Problem, soft []int, sol *Solution) {
	t.Helper()
	for i, c := range p.Conditions {
		if slices.Contains(soft, i) {
			continue
		}
		pts, err := p.Box.SampleOn(c.Pieces, cube.Uniform{}, 40, rand.New(rand.NewPCG(2, 2)))
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range residualAt(t, sol, c.Residual, pts) {
			if !(math.Abs(v) <= tolExact) {
				t.Fatalf("%s, %s: residual %g at %v (tol %g)", name, c.Name, v, pts.At(j), tolExact)
			}
		}
	}
}

// residualAt evaluates a residual point by point with the plain evaluator.
func residualAt(t *testing.T, sol *Solution, r *expr.Expr, pts pde.Points) []float64 {
	t.Helper()
	ps := r.Partials()
	u, err := sol.EvalPartials(pts, ps)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, pts.N)
	for i := range out {
		out[i] = r.Eval(expr.Env{X: pts.At(i), N: pts.Normal(i), U: func(p expr.Partial) float64 {
			for k := range ps {
				if ps[k] == p {
					return u[k][i]
				}
			}
			panic("no such partial")
		}})
	}
	return out
}

// TestFoldIsSymmetric compares the solution and its derivatives at places and at
// their images. Values are sums of the same M numbers in another order, which
// moves them by rounding: 1e-14 of the largest seen, margin 10.
func TestFoldIsSymmetric(t *testing.T) {
	spec := small("tanh")
	spec.Modes = []int{1}
	spec.Mirrors = []hard.Mirror{{Axis: 0, Signs: []float64{-1}}, {Axis: 1, Signs: []float64{1}}}
	p := build(state(t, []pde.Axis{span("x", -1, 2), span("y", 0, 1)}, "u").Equation("u_xx + u_xy = 1"), spec, few)
	place := pde.Points{N: 4, D: 2, X: []float64{0.1, 0.2, 0.9, 0.2, 0.1, 0.8, 0.9, 0.8}}
	partials := []expr.Partial{{}, {Order: expr.Unit(0)}, {Order: expr.Unit(1)}, {Order: expr.Multi{1, 1}}, {Order: expr.Multi{2}}}
	signs := [][]float64{{1, -1, 1, -1}, {1, 1, 1, 1}, {1, -1, -1, 1}, {1, 1, -1, -1}, {1, -1, 1, -1}}
	u, err := NewSolution(p.problem, p.net, p.lifts, p.theta).EvalPartials(place, partials)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range u {
		if row[0] == 0 {
			t.Errorf("∂%v u vanishes: nothing is compared", partials[i].Order)
		}
		for j, v := range row {
			if want := signs[i][j] * row[0]; !(math.Abs(v-want) <= 1e-13*math.Abs(want)) {
				t.Errorf("∂%v u at image %d = %v, want %v", partials[i].Order, j, v, want)
			}
		}
	}
}
