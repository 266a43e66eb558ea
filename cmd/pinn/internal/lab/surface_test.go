package lab

import (
	"math"
	"testing"

	"pinn/optim/optimtest"
)

// Gradients agree with central differences.
func TestSurfaces(t *testing.T) {
	for _, f := range []surface{rosenbrock(), beale(), bumpy()} {
		t.Run(f.name, func(t *testing.T) {
			// Theory: 1e-10 times the size of third derivatives over that of the gradient.
			optimtest.TestObjective(t, f, 1e-7, f.start, []float64{0.3, -0.7}, []float64{-0.9, 0.4}, []float64{1.7, 1.1})
			grad := make([]float64, 2)
			if v := f.ValueGrad(grad, []float64{f.minX, f.minY}); math.Abs(v)+math.Hypot(grad[0], grad[1]) > 1e-12 {
				t.Errorf("at the minimum f = %g, gradient %v", v, grad)
			}
		})
	}
	for _, angle := range []float64{0, math.Pi / 4} {
		f := newQuadratic(spectrum(5, 100), angle)
		optimtest.TestObjective(t, f, 1e-7, f.start(), []float64{1, -2, 0.3, 0.1, 4})
	}
}

// At the start each eigendirection has half a unit of loss, however the canyon lies;
// and turning by 45° makes the diagonal of the Hessian that of the plane's mean.
func TestQuadratic(t *testing.T) {
	for _, angle := range []float64{0, math.Pi / 4} {
		f := newQuadratic(spectrum(4, 1000), angle)
		if v := f.Value(f.start()); math.Abs(v-2) > 1e-12 {
			t.Errorf("loss at the start = %g, want 2", v)
		}
		n := 4
		a, g, grad := make([]float64, n*n), make([]float64, n), make([]float64, n)
		theta := []float64{1, -2, 0.5, 3}
		v := f.NormalEquations(a, g, theta)
		f.ValueGrad(grad, theta)
		for i := range n {
			sum := 0.0 // ∇f = Hθ = 2Aθ
			for k := range n {
				sum += 2 * a[min(i, k)*n+max(i, k)] * theta[k]
			}
			if math.Abs(sum-grad[i]) > 1e-9 || math.Abs(2*g[i]-grad[i]) > 1e-9 {
				t.Errorf("angle %g: row %d: 2Aθ = %g, 2g = %g, ∇f = %g", angle, i, sum, 2*g[i], grad[i])
			}
		}
		if w := f.Value(theta); v != w {
			t.Errorf("values %g and %g", v, w)
		}
		want := 1.0
		if angle > 0 {
			want = (1 + 1000) / 2.
		}
		if got := 2 * a[0]; math.Abs(got-want) > 1e-9 {
			t.Errorf("angle %g: H₁₁ = %g, want %g", angle, got, want)
		}
	}
}
