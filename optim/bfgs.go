package optim

// BFGS is the BFGS method with the whole inverse Hessian estimate H, p×p, and a
// strong Wolfe line search, for objectives without noise: the full batch. One Step
// is one major iteration as in LBFGS, all of whose conventions hold: failures,
// statuses, tolerances, what StepInfo means. H is updated after every step by
//
//	H ← (I − ρ·s·yᵀ)·H·(I − ρ·y·sᵀ) + ρ·s·sᵀ,   ρ = 1/s·y,   s = Δθ, y = Δ∇L,
//
// unless s·y ≤ 1e-10·‖s‖‖y‖. The first search, and the first after a failure, goes
// along steepest descent; the first update scales H = I to (s·y/y·y)·I before it.
//
// Restart keeps H, which knows the curvature of the old objective, and evaluates
// the new one. H must then pass a Cholesky factorisation, and does so after every
// hundredth update too; if it fails, H = I.
//
// The memory is p² numbers, twice that from the first check on; a step costs about
// 4p² multiplications beside its evaluations.
//
// Source: Nocedal, Wright, Numerical Optimization, 2nd ed. (2006), algorithm 6.1,
// with the line search of LBFGS.
type BFGS struct {
	Search
	Threads

	run     descender
	hessian dense
}

// DefaultBFGS returns DefaultSearch.
func DefaultBFGS() *BFGS { return &BFGS{Search: DefaultSearch()} }

// Settings lists the hyperparameters.
func (b *BFGS) Settings() []Setting { return b.settings() }

// Check returns the hyperparameters that are out of range.
func (b *BFGS) Check() Faults { return b.check(b.Settings()) }

// Init prepares for θ of length dim. It allocates dim² numbers.
func (b *BFGS) Init(dim int) {
	mustBeSound(dim, b)
	b.hessian.init(dim, b.Threads.count(), plainBFGS)
	b.run.init(dim, &b.hessian, b.Search)
}

// Step makes one major iteration; see Method.
func (b *BFGS) Step(theta []float64, f Objective) (StepInfo, error) { return b.run.step(theta, f) }

// Restart keeps H; the next Step evaluates the objective anew.
func (b *BFGS) Restart() { b.run.restart() }

// State returns the accepted points, H (one triangle, row by row) and the
// counters; see Stateful.
func (b *BFGS) State() []Vector { return b.run.save(b.hessian.parts()) }

// SetState restores what State returned; see Stateful.
func (b *BFGS) SetState(state []Vector) error { return b.run.load(b.hessian.parts(), state) }
