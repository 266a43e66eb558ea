package optim

import (
	"errors"
	"fmt"
)

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
