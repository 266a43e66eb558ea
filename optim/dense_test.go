package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/optimize"

	"pinn/internal/kernel"
	"pinn/internal/kernel/triangle"
)

// problem is a random curvature pair: H symmetric positive definite with eigenvalues
// over six decades, g, a step s = −a·H·g and a y with s·y > 0. If mild, y is Bs with
// components changed by a tenth or so, else it may be anything.
type problem struct {
	n          int
	h          []float64 // full
	g, s, y    []float64
	a          float64
	hy         []float64
	sy, yHy, b float64
}

func newProblem(rng *rand.Rand, mild bool) problem {
	n := 2 + rng.IntN(12)
	p := problem{n: n, h: make([]float64, n*n), a: math.Exp(rng.NormFloat64())}
	vec := func() []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	for range 2 * n {
		v, w := vec(), math.Pow(10, 6*rng.Float64()-3)
		for i := range n {
			for j := range n {
				p.h[i*n+j] += w * v[i] * v[j]
			}
		}
	}
	p.g, p.s = vec(), make([]float64, n)
	for i := range n {
		for j := range n {
			p.s[i] -= p.a * p.h[i*n+j] * p.g[j]
		}
	}
	for p.sy <= 0 {
		spread, size := 1.0, math.Pow(10, 3*rng.Float64()-2)
		if mild {
			spread, size = 0.1, 0
		}
		noise := vec()
		p.y, p.sy = make([]float64, n), 0
		for i := range n {
			p.y[i] = -p.a*p.g[i]*math.Exp(spread*rng.NormFloat64()) + size*noise[i]
			p.sy += p.s[i] * p.y[i]
		}
	}
	p.hy = make([]float64, n)
	for i := range n {
		for j := range n {
			p.hy[i] += p.h[i*n+j] * p.y[j]
		}
		p.yHy += p.hy[i] * p.y[i]
		p.b -= p.a * p.s[i] * p.g[i] / p.sy
	}
	return p
}

func (p problem) pair() pair { return pair{dim: p.n, rho: 1 / p.sy, yHy: p.yHy, b: p.b} }

// apply returns the full matrix after u.
func (p problem) apply(u update) []float64 {
	h := make([]float64, p.n*p.n)
	for i := range p.n {
		for j := range p.n {
			h[i*p.n+j] = u.scale*p.h[i*p.n+j] + u.ss*p.s[i]*p.s[j] +
				u.sHy*(p.s[i]*p.hy[j]+p.hy[i]*p.s[j]) + u.HyHy*p.hy[i]*p.hy[j]
		}
	}
	return h
}

// tolSecant bounds |H₊y − s|/(|H₊||y|). Theory: a few ε times the size of the terms
// that cancel. Worst of 300 problems × 2 rules: 2.1e-15 (linux/amd64, go1.26).
// Margin 50.
const tolSecant = 1e-13

func TestSecantEquation(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	worst, least, negative := 0.0, math.Inf(1), 0
	for k := range 300 {
		mild := k%2 == 0
		p := newProblem(rng, mild)
		theta, tau := p.pair().ssbroyden2()
		if !(tau > 0 && tau <= 1) || mild && tau <= 0.1 {
			t.Errorf("τ = %g (mild problem: %v), want it in (0, 1], above 0.1 if mild", tau, mild)
		}
		least = math.Min(least, tau)
		if theta < 0 {
			negative++
		}
		for name, rule := range map[string]func(pair) update{"bfgs": plainBFGS, "ssbroyden": selfScaled} {
			u := rule(p.pair())
			h := p.apply(u)
			var size, off, norm float64
			for i := range p.n {
				sum := -p.s[i]
				for j := range p.n {
					sum += h[i*p.n+j] * p.y[j]
					size += h[i*p.n+j] * h[i*p.n+j]
				}
				off += sum * sum
				norm += p.y[i] * p.y[i]
			}
			r := math.Sqrt(off) / (math.Sqrt(size) * math.Sqrt(norm))
			worst = math.Max(worst, r)
			if !(r <= tolSecant) {
				t.Errorf("%s: |H₊y − s| = %.2g of |H₊||y| (tol %g: rounding)", name, r, tolSecant)
			}
			c := triangle.NewCholesky(p.n, 1)
			if !c.Factor(h, 0) {
				t.Errorf("%s: H₊ is not positive definite; s·y = %g", name, p.sy)
			}
		}
	}
	if negative < 50 || negative > 250 {
		t.Errorf("θ < 0 in %d of 300 problems, want both signs often", negative)
	}
	t.Logf("worst %.2g, least τ %.3g, θ < 0 in %d", worst, least, negative)
}

// θ = 0, τ = 1 is BFGS, (I − ρ·s·yᵀ)·H·(I − ρ·y·sᵀ) + ρ·s·sᵀ, and θ = 1 is DFP,
// H − Hy·yᵀH/yHy + ρ·s·sᵀ.
func TestBroydenMembers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 4))
	for range 100 {
		p := newProblem(rng, false)
		n, rho := p.n, 1/p.sy
		bfgs, dfp := make([]float64, n*n), make([]float64, n*n)
		for i := range n {
			for j := range n {
				h := p.h[i*n+j]
				bfgs[i*n+j] = h - rho*p.s[i]*p.hy[j] - rho*p.hy[i]*p.s[j] + rho*rho*p.yHy*p.s[i]*p.s[j] + rho*p.s[i]*p.s[j]
				dfp[i*n+j] = h - p.hy[i]*p.hy[j]/p.yHy + rho*p.s[i]*p.s[j]
			}
		}
		for theta, want := range map[float64][]float64{0: bfgs, 1: dfp} {
			got := p.apply(p.pair().broyden(theta, 1))
			scale, off := 0.0, 0.0
			for i := range got {
				scale = math.Max(scale, math.Abs(want[i]))
				off = math.Max(off, math.Abs(got[i]-want[i]))
			}
			const tol = 1e-13 // rounding of five terms; worst seen 6e-16
			if !(off <= tol*scale) {
				t.Errorf("θ = %g: off by %.2g of %.2g (tol %g)", theta, off, scale, tol)
			}
		}
	}
}

// Where the pair says nothing new, κ = 0, the formulas divide 0 by 0.
func TestSelfScaledDegenerate(t *testing.T) {
	for _, row := range []struct {
		name       string
		p          pair
		theta, tau float64
	}{
		{"quadratic in one dimension", pair{dim: 1, rho: 0.5, yHy: 2, b: 1}, 0, 1},
		{"H too small", pair{dim: 5, rho: 1, yHy: 0.25, b: 4}, 0, 0.25},
		{"H too large", pair{dim: 5, rho: 1, yHy: 4, b: 0.25}, 0, 1},
		{"κ below 0 by rounding", pair{dim: 5, rho: 1, yHy: 1, b: 1 - 1e-15}, 0, 1},
		{"first", pair{dim: 5, rho: 1, yHy: 4, b: 0.25, first: true}, 0, 4},
	} {
		theta, tau := row.p.ssbroyden2()
		if math.Abs(theta-row.theta) > 1e-14 || math.Abs(tau-row.tau) > 1e-14 {
			t.Errorf("%s: θ, τ = %g, %g, want %g, %g", row.name, theta, tau, row.theta, row.tau)
		}
		if u := selfScaled(row.p); !u.sound() {
			t.Errorf("%s: update %+v", row.name, u)
		}
	}
	for _, p := range []pair{
		{dim: 3, rho: 1, yHy: 1e300, b: 1e300}, {dim: 3, rho: 1, yHy: 1e-300, b: 1e305},
		{dim: 3, rho: 1, yHy: math.Inf(1), b: 1}, {dim: 3, rho: 1, yHy: 1, b: math.NaN()},
	} {
		if u := selfScaled(p); u.sound() && u != plainBFGS(p) {
			t.Errorf("%+v: update %+v, want that of BFGS or none", p, u)
		}
	}
}

// at is an accepted point.
func at(x, g []float64) *optimize.Location { return &optimize.Location{X: x, Gradient: g} }

// Beside the initial scaling gonum's BFGS is the same method: the directions along
// one sequence of points agree.
func TestDenseAgainstGonum(t *testing.T) {
	const n = 7
	rng := rand.New(rand.NewPCG(6, 4))
	var m dense
	m.init(n, 1, plainBFGS)
	twin := &optimize.BFGS{}
	x, g := make([]float64, n), make([]float64, n)
	got, want := make([]float64, n), make([]float64, n)
	worst := 0.0
	for k := range 40 {
		for i := range x {
			x[i] += rng.NormFloat64() / float64(k+1)
			g[i] = float64(i+1)*x[i] + 0.1*math.Sin(3*x[i])
		}
		_, ok := m.direct(at(x, g), got)
		if k == 0 {
			if ok {
				t.Fatal("a direction without curvature")
			}
			twin.InitDirection(at(x, g), want)
			continue
		}
		twin.NextDirection(at(x, g), want)
		for i := range got {
			worst = math.Max(worst, math.Abs(got[i]-want[i])/maxAbs(want))
		}
	}
	const tol = 1e-12 // rounding of 40 updates
	if !(worst <= tol) {
		t.Errorf("directions differ by %.2g (tol %g)", worst, tol)
	}
	t.Logf("worst %.2g", worst)
}

// dim 2, H after one step along steepest descent of ½x·diag(1, 10)·x.
func learned(t *testing.T, rule func(pair) update) *dense {
	t.Helper()
	m := &dense{}
	m.init(2, 1, rule)
	dir := make([]float64, 2)
	m.direct(at([]float64{1, 1}, []float64{1, 10}), dir)
	if _, ok := m.direct(at([]float64{0.95, 0.5}, []float64{0.95, 5}), dir); !ok || m.counters[updates] != 1 {
		t.Fatalf("no update by a good pair: %v", m.counters)
	}
	return m
}

// H·y = s after an update, a bad pair changes nothing, and redrawn keeps H but
// makes no pair across.
func TestDenseKeeps(t *testing.T) {
	for name, rule := range map[string]func(pair) update{"bfgs": plainBFGS, "ssbroyden": selfScaled} {
		m := learned(t, rule)
		h := append([]float64(nil), m.h...)
		y, s := []float64{-0.05, -5}, []float64{-0.05, -0.5}
		for i, hy := range []float64{h[0]*y[0] + h[1]*y[1], h[1]*y[0] + h[3]*y[1]} {
			if math.Abs(hy-s[i]) > 1e-14 {
				t.Errorf("%s: (H·y)[%d] = %g, want %g", name, i, hy, s[i])
			}
		}
		dir := make([]float64, 2)
		m.direct(at([]float64{0.9, 0.4}, []float64{0.95, 6}), dir) // s·y < 0
		if m.counters[updates] != 1 || !equal(h, m.h) {
			t.Errorf("%s: a pair with s·y < 0 changed H", name)
		}
		m.redrawn()
		_, ok := m.direct(at([]float64{0, 0}, []float64{1, 1}), dir)
		if !ok || !equal(h, m.h) || math.Abs(dir[0]+h[0]+h[1]) > 1e-15 {
			t.Errorf("%s: after redrawn the direction is %v (%v), want −H·g with the H of before", name, dir, ok)
		}
		m.direct(at([]float64{-1, -1}, []float64{0, -9}), dir)
		if m.counters[updates] != 2 {
			t.Errorf("%s: the first pair of the new objective was not used", name)
		}
		m.forget()
		if _, ok = m.direct(at([]float64{0, 0}, []float64{1, 1}), dir); ok {
			t.Errorf("%s: a direction after forget", name)
		}
	}
}

// An H that rounding has spoilt becomes the identity at the next check.
func TestDenseCheck(t *testing.T) {
	dir := make([]float64, 2)
	m := learned(t, plainBFGS)
	m.h[3] = -1
	m.redrawn()
	if _, ok := m.direct(at([]float64{0, 0}, []float64{1, 1}), dir); ok || m.counters[updates] != 0 {
		t.Error("an indefinite H survived redrawn")
	}
	m = learned(t, plainBFGS)
	m.counters[updates] = checkEvery - 1
	m.direct(at([]float64{0.5, 0.45}, []float64{0.5, 4.5}), dir)
	if m.counters[updates] != checkEvery || m.factor == nil {
		t.Error("H was not checked after 100 updates")
	}
}

// TestDenseThreads: the bits of H and of every step are the same for any number of
// threads, above the order from which the matrix is shared out.
func TestDenseThreads(t *testing.T) {
	const dim = 259 // several bands
	run := func(threads Threads) []float64 {
		f := curved(dim)
		m := DefaultSSBroyden()
		m.Threads = threads
		m.Init(dim)
		theta := make([]float64, dim)
		for i := range theta {
			theta[i] = 1 + float64(i%7)
		}
		for range 30 {
			m.Step(theta, f)
		}
		return append(theta, m.hessian.h...)
	}
	one := run(1)
	for _, threads := range []Threads{0, 2, 3, 8} {
		if !slices.Equal(one, run(threads)) {
			t.Errorf("30 steps on %d threads differ from 30 steps on one", threads)
		}
	}
}

// curved is Σ (i+1)·x_i² + x_i⁴/10.
type curved int

func (c curved) Dim() int { return int(c) }

func (c curved) ValueGrad(grad, theta []float64) (v float64) {
	for i, x := range theta {
		k := float64(i + 1)
		v += k*x*x + x*x*x*x/10
		grad[i] = 2*k*x + 0.4*x*x*x
	}
	return v
}

// TestHessianGradient compares H·g as it is carried along with the product by H.
// Theory: rounding of one update, 1e-16 of |H||g|; measured below 1e-13 of |H·g| in
// 200 steps, margin 10.
func TestHessianGradient(t *testing.T) {
	const dim = 20
	f, m := curved(dim), DefaultSSBroyden()
	m.Init(dim)
	theta := make([]float64, dim)
	for i := range theta {
		theta[i] = 3 - float64(i%5)
	}
	for step := range 12 {
		m.Step(theta, f)
		d := &m.hessian
		if d.counters[updates] == 0 {
			continue
		}
		want := make([]float64, dim)
		kernel.SymvUpperRows(dim, 0, dim, d.h, dim, d.g, want)
		for i, v := range d.hg {
			if !(math.Abs(v-want[i]) <= 1e-12*maxAbs(want)) {
				t.Fatalf("step %d: (H·g)[%d] = %v, want %v", step, i, v, want[i])
			}
		}
	}
}
