package hard

import (
	"math"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/pinntest"
)

// part returns the part of the face y = 0 of the unit square where a predicate holds.
func part(t *testing.T, where string) []pde.Piece {
	t.Helper()
	keep, faults := pde.NewScope(expr.NewGraph(), []string{"x", "y"}, nil).Predicate(where)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return []pde.Piece{{Fixed: []pde.Fixed{{Axis: 1, Value: 0}}, Keep: keep}}
}

// TestMirrors: the symmetries of statements, known from their solutions, and
// statements in which one word breaks them.
func TestMirrors(t *testing.T) {
	square := func(forcing string) *stated {
		return state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u").
			Equation("u_xx + u_yy = "+forcing).
			Condition("u = 0", on(0, 0, 1)).
			Condition("u = 0", on(1, 0, 1))
	}
	strip := func(forcing, left, right string) *stated {
		return state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
			Equation("u_t = u_xx + "+forcing).
			Condition("u = sin(pi*x)", on(1, 0)).
			Condition(left, on(0, 0)).
			Condition(right, on(0, 1))
	}
	even, odd := []float64{1}, []float64{-1}
	for _, test := range []struct {
		name string
		p    *stated
		want []Mirror
	}{
		{"burgers is odd", pinntest.Burgers(t), []Mirror{{0, odd}}},
		{"kdv has a direction", pinntest.KdV(t), nil},
		{"beam is clamped on one side", pinntest.Beam(t), nil},
		{"wave", pinntest.Wave(t), []Mirror{{0, even}}},
		{"two even axes", square("sin(pi*x)*sin(pi*y)"), []Mirror{{0, even}, {1, even}}},
		{"one odd, one even", square("sin(2*pi*x)*sin(pi*y)"), []Mirror{{0, odd}, {1, even}}},
		{"a mixture in x", square("(sin(2*pi*x) + sin(pi*x))*sin(pi*y)"), []Mirror{{1, even}}},
		{"a square of an odd field", strip("0.1*u^2", "u = 0", "u = 0"), []Mirror{{0, even}}},
		{"a forcing with a direction", strip("0.1*x", "u = 0", "u = 0"), nil},
		{"fluxes that are images", strip("0", "u_x = 1", "u_x = -1"), []Mirror{{0, even}}},
		{"fluxes that are not", strip("0", "u_x = 1", "u_x = 1"), nil},
		{"normals", strip("0", "dn(u) = 1", "dn(u) = 1"), []Mirror{{0, even}}},
		{"different conditions", strip("0", "u = 0", "u_x = 0"), nil},
		{"data", pinntest.Inverse(t), nil},
		{"an unknown parameter", state(t, []pde.Axis{span("x", 0, 1)}, "u").
			Parameter(pde.Param{Name: "k", Start: 1, Min: math.Inf(-1), Max: math.Inf(1)}).
			Equation("u_xx = k*sin(pi*x)").Condition("u = 0", on(0, 0, 1)), []Mirror{{0, even}}},
		{"one end in two conditions", strip("0", "u_x + u^2 = 1", "u_x + u^2 = -1"), nil},
		{"a part of a face and its image", state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u").
			Equation("lap(u) = 1").Condition("u = 0", part(t, "x < 0.3"), soft).Condition("u = 0", part(t, "x > 0.7"), soft), []Mirror{{0, even}}},
		{"a part of a face alone", state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u").
			Equation("lap(u) = 1").Condition("u = 0", part(t, "x < 0.3"), soft), nil},
		{"a curve", state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u").
			Equation("lap(u) = 1").Condition("u = 0", []pde.Piece{{Boundary: "hole"}}, soft), nil},
		{"a face and a curve", state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u").
			Equation("lap(u) = 1").Condition("u = 0", on(0, 0), soft).Condition("u = 0", []pde.Piece{{Boundary: "hole"}}, soft), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			lifts, soft, _, err := Lifts(test.p.Problem)
			if err != nil {
				t.Fatal(err)
			}
			got := Mirrors(test.p.Problem, lifts, soft)
			same := func(a, b Mirror) bool { return a.Axis == b.Axis && slices.Equal(a.Signs, b.Signs) }
			if !slices.EqualFunc(got, test.want, same) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestMirrorsInside: a hole beside the middle breaks the symmetry of the domain.
func TestMirrorsInside(t *testing.T) {
	for inside, want := range map[string]int{"x^2 + y^2 > 0.25": 2, "(x - 0.2)^2 + y^2 > 0.25": 1} {
		p := state(t, []pde.Axis{span("x", -1, 1), span("y", -1, 1)}, "u").Equation("u_xx + u_yy = 1")
		keep, faults := p.Scope.Predicate(inside)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		p.Box.Inside = keep
		if got := Mirrors(p.Problem, nil, nil); len(got) != want {
			t.Errorf("%s: got %v, want %d mirrors", inside, got, want)
		}
	}
}

// TestMirrorsOfLifts: a lift that is not symmetric breaks a symmetry of the statement.
func TestMirrorsOfLifts(t *testing.T) {
	s := state(t, []pde.Axis{span("x", 0, 1)}, "u").Equation("u_xx = 1")
	x := s.Graph.Axis(0)
	for name, l := range map[string]Lift{"g": {G: x}, "φ": {Phi: x}} {
		if got := Mirrors(s.Problem, []Lift{l}, nil); len(got) != 0 {
			t.Errorf("%s = x: mirrors %v, want none", name, got)
		}
	}
	even := s.Graph.Mul(x, s.Graph.Sub(s.Graph.Const(1), x))
	if got := Mirrors(s.Problem, []Lift{{G: even, Phi: even}}, nil); len(got) != 1 {
		t.Errorf("g = φ = x(1 − x): mirrors %v, want one", got)
	}
}
