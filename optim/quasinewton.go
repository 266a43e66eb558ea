package optim

import (
	"math"

	"pinn/optim/internal/quasinewton"
)

// Search is the line search of the methods that have one, and their tolerances,
// which are off by default but for the rounding floor: ConvergedFloor after ten
// successive steps that change the loss by no more than 2⁻⁵⁰ of itself, or when a
// search fails where the promised decrease is below the noise of the loss.
type Search struct {
	Decrease       float64 // c₁ of the Wolfe conditions, in (0, 1)
	Curvature      float64 // c₂, in (c₁, 1)
	MaxSearchEvals int     // evaluations per search, at least 2
	FirstStep      float64 // ‖Δθ‖₂ of the very first trial
	StopGradient   float64 // stop when ‖∇L‖∞ is at or below; 0: only where it is 0
	StopChange     float64 // stop after ten relative decreases at or below; 0: see above
	StopValue      float64 // stop when L is at or below; −Inf: never
}

// DefaultSearch returns c₁ = 1e-4, c₂ = 0.9, 25 evaluations per search, a first
// trial of length 1, and no tolerances.
func DefaultSearch() Search {
	return Search{Decrease: 1e-4, Curvature: 0.9, MaxSearchEvals: 25, FirstStep: 1, StopValue: math.Inf(-1)}
}

func (s *Search) settings(own ...Setting) []Setting {
	return append(own,
		Setting{Key: "decrease", Float: &s.Decrease, Range: unitOpen},
		Setting{Key: "curvature", Float: &s.Curvature, Range: unitOpen},
		Setting{Key: "max_search_evals", Int: &s.MaxSearchEvals, Range: atLeast(2)},
		Setting{Key: "first_step", Float: &s.FirstStep, Range: positive},
		Setting{Key: "stop_gradient", Float: &s.StopGradient, Range: notNegative},
		Setting{Key: "stop_change", Float: &s.StopChange, Range: notNegative},
		Setting{Key: "stop_value", Float: &s.StopValue, Range: anything})
}

func (s *Search) check(all []Setting) Faults {
	f := checkSettings(all)
	if s.Curvature <= s.Decrease {
		f = append(f, Fault{Key: "curvature", Must: "be greater than decrease", Got: s.Curvature})
	}
	return f
}

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

	run   descender
	pairs quasinewton.Limited
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
	l.pairs.Init(dim, l.History)
	l.run.init(dim, &l.pairs, l.Search)
}

// Step makes one major iteration; see Method.
func (l *LBFGS) Step(theta []float64, f Objective) (StepInfo, error) { return l.run.step(theta, f) }

// Restart empties the memory; the next Step evaluates the objective anew.
func (l *LBFGS) Restart() { l.run.restart() }

// State returns the accepted points, the curvature pairs and the counters; see
// Stateful. The Status is not state: a restored method finds
// out again.
func (l *LBFGS) State() []Vector { return l.run.save(l.pairs.Parts()) }

// SetState restores what State returned; see Stateful.
func (l *LBFGS) SetState(state []Vector) error {
	if err := l.run.load(l.pairs.Parts(), state); err != nil {
		return err
	}
	l.pairs.Refresh()
	return nil
}

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
	hessian quasinewton.Dense
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
	b.hessian.Init(dim, b.Threads.count(), quasinewton.BFGS)
	b.run.init(dim, &b.hessian, b.Search)
}

// Step makes one major iteration; see Method.
func (b *BFGS) Step(theta []float64, f Objective) (StepInfo, error) { return b.run.step(theta, f) }

// Restart keeps H; the next Step evaluates the objective anew.
func (b *BFGS) Restart() { b.run.restart() }

// State returns the accepted points, H (one triangle, row by row) and the
// counters; see Stateful.
func (b *BFGS) State() []Vector { return b.run.save(b.hessian.Parts()) }

// SetState restores what State returned; see Stateful.
func (b *BFGS) SetState(state []Vector) error { return b.run.load(b.hessian.Parts(), state) }

// SSBroyden is the self-scaled Broyden method SSBroyden2 with the whole inverse
// Hessian estimate H, p×p. It is BFGS, all of whose conventions hold, with another
// update: H is divided by τ and then updated by the member θ of the Broyden family,
//
//	H ← (H − Hy·yᵀH/yHy + φ·yHy·v·vᵀ)/τ + ρ·s·sᵀ,   v = ρ·s − Hy/yHy,
//
// with ρ = 1/s·y, h = ρ·yHy, b = ρ·s·H⁻¹·s, κ = b·h − 1 ≥ 0, φ = (1−θ)/(1+θκ) and
//
//	c = √(κ/(1+κ))   m = min(1, h·(1−c))   θ = max((m−1)/κ, min(1/m, (1−b)/b))
//	σ = 1 + θκ   q = σ^(1/(1−p))   r = min(1, 1/b)
//	τ = min(r·q, σ) if θ ≤ 0, else r·min(q, 1/θ).
//
// The first update of H = I has τ = h/σ. Where κ is too small to divide by, θ = 0
// and τ = r; where τ or φ is no usable number, the update is that of BFGS.
//
// Scaling shrinks the eigenvalues of H that are too large in the directions not yet
// seen, which plain BFGS corrects only slowly; on losses of networks it reaches
// lower values in fewer steps.
//
// Source: Urbán, Stefanou, Pons, J. Comput. Phys. 523 (2025) 113656, after
// Al-Baali. Unlike the source, pairs are kept only if s·y > 1e-10·‖s‖‖y‖.
type SSBroyden struct {
	Search
	Threads

	run     descender
	hessian quasinewton.Dense
}

// DefaultSSBroyden returns DefaultSearch.
func DefaultSSBroyden() *SSBroyden { return &SSBroyden{Search: DefaultSearch()} }

// Settings lists the hyperparameters.
func (b *SSBroyden) Settings() []Setting { return b.settings() }

// Check returns the hyperparameters that are out of range.
func (b *SSBroyden) Check() Faults { return b.check(b.Settings()) }

// Init prepares for θ of length dim. It allocates dim² numbers.
func (b *SSBroyden) Init(dim int) {
	mustBeSound(dim, b)
	b.hessian.Init(dim, b.Threads.count(), quasinewton.SelfScaled)
	b.run.init(dim, &b.hessian, b.Search)
}

// Step makes one major iteration; see Method.
func (b *SSBroyden) Step(theta []float64, f Objective) (StepInfo, error) {
	return b.run.step(theta, f)
}

// Restart keeps H; the next Step evaluates the objective anew.
func (b *SSBroyden) Restart() { b.run.restart() }

// State returns the accepted points, H (one triangle, row by row) and the
// counters; see Stateful.
func (b *SSBroyden) State() []Vector { return b.run.save(b.hessian.Parts()) }

// SetState restores what State returned; see Stateful.
func (b *SSBroyden) SetState(state []Vector) error { return b.run.load(b.hessian.Parts(), state) }
