package quasinewton

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/optimize"
)

var errSearchTooLong = errors.New("linesearch: evaluation limit reached")

// Wolfe is gonum's More–Thuente search for a step a with the strong Wolfe
// conditions,
//
//	φ(a) ≤ φ(0) + c₁·a·φ'(0)   and   |φ'(a)| ≤ c₂·|φ'(0)|,
//
// made safe in two ways. It ends after limit evaluations. And a trial that is not
// finite, on which More–Thuente would never return, is replaced by the reflection
//
//	φ(a) = φ(0) + a·|φ'(0)|,   φ'(a) = 3·|φ'(0)|,
//
// the parabola with the known slope at 0 and its minimum at a/4: each such trial
// shortens the step about fourfold. (A huge finite value would not do: the cubic
// interpolation then collapses the interval.) A reflected trial is never accepted.
//
// Source: Moré, Thuente, ACM TOMS 20 (1994) 286–307, through gonum/optimize.
type Wolfe struct {
	gonum optimize.MoreThuente
	limit int

	value, slope float64 // φ(0), φ'(0) < 0
	first        float64 // the first trial
	noise        float64 // see measureNoise

	Step      float64 // a of the current trial
	Trials    int     // made in this search
	NotFinite int     // trials that were not finite
}

var _ optimize.Linesearcher = (*Wolfe)(nil)

// NewWolfe returns a search for c₁ = decrease and c₂ = curvature that makes at most limit
// trials.
func NewWolfe(decrease, curvature float64, limit int) *Wolfe {
	return &Wolfe{
		gonum: optimize.MoreThuente{DecreaseFactor: decrease, CurvatureFactor: curvature},
		limit: limit,
	}
}

// Init begins a search at φ(0) = value, φ'(0) = derivative < 0 with trial step.
func (w *Wolfe) Init(value, derivative, step float64) optimize.Operation {
	w.value, w.slope = value, derivative
	w.first, w.Step = step, step
	w.Trials, w.NotFinite = 0, 0
	w.noise = 0
	return w.gonum.Init(value, derivative, step)
}

// Iterate takes φ and φ' at the current trial and returns the next one.
func (w *Wolfe) Iterate(value, derivative float64) (optimize.Operation, float64, error) {
	w.Trials++
	if finite(value) && finite(derivative) {
		w.measureNoise(value, derivative)
	} else {
		w.NotFinite++
		value = w.value + w.Step*math.Abs(w.slope)
		derivative = 3 * math.Abs(w.slope)
	}
	op, step, err := w.gonum.Iterate(value, derivative)
	if err == nil && op != optimize.MajorIteration {
		if w.Trials >= w.limit {
			return optimize.NoOperation, w.Step, errSearchTooLong
		}
		w.Step = step
	}
	return op, step, err
}

// measureNoise measures the rounding noise of φ: the largest
//
//	|φ(a) − φ(0) − a·(φ'(0) + φ'(a))/2|
//
// over trials a hundred times shorter than the first, where the trapezium rule is
// as good as exact.
func (w *Wolfe) measureNoise(value, derivative float64) {
	if w.Step <= 0.01*w.first {
		w.noise = max(w.noise, math.Abs(value-w.value-0.5*w.Step*(w.slope+derivative)))
	}
}

// Lowers reports whether value at the current trial meets the decrease condition.
func (w *Wolfe) Lowers(value float64) bool {
	return value <= w.value+w.gonum.DecreaseFactor*w.Step*w.slope && value < w.value
}

// AtFloor reports whether the search had nothing to find: the decrease that the
// first step promised, first·|φ'(0)|/2 (exact for a parabola with its minimum
// there), is below the rounding noise of φ. A mismatch above a thousandth of φ is
// not rounding: the objective jumps, or its gradient is wrong.
func (w *Wolfe) AtFloor() bool {
	const epsilon = 0x1p-52
	size := math.Abs(w.value)
	if w.noise > 1e-3*size {
		return false
	}
	return 0.5*w.first*math.Abs(w.slope) <= 4*math.Max(w.noise, epsilon*size)
}
