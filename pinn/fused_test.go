package pinn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/internal/rows"
	"pinn/pde"
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
			j := newJet(a, set, points)
			if j.fused == nil {
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
				j.fused.Forward(h, points, 0.5)
				want, s := runUnit(j, &j.forward, z, points)
				agrees(t, "h", h, want, tol)

				wantBar := slices.Clone(bar)
				j.adjoint.Run(unitBanks(points, map[rows.Bank][]float64{bankZ: wantBar, bankS: s}), points)
				j.fused.Adjoint(bar, h, points)
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

// unfuse makes a loss use the general programs.
func unfuse(l *Loss) {
	for _, g := range l.groups {
		g.trial.jet.fused = nil
	}
	l.engine = newEngine(l.groups, 1, len(l.params))
}

// TestFusedLoss compares losses and gradients of whole problems, minibatches among
// them, with and without fused routines.
func TestFusedLoss(t *testing.T) {
	// tol: as above, through three layers and sums over 300 points. Worst of 20 starts
	// × all problems × 3 tiers: 5.8e-16 of the largest component, at least 1. Margin 17.
	const tol = 1e-14
	for _, p := range problems {
		t.Run(p.name, func(t *testing.T) {
			spec := NetSpec{Hidden: []int{7, 5}, Activation: "tanh"}
			fast, slow := p.state(t).build(spec, LossOptions{Interior: 300}), p.state(t).build(spec, LossOptions{Interior: 300})
			unfuse(slow.Loss)
			for i, g := range fast.groups {
				if g.trial.jet.fused == nil {
					t.Errorf("group %d is not fused", i)
				}
			}
			a, b := make([]float64, fast.Dim()), make([]float64, fast.Dim())
			la, lb := fast.ValueGrad(a, fast.theta), slow.ValueGrad(b, slow.theta)
			agrees(t, "loss", []float64{la, fast.Value(fast.theta)}, []float64{lb, slow.Value(slow.theta)}, tol)
			agrees(t, "gradient", a, b, tol)
			la, lb = fast.deal(50).ValueGrad(1, a, fast.theta), slow.deal(50).ValueGrad(1, b, slow.theta)
			agrees(t, "loss of a minibatch", []float64{la}, []float64{lb}, tol)
			agrees(t, "gradient of a minibatch", a, b, tol)
		})
	}
}

// TestFusedSets: every set that a problem of the gallery carries has its routine.
func TestFusedSets(t *testing.T) {
	x, y, z := pde.Unit(0), pde.Unit(1), pde.Unit(2)
	for _, tt := range []struct {
		name string
		set  *JetSet
	}{
		{"value", NewJetSet()},
		{"advection", NewJetSet(x, y)},
		{"heat, axes (x, t)", NewJetSet(y, pde.Multi{2})},
		{"heat, axes (t, x)", NewJetSet(x, pde.Multi{0, 2})},
		{"wave", NewJetSet(pde.Multi{2}, pde.Multi{0, 2})},
		{"heat-2d", NewJetSet(z, pde.Multi{2}, pde.Multi{0, 2})},
		{"plate", NewJetSet(pde.Multi{2}, pde.Multi{1, 1}, pde.Multi{0, 2})},
		{"kdv", NewJetSet(y, pde.Multi{3})},
		{"beam", NewJetSet(pde.Multi{4})},
		{"beam's end", NewJetSet(pde.Multi{3})},
	} {
		if fuse(findActivation("tanh"), tt.set, 8) == nil {
			t.Errorf("%s has no routine", tt.name)
		}
	}
}
