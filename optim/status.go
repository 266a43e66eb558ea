package optim

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"pinn/internal/kernel"
)

// Status says why a method stopped.
type Status int

const (
	// Running: not stopped.
	Running Status = iota
	// ConvergedGradient: the largest gradient component is at or below StopGradient.
	ConvergedGradient
	// ConvergedChange: the loss fell by no more than StopChange, relative, in each
	// of ten successive steps.
	ConvergedChange
	// ConvergedStep: three successive steps were shorter than StopStep·(1 + ‖θ‖).
	ConvergedStep
	// ConvergedValue: the loss is at or below StopValue.
	ConvergedValue
	// ConvergedFloor: float64 rounding hides any further decrease of the loss.
	ConvergedFloor
	// LineSearch: no step along the direction, nor along steepest descent,
	// lowered the loss enough.
	LineSearch
	// Stuck: no damping, however large, lowered the loss.
	Stuck
	// Diverged: ‖θ‖ has grown a hundredfold.
	Diverged
	// NotFinite: the loss or its gradient is not finite where the method stands,
	// or at every trial.
	NotFinite
)

var statusNames = [...]string{
	Running:           "running",
	ConvergedGradient: "converged (gradient)",
	ConvergedChange:   "converged (change)",
	ConvergedStep:     "converged (step)",
	ConvergedValue:    "converged (value)",
	ConvergedFloor:    "converged (rounding floor)",
	LineSearch:        "line-search",
	Stuck:             "stuck",
	Diverged:          "diverged",
	NotFinite:         "not-finite",
}

// String returns the name of s, such as "line-search".
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return "Status(" + strconv.Itoa(int(s)) + ")"
	}
	return statusNames[s]
}

// Converged reports whether a tolerance was met.
func (s Status) Converged() bool { return s >= ConvergedGradient && s <= ConvergedFloor }

// Early reports a stop before any tolerance was met.
func (s Status) Early() bool { return s != Running && !s.Converged() }

// ErrNotFinite is what every NotFiniteError matches under errors.Is.
var ErrNotFinite = errors.New("not finite")

// Quantity names what was not finite.
type Quantity string

// The quantities that a NotFiniteError can name.
const (
	Loss      Quantity = "loss"
	Gradient  Quantity = "gradient"
	Matrix    Quantity = "diagonal of JᵀJ"
	Parameter Quantity = "parameter"
)

// NotFiniteError reports a NaN, an infinity, or a number whose square overflows.
type NotFiniteError struct {
	Step  int       // updates that the method had made before this step
	What  Quantity  // loss, gradient, or parameter (an update that overflowed)
	Index int       // first offending component; −1 for the loss or a norm that overflows
	Value float64   // the offending number
	At    []float64 // the parameters where it was met; nil for those that Step was given
}

// Error returns, for instance, "step 12: gradient[3] is NaN".
func (e *NotFiniteError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("step %d: %s is %g", e.Step, e.What, e.Value)
	}
	return fmt.Sprintf("step %d: %s[%d] is %g", e.Step, e.What, e.Index, e.Value)
}

// Is reports whether target is ErrNotFinite.
func (e *NotFiniteError) Is(target error) bool { return target == ErrNotFinite }

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
