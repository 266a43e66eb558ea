package quasinewton

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"pinn/optim/internal/memory"
)

// tolTwin bounds ‖difference‖/‖H·g‖ between the two-loop recursion and the dense
// product. Theory: ε times the condition of the product,
// some hundreds at times. Worst over all offsets of 50 seeds: 3.2e-15
// (linux/amd64, go1.26).
const tolTwin = 1e-12

// Pairs = gonum's direction, bit for bit, = dense product of rank-one updates, at every
// offset of the ring.
func TestPairsTwins(t *testing.T) {
	const dim, history, points = 7, 5, 14
	var worst float64
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 7))
		pairs := NewPairs(dim, history)
		gonum := &optimize.LBFGS{Store: history}
		dense := newWritten(history)
		curve := newHessian(dim, rng)
		x, g, dir, got := vec(dim), vec(dim), vec(dim), vec(dim)
		s, y, at, slope := vec(dim), vec(dim), vec(dim), vec(dim)
		for k := range points {
			for i := range s {
				s[i] = rng.NormFloat64()
			}
			curve.MulVecTo(y, s)
			floats.AddTo(at, x, s)
			floats.AddTo(slope, g, y)
			floats.SubTo(s, at, x) // as gonum sees the pair
			floats.SubTo(y, slope, g)
			copy(x, at)
			copy(g, slope)
			loc := &optimize.Location{X: x, Gradient: g}
			if k == 0 {
				gonum.InitDirection(loc, dir)
				continue
			}
			gonum.NextDirection(loc, dir)
			if !pairs.Push(s, y) || pairs.Len() != min(k, history) {
				t.Fatalf("seed %d: pair %d not stored", seed, k)
			}
			dense.push(s, y)
			pairs.Apply(got, g)
			floats.Scale(-1, dir)
			if !floats.Equal(got, dir) {
				t.Fatalf("seed %d, point %d: H·g = %v, want the bits of gonum's %v", seed, k, got, dir)
			}
			worst = math.Max(worst, floats.Distance(got, dense.apply(g), 2)/floats.Norm(got, 2))
			checkSecant(t, pairs, s, y)
		}
	}
	if worst > tolTwin {
		t.Errorf("two-loop recursion is off by %.2g from the dense product (tol %g: rounding)", worst, tolTwin)
	}
	t.Logf("worst: %.2g", worst)
}

// checkSecant checks H·y = s for the newest pair.
func checkSecant(t *testing.T, pairs *Pairs, s, y []float64) {
	t.Helper()
	hy := pairs.Apply(vec(len(y)), y)
	if d := floats.Distance(hy, s, 2) / floats.Norm(s, 2); d > tolTwin {
		t.Errorf("H·y differs from s by %.2g (tol %g: rounding)", d, tolTwin)
	}
}

// H is symmetric and positive definite, whatever pairs Push lets in.
func TestPairsSymmetricPositive(t *testing.T) {
	const dim = 6
	rng := rand.New(rand.NewPCG(5, 5))
	pairs := NewPairs(dim, 4)
	s, y := vec(dim), vec(dim)
	refused := 0
	for range 100 {
		for i := range s {
			s[i], y[i] = rng.NormFloat64(), rng.NormFloat64()
		}
		if pairs.Push(s, y) != (floats.Dot(s, y) > 0) {
			t.Fatalf("Push with s·y = %g", floats.Dot(s, y))
		}
		if floats.Dot(s, y) <= 0 {
			refused++
		}
		h := mat.NewDense(dim, dim, nil)
		for j := range dim {
			e := vec(dim)
			e[j] = 1
			h.SetCol(j, pairs.Apply(e, e)) // dst may be g
		}
		var eig mat.EigenSym
		sym := mat.NewSymDense(dim, nil)
		norm := mat.Max(h)
		for i := range dim {
			for j := i; j < dim; j++ {
				const tol = 1e-13 // rounding; worst seen 1.1e-15
				if d := math.Abs(h.At(i, j) - h.At(j, i)); d > tol*norm {
					t.Fatalf("H is not symmetric: off by %.2g of %g (tol %g)", d, norm, tol)
				}
				sym.SetSym(i, j, 0.5*(h.At(i, j)+h.At(j, i)))
			}
		}
		if !eig.Factorize(sym, false) || eig.Values(nil)[0] < -1e-13*norm {
			t.Fatalf("H has the eigenvalue %g", eig.Values(nil)[0])
		}
	}
	if refused == 0 || pairs.Len() != 4 || pairs.Dim() != dim {
		t.Errorf("refused %d pairs, holds %d of dimension %d", refused, pairs.Len(), pairs.Dim())
	}
	pairs.Reset()
	g := []float64{1, 2, 3, 4, 5, 6}
	if got := pairs.Apply(vec(dim), g); pairs.Len() != 0 || !floats.Equal(got, g) {
		t.Errorf("an empty ring gives %v, want the identity", got)
	}
}

// The guard is relative: tiny steps with good curvature are kept, flat ones not.
func TestPairsGuard(t *testing.T) {
	for _, row := range []struct {
		s, y []float64
		want bool
	}{
		{[]float64{1e-9, 0}, []float64{1e-9, 0}, true},
		{[]float64{1e-100, 0}, []float64{1e-100, 0}, true},
		{[]float64{1, 0}, []float64{1e-11, 1}, false},
		{[]float64{1, 0}, []float64{1e-9, 1}, true},
		{[]float64{1, 0}, []float64{0, 0}, false},
		{[]float64{0, 0}, []float64{1, 0}, false},
		{[]float64{1, 0}, []float64{math.NaN(), 0}, false},
		{[]float64{1, 0}, []float64{math.Inf(1), 0}, false},
	} {
		if got := NewPairs(2, 3).Push(row.s, row.y); got != row.want {
			t.Errorf("Push(%v, %v) = %v, want %v", row.s, row.y, got, row.want)
		}
	}
}

func TestPairsMisuse(t *testing.T) {
	p := NewPairs(2, 1)
	for name, f := range map[string]func(){
		"no history": func() { NewPairs(2, 0) }, "no dimension": func() { NewPairs(0, 2) },
		"Push": func() { p.Push(vec(3), vec(2)) }, "Apply": func() { p.Apply(vec(2), vec(3)) },
	} {
		if !panics(f) {
			t.Errorf("%s: no panic", name)
		}
	}
	s, y := []float64{1, 0}, []float64{2, 0}
	if n := testing.AllocsPerRun(20, func() { p.Push(s, y); p.Apply(y, s) }); n != 0 {
		t.Errorf("Push and Apply allocate %g times, want 0", n)
	}
}

// written is L-BFGS written out: H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ over the
// pairs held, from γI.
type written struct {
	history int
	s, y    []*mat.VecDense
}

func newWritten(history int) *written { return &written{history: history} }

func (d *written) push(s, y []float64) {
	d.s = append(d.s, mat.VecDenseCopyOf(mat.NewVecDense(len(s), s)))
	d.y = append(d.y, mat.VecDenseCopyOf(mat.NewVecDense(len(y), y)))
	if len(d.s) > d.history {
		d.s, d.y = d.s[1:], d.y[1:]
	}
}

func (d *written) apply(g []float64) []float64 {
	n, last := len(g), len(d.s)-1
	gamma := mat.Dot(d.s[last], d.y[last]) / mat.Dot(d.y[last], d.y[last])
	h := mat.NewDense(n, n, nil)
	for i := range n {
		h.Set(i, i, gamma)
	}
	for k := range d.s {
		rho := 1 / mat.Dot(d.s[k], d.y[k])
		v := mat.NewDense(n, n, nil)
		v.Outer(-rho, d.y[k], d.s[k])
		for i := range n {
			v.Set(i, i, 1+v.At(i, i))
		}
		var next, ss mat.Dense
		next.Product(v.T(), h, v)
		ss.Outer(rho, d.s[k], d.s[k])
		next.Add(&next, &ss)
		h = &next
	}
	out := mat.NewVecDense(n, nil)
	out.MulVec(h, mat.NewVecDense(n, g))
	return out.RawVector().Data
}

// hessian is a random symmetric positive definite matrix, y = B s.
type hessian struct{ mat.Dense }

func newHessian(n int, rng *rand.Rand) *hessian {
	a := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			a.Set(i, j, rng.NormFloat64())
		}
	}
	h := &hessian{}
	h.Mul(a, a.T())
	for i := range n {
		h.Set(i, i, h.At(i, i)+1)
	}
	return h
}

func (h *hessian) MulVecTo(dst, x []float64) {
	out := mat.NewVecDense(len(dst), dst)
	out.MulVec(&h.Dense, mat.NewVecDense(len(x), x))
}

func vec(n int) []float64 { return make([]float64, n) }

// Restored from its parts an estimate gives the directions of one that was never
// interrupted, bit for bit, wherever the ring stands.
func TestLimitedRestores(t *testing.T) {
	const dim, history = 3, 4
	for cut := range 12 {
		var one, other Limited
		one.Init(dim, history)
		other.Init(dim, history)
		rng := rand.New(rand.NewPCG(uint64(cut), 8))
		x, g := vec(dim), vec(dim)
		want, got := vec(dim), vec(dim)
		for k := range 20 {
			for i := range x {
				x[i] += rng.NormFloat64()
				g[i] = float64(i+1)*x[i] + math.Sin(x[i])/2
			}
			loc := &optimize.Location{X: x, Gradient: g}
			_, ok := one.Direct(loc, want)
			if k < cut {
				continue
			}
			if k == cut {
				if err := memory.Load(other.Parts(), memory.Save(one.Parts())); err != nil {
					t.Fatal(err)
				}
				other.Refresh()
				continue
			}
			if _, same := other.Direct(loc, got); same != ok || !floats.Equal(got, want) {
				t.Fatalf("saved after point %d, point %d: %v (%v), want %v (%v)", cut, k, got, same, want, ok)
			}
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

// A step with negative, zero or tiny curvature makes no pair and costs none: the
// direction after it is that of the pairs before, and the next pair begins where it
// ended.
func TestMemoryGuard(t *testing.T) {
	at := func(x, g float64) *optimize.Location {
		return &optimize.Location{X: []float64{x, 0}, Gradient: []float64{g, 1}}
	}
	for _, row := range []struct {
		name string
		bad  *optimize.Location
	}{
		{"negative", at(2, 0.5)}, {"zero", at(2, 2)}, {"tiny", at(2, 2+1e-17)}, {"no step", at(1, 3)},
	} {
		var m Limited
		m.Init(2, 5)
		twin := NewPairs(2, 5)
		dir, want := make([]float64, 2), make([]float64, 2)
		check := func(after string, g []float64) {
			t.Helper()
			twin.Apply(want, g)
			if floats.Scale(-1, want); !slices.Equal(dir, want) || m.pairs.Len() != twin.Len() {
				t.Errorf("%s curvature, direction after %s: %v from %d pairs, want %v from %d", row.name, after, dir, m.pairs.Len(), want, twin.Len())
			}
		}
		if _, ok := m.Direct(at(0, 1), dir); ok {
			t.Fatal("an empty memory gave a direction")
		}
		if step, ok := m.Direct(at(1, 2), dir); !ok || step != 1 {
			t.Fatal("a good pair gave no direction")
		}
		twin.Push([]float64{1, 0}, []float64{1, 0})
		if step, ok := m.Direct(row.bad, dir); !ok || step != 1 {
			t.Fatalf("%s curvature left the memory without a direction", row.name)
		}
		check("it", row.bad.Gradient)
		next := at(5, 9)
		if _, ok := m.Direct(next, dir); !ok {
			t.Fatalf("%s curvature: the pair after it was refused", row.name)
		}
		twin.Push([]float64{5 - row.bad.X[0], 0}, []float64{9 - row.bad.Gradient[0], 0})
		check("the next", next.Gradient)
	}
}

// With no pair at all there is no direction, and a new objective drops every pair.
func TestMemoryForgets(t *testing.T) {
	at := func(x, g float64) *optimize.Location {
		return &optimize.Location{X: []float64{x}, Gradient: []float64{g}}
	}
	var m Limited
	m.Init(1, 3)
	dir := make([]float64, 1)
	m.Direct(at(0, 2), dir)
	if _, ok := m.Direct(at(1, 1), dir); ok {
		t.Error("a memory of one bad pair gave a direction")
	}
	if _, ok := m.Direct(at(2, 3), dir); !ok {
		t.Error("a good pair gave no direction")
	}
	m.Redrawn()
	if _, ok := m.Direct(at(3, 9), dir); ok || m.pairs.Len() != 0 {
		t.Error("a pair across two objectives")
	}
}
