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
