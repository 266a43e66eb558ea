package quasinewton

import (
	"math"
	"math/rand/v2"
	"testing"

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
		for name, rule := range map[string]func(pair) update{"bfgs": BFGS, "ssbroyden": SelfScaled} {
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
		if u := SelfScaled(row.p); !u.sound() {
			t.Errorf("%s: update %+v", row.name, u)
		}
	}
	for _, p := range []pair{
		{dim: 3, rho: 1, yHy: 1e300, b: 1e300}, {dim: 3, rho: 1, yHy: 1e-300, b: 1e305},
		{dim: 3, rho: 1, yHy: math.Inf(1), b: 1}, {dim: 3, rho: 1, yHy: 1, b: math.NaN()},
	} {
		if u := SelfScaled(p); u.sound() && u != BFGS(p) {
			t.Errorf("%+v: update %+v, want that of BFGS or none", p, u)
		}
	}
}
