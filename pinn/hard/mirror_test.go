package hard

import (
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pinn/pinntest"
)

// TestFindMirrors: the symmetries of statements, known from their solutions, and
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
