package pinn

import (
	"math"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
)

// TestFindMirrors: the symmetries of statements, known from their solutions, and
// statements in which one word breaks them.
func TestFindMirrors(t *testing.T) {
	square := func(forcing string) *stated {
		return state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u").
			equation("u_xx + u_yy = "+forcing).
			condition("u = 0", on(0, 0, 1)).
			condition("u = 0", on(1, 0, 1))
	}
	strip := func(forcing, left, right string) *stated {
		return state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
			equation("u_t = u_xx + "+forcing).
			condition("u = sin(pi*x)", on(1, 0)).
			condition(left, on(0, 0)).
			condition(right, on(0, 1))
	}
	even, odd := []float64{1}, []float64{-1}
	for _, test := range []struct {
		name string
		p    *stated
		want []Mirror
	}{
		{"burgers is odd", burgers(t), []Mirror{{0, odd}}},
		{"kdv has a direction", kdv(t), nil},
		{"beam is clamped on one side", beam(t), nil},
		{"wave", wave(t), []Mirror{{0, even}}},
		{"two even axes", square("sin(pi*x)*sin(pi*y)"), []Mirror{{0, even}, {1, even}}},
		{"one odd, one even", square("sin(2*pi*x)*sin(pi*y)"), []Mirror{{0, odd}, {1, even}}},
		{"a mixture in x", square("(sin(2*pi*x) + sin(pi*x))*sin(pi*y)"), []Mirror{{1, even}}},
		{"a square of an odd field", strip("0.1*u^2", "u = 0", "u = 0"), []Mirror{{0, even}}},
		{"a forcing with a direction", strip("0.1*x", "u = 0", "u = 0"), nil},
		{"fluxes that are images", strip("0", "u_x = 1", "u_x = -1"), []Mirror{{0, even}}},
		{"fluxes that are not", strip("0", "u_x = 1", "u_x = 1"), nil},
		{"normals", strip("0", "dn(u) = 1", "dn(u) = 1"), []Mirror{{0, even}}},
		{"different conditions", strip("0", "u = 0", "u_x = 0"), nil},
		{"data", inverse(t), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			lifts, soft, _, err := BuildLifts(test.p.Problem)
			if err != nil {
				t.Fatal(err)
			}
			got := FindMirrors(test.p.Problem, lifts, soft)
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
		p := state(t, []pde.Axis{span("x", -1, 1), span("y", -1, 1)}, "u").equation("u_xx + u_yy = 1")
		keep, faults := p.scope.Predicate(inside)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		p.Box.Inside = keep
		if got := FindMirrors(p.Problem, nil, nil); len(got) != want {
			t.Errorf("%s: got %v, want %d mirrors", inside, got, want)
		}
	}
}

// TestFoldIsSymmetric compares the solution and its derivatives at places and at
// their images. Values are sums of the same M numbers in another order, which
// moves them by rounding: 1e-14 of the largest seen, margin 10.
func TestFoldIsSymmetric(t *testing.T) {
	spec := small("tanh")
	spec.Modes = []int{1}
	spec.Mirrors = []Mirror{{0, []float64{-1}}, {1, []float64{1}}}
	p := state(t, []pde.Axis{span("x", -1, 2), span("y", 0, 1)}, "u").equation("u_xx + u_xy = 1").build(spec, few)
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
