package optim

import (
	"fmt"
	"math"
	"strings"
)

// Configurable is a Method whose hyperparameters can be listed, set and checked
// by the names of the problem file. Every row of Methods is one.
type Configurable interface {
	Method
	// Settings lists the hyperparameters with pointers to their fields. The
	// learning rate is a Schedule and not among them.
	Settings() []Setting
	// Check returns every hyperparameter outside its range, none if all is well.
	// Init panics where Check finds a fault.
	Check() Faults
}

// Setting is one hyperparameter under its name in a problem file. Exactly one of
// Float, Int and Bool is set. It points into the method.
type Setting struct {
	Key   string
	Float *float64
	Int   *int
	Bool  *bool
	Range Range // of Float or Int
}

// Range is an interval of legal values.
type Range struct {
	Min, Max         float64
	MinOpen, MaxOpen bool
}

var (
	positive    = Range{Min: 0, Max: math.Inf(1), MinOpen: true, MaxOpen: true}
	notNegative = Range{Min: 0, Max: math.Inf(1), MaxOpen: true}
	fraction    = Range{Min: 0, Max: 1, MaxOpen: true}
	unitOpen    = Range{Min: 0, Max: 1, MinOpen: true, MaxOpen: true}
	unitClosed  = Range{Min: 0, Max: 1}
	anything    = Range{Min: math.Inf(-1), Max: math.Inf(1), MaxOpen: true}
)

func atLeast(n float64) Range { return Range{Min: n, Max: math.Inf(1), MaxOpen: true} }

// Contains reports whether x lies in r; NaN never does.
func (r Range) Contains(x float64) bool {
	above := x > r.Min || x == r.Min && !r.MinOpen
	below := x < r.Max || x == r.Max && !r.MaxOpen
	return above && below
}

// String returns r as the end of a sentence: "in [0, 1)", "at least 1", "positive".
func (r Range) String() string {
	if math.IsInf(r.Max, 1) {
		if r.MinOpen && r.Min == 0 {
			return "positive and finite"
		}
		return fmt.Sprintf("finite and at least %g", r.Min)
	}
	left, right := "[", "]"
	if r.MinOpen {
		left = "("
	}
	if r.MaxOpen {
		right = ")"
	}
	return fmt.Sprintf("in %s%g, %g%s", left, r.Min, r.Max, right)
}

// Fault is one hyperparameter outside its range.
type Fault struct {
	Key  string
	Must string  // "be in [0, 1)"
	Got  float64 // NaN where there is no number
}

// Error returns, for instance, "beta1: must be in [0, 1), got 1.5".
func (f Fault) Error() string {
	if math.IsNaN(f.Got) {
		return fmt.Sprintf("%s: must %s", f.Key, f.Must)
	}
	return fmt.Sprintf("%s: must %s, got %g", f.Key, f.Must, f.Got)
}

// Faults is all that is wrong with a method's hyperparameters. An empty Faults is
// no error: test its length, or use Err.
type Faults []Fault

// Error joins the faults by semicolons.
func (f Faults) Error() string {
	parts := make([]string, len(f))
	for i := range f {
		parts[i] = f[i].Error()
	}
	return strings.Join(parts, "; ")
}

// Err returns f as an error, nil if it is empty.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

func checkSettings(settings []Setting) (faults Faults) {
	for _, s := range settings {
		switch {
		case s.Float != nil:
			faults = checkFloat(faults, s.Key, *s.Float, s.Range)
		case s.Int != nil:
			faults = checkFloat(faults, s.Key, float64(*s.Int), s.Range)
		}
	}
	return faults
}

func checkFloat(faults Faults, key string, x float64, r Range) Faults {
	if r.Contains(x) {
		return faults
	}
	return append(faults, Fault{Key: key, Must: "be " + r.String(), Got: x})
}

func mustBeSound(dim int, m Configurable) {
	if dim < 1 {
		panic("optim: dimension must be at least 1")
	}
	if len(m.Check()) > 0 {
		panic("optim: hyperparameter out of range; call Check before Init")
	}
}
