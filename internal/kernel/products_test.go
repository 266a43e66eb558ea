package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pinn/internal/kernel/kerneltest"
)

// unit is the rounding unit of float64.
const unit = 0x1p-53

// canary stands where nothing may be read (inputs: it would make a sum NaN) or
// written (outputs: its payload would be lost).
var canary = math.Float64frombits(0x7ff8_dead_beef_0001)

// A matrix is a test operand with canaries around its rows.
type matrix struct {
	r, w, ld int
	all      []float64 // with an offset in front of data
	data     []float64
}

// newMatrix returns an r×w matrix whose rows are ld ≥ w apart and which starts off
// elements into its memory, filled by f.
func newMatrix(r, w, ld, off int, f func() float64) matrix {
	size := 0
	if r > 0 && w > 0 {
		size = (r-1)*ld + w
	}
	m := matrix{r: r, w: w, ld: ld, all: make([]float64, off+size+3)}
	for i := range m.all {
		m.all[i] = canary
	}
	m.data = m.all[off : off+size]
	for i := range r {
		for j := range w {
			m.data[i*ld+j] = f()
		}
	}
	return m
}

func (m matrix) at(i, j int) float64 { return m.data[i*m.ld+j] }

func (m matrix) clone() matrix {
	c := m
	c.all = append([]float64(nil), m.all...)
	off := len(m.all) - 3 - len(m.data)
	c.data = c.all[off : off+len(m.data)]
	return c
}

// checkCanaries fails if an element outside the rows (or where keep says so) changed.
func (m matrix) checkCanaries(t *testing.T, name string, was matrix, inside func(i, j int) bool) {
	t.Helper()
	off := len(m.all) - 3 - len(m.data)
	for p := range m.all {
		q := p - off
		if q >= 0 && q < len(m.data) && q%m.ld < m.w && inside(q/m.ld, q%m.ld) {
			continue
		}
		if math.Float64bits(m.all[p]) != math.Float64bits(was.all[p]) {
			t.Fatalf("%s: element %d of its memory (row %d, column %d) written, want untouched", name, p, q/m.ld, q%m.ld)
		}
	}
}

func everywhere(i, j int) bool { return true }

// A shape is one case of a product.
type shape struct{ m, n, k, lda, ldb, ldc, off int }

func (s shape) String() string {
	return fmt.Sprintf("m=%d n=%d k=%d lda=+%d ldb=+%d ldc=+%d off=%d", s.m, s.n, s.k, s.lda, s.ldb, s.ldc, s.off)
}

// shapes returns every shape up to a corner of small ones and a sample of larger
// ones; the leading dimensions are excesses over the width.
func shapes(rng *rand.Rand, maxM, maxN, maxK int) []shape {
	var all []shape
	for _, m := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 17} {
		for _, n := range []int{0, 1, 3, 4, 5, 8, 11, 12, 16, 23, 24, 25, 50} {
			for _, k := range []int{0, 1, 2, 5, 9} {
				all = append(all, shape{m: m, n: n, k: k})
			}
		}
	}
	sample := 60
	if testing.Short() {
		sample = 3
	}
	for range sample {
		all = append(all, shape{m: 1 + rng.IntN(maxM), n: 1 + rng.IntN(maxN), k: 1 + rng.IntN(maxK)})
	}
	for i := range all {
		all[i].lda, all[i].ldb, all[i].ldc, all[i].off = rng.IntN(4), rng.IntN(4), rng.IntN(4), rng.IntN(4)
	}
	// Rows of B at strides of a multiple of 2 KiB, where AVX2 packs them.
	return append(all, shape{m: 9, n: 256, k: 12}, shape{m: 5, n: 509, k: 8, ldb: 3, ldc: 1}, shape{m: 13, n: 20, k: 31, ldb: 236})
}

// checkSum fails unless got is Σ over k terms, |got − want| ≤ 2(k+4)·u·Σ|terms|: the
// bound of Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., (3.5) for
// any order of summation of scaled products, once for got and once for want.
func checkSum(t *testing.T, name string, i, j int, got, want, size float64, k int) {
	t.Helper()
	if bound := 2 * float64(k+4) * unit * size; !(math.Abs(got-want) <= bound) {
		t.Fatalf("%s: element (%d, %d) = %.17g, want %.17g (tol %.3g: two orders of %d terms)", name, i, j, got, want, bound, k)
	}
}

// tiers runs f in every tier of the machine; name says in which.
func tiers(name string, f func(name string)) {
	for i := range offered() + 1 {
		inTier(i, func() { f(name + " tier=" + tierNames[i]) })
	}
}

func TestGemm(t *testing.T) {
	rng := newRand(11)
	depth := 1000
	if testing.Short() {
		depth = 300
	}
	for _, s := range shapes(rng, 130, depth, 130) {
		a := newMatrix(s.m, s.k, s.k+s.lda, s.off, rng.NormFloat64)
		at := newMatrix(s.k, s.m, s.m+s.lda, s.off, rng.NormFloat64)
		for i := range s.m {
			for p := range s.k {
				at.data[p*at.ld+i] = a.at(i, p)
			}
		}
		b := newMatrix(s.k, s.n, s.n+s.ldb, s.off, rng.NormFloat64)
		was := newMatrix(s.m, s.n, s.n+s.ldc, s.off, rng.NormFloat64)
		want, size := product(a, b)
		check := func(name string, c matrix, start, alpha float64) {
			t.Helper()
			c.checkCanaries(t, name, was, everywhere)
			for i := range s.m {
				for j := range s.n {
					w := start*was.at(i, j) + alpha*want[i*s.n+j]
					z := start*math.Abs(was.at(i, j)) + math.Abs(alpha)*size[i*s.n+j]
					checkSum(t, name, i, j, c.at(i, j), w, z, s.k)
				}
			}
		}
		tiers(s.String(), func(name string) {
			c := was.clone()
			Gemm(s.m, s.n, s.k, a.data, a.ld, b.data, b.ld, c.data, c.ld)
			check("Gemm "+name, c, 0, 1)
			c = was.clone()
			GemmTN(s.m, s.n, s.k, at.data, at.ld, b.data, b.ld, c.data, c.ld)
			check("GemmTN "+name, c, 0, 1)
			c = was.clone()
			GemmAdd(s.m, s.n, s.k, a.data, a.ld, b.data, b.ld, c.data, c.ld)
			check("GemmAdd "+name, c, 1, 1)
			c = was.clone()
			GemmStridedAdd(s.m, s.n, s.k, -0.3, at.data, 1, at.ld, b.data, b.ld, 1, c.data, c.ld)
			check("GemmStridedAdd "+name, c, 1, -0.3)
		})
	}
}

// product returns A·B and the sums of the magnitudes, both without gaps.
func product(a, b matrix) (sum, size []float64) {
	sum, size = make([]float64, a.r*b.w), make([]float64, a.r*b.w)
	if b.w == 0 {
		return sum, size
	}
	for i := range a.r {
		s, z := sum[i*b.w:(i+1)*b.w], size[i*b.w:(i+1)*b.w]
		for p := range a.w {
			v := a.at(i, p)
			row := b.data[p*b.ld:]
			for j := range s {
				s[j] += v * row[j]
				z[j] += math.Abs(v * row[j])
			}
		}
	}
	return sum, size
}

func TestGemmNTAdd(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	rng := newRand(12)
	for _, s := range shapes(rng, 130, 130, 1000) {
		a := newMatrix(s.m, s.k, s.k+s.lda, s.off, rng.NormFloat64)
		b := newMatrix(s.n, s.k, s.k+s.ldb, s.off, rng.NormFloat64)
		was := newMatrix(s.m, s.n, s.n+s.ldc, s.off, rng.NormFloat64)
		want, size := products2(a, b, was, false)
		tiers("GemmNTAdd "+s.String(), func(name string) {
			c := was.clone()
			GemmNTAdd(s.m, s.n, s.k, a.data, a.ld, b.data, b.ld, c.data, c.ld)
			c.checkCanaries(t, name, was, everywhere)
			for p := range want {
				checkSum(t, name, p/s.n, p%s.n, c.at(p/s.n, p%s.n), want[p], size[p], s.k)
			}
			c = was.clone()
			GemmStridedAdd(s.m, s.n, s.k, 1, a.data, a.ld, 1, b.data, 1, b.ld, c.data, c.ld)
			c.checkCanaries(t, "GemmStridedAdd as "+name, was, everywhere)
			for p := range want {
				checkSum(t, "GemmStridedAdd as "+name, p/s.n, p%s.n, c.at(p/s.n, p%s.n), want[p], size[p], s.k)
			}
		})
	}
}

// products2 returns C + A·Bᵀ and the sums of the magnitudes, both without gaps; upper
// leaves out what is below the diagonal.
func products2(a, b, c matrix, upper bool) (sum, size []float64) {
	sum, size = make([]float64, a.r*b.r), make([]float64, a.r*b.r)
	for i := range a.r {
		for j := range b.r {
			if !upper || j >= i {
				sum[i*b.r+j], size[i*b.r+j] = dotOf(a, i, b, j, c.at(i, j))
			}
		}
	}
	return sum, size
}

// dotOf returns start + row i of a · row j of b, and the sum of the magnitudes.
func dotOf(a matrix, i int, b matrix, j int, start float64) (sum, size float64) {
	sum, size = start, math.Abs(start)
	if a.w == 0 {
		return sum, size
	}
	x, y := a.data[i*a.ld:i*a.ld+a.w], b.data[j*b.ld:j*b.ld+a.w]
	for p, v := range x {
		v *= y[p]
		sum += v
		size += math.Abs(v)
	}
	return sum, size
}

// TestProductsAtPageEdges puts every operand against unreadable memory.
func TestProductsAtPageEdges(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, atEnd := range []bool{true, false} {
			for _, n := range []int{1, 3, 7, 9, 13, 23, 31, 50} {
				for _, m := range []int{1, 2, 5, 9} {
					a, b, c := guarded(t, m*n, atEnd), guarded(t, n*n, atEnd), guarded(t, m*n, atEnd)
					sq, x, y := guarded(t, n*n, atEnd), guarded(t, n, atEnd), guarded(t, n, atEnd)
					Gemm(m, n, n, a, n, b, n, c, n)
					GemmTN(m, n, n, guarded(t, n*m, atEnd), m, b, n, c, n)
					GemmNTAdd(m, n, n, a, n, b, n, c, n)
					SyrkAddColumns(n, 0, n, m, guarded(t, n*m, atEnd), m, sq, n)
					SymvUpperRows(n, 0, n, sq, n, x, y)
					Rank2UpperRows(n, 0, n, 1, 1, 1, 1, x, y, sq, n)
				}
			}
			SyrkAddColumns(60, 0, 60, 33, guarded(t, 60*33, atEnd), 33, guarded(t, 3600, atEnd), 60)
		}
	})
}

// TestProductsPropagate demands that NaN and Inf of an operand reach exactly the
// elements of C that they belong to, in the last row and column too.
func TestProductsPropagate(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		const m, n, k = 9, 29, 11
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for _, row := range []int{0, 3, m - 1} {
				a, b, c := ones(m*k), ones(k*n), ones(m*n)
				a[row*k+k-1] = bad
				Gemm(m, n, k, a, k, b, n, c, n)
				checkRow(t, "Gemm", c, n, row, bad, k)

				bt, d := ones(n*k), make([]float64, m*n)
				GemmNTAdd(m, n, k, a, k, bt, k, d, n)
				checkRow(t, "GemmNTAdd", d, n, row, bad, k)

				// The zero that multiplies it does not hide it.
				b[(k-1)*n] = 0
				Gemm(m, n, k, a, k, b, n, c, n)
				if got := c[row*n]; !math.IsNaN(got) {
					t.Errorf("Gemm: %g·0 gives %g, want NaN", bad, got)
				}
			}
		}
	})
}

func ones(n int) []float64 {
	a := make([]float64, n)
	for i := range a {
		a[i] = 1
	}
	return a
}

// checkRow demands that row bad of c holds v and every other one k.
func checkRow(t *testing.T, name string, c []float64, n, bad int, v float64, k int) {
	t.Helper()
	for p, got := range c {
		want := float64(k)
		if p/n == bad {
			want = v
		}
		if !sameBits(got, want) {
			t.Fatalf("%s: C[%d,%d] = %g, want %g", name, p/n, p%n, got, want)
		}
	}
}

func TestProductsRepeat(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := newRand(16)
		const m, n, k, points = 21, 333, 37, 1000
		a, b := newMatrix(m, points, points, 0, rng.NormFloat64), newMatrix(k, points, points, 0, rng.NormFloat64)
		var first []float64
		for range 3 {
			c, d, e := make([]float64, m*n), make([]float64, m*k), make([]float64, m*m)
			Gemm(m, n, k, a.data, points, b.data, points, c, n)
			GemmNTAdd(m, k, points, a.data, points, b.data, points, d, k)
			SyrkAddColumns(m, 0, m, points, a.data, points, e, m)
			all := append(append(c, d...), e...)
			if first == nil {
				first = all
			}
			for i := range all {
				if math.Float64bits(all[i]) != math.Float64bits(first[i]) {
					t.Fatalf("element %d = %v in a repeated run, want the same bits as %v", i, all[i], first[i])
				}
			}
		}
	})
}

func TestProductsAllocateNothing(t *testing.T) {
	if kerneltest.RaceDetector() {
		t.Skip("sync.Pool keeps nothing under the race detector")
	}
	eachTier(t, func(t *testing.T) {
		const n = 100
		a, b, c := ones(n*n), ones(n*n), ones(n*n)
		got := testing.AllocsPerRun(20, func() {
			Gemm(n, n, n, a, n, b, n, c, n)
			GemmTN(n, n, n, a, n, b, n, c, n)
			GemmNTAdd(n, n, n, a, n, b, n, c, n)
			SyrkAddColumns(n, 0, n, n, a, n, c, n)
			SymvUpperRows(n, 0, n, c, n, a[:n], b[:n])
			Rank2UpperRows(n, 0, n, 1, 1, 1, 1, a[:n], b[:n], c, n)
		})
		if got != 0 {
			t.Errorf("%v allocations per run, want 0", got)
		}
	})
}

func TestProductsPanic(t *testing.T) {
	a := make([]float64, 12)
	tests := map[string]func(){
		"slice too short":     func() { Gemm(4, 2, 3, a[:11], 3, a, 2, a, 2) },
		"negative size":       func() { Gemm(-1, 2, 3, a, 3, a, 2, a, 2) },
		"leading dimension":   func() { GemmTN(4, 2, 3, a, 3, a, 2, a, 2) },
		"short output":        func() { GemmNTAdd(3, 3, 2, a, 2, a, 2, a[:8], 3) },
		"column range":        func() { SyrkAddColumns(3, 2, 4, 2, a, 2, a, 3) },
		"vector length":       func() { SymvUpperRows(3, 0, 3, a, 3, a[:3], a[:2]) },
		"row range":           func() { SymvUpperRows(3, 2, 4, a, 3, a[:3], a[:3]) },
		"row range rank2":     func() { Rank2UpperRows(3, -1, 2, 1, 1, 1, 1, a[:3], a[:3], a, 3) },
		"points of a row":     func() { RowProduct(a[:4], 1, a, a, 4) },
		"stride of both":      func() { GemmStridedAdd(2, 2, 2, 1, a, 2, 3, a, 2, 1, a, 2) },
		"no stride":           func() { GemmStridedAdd(2, 2, 2, 1, a, 1, 0, a, 2, 1, a, 2) },
		"short strided":       func() { GemmStridedAdd(3, 2, 4, 1, a[:11], 4, 1, a, 2, 1, a, 2) },
		"negative strided":    func() { GemmStridedAdd(2, -2, 2, 1, a, 2, 1, a, 2, 1, a, 2) },
		"vector length rank2": func() { Rank2UpperRows(3, 0, 3, 1, 1, 1, 1, a[:2], a[:3], a, 3) },
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("returned, want a panic")
				}
			}()
			f()
		})
	}
}

// TestRowProduct: the error of c products of normal numbers, each rounded once, is
// below c·2⁻⁵³ of their sizes; tol has a margin of 100.
func TestRowProduct(t *testing.T) {
	const tol = 1e-13
	eachTier(t, func(t *testing.T) {
		rng := newRand(9)
		for _, n := range []int{0, 8, 16, 24, 32, 40, 136} {
			for c := range 9 {
				stride := n + 3
				a, b := make([]float64, c*stride), make([]float64, c*stride)
				for i := range a {
					a[i], b[i] = rng.NormFloat64(), rng.NormFloat64()
				}
				dst := make([]float64, n+8)
				Fill(dst, 7)
				RowProduct(dst[:n], c, a, b, stride)
				for p, got := range dst {
					want := 7.0
					if p < n {
						want = 0
						for q := range c {
							want += a[q*stride+p] * b[q*stride+p]
						}
					}
					if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
						t.Fatalf("n = %d, c = %d: dst[%d] = %v, want %v (tol %g)", n, c, p, got, want, tol)
					}
				}
			}
		}
	})
}
