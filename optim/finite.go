package optim

import (
	"math"

	"pinn/internal/kernel"
)

// hugeComponent is where x² leaves float64: larger components count as not finite,
// because second moments, norms and slopes need their squares.
const hugeComponent = 1e154

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// checkFinite returns ‖grad‖₂, or what is not finite about value and grad.
func checkFinite(step int, value float64, grad []float64) (norm float64, err *NotFiniteError) {
	if !finite(value) {
		return math.NaN(), &NotFiniteError{Step: step, What: Loss, Index: -1, Value: value}
	}
	square := kernel.Dot(grad, grad)
	if finite(square) {
		return math.Sqrt(square), nil
	}
	return math.NaN(), firstNotFinite(step, Gradient, grad, square)
}

// firstNotFinite names the first component of x that is not finite or too large to square,
// or else the sum of squares, which then overflows by many large components.
func firstNotFinite(step int, what Quantity, x []float64, square float64) *NotFiniteError {
	for i, v := range x {
		if !(math.Abs(v) <= hugeComponent) {
			return &NotFiniteError{Step: step, What: what, Index: i, Value: v}
		}
	}
	return &NotFiniteError{Step: step, What: what, Index: -1, Value: square}
}
