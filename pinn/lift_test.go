package pinn

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
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
			condition("u = x^2*exp(x)", on(1, 0)).
			condition("u = cos(t)/e", on(0, -1)).
			condition("u = e*(1+t)", on(0, 1))},
		{"x, y and t", state(t, xyt, "u").
			condition("u = sin(x*y)*t", append(on(0, 0, 1), on(1, -1, 3)...)).
			condition("u = sin(x*y)", on(2, 1))},
		{"velocity", state(t, xt, "u").
			condition("u = cos(pi*x)", on(1, 0)).
			condition("u_t = x", on(1, 0)).
			condition("u = -exp(t)", on(0, -1)).
			condition("u = -1 + sin(t)", on(0, 1))},
		{"velocity in two axes of space", state(t, xyt, "u").
			condition("u = x*y", on(2, 1)).
			condition("3*u_t = 6*x*y^2", on(2, 1)).
			condition("u = x*y + 2*(t-1)*x*y^2", append(on(0, 0, 1), on(1, -1, 3)...))},
		{"one side", state(t, xt, "u").
			condition("u = sin(x)", on(1, 0)).
			condition("0 = 2*u - 2*sin(1) - t", on(0, 1))},
		{"last time", state(t, xt, "u").condition("u = x", on(1, 2))},
		{"both times", state(t, xt, "u").condition("u = x", on(1, 0)).condition("u = x^2", on(1, 2))},
		{"periodic", state(t, []pde.Axis{ring("x", 0, 2), span("t", 0, 1)}, "u").
			condition("u = sin(pi*x)", on(1, 0)).
			condition("u_t = cos(pi*x)", on(1, 0))},
		{"time alone", state(t, []pde.Axis{span("t", 2, 3)}, "u", "v").
			condition("u = 1", on(0, 2)).condition("u_t = 2", on(0, 2)).condition("v = 3", on(0, 2))},
		{"two fields", state(t, xt, "u", "v").
			condition("v = x", on(1, 0)).condition("u = t", on(0, 1)).condition("v = -1", on(0, -1))},
		{"statements that combine", state(t, xt, "u").
			condition("u = 0", on(0, -1)).condition("u = sin(pi*x)", on(1, 0)).condition("u = t^2", on(0, 1))},
		{"said twice", state(t, xt, "u").
			condition("u = x + t", on(1, 0)).condition("u = x", on(1, 0))},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			lifts, soft, notes, err := BuildLifts(r.s.Problem)
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

func TestConditionsThatStaySoft(t *testing.T) {
	xt := []pde.Axis{span("x", -1, 1), span("t", 0, 1)}
	px := []pde.Axis{ring("x", -1, 1), span("t", 0, 1)}
	whole := func(b pde.Box, s *pde.Scope, text string) *pde.Predicate {
		p, faults := s.Predicate(text)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		return p
	}
	restricted := state(t, xt, "u")
	restricted.condition("u = 0", []pde.Piece{{Fixed: []pde.Fixed{{Axis: 0, Value: -1}}, Keep: whole(restricted.Box, restricted.scope, "t > 0.5")}})
	rows := []struct {
		name string
		s    *stated
		why  string // part of the note
		soft []int
		data bool // the data are what stands against it
	}{
		{"period in slope", state(t, px, "u").condition("u = x^2*cos(pi*x)", on(1, 0)),
			"the slope of its data jumps by 4 across the period of x", []int{0}, true},
		{"period in value", state(t, px, "u").condition("u = x", on(1, 0)), "its data jump by 2 across the period of x", []int{0}, true},
		{"disagreement keeps the earlier", state(t, xt, "u").
			condition("u = 1 - x", on(1, 0)).condition("u = 0", on(0, -1, 1)), "its data differ by 2 from condition[0] where both hold", []int{1}, true},
		{"a demand goes before a choice", state(t, xt, "u").
			condition("u = 1 - x", on(1, 0)).condition("u = 0", on(0, -1, 1), hard), "from condition[1]", []int{0}, true},
		{"velocity disagrees", state(t, xt, "u").
			condition("u = 0", on(1, 0)).condition("u = sin(t)", on(0, 1)).condition("u_t = 0", on(1, 0)), "differ by 1 from condition[1]", []int{2}, true},
		{"velocity without value", state(t, xt, "u").condition("u_t = 0", on(1, 0)), "only where the value is hard too", []int{0}, true},
		{"velocity between two values", state(t, xt, "u").
			condition("u = 0", on(1, 0, 1)).condition("u_t = 0", on(1, 0)), "no room for a velocity", []int{1}, true},
		{"neumann", state(t, xt, "u").condition("dn(u) = 0", on(0, 1)), "contains the normal", []int{0}, false},
		{"slope", state(t, xt, "u").condition("u_x = 0", on(0, 1)), "it gives the derivative u_x", []int{0}, false},
		{"velocity on a face", state(t, xt, "u").condition("u_t = 0", on(0, 1)), "at the initial time only", []int{0}, false},
		{"velocity at the end", state(t, xt, "u").condition("u_t = 0", on(1, 1)), "at the initial time only", []int{0}, false},
		{"robin", state(t, xt, "u").condition("u + u_x = 0", on(0, 1)), "not of the form", []int{0}, false},
		{"two fields", state(t, xt, "u", "v").condition("u = v", on(0, 1)), "not of the form", []int{0}, false},
		{"nonlinear", state(t, xt, "u").condition("u^2 = 1", on(0, 1)), "not linear", []int{0}, false},
		{"factor of the place", state(t, xt, "u").condition("(1+t)*u = 1", on(0, 1)), "not linear", []int{0}, false},
		{"kink", state(t, xt, "u").condition("u = abs(x)", on(1, 0)), "not smooth", []int{0}, true},
		{"no value", state(t, xt, "u").condition("u = log(1+x)", on(1, 0)), "not finite everywhere", []int{0}, true},
		{"inside", state(t, xt, "u").condition("u = 0", on(0, 0.5)), "x = 0.5 is not a face", []int{0}, false},
		{"a point", state(t, xt, "u").condition("u = 0", []pde.Piece{{Fixed: []pde.Fixed{{Axis: 0, Value: -1}, {Axis: 1, Value: 0}}}}),
			"not hold on a whole face", []int{0}, false},
		{"a part of a face", restricted, "not hold on a whole face", []int{0}, false},
		{"on a periodic axis", state(t, px, "u").condition("u = 0", on(0, -1)), "is not a face", []int{0}, false},
		{"unknown parameter", state(t, xt, "u").parameter(pde.Param{Name: "k", Min: math.Inf(-1), Max: math.Inf(1)}).
			condition("u = k", on(0, 1)), "unknown parameter", []int{0}, false},
		{"wish", state(t, xt, "u").condition("u = 0", on(0, 1), soft), "", []int{0}, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			lifts, soft, notes, err := BuildLifts(r.s.Problem)
			if err != nil {
				t.Fatal(err)
			}
			if len(lifts) != len(r.s.Fields) {
				t.Errorf("%d lifts for %d fields", len(lifts), len(r.s.Fields))
			}
			if len(soft) != len(r.soft) || soft[0] != r.soft[0] {
				t.Errorf("soft = %v, want %v", soft, r.soft)
			}
			if r.why == "" {
				if len(notes) > 0 {
					t.Errorf("notes = %v, want none", notes)
				}
			} else if len(notes) != 1 || notes[0].Condition != r.soft[0] || !strings.Contains(notes[0].Message, r.why) {
				t.Errorf("notes = %v, want one that says %q", notes, r.why)
			} else if notes[0].Fallback != r.data {
				t.Errorf("fall-back %v, want %v", notes[0].Fallback, r.data)
			}
		})
	}
}

func TestHardDemandThatCannotBeMet(t *testing.T) {
	xt := []pde.Axis{span("x", -1, 1), span("t", 0, 1)}
	s := state(t, xt, "u").
		condition("u_x = 0", on(0, 1), hard).
		condition("u = 0", on(1, 0), hard).
		condition("u = 1", on(0, -1), hard)
	_, _, _, err := BuildLifts(s.Problem)
	es, ok := err.(HardErrors)
	if !ok || len(es) != 2 || es[0].Condition != 0 || es[1].Condition != 2 {
		t.Fatalf("error = %v, want conditions 0 and 2", err)
	}
	if want := "condition[0].enforce: cannot be hard: it gives the derivative u_x"; es[0].Error() != want {
		t.Errorf("error = %q, want %q", es[0], want)
	}
	if !strings.Contains(err.Error(), "differ by 1 from condition[1]") {
		t.Errorf("error = %q, want the condition it contradicts", err)
	}
}

func TestFactorIsAtMostOne(t *testing.T) {
	s := state(t, []pde.Axis{span("x", 2, 5), span("y", -1, 0), span("t", 1, 3)}, "u").
		condition("u = 0", append(on(0, 2, 5), on(1, 0)...)).
		condition("u = 0", on(2, 1)).condition("u_t = 0", on(2, 1))
	lifts, _, _, err := BuildLifts(s.Problem)
	if err != nil {
		t.Fatal(err)
	}
	l := lifts[0]
	if l.G != nil {
		t.Errorf("g = %v, want 0", l.G)
	}
	if got := l.Phi.Eval(expr.Env{X: []float64{3.5, -1, 3}}); got != 1 {
		t.Errorf("φ at its maximum = %v, want 1", got)
	}
	for _, x := range [][]float64{{2, -1, 3}, {5, -1, 3}, {3.5, 0, 3}, {3.5, -1, 1}} {
		if got := l.Phi.Eval(expr.Env{X: x}); got != 0 {
			t.Errorf("φ(%v) = %v, want 0", x, got)
		}
	}
}
