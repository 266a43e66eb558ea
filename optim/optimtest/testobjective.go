package optimtest

import (
	"math"
	"slices"
	"testing"

	"pinn/optim"
)

// difference is the step of central differences, relative to max(1, |θ_i|): near
// ε^(1/3), where truncation h² and rounding ε/h meet.
const difference = 6e-6

// TestObjective checks f at each θ: ValueGrad stores the whole gradient, repeats
// itself bit for bit, leaves θ alone, and every component agrees with central
// differences,
//
//	|(f(θ + h·e_i) − f(θ − h·e_i))/2h − g_i| ≤ tol·‖g‖∞,   h = 6e-6·max(1, |θ_i|).
//
// Theory gives h² + ε·|f|/(h·‖g‖∞), 1e-10 where f, g and their derivatives are of
// order 1: 1e-8 is a good tol there. At a minimum the ratio means nothing.
func TestObjective(t *testing.T, f optim.Objective, tol float64, thetas ...[]float64) {
	t.Helper()
	for k, theta := range thetas {
		if len(theta) != f.Dim() {
			t.Fatalf("θ %d has length %d, want Dim() = %d", k, len(theta), f.Dim())
		}
		checkCalls(t, f, theta)
		if worst, i := GradientError(f, theta); !(worst <= tol) {
			t.Errorf("θ %d: component %d of the gradient is off by %.2g of the largest (tol %g: central differences)", k, i, worst, tol)
		}
	}
}

func checkCalls(t *testing.T, f optim.Objective, theta []float64) {
	t.Helper()
	at := slices.Clone(theta)
	g1, g2 := make([]float64, len(theta)), make([]float64, len(theta))
	for i := range g1 {
		g1[i], g2[i] = math.NaN(), 1e300
	}
	v1, v2 := f.ValueGrad(g1, at), f.ValueGrad(g2, at)
	if !sameBits(at, theta) {
		t.Error("ValueGrad changed θ")
	}
	if v1 != v2 || !sameBits(g1, g2) {
		t.Errorf("two calls at one θ gave %v and %v, or different gradients (or left some of it unset)", v1, v2)
	}
}

// GradientError returns the largest difference between the gradient of f at theta
// and central differences, relative to the largest component of either, and the
// component where it occurs.
func GradientError(f optim.Objective, theta []float64) (worst float64, component int) {
	x := slices.Clone(theta)
	grad, scratch := make([]float64, len(x)), make([]float64, len(x))
	f.ValueGrad(grad, x)
	var scale float64
	for i := range x {
		h := difference * math.Max(1, math.Abs(theta[i]))
		x[i] = theta[i] + h
		up, right := f.ValueGrad(scratch, x), x[i]
		x[i] = theta[i] - h
		down, left := f.ValueGrad(scratch, x), x[i]
		x[i] = theta[i]
		slope := (up - down) / (right - left)
		scale = math.Max(scale, math.Max(math.Abs(slope), math.Abs(grad[i])))
		d := math.Abs(slope - grad[i])
		if math.IsNaN(d) {
			return d, i
		}
		if d > worst {
			worst, component = d, i
		}
	}
	if scale == 0 {
		return worst, component
	}
	return worst / scale, component
}
