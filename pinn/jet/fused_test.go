package jet

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/internal/rows"
	"pinn/pde/expr"
)

// TestFusedJets compares the fused routines with the general programs, unit by unit.
func TestFusedJets(t *testing.T) {
	// tol bounds the difference relative to the largest component. Theory: some 100
	// roundings of 2⁻⁵³ on either side. Worst of 50 seeds × all sets × 3 tiers: 1.9e-15
	// (linux/amd64, go1.26). Margin 54.
	const points, tol = 24, 1e-13
	fused := 0
	for _, a := range activations {
		for name, set := range testSets {
			j := New(a, set, points)
			if j.Fused == nil {
				continue
			}
			fused++
			t.Run(a.name+"/"+name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(5, 6))
				n := set.Len() * points
				z, bar := make([]float64, n), make([]float64, n)
				for i := range z {
					z[i], bar[i] = rng.NormFloat64(), rng.NormFloat64()
				}
				h := slices.Clone(z)
				for p := range points {
					h[p] -= 0.5
				}
				j.Fused.Forward(h, points, 0.5)
				want, s := runUnit(j, &j.Forward, z, points)
				agrees(t, "h", h, want, tol)

				wantBar := slices.Clone(bar)
				j.Adjoint.Run(unitBanks(points, map[rows.Bank][]float64{BankZ: wantBar, BankS: s}), points)
				j.Fused.Adjoint(bar, h, points)
				agrees(t, "z̄", bar, wantBar, tol)
			})
		}
	}
	if fused < 5 {
		t.Errorf("%d jets are fused, want those of the problems that people solve", fused)
	}
}

// agrees fails unless the largest difference is within tol of the largest element.
func agrees(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	scale := 1.0
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*scale) {
			t.Fatalf("%s[%d] = %v, want %v (tol %g of %g)", what, i, got[i], want[i], tol, scale)
		}
	}
}

// TestFusedSets: every set that a problem of the gallery carries has its routine.
func TestFusedSets(t *testing.T) {
	x, y, z := expr.Unit(0), expr.Unit(1), expr.Unit(2)
	for _, tt := range []struct {
		name string
		set  *Set
	}{
		{"value", NewSet()},
		{"advection", NewSet(x, y)},
		{"heat, axes (x, t)", NewSet(y, expr.Multi{2})},
		{"heat, axes (t, x)", NewSet(x, expr.Multi{0, 2})},
		{"wave", NewSet(expr.Multi{2}, expr.Multi{0, 2})},
		{"heat-2d", NewSet(z, expr.Multi{2}, expr.Multi{0, 2})},
		{"plate", NewSet(expr.Multi{2}, expr.Multi{1, 1}, expr.Multi{0, 2})},
		{"kdv", NewSet(y, expr.Multi{3})},
		{"beam", NewSet(expr.Multi{4})},
		{"beam's end", NewSet(expr.Multi{3})},
	} {
		if Fuse(Find("tanh"), tt.set, 8) == nil {
			t.Errorf("%s has no routine", tt.name)
		}
	}
}
