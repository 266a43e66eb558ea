package pinn

import (
	"math"
	"math/rand/v2"
	"testing"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
	"pinn/pinn/jet"
)

// plain evaluates a tanh network at one point the way a textbook does.
func plain(n *MLP, theta, x []float64) []float64 {
	var out []float64
	for _, net := range n.nets {
		var a []float64
		for _, f := range n.inputs {
			xi := (x[f.axis] - f.mid) * f.slope
			arg := float64(f.mode) * math.Pi * xi
			switch {
			case f.mode == 0:
				a = append(a, xi)
			case f.sine:
				a = append(a, math.Sin(arg))
			default:
				a = append(a, math.Cos(arg))
			}
		}
		for i, l := range net.layers {
			z := make([]float64, l.out)
			for j := range z {
				z[j] = theta[l.b+j]
				for k := range a {
					z[j] += theta[l.w+j*l.in+k] * a[k]
				}
				if i < len(net.layers)-1 {
					z[j] = math.Tanh(z[j])
				}
			}
			a = z
		}
		out = append(out, a...)
	}
	return out
}

// solved are solutions of every kind: with modes, periodic, lifted, separate.
func solved(t *testing.T) map[string]*Solution {
	sols := map[string]*Solution{}
	add := func(name string, s *stated, spec NetSpec) {
		b := build(s, spec, few)
		sols[name] = NewSolution(s.Problem, b.net, b.lifts, b.theta)
	}
	add("plate", plate(t), small("tanh"))
	add("separate", plate(t), NetSpec{Hidden: []int{5, 4}, Activation: "gelu", Separate: true})
	add("modes", burgers(t), NetSpec{Hidden: []int{6}, Activation: "tanh", Modes: []int{2, 1}})
	add("ring", kdv(t), NetSpec{Hidden: []int{6}, Activation: "swish", Modes: []int{3}})
	add("wave", wave(t), NetSpec{Hidden: []int{6}, Activation: "sin"})
	add("heat2d", heat2d(t), NetSpec{Hidden: []int{6}, Activation: "softplus"})
	return sols
}

// scatter returns points inside the box, more than a tile holds.
func scatter(b pde.Box, n int) pde.Points {
	pts, err := b.Sample(cube.Uniform{}, n, rand.New(rand.NewPCG(7, 7)))
	if err != nil {
		panic(err)
	}
	return pts
}

func TestSolutionAgainstPlainNetwork(t *testing.T) {
	for _, spec := range []NetSpec{
		small("tanh"),
		{Hidden: []int{4}, Activation: "tanh", Modes: []int{1, 3}, Separate: true},
		{Activation: "tanh"},
	} {
		s := state(t, []pde.Axis{span("x", -2, 5), ring("y", 0, 3)}, "u", "v").Equation("u = v")
		b := build(s, spec, few)
		pts := scatter(s.Box, 600)
		u := NewSolution(s.Problem, b.net, b.lifts, b.theta).Eval(pts)
		for i := range pts.N {
			for f, want := range plain(b.net, b.theta, pts.At(i)) {
				if !(math.Abs(u[f][i]-want) <= 1e-14*(1+math.Abs(want))) {
					t.Fatalf("field %d at %v = %v, want %v", f, pts.At(i), u[f][i], want)
				}
			}
		}
	}
}

// TestPartialsAgainstDifferences goes up from the value: each partial of order n
// is compared with central differences of one of order n−1, to order 4, mixed
// ones included.
func TestPartialsAgainstDifferences(t *testing.T) {
	// tol is relative to 1 plus the largest value. Theory: h² + ε/h ≈ 1e-10 times
	// the ratio of a derivative to the second after it, up to (4π)². Worst of the
	// six cases 1.3e-8. Margin 80.
	const tol = 1e-6
	for name, sol := range solved(t) {
		t.Run(name, func(t *testing.T) {
			boxes := map[string]pde.Box{"ring": kdv(t).Box, "modes": burgers(t).Box, "heat2d": heat2d(t).Box}
			box, ok := boxes[name]
			if !ok {
				box = plate(t).Box
			}
			differences(t, sol, box, tol)
		})
	}
}

// differences compares every partial of a solution, to order 4 with mixed ones, with
// central differences of the partial below it, to tol.
func differences(t *testing.T, sol *Solution, box pde.Box, tol float64) {
	t.Helper()
	d := box.Dim()
	set := jet.NewSet()
	for i := range d {
		for j := range d {
			set = jet.NewSet(append(set.All(), expr.Unit(i).Add(i).Add(i).Add(j), expr.Unit(i).Add(i).Add(j).Add(j))...)
		}
	}
	pts := scatter(box, 5)
	for f := range sol.form.fields {
		at := func(alpha expr.Multi, axis int, by float64) []float64 {
			moved := pts
			moved.X = append([]float64(nil), pts.X...)
			for i := range pts.N {
				moved.At(i)[axis] += by
			}
			u, err := sol.EvalPartials(moved, []expr.Partial{{Field: f, Order: alpha}})
			if err != nil {
				t.Fatal(err)
			}
			return u[0]
		}
		for _, alpha := range set.All()[1:] {
			below, axis := jet.Step(alpha)
			up, down, got := at(below, axis, stepFD), at(below, axis, -stepFD), at(alpha, axis, 0)
			scale := 1 + largestOf(got)
			for i := range got {
				want := (up[i] - down[i]) / (2 * stepFD)
				if !(math.Abs(got[i]-want) <= tol*scale) {
					t.Fatalf("∂^%v of field %d = %v, want %v (tol %g of %g)", alpha[:d], f, got[i], want, tol, scale)
				}
			}
		}
	}
}

func TestPeriodicByConstruction(t *testing.T) {
	s := state(t, []pde.Axis{ring("x", -1, 2), ring("y", 0, 1)}, "u").Equation("u = 0")
	// Mode 2 alone would make the period half the axis.
	b := build(s, NetSpec{Hidden: []int{8}, Activation: "tanh", Modes: []int{2}}, few)
	sol := NewSolution(s.Problem, b.net, b.lifts, b.theta)
	at := func(x, y float64) []float64 {
		var out []float64
		for _, alpha := range []expr.Multi{{}, {1}, {2}, {3}, {4}, {1, 1}, {0, 4}} {
			u, err := sol.EvalPartials(pde.Points{N: 1, D: 2, X: []float64{x, y}}, []expr.Partial{{Order: alpha}})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, u[0][0])
		}
		return out
	}
	from, to, half := at(-1, 0.3), at(2, 0.3), at(0.5, 0.3)
	for i := range from {
		// The features differ by sin(π) ≈ 1e-16, times (2ω)⁴ for a fourth derivative.
		if !(math.Abs(from[i]-to[i]) <= 1e-12*(1+math.Abs(from[i]))) {
			t.Errorf("component %d: %v at one end, %v at the other", i, from[i], to[i])
		}
	}
	if math.Abs(from[0]-half[0]) < 1e-3 {
		t.Errorf("half a period on the value is the same: %v", half[0])
	}
}

func TestSolutionAtNoPoints(t *testing.T) {
	sol := solved(t)["wave"]
	if u := sol.Eval(pde.Points{D: 2}); len(u) != 1 || len(u[0]) != 0 {
		t.Errorf("u = %v, want one empty field", u)
	}
}
