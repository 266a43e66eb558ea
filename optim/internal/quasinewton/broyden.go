// Package quasinewton has the two halves of a quasi-Newton iteration: where to go, −H·∇L
// with an estimate H of the inverse Hessian, and how far, a search for the strong Wolfe
// conditions. Limited keeps a few curvature pairs (Pairs), Dense the whole matrix H,
// updated by a Rule of the Broyden family. All of it knows points and gradients, and no
// objective: package optim makes methods of it.
package quasinewton

import "math"

// pair are the numbers of a curvature pair (s, y) that an update of H is made of.
type pair struct {
	dim   int
	first bool    // H is the identity
	rho   float64 // ρ = 1/s·y
	yHy   float64 // y·H·y
	b     float64 // s·B·s/s·y, B = H⁻¹
}

// h is y·H·y/s·y; b·h ≥ 1, with equality only if H·y and s are parallel.
func (p pair) h() float64 { return p.rho * p.yHy }

// update is the coefficients of
//
//	H ← scale·H + ss·s·sᵀ + sHy·(s·yᵀH + H·y·sᵀ) + HyHy·H·y·yᵀH.
type update struct{ scale, ss, sHy, HyHy float64 }

// Rule makes the update of H of a curvature pair: BFGS or SelfScaled.
type Rule func(pair) update

// sound reports whether all coefficients are finite and H stays a matrix.
func (u update) sound() bool {
	return u.scale > 0 && finite(u.scale) && finite(u.ss) && finite(u.sHy) && finite(u.HyHy)
}

// broyden is the member θ of the Broyden family with H divided by τ before it,
//
//	H ← (H − Hy·yᵀH/yHy + φ·yHy·v·vᵀ)/τ + ρ·s·sᵀ,   v = ρ·s − Hy/yHy,
//
// φ = (1−θ)/(1+θκ), κ = b·h − 1. θ = 0 is BFGS (φ = 1), θ = 1 is DFP (φ = 0).
// H·y = s afterwards, and H stays positive definite while 1 + θκ > 0.
//
// Source: Nocedal, Wright, Numerical Optimization, 2nd ed. (2006), section 6.3;
// here for H.
func (p pair) broyden(theta, tau float64) update {
	phi := (1 - theta) / (1 + theta*(p.b*p.h()-1))
	return update{
		scale: 1 / tau,
		ss:    p.rho + phi*p.yHy*p.rho*p.rho/tau,
		sHy:   -phi * p.rho / tau,
		HyHy:  (phi - 1) / (p.yHy * tau),
	}
}

// usable reports whether τ may divide H.
func usable(tau float64) bool { return finite(tau) && tau > 1e-12 }

// BFGS is the rule of BFGS. The first update makes H = (s·y/y·y)·I of the
// identity before it, so that H has the size of the inverse Hessian.
//
// Source: Nocedal, Wright, 2nd ed. (2006), eq. (6.17), (6.20).
func BFGS(p pair) update {
	if tau := p.h(); p.first && usable(tau) && !math.IsInf(1/tau, 0) {
		return p.broyden(0, tau)
	}
	return p.broyden(0, 1)
}

// SelfScaled is the rule of SSBroyden2.
func SelfScaled(p pair) update {
	theta, tau := p.ssbroyden2()
	if u := p.broyden(theta, tau); usable(tau) && u.sound() {
		return u
	}
	return BFGS(p)
}

// ssbroyden2 returns θ and τ; optim.SSBroyden has the formulas.
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

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
