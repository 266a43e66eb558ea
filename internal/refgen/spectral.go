package main

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// equation is u_t = 𝓛u + 𝓓g(u) on x ∈ [−1, 1), periodic, with the solution held
// as the coefficients v_0 … v_keep of
//
//	u(x) = Re v_0 + 2 Re Σ_{k=1}^{keep} v_k·e^{iκ(x+1)},  κ = πk.
//
// g is taken at n even points. If g is a polynomial of degree p and
// n > (p+1)·keep the coefficients of g(u) up to keep are exact.
type equation struct {
	n, keep int
	linear  func(kappa float64) complex128 // the symbol of 𝓛
	outer   func(kappa float64) complex128 // the symbol of 𝓓
	g       func(u float64) float64
	initial func(k int) complex128 // v_k at t = 0
}

// solve returns the coefficients at the times 0, dt, 2dt, …, count of them,
// computed with m steps from each to the next.
func (eq equation) solve(dt float64, count, m int) [][]complex128 {
	size := eq.keep + 1
	v, l := make([]complex128, size), make([]complex128, size)
	for k := range v {
		v[k], l[k] = eq.initial(k), eq.linear(math.Pi*float64(k))
	}
	stepper := newETDRK4(l, dt/float64(m), eq.nonlinear())
	out := [][]complex128{append([]complex128(nil), v...)}
	for len(out) < count {
		for range m {
			stepper.step(v)
		}
		out = append(out, append([]complex128(nil), v...))
	}
	return out
}

// nonlinear returns the function that stores the coefficients of 𝓓g(u) in dst.
func (eq equation) nonlinear() func(dst, v []complex128) {
	fft := fourier.NewFFT(eq.n)
	u, c := make([]float64, eq.n), make([]complex128, eq.n/2+1)
	d := make([]complex128, eq.keep+1)
	for k := range d {
		d[k] = eq.outer(math.Pi*float64(k)) / complex(float64(eq.n), 0)
	}
	return func(dst, v []complex128) {
		clear(c[copy(c, v):])
		fft.Sequence(u, c)
		for i := range u {
			u[i] = eq.g(u[i])
		}
		fft.Coefficients(c, u)
		for k := range dst {
			dst[k] = d[k] * c[k]
		}
	}
}

// value returns u(x) by summing its series.
func value(v []complex128, x float64) float64 {
	sum := 0.0
	for k := len(v) - 1; k >= 1; k-- {
		// Reduce k(x+1) modulo 2 so that the argument of the sine stays small.
		sin, cos := math.Sincos(math.Pi * math.Mod(float64(k)*(x+1), 2))
		sum += real(v[k])*cos - imag(v[k])*sin
	}
	return real(v[0]) + 2*sum
}

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

// exp returns e^x to about one unit in the last place by sums and products
// alone. math.Exp takes another path on processors with fused multiply-add, and
// its last bits differ; the tables must not.
//
//	e^x = 2^k·e^r,  r = x − k·ln 2 ∈ [−0.35, 0.35],  e^r = Σ_{i≤14} r^i/i!
//
// The first term left out is below 0.35^15/15! = 1.1e-19.
func exp(x float64) float64 {
	const ln2hi, ln2lo = 6.93147180369123816490e-01, 1.90821492927058770002e-10
	k := math.Round(x / math.Ln2)
	r := (x - k*ln2hi) - k*ln2lo
	sum := 1.0
	for i := 14; i >= 1; i-- {
		sum = 1 + sum*r/float64(i)
	}
	return math.Ldexp(sum, int(k))
}

// cexp returns e^z.
func cexp(z complex128) complex128 {
	sin, cos := math.Sincos(imag(z))
	e := exp(real(z))
	return complex(e*cos, e*sin)
}
