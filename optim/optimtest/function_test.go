package optimtest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/optimize/functions"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// tolFD bounds the gradient's error against central differences relative to its
// largest component. Theory: h²·f‴/6 + ε·|f|/h ≈ 1e-8, f‴ reaching 1e4 on these
// functions. Worst of 61 points × 8 functions: 3.7e-8 (linux/amd64, go1.26).
// Margin 27.
const tolFD = 1e-6

// tolSquares bounds what squaring the residuals and differentiating them gives
// against the closed forms, relative. Sums of up to 40 like-sized terms.
const tolSquares = 1e-12

func TestGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for k, f := range optimtest.Functions() {
		t.Run(fmt.Sprintf("%s%d", f.Name, k), func(t *testing.T) {
			optimtest.TestObjective(t, f, tolFD, f.Start)
			optimtest.TestLeastSquares(t, f, tolSquares, f.Start)
			for range 60 {
				theta := make([]float64, f.Dim())
				for i := range theta {
					theta[i] = f.Minimum[i] + rng.NormFloat64()
				}
				optimtest.TestObjective(t, f, tolFD, theta)
				optimtest.TestLeastSquares(t, f, tolSquares, theta)
			}
		})
	}
}

func TestMinima(t *testing.T) {
	for k, f := range optimtest.Functions() {
		grad := make([]float64, f.Dim())
		if v := f.ValueGrad(grad, f.Minimum); v != 0 {
			t.Errorf("%s%d at its minimum = %g, want 0", f.Name, k, v)
		}
		for i, g := range grad {
			if g != 0 {
				t.Errorf("%s%d: gradient[%d] at the minimum = %g, want 0", f.Name, k, i, g)
			}
		}
	}
}

// The functions that gonum has too must have its values and gradients.
func TestAgainstGonum(t *testing.T) {
	type gonum interface {
		Func(x []float64) float64
		Grad(grad, x []float64)
	}
	for _, row := range []struct {
		f    optimtest.Function
		twin gonum
	}{
		{optimtest.Rosenbrock(9), functions.ExtendedRosenbrock{}},
		{optimtest.Beale(), functions.Beale{}},
		{optimtest.Powell(8), functions.ExtendedPowellSingular{}},
		{optimtest.Wood(), functions.Wood{}},
	} {
		rng := rand.New(rand.NewPCG(3, 4))
		x, got, want := make([]float64, row.f.Dim()), make([]float64, row.f.Dim()), make([]float64, row.f.Dim())
		for range 20 {
			for i := range x {
				x[i] = 2 * rng.NormFloat64()
			}
			v, w := row.f.ValueGrad(got, x), row.twin.Func(x)
			row.twin.Grad(want, x)
			const tol = 1e-14 // a dozen roundings of like-sized terms; worst seen 4.6e-16
			if math.Abs(v-w) > tol*math.Abs(w) {
				t.Errorf("%s(%v) = %g, want %g (tol %g: rounding)", row.f.Name, x, v, w, tol)
			}
			scale := maxAbs(want)
			for i := range got {
				if math.Abs(got[i]-want[i]) > tol*scale {
					t.Errorf("%s gradient[%d] = %g, want %g (tol %g of the largest: rounding)", row.f.Name, i, got[i], want[i], tol)
				}
			}
		}
	}
}

// A quadratic's Hessian, by differences of its linear gradient, has the trace and
// the squared Frobenius norm of its eigenvalues, however it is turned.
func TestQuadraticSpectrum(t *testing.T) {
	lambda := optimtest.Spectrum(5, 100)
	f := optimtest.Quadratic(lambda, 0.25)
	n := f.Dim()
	theta, g := make([]float64, n), make([]float64, n)
	var trace, square, wantTrace, wantSquare float64
	zero := make([]float64, n)
	copy(theta, f.Minimum)
	f.ValueGrad(zero, theta)
	for i := range n {
		theta[i]++
		f.ValueGrad(g, theta)
		theta[i]--
		trace += g[i]
		for j := range g {
			square += g[j] * g[j]
		}
		wantTrace += lambda[i]
		wantSquare += lambda[i] * lambda[i]
	}
	const tol = 1e-13
	if math.Abs(trace-wantTrace) > tol*wantTrace || math.Abs(square-wantSquare) > tol*wantSquare {
		t.Errorf("trace %g, squared norm %g; want %g, %g (tol %g: rounding)", trace, square, wantTrace, wantSquare, tol)
	}
}

// TestObjective and GradientError must see a wrong component.
func TestGradientErrorSees(t *testing.T) {
	f := wrong{optimtest.Wood()}
	if e, i := optimtest.GradientError(f, optimtest.Wood().Start); e < 1e-4 || i != 2 {
		t.Errorf("GradientError of a gradient wrong by 1e-3 in component 2 = %g at %d", e, i)
	}
}

type wrong struct{ optim.Objective }

func (w wrong) ValueGrad(grad, theta []float64) float64 {
	v := w.Objective.ValueGrad(grad, theta)
	grad[2] *= 1.001
	return v
}

func maxAbs(x []float64) (m float64) {
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return m
}
