package optim

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

// plainBFGS is the rule of BFGS. The first update makes H = (s·y/y·y)·I of the
// identity before it, so that H has the size of the inverse Hessian.
//
// Source: Nocedal, Wright, 2nd ed. (2006), eq. (6.17), (6.20).
func plainBFGS(p pair) update {
	if tau := p.h(); p.first && usable(tau) && !math.IsInf(1/tau, 0) {
		return p.broyden(0, tau)
	}
	return p.broyden(0, 1)
}
