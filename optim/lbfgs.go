package optim

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
// Source: Nocedal, Wright, Numerical Optimization, 2nd ed. (2006), algorithms 7.5
// and 3.5, the latter through gonum/optimize: LinesearchMethod, MoreThuente. Unlike
// there, a step with s·y ≤ 1e-10·‖s‖‖y‖ makes no pair; the others stay.
type LBFGS struct {
	History int // m, curvature pairs held; at least 1
	Search

	run    descender
	memory lbfgsMemory
}

// DefaultLBFGS returns History 50 and DefaultSearch.
func DefaultLBFGS() *LBFGS { return &LBFGS{History: 50, Search: DefaultSearch()} }

// Settings lists the hyperparameters.
func (l *LBFGS) Settings() []Setting {
	return l.settings(Setting{Key: "history", Int: &l.History, Range: atLeast(1)})
}

// Check returns the hyperparameters that are out of range.
func (l *LBFGS) Check() Faults { return l.check(l.Settings()) }

// Init prepares for θ of length dim. It allocates about 4·History·dim numbers.
func (l *LBFGS) Init(dim int) {
	mustBeSound(dim, l)
	l.memory.init(dim, l.History)
	l.run.init(dim, &l.memory, l.Search)
}

// Step makes one major iteration; see Method.
func (l *LBFGS) Step(theta []float64, f Objective) (StepInfo, error) { return l.run.step(theta, f) }

// Restart empties the memory; the next Step evaluates the objective anew.
func (l *LBFGS) Restart() { l.run.restart() }

// State returns the accepted points, the curvature pairs and the counters; see
// Stateful. The Status is not state: a restored method finds
// out again.
func (l *LBFGS) State() []Vector { return l.run.save(l.memory.parts()) }

// SetState restores what State returned; see Stateful.
func (l *LBFGS) SetState(state []Vector) error {
	if err := l.run.load(l.memory.parts(), state); err != nil {
		return err
	}
	l.memory.pairs.refresh()
	return nil
}
