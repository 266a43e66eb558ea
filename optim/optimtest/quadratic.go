package optimtest

import "math"

// Quadratic returns the convex quadratic
//
//	f(θ) = ½(θ − 1)ᵀ Rᵀ Λ R (θ − 1),   Λ = diag(λ),
//
// whose minimum is 0 at θ = 1 and whose Hessian has the eigenvalues λ > 0. R turns
// the planes (0, 1), (1, 2), … one after another by turn·π: turn 0 leaves the
// valley along the axes, 0.25 lays it at 45° to them. It starts from (0, 2, 0, …).
// As a sum of squares it has r = √(Λ/2)·R(θ − 1).
func Quadratic(lambda []float64, turn float64) Function {
	n := len(lambda)
	start := repeat(n, 0, 2)
	sin, cos := math.Sincos(turn * math.Pi)
	z := make([]float64, n)
	f := func(grad, theta []float64) (sum float64) {
		for i := range z {
			z[i] = theta[i] - 1
		}
		rotate(z, sin, cos)
		for i := range z {
			sum += 0.5 * lambda[i] * z[i] * z[i]
			grad[i] = lambda[i] * z[i]
		}
		for i := n - 2; i >= 0; i-- { // grad ← Rᵀ grad
			grad[i], grad[i+1] = cos*grad[i]+sin*grad[i+1], cos*grad[i+1]-sin*grad[i]
		}
		return sum
	}
	residuals := func(r []float64, j jacobian, theta []float64) {
		for column := range n { // √(Λ/2)·R·e
			clear(z)
			z[column] = 1
			rotate(z, sin, cos)
			for i := range z {
				j.set(i, column, math.Sqrt(0.5*lambda[i])*z[i])
			}
		}
		for i := range z {
			z[i] = theta[i] - 1
		}
		rotate(z, sin, cos)
		for i := range z {
			r[i] = math.Sqrt(0.5*lambda[i]) * z[i]
		}
	}
	return Function{
		Name: "quadratic", Start: start, Minimum: repeat(n, 1), f: f,
		squares: newSquares(n, n, residuals),
	}
}

// rotate computes z ← R z.
func rotate(z []float64, sin, cos float64) {
	for i := 0; i+1 < len(z); i++ {
		z[i], z[i+1] = cos*z[i]-sin*z[i+1], sin*z[i]+cos*z[i+1]
	}
}

// Spectrum returns n eigenvalues from 1 to condition, evenly spaced in logarithm.
func Spectrum(n int, condition float64) []float64 {
	if n < 2 {
		panic("optimtest: Spectrum needs n at least 2")
	}
	lambda := make([]float64, n)
	for i := range lambda {
		lambda[i] = math.Pow(condition, float64(i)/float64(n-1))
	}
	return lambda
}
