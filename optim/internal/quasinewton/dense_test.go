package quasinewton

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"pinn/optim/internal/memory"
)

// at is an accepted point.
func at(x, g []float64) *optimize.Location { return &optimize.Location{X: x, Gradient: g} }

// Beside the initial scaling gonum's BFGS is the same method: the directions along
// one sequence of points agree.
func TestDenseAgainstGonum(t *testing.T) {
	const n = 7
	rng := rand.New(rand.NewPCG(6, 4))
	var m Dense
	m.Init(n, 1, BFGS)
	twin := &optimize.BFGS{}
	x, g := make([]float64, n), make([]float64, n)
	got, want := make([]float64, n), make([]float64, n)
	worst := 0.0
	for k := range 40 {
		for i := range x {
			x[i] += rng.NormFloat64() / float64(k+1)
			g[i] = float64(i+1)*x[i] + 0.1*math.Sin(3*x[i])
		}
		_, ok := m.Direct(at(x, g), got)
		if k == 0 {
			if ok {
				t.Fatal("a direction without curvature")
			}
			twin.InitDirection(at(x, g), want)
			continue
		}
		twin.NextDirection(at(x, g), want)
		for i := range got {
			worst = math.Max(worst, math.Abs(got[i]-want[i])/floats.Norm(want, math.Inf(1)))
		}
	}
	const tol = 1e-12 // rounding of 40 updates
	if !(worst <= tol) {
		t.Errorf("directions differ by %.2g (tol %g)", worst, tol)
	}
	t.Logf("worst %.2g", worst)
}

// dim 2, H after one step along steepest descent of ½x·diag(1, 10)·x.
func learned(t *testing.T, rule func(pair) update) *Dense {
	t.Helper()
	m := &Dense{}
	m.Init(2, 1, rule)
	dir := make([]float64, 2)
	m.Direct(at([]float64{1, 1}, []float64{1, 10}), dir)
	if _, ok := m.Direct(at([]float64{0.95, 0.5}, []float64{0.95, 5}), dir); !ok || m.counters[updates] != 1 {
		t.Fatalf("no update by a good pair: %v", m.counters)
	}
	return m
}

// H·y = s after an update, a bad pair changes nothing, and redrawn keeps H but
// makes no pair across.
func TestDenseKeeps(t *testing.T) {
	for name, rule := range map[string]func(pair) update{"bfgs": BFGS, "ssbroyden": SelfScaled} {
		m := learned(t, rule)
		h := append([]float64(nil), m.h...)
		y, s := []float64{-0.05, -5}, []float64{-0.05, -0.5}
		for i, hy := range []float64{h[0]*y[0] + h[1]*y[1], h[1]*y[0] + h[3]*y[1]} {
			if math.Abs(hy-s[i]) > 1e-14 {
				t.Errorf("%s: (H·y)[%d] = %g, want %g", name, i, hy, s[i])
			}
		}
		dir := make([]float64, 2)
		m.Direct(at([]float64{0.9, 0.4}, []float64{0.95, 6}), dir) // s·y < 0
		if m.counters[updates] != 1 || !slices.Equal(h, m.h) {
			t.Errorf("%s: a pair with s·y < 0 changed H", name)
		}
		m.Redrawn()
		_, ok := m.Direct(at([]float64{0, 0}, []float64{1, 1}), dir)
		if !ok || !slices.Equal(h, m.h) || math.Abs(dir[0]+h[0]+h[1]) > 1e-15 {
			t.Errorf("%s: after redrawn the direction is %v (%v), want −H·g with the H of before", name, dir, ok)
		}
		m.Direct(at([]float64{-1, -1}, []float64{0, -9}), dir)
		if m.counters[updates] != 2 {
			t.Errorf("%s: the first pair of the new objective was not used", name)
		}
		m.Forget()
		if _, ok = m.Direct(at([]float64{0, 0}, []float64{1, 1}), dir); ok {
			t.Errorf("%s: a direction after forget", name)
		}
	}
}

// An H that rounding has spoilt becomes the identity at the next check.
func TestDenseCheck(t *testing.T) {
	dir := make([]float64, 2)
	m := learned(t, BFGS)
	m.h[3] = -1
	m.Redrawn()
	if _, ok := m.Direct(at([]float64{0, 0}, []float64{1, 1}), dir); ok || m.counters[updates] != 0 {
		t.Error("an indefinite H survived redrawn")
	}
	m = learned(t, BFGS)
	m.counters[updates] = checkEvery - 1
	m.Direct(at([]float64{0.5, 0.45}, []float64{0.5, 4.5}), dir)
	if m.counters[updates] != checkEvery || m.factor == nil {
		t.Error("H was not checked after 100 updates")
	}
}

// Restored from its parts H gives the directions of one that was never interrupted, bit
// for bit.
func TestDenseRestores(t *testing.T) {
	const dim = 5
	for name, rule := range map[string]Rule{"bfgs": BFGS, "ssbroyden": SelfScaled} {
		for _, cut := range []int{0, 1, 2, 9} {
			var one, other Dense
			one.Init(dim, 1, rule)
			other.Init(dim, 1, rule)
			rng := rand.New(rand.NewPCG(uint64(cut), 9))
			x, g := make([]float64, dim), make([]float64, dim)
			want, got := make([]float64, dim), make([]float64, dim)
			for k := range 20 {
				for i := range x {
					x[i] += rng.NormFloat64() / float64(k+1)
					g[i] = float64(i+1)*x[i] + math.Sin(x[i])/2
				}
				step, ok := one.Direct(at(x, g), want)
				if k < cut {
					continue
				}
				if k == cut {
					if err := memory.Load(other.Parts(), memory.Save(one.Parts())); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if s, same := other.Direct(at(x, g), got); s != step || same != ok || !slices.Equal(got, want) {
					t.Fatalf("%s saved after point %d, point %d: %v by %g, want %v by %g", name, cut, k, got, s, want, step)
				}
			}
		}
	}
}

// A rule that gives no usable update leaves H as it is, and the next good pair is taken.
func TestDenseUnsound(t *testing.T) {
	spoilt := true
	var m Dense
	m.Init(2, 1, func(p pair) update {
		if u := BFGS(p); !spoilt {
			return u
		}
		return update{scale: math.Inf(1)}
	})
	dir := make([]float64, 2)
	m.Direct(at([]float64{1, 1}, []float64{1, 10}), dir)
	if _, ok := m.Direct(at([]float64{0.95, 0.5}, []float64{0.95, 5}), dir); ok || m.counters[updates] != 0 {
		t.Error("an update that is not finite was made")
	}
	spoilt = false
	if _, ok := m.Direct(at([]float64{0.9, 0.2}, []float64{0.9, 2}), dir); !ok || m.counters[updates] != 1 {
		t.Error("the pair after it was not used")
	}
}
