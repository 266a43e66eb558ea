package optim

import "math"

// LBFGS is the limited-memory BFGS method with a strong Wolfe line search, for
// objectives without noise: the full batch. One Step is one major iteration: a
// search along −H·∇L, usually one evaluation. H is built from the newest History
// curvature pairs s = Δθ, y = Δ∇L, both gradients from the same objective.
//
// The first search, and the first after Restart or a failure, goes along steepest
// descent. Restart evaluates the objective anew and begins with an empty memory.
// A search that fails is described at Status LineSearch; L is never raised. Value
// and GradNorm of StepInfo belong to the new θ. Where the objective is not finite
// at θ itself, or at every trial, Step returns Status NotFinite and a
// *NotFiniteError. Once stopped, Step evaluates nothing more until Restart or
// until the caller moves θ.
//
// Tolerances are off by default but for the rounding floor: ConvergedFloor after
// ten successive steps that change the loss by no more than 2⁻⁵⁰ of itself, or
// when a search fails where the promised decrease is below the noise of the loss.
//
// Source: Nocedal, Wright, Numerical Optimization, 2nd ed. (2006), algorithms 7.5
// and 3.5, through gonum/optimize: LinesearchMethod, LBFGS, MoreThuente. Unlike
// gonum, a step with s·y ≤ 1e-10·‖s‖‖y‖ empties the memory.
type LBFGS struct {
	History        int     // m, curvature pairs held; at least 1
	Decrease       float64 // c₁ of the Wolfe conditions, in (0, 1)
	Curvature      float64 // c₂, in (c₁, 1)
	MaxSearchEvals int     // evaluations per search, at least 2
	FirstStep      float64 // ‖Δθ‖₂ of the very first trial
	StopGradient   float64 // stop when ‖∇L‖∞ is at or below; 0: only where it is 0
	StopChange     float64 // stop after ten relative decreases at or below; 0: see above
	StopValue      float64 // stop when L is at or below; −Inf: never

	run    descender
	memory lbfgsMemory
}

// DefaultLBFGS returns History 50, c₁ = 1e-4, c₂ = 0.9, 25 evaluations per
// search, a first trial of length 1, and no tolerances.
func DefaultLBFGS() *LBFGS {
	return &LBFGS{
		History:        50,
		Decrease:       1e-4,
		Curvature:      0.9,
		MaxSearchEvals: 25,
		FirstStep:      1,
		StopValue:      math.Inf(-1),
	}
}

// Settings lists the hyperparameters.
func (l *LBFGS) Settings() []Setting {
	anything := Range{Min: math.Inf(-1), Max: math.Inf(1), MaxOpen: true}
	return []Setting{
		{Key: "history", Int: &l.History, Range: atLeast(1)},
		{Key: "decrease", Float: &l.Decrease, Range: unitOpen},
		{Key: "curvature", Float: &l.Curvature, Range: unitOpen},
		{Key: "max_search_evals", Int: &l.MaxSearchEvals, Range: atLeast(2)},
		{Key: "first_step", Float: &l.FirstStep, Range: positive},
		{Key: "stop_gradient", Float: &l.StopGradient, Range: notNegative},
		{Key: "stop_change", Float: &l.StopChange, Range: notNegative},
		{Key: "stop_value", Float: &l.StopValue, Range: anything},
	}
}

// Check returns the hyperparameters that are out of range.
func (l *LBFGS) Check() Faults {
	f := checkSettings(l.Settings())
	if l.Curvature <= l.Decrease {
		f = append(f, Fault{Key: "curvature", Must: "be greater than decrease", Got: l.Curvature})
	}
	return f
}

// Init prepares for θ of length dim. It allocates about 4·History·dim numbers.
func (l *LBFGS) Init(dim int) {
	mustBeSound(dim, l)
	l.memory.init(dim, l.History)
	l.run.init(dim, &l.memory,
		newWolfe(l.Decrease, l.Curvature, l.MaxSearchEvals),
		stops{gradient: l.StopGradient, change: l.StopChange, value: l.StopValue},
		l.FirstStep)
}

// Step makes one major iteration; see Method.
func (l *LBFGS) Step(theta []float64, f Objective) (StepInfo, error) { return l.run.step(theta, f) }

// Restart empties the memory; the next Step evaluates the objective anew.
func (l *LBFGS) Restart() { l.run.restart() }

// State returns the accepted point, the points behind the curvature pairs, and
// the counters; see Stateful. The Status is not state: a restored method finds
// out again.
func (l *LBFGS) State() []Vector { return saveParts(l.run.parts(l.memory.parts()...)) }

// SetState restores what State returned; see Stateful.
func (l *LBFGS) SetState(state []Vector) error {
	if err := loadParts(l.run.parts(l.memory.parts()...), state); err != nil {
		return err
	}
	l.run.status, l.run.note = Running, ""
	l.memory.replay()
	return nil
}
