package main

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/dsp/fourier"
)

// differences solves Allen–Cahn's equation on [0, 1] by another method in space
// and time. u is even about 0 and, with period 2, about 1, so both ends reflect.
//
// Space: second differences on n even intervals. Time: Strang splitting with
// half steps of the reaction, solved exactly,
//
//	u ↦ u·e^{5h} / √(1 + u²(e^{10h} − 1)),
//
// around a step of the heat equation by the L-stable two-stage SDIRK method of
// order two, γ = 1 − 1/√2. Both errors are series in even powers of the step, so
// runs with n and 1/h doubled together can be extrapolated. The result is u at
// the places k/50 by time index, m steps from one time of the table to the next.
func differences(n, m int) [][]float64 {
	h, dx := tableDT/float64(m), 1/float64(n)
	u := make([]float64, n+1)
	for i := range u {
		u[i] = initialAllenCahn(float64(i) * dx)
	}
	heat := newHeat(n, 1e-4/(dx*dx), h)
	grow, spread := math.Exp(5*h/2), math.Exp(5*h)-1
	react := func() {
		for i, v := range u {
			u[i] = v * grow / math.Sqrt(1+v*v*spread)
		}
	}
	var out [][]float64
	for k := range tableT {
		for j := 0; k > 0 && j < m; j++ {
			react()
			heat.step(u)
			react()
		}
		row := make([]float64, tableX/2+1)
		for i := range row {
			row[i] = u[i*n/(tableX/2)]
		}
		out = append(out, row)
	}
	return out
}

// heat steps u' = r·δ²u with reflecting ends.
type heat struct {
	r, h, gamma float64
	upper, diag []float64 // of the factored matrix 1 − γhr·δ²
	k1, w       []float64
}

func newHeat(n int, r, h float64) *heat {
	s := &heat{r: r, h: h, gamma: 1 - 1/math.Sqrt2}
	for _, p := range []*[]float64{&s.upper, &s.diag, &s.k1, &s.w} {
		*p = make([]float64, n+1)
	}
	c := s.gamma * h * r
	for i := range s.diag {
		lower, upper := -c, -c
		if i == 0 {
			lower, upper = 0, -2*c
		}
		if i == n {
			lower, upper = -2*c, 0
		}
		s.diag[i] = 1 + 2*c
		if i > 0 {
			s.diag[i] -= lower * s.upper[i-1]
		}
		s.upper[i] = upper / s.diag[i]
	}
	return s
}

// step advances u: k₁ = A(u + γh·k₁), k₂ = A(u + (1−γ)h·k₁ + γh·k₂),
// u⁺ = u + (1−γ)h·k₁ + γh·k₂ with A = r·δ².
func (s *heat) step(u []float64) {
	s.apply(s.k1, u)
	s.solve(s.k1)
	for i := range u {
		u[i] += (1 - s.gamma) * s.h * s.k1[i]
	}
	s.apply(s.w, u)
	s.solve(s.w)
	for i := range u {
		u[i] += s.gamma * s.h * s.w[i]
	}
}

// apply stores A·u in dst.
func (s *heat) apply(dst, u []float64) {
	n := len(u) - 1
	dst[0], dst[n] = 2*s.r*(u[1]-u[0]), 2*s.r*(u[n-1]-u[n])
	for i := 1; i < n; i++ {
		dst[i] = s.r * (u[i-1] - 2*u[i] + u[i+1])
	}
}

// solve solves (1 − γhA)·x = b in place.
func (s *heat) solve(b []float64) {
	n, c := len(b)-1, s.gamma*s.h*s.r
	b[0] /= s.diag[0]
	for i := 1; i <= n; i++ {
		lower := -c
		if i == n {
			lower = -2 * c
		}
		b[i] = (b[i] - lower*b[i-1]) / s.diag[i]
	}
	for i := n - 1; i >= 0; i-- {
		b[i] -= s.upper[i] * b[i+1]
	}
}

// TestAllenCahnTwin compares the table with extrapolated finite differences.
// Largest difference 2.8e-7, all of it theirs (1.8e-5 before extrapolation).
func TestAllenCahnTwin(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for a second")
	}
	coarse, middle, fine := differences(500, 20), differences(1000, 40), differences(2000, 80)
	table := read(t, committed(t, "allen-cahn.csv"))
	const tol = 1e-6
	worst, plain := 0.0, 0.0
	for k := 1; k < tableT; k++ {
		for i, u := range fine[k] {
			// T = (64·u_h − 20·u_2h + u_4h)/45 removes h² and h⁴.
			best := (64*u - 20*middle[k][i] + coarse[k][i]) / 45
			for _, j := range []int{tableX/2 + i, tableX/2 - i} { // x and −x
				worst = max(worst, math.Abs(best-table[j%tableX][k]))
			}
			plain = max(plain, math.Abs(u-table[(tableX/2+i)%tableX][k]))
		}
	}
	t.Logf("largest difference %.2g extrapolated, %.2g of the finest run", worst, plain)
	if !(worst < tol) {
		t.Errorf("the methods differ by %g, want at most %g", worst, tol)
	}
}

// integratingFactor solves the equation as solve does, by the classical
// Runge–Kutta method of fourth order for w = e^{−Lt}·v: another time stepper.
func (eq equation) integratingFactor(dt float64, count, m int) [][]complex128 {
	size := eq.keep + 1
	v, e, half := make([]complex128, size), make([]complex128, size), make([]complex128, size)
	h := dt / float64(m)
	for k := range v {
		l := eq.linear(math.Pi * float64(k))
		v[k], e[k], half[k] = eq.initial(k), cexp(l*complex(h, 0)), cexp(l*complex(h/2, 0))
	}
	f := eq.nonlinear()
	var s [4][]complex128
	for i := range s {
		s[i] = make([]complex128, size)
	}
	w, ch := make([]complex128, size), complex(h, 0)
	out := [][]complex128{append([]complex128(nil), v...)}
	for len(out) < count {
		for range m {
			f(s[0], v)
			for k := range v {
				w[k] = half[k] * (v[k] + ch/2*s[0][k])
			}
			f(s[1], w)
			for k := range v {
				w[k] = half[k]*v[k] + ch/2*s[1][k]
			}
			f(s[2], w)
			for k := range v {
				w[k] = e[k]*v[k] + ch*half[k]*s[2][k]
			}
			f(s[3], w)
			for k := range v {
				v[k] = e[k]*v[k] + ch/6*(e[k]*s[0][k]+2*half[k]*(s[1][k]+s[2][k])+s[3][k])
			}
		}
		out = append(out, append([]complex128(nil), v...))
	}
	return out
}

// TestKdVTwin compares the table with the integrating-factor method on another
// grid up to t = 0.4, after the wave has broken. Largest difference 6.8e-11, of
// it 5e-11 by the decimals printed.
func TestKdVTwin(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for a second")
	}
	const last, tol = 16, 1e-9
	twin := sampled(kdv(400, 133).integratingFactor(tableDT, last+1, 500))
	worst := 0.0
	for i, row := range read(t, committed(t, "kdv.csv")) {
		for k := range last + 1 {
			worst = max(worst, math.Abs(row[k]-twin[i][k]))
		}
	}
	t.Logf("largest difference %.2g", worst)
	if !(worst < tol) {
		t.Errorf("the methods differ by %g, want at most %g", worst, tol)
	}
}

// TestKdVInvariants checks what the equation conserves,
//
//	∫u,  ∫u²,  ∫(u³/3 − μ²u_x²),
//
// over the whole time of the table, to its stated error.
func TestKdVInvariants(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for a second")
	}
	want := [3]float64{0, 1, -0.022 * 0.022 * math.Pi * math.Pi}
	for k, v := range solutions[0]() {
		for i, got := range invariants(v, tables[0].eq.n) {
			if math.Abs(got-want[i]) > 1e-9 {
				t.Errorf("invariant %d at time %d is %v, want %v", i, k, got, want[i])
			}
		}
	}
}

// invariants integrates on a grid that is exact for products of three.
func invariants(v []complex128, n int) (sum [3]float64) {
	fft := fourier.NewFFT(n)
	c, cx := make([]complex128, n/2+1), make([]complex128, n/2+1)
	copy(c, v)
	for k := range v {
		cx[k] = complex(0, math.Pi*float64(k)) * v[k]
	}
	u, ux := fft.Sequence(nil, c), fft.Sequence(nil, cx)
	for i := range u {
		w := 2 / float64(n)
		sum[0] += w * u[i]
		sum[1] += w * u[i] * u[i]
		sum[2] += w * (u[i]*u[i]*u[i]/3 - 0.022*0.022*ux[i]*ux[i])
	}
	return sum
}
