package pinn

import (
	"math"
	"testing"
)

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
		g.trial.jet.Fused = nil
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
				if g.trial.jet.Fused == nil {
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
