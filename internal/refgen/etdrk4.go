package main

import "math"

// etdrk4 steps v' = L·v + N(v) with a diagonal L by the exponential
// time-differencing Runge–Kutta method of fourth order: L is integrated exactly,
// N by
//
//	a  = E½·v + Q·N(v)
//	b  = E½·v + Q·N(a)
//	c  = E½·a + Q·(2N(b) − N(v))
//	v⁺ = E·v + f₁·N(v) + 2f₂·(N(a) + N(b)) + f₃·N(c)
//
// Cox and Matthews, J. Comput. Phys. 176 (2002) 430, eqs. (26)–(29); the
// coefficients are means over a circle around hL, which avoids cancellation:
// Kassam and Trefethen, SIAM J. Sci. Comput. 26 (2005) 1214.
type etdrk4 struct {
	e, half, q, f1, f2, f3 []complex128
	nv, na, nb, nc, w      []complex128
	nonlinear              func(dst, v []complex128)
}

// contour is the number of points on the circle; 32 give full accuracy.
const contour = 32

// newETDRK4 returns a stepper of step h for the diagonal l; nonlinear stores
// N(v) in dst.
func newETDRK4(l []complex128, h float64, nonlinear func(dst, v []complex128)) *etdrk4 {
	s := &etdrk4{nonlinear: nonlinear}
	for _, p := range []*[]complex128{&s.e, &s.half, &s.q, &s.f1, &s.f2, &s.f3, &s.nv, &s.na, &s.nb, &s.nc, &s.w} {
		*p = make([]complex128, len(l))
	}
	for k := range l {
		z := complex(h, 0) * l[k]
		s.e[k], s.half[k] = cexp(z), cexp(z/2)
		for j := range contour {
			sin, cos := math.Sincos(2 * math.Pi * (float64(j) + 0.5) / contour)
			r := z + complex(cos, sin)
			e, r3 := cexp(r), r*r*r
			s.q[k] += (cexp(r/2) - 1) / r
			s.f1[k] += (-4 - r + e*(4-3*r+r*r)) / r3
			s.f2[k] += (2 + r + e*(r-2)) / r3
			s.f3[k] += (-4 - 3*r - r*r + e*(4-r)) / r3
		}
		mean := complex(h/contour, 0)
		s.q[k], s.f1[k], s.f2[k], s.f3[k] = s.q[k]*mean, s.f1[k]*mean, s.f2[k]*mean, s.f3[k]*mean
	}
	return s
}

// step advances v by one step.
func (s *etdrk4) step(v []complex128) {
	s.nonlinear(s.nv, v)
	for k := range v {
		s.w[k] = s.half[k]*v[k] + s.q[k]*s.nv[k] // a
	}
	s.nonlinear(s.na, s.w)
	for k := range v {
		a := s.w[k]
		s.w[k] = s.half[k]*v[k] + s.q[k]*s.na[k] // b
		s.nc[k] = a                              // kept for c
	}
	s.nonlinear(s.nb, s.w)
	for k := range v {
		s.w[k] = s.half[k]*s.nc[k] + s.q[k]*(2*s.nb[k]-s.nv[k]) // c
	}
	s.nonlinear(s.nc, s.w)
	for k := range v {
		v[k] = s.e[k]*v[k] + s.f1[k]*s.nv[k] + 2*s.f2[k]*(s.na[k]+s.nb[k]) + s.f3[k]*s.nc[k]
	}
}
