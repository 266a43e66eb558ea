package optim

import "errors"

// LeastSquares is an Objective that is a sum of squares, L = |r(θ)|², r: Rᵖ → Rᴺ,
// with J = ∂r/∂θ. Constant weights are part of r. There is no factor ½.
type LeastSquares interface {
	Objective
	// Value returns L(θ) alone, to rounding that of ValueGrad.
	Value(theta []float64) float64
	// NormalEquations returns L(θ) and stores the matrix and the gradient of the
	// Gauss-Newton model |r + Jp|² = L + 2g·p + p·Ap:
	//
	//	A = JᵀJ   in the upper triangle of a, p×p row-major; the rest is left alone
	//	g = Jᵀr = ½∇L
	//
	// len(a) = p², len(g) = len(theta) = p. As ValueGrad it keeps no slice, changes
	// no θ, repeats itself bit for bit, and may give what is not finite.
	NormalEquations(a, g, theta []float64) float64
}

// ErrNotLeastSquares is the error of a method that needs a LeastSquares objective
// and was given another.
var ErrNotLeastSquares = errors.New("the objective is no sum of squares with normal equations")
