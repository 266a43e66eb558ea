package optim

import "strconv"

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
