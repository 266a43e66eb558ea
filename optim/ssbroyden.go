package optim

import "math"

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
	hessian dense
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
	b.hessian.init(dim, b.Threads.count(), selfScaled)
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
func (b *SSBroyden) State() []Vector { return b.run.save(b.hessian.parts()) }

// SetState restores what State returned; see Stateful.
func (b *SSBroyden) SetState(state []Vector) error { return b.run.load(b.hessian.parts(), state) }

// selfScaled is the rule of SSBroyden2.
func selfScaled(p pair) update {
	theta, tau := p.ssbroyden2()
	if u := p.broyden(theta, tau); usable(tau) && u.sound() {
		return u
	}
	return plainBFGS(p)
}

// ssbroyden2 returns θ and τ; see SSBroyden.
func (p pair) ssbroyden2() (theta, tau float64) {
	h, b := p.h(), p.b
	kappa := b*h - 1
	r := math.Min(1, 1/b)
	if kappa < 1e-14 { // (m−1)/κ would be 0/0; below 0 by rounding only
		if p.first {
			return 0, h
		}
		return 0, r
	}
	c := math.Sqrt(kappa / (1 + kappa))
	m := math.Min(1, h/((1+kappa)*(1+c))) // 1 − c without cancellation
	theta = math.Max((m-1)/kappa, math.Min(1/m, (1-b)/b))
	sigma := 1 + theta*kappa
	if p.first {
		return theta, h / sigma
	}
	q := 1.0
	if p.dim > 1 {
		q = math.Pow(math.Abs(sigma), 1/(1-float64(p.dim)))
	}
	if theta <= 0 {
		return theta, math.Min(r*q, sigma)
	}
	return theta, r * math.Min(q, 1/theta)
}
