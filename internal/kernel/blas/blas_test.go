package blas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"

	"pinn/internal/kernel"
	"pinn/internal/kernel/kerneltest"
)

var (
	ours   Implementation
	theirs gonum.Implementation

	transposes = []blas.Transpose{blas.NoTrans, blas.Trans}
	uplos      = []blas.Uplo{blas.Upper, blas.Lower}
)

// unit is the rounding unit of float64.
const unit = 0x1p-53

func normal(rng *rand.Rand, n int) []float64 {
	a := make([]float64, n)
	for i := range a {
		a[i] = rng.NormFloat64()
	}
	return a
}

// sizes are the edges of the blocks and panels, and a few in between.
func sizes() []int {
	if testing.Short() {
		return []int{1, 17, 65, 131}
	}
	return []int{1, 7, 24, 49, 64, 131, 300, 530}
}

// compare fails unless a and b agree to tol everywhere, gaps between rows included.
func compare(t *testing.T, name string, got, want []float64, tol float64, why string) {
	t.Helper()
	for i := range got {
		if d := math.Abs(got[i] - want[i]); !(d <= tol) {
			t.Fatalf("%s: element %d = %v, want %v as from gonum (tol %.2g: %s)", name, i, got[i], want[i], tol, why)
		}
	}
}

// sumTol bounds the difference of two sums of k products of normal numbers in different
// orders: 2(k+3)·u·Σ|terms|, Higham (3.5), with Σ|terms| < 2k+40 for all elements of
// these tests (the mean is 2k/π), times the factor.
func sumTol(k int, factor float64) float64 {
	return 2 * float64(k+3) * unit * (2*float64(k) + 40) * max(1, factor)
}

func TestDgemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, m := range sizes() {
		for _, n := range sizes() {
			k := sizes()[rng.IntN(len(sizes()))]
			for _, tA := range transposes {
				for _, tB := range transposes {
					lda, ldb, ldc := max(m, k)+rng.IntN(3), max(n, k)+rng.IntN(3), n+rng.IntN(3)
					a, b := normal(rng, lda*max(m, k)), normal(rng, ldb*max(n, k))
					got := normal(rng, ldc*m)
					want := append([]float64(nil), got...)
					alpha, beta := []float64{1, -1, 0.5}[rng.IntN(3)], []float64{0, 1, -2}[rng.IntN(3)]
					ours.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, got, ldc)
					theirs.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
					compare(t, fmt.Sprintf("Dgemm %c%c m=%d n=%d k=%d", tA, tB, m, n, k), got, want, sumTol(k, 1), "two orders of a sum")
				}
			}
		}
	}
}

func TestDsyrk(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range sizes() {
		for _, k := range sizes() {
			for _, tA := range transposes {
				for _, ul := range uplos {
					lda, ldc := max(n, k)+rng.IntN(3), n+rng.IntN(3)
					a, got := normal(rng, lda*max(n, k)), normal(rng, ldc*n)
					want := append([]float64(nil), got...)
					alpha, beta := []float64{1, -1, 0.5}[rng.IntN(3)], []float64{0, 1, -2}[rng.IntN(3)]
					ours.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, got, ldc)
					theirs.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, want, ldc)
					compare(t, fmt.Sprintf("Dsyrk %c%c n=%d k=%d", ul, tA, n, k), got, want, sumTol(k, 1), "two orders of a sum")
				}
			}
		}
	}
}

// TestDtrsm solves with triangles whose diagonal dominates (4 + row sum): solutions stay
// below the right-hand sides and errors do not grow.
func TestDtrsm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for _, m := range sizes() {
		for _, n := range sizes() {
			for _, s := range []blas.Side{blas.Left, blas.Right} {
				for _, ul := range uplos {
					for _, tA := range transposes {
						d := []blas.Diag{blas.NonUnit, blas.Unit}[rng.IntN(2)]
						order := m
						if s == blas.Right {
							order = n
						}
						lda, ldb := order+rng.IntN(3), n+rng.IntN(3)
						a := normal(rng, lda*order)
						for i := range a {
							a[i] /= 4 * float64(order) // a unit diagonal dominates too
						}
						for i := range order {
							a[i*lda+i] = 1 + rng.Float64()
						}
						got := normal(rng, ldb*m)
						want := append([]float64(nil), got...)
						alpha := []float64{1, -0.5}[rng.IntN(2)]
						ours.Dtrsm(s, ul, tA, d, m, n, alpha, a, lda, got, ldb)
						theirs.Dtrsm(s, ul, tA, d, m, n, alpha, a, lda, want, ldb)
						compare(t, fmt.Sprintf("Dtrsm %c%c%c%c m=%d n=%d", s, ul, tA, d, m, n), got, want, sumTol(order, 1), "two orders of a sum")
					}
				}
			}
		}
	}
}

// TestBetaZeroOverwrites keeps the reference's promise that C is not read.
func TestBetaZeroOverwrites(t *testing.T) {
	const n = 40
	a := normal(rand.New(rand.NewPCG(1, 4)), n*n)
	c := make([]float64, n*n)
	for i := range c {
		c[i] = math.NaN()
	}
	d := append([]float64(nil), c...)
	ours.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, a, n, a, n, 0, c, n)
	ours.Dsyrk(blas.Upper, blas.NoTrans, n, n, 1, a, n, 0, d, n)
	for i := range n {
		for j := range n {
			if math.IsNaN(c[i*n+j]) {
				t.Fatalf("Dgemm: C[%d,%d] is NaN, want it overwritten", i, j)
			}
			if math.IsNaN(d[i*n+j]) != (j < i) {
				t.Fatalf("Dsyrk: C[%d,%d] = %v, want numbers in the upper triangle only", i, j, d[i*n+j])
			}
		}
	}
}

func TestZeroTimesNaNPropagates(t *testing.T) {
	const n = 40
	a, b, c := make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
	b[0] = math.NaN()
	ours.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, a, n, b, n, 0, c, n)
	if !math.IsNaN(c[0]) {
		t.Errorf("0·NaN gives %v, want NaN", c[0])
	}
}

// TestRefusals checks that wrong arguments panic as they do in gonum.
func TestRefusals(t *testing.T) {
	a := make([]float64, 1600)
	tests := map[string]func(Products){
		"transpose": func(f Products) { f.Dgemm('x', blas.NoTrans, 40, 40, 40, 1, a, 40, a, 40, 0, a, 40) },
		"lda":       func(f Products) { f.Dgemm(blas.NoTrans, blas.NoTrans, 40, 40, 40, 1, a, 39, a, 40, 0, a, 40) },
		"short c":   func(f Products) { f.Dgemm(blas.NoTrans, blas.NoTrans, 40, 40, 40, 1, a, 40, a, 40, 0, a[:1599], 40) },
		"uplo":      func(f Products) { f.Dsyrk('x', blas.NoTrans, 40, 40, 1, a, 40, 0, a, 40) },
		"side":      func(f Products) { f.Dtrsm('x', blas.Upper, blas.Trans, blas.Unit, 40, 40, 1, a, 40, a, 40) },
		"negative":  func(f Products) { f.Dgemm(blas.NoTrans, blas.NoTrans, -40, -40, 40, 1, a, 40, a, 40, 0, a, 40) },
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			if got, want := panicOf(func() { f(ours) }), panicOf(func() { f(theirs) }); got == nil || got != want {
				t.Errorf("panic %v, want %v as in gonum", got, want)
			}
		})
	}
}

func panicOf(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// TestNew: every tier has vector kernels for its products but the portable one.
func TestNew(t *testing.T) {
	_, vector := New(1).(Implementation)
	if want := kernel.Tier() != "go"; vector != want {
		t.Errorf("New in tier %s gives vector kernels: %v, want %v", kernel.Tier(), vector, want)
	}
}

// positive returns XᵀX + n·I: positive definite.
func positive(n int) *mat.SymDense {
	x := mat.NewDense(n, n, normal(rand.New(rand.NewPCG(1, 5)), n*n))
	var p mat.Dense
	p.Mul(x.T(), x)
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, p.At(i, j))
		}
		s.SetSym(i, i, s.At(i, i)+float64(n))
	}
	return s
}

// with runs f with an implementation installed.
func with(impl blas.Float64, f func()) {
	was := blas64.Implementation()
	blas64.Use(impl)
	defer blas64.Use(was)
	f()
}

// TestCholesky solves a system through gonum's factorisation on our kernels.
func TestCholesky(t *testing.T) {
	const n = 333
	a := positive(n)
	x := mat.NewVecDense(n, normal(rand.New(rand.NewPCG(1, 6)), n))
	var b, got mat.VecDense
	b.MulVec(a, x)
	with(ours, func() {
		var c mat.Cholesky
		if !c.Factorize(a) {
			t.Fatal("not positive definite")
		}
		if err := c.SolveVecTo(&got, &b); err != nil {
			t.Fatal(err)
		}
	})
	got.SubVec(&got, x)
	// Condition below 10 and n·u = 4e-14: error below 1e-12·‖x‖. Measured 4e-15.
	if e := mat.Norm(&got, 2) / mat.Norm(x, 2); !(e < 1e-12) {
		t.Errorf("relative error %.2g, want below 1e-12", e)
	}
}

// TestBitsIgnoreThreads factorises with one thread and with several.
func TestBitsIgnoreThreads(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: large products")
	}
	const n = 700
	a := positive(n)
	factor := func(threads int) []float64 {
		var c mat.Cholesky
		with(Implementation{plain{threads: threads}}, func() { c.Factorize(a) })
		return c.RawU().(*mat.TriDense).RawTriangular().Data
	}
	one := factor(1)
	for _, threads := range []int{0, 2, 3, 8} {
		for i, v := range factor(threads) {
			if math.Float64bits(one[i]) != math.Float64bits(v) {
				t.Fatalf("element %d = %v on %d threads, want the bits of %v on one", i, v, threads, one[i])
			}
		}
	}
}

// TestPlainBits: cutting gonum's product into blocks changes no bit of it, whatever the
// number of threads.
func TestPlainBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	for _, m := range sizes() {
		for _, n := range sizes() {
			k := sizes()[rng.IntN(len(sizes()))]
			for _, tA := range transposes {
				for _, tB := range transposes {
					lda, ldb, ldc := max(m, k)+rng.IntN(3), max(n, k)+rng.IntN(3), n+rng.IntN(3)
					a, b, c := normal(rng, lda*max(m, k)), normal(rng, ldb*max(n, k)), normal(rng, ldc*m)
					a[0] = 0 // gonum skips zeros
					alpha, beta := []float64{0, 1, -1, 0.5}[rng.IntN(4)], []float64{0, 1, -2}[rng.IntN(3)]
					want := slices.Clone(c)
					theirs.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, want, ldc)
					for _, threads := range []int{0, 1, 2, 3, 8} {
						got := slices.Clone(c)
						plain{threads: threads}.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, got, ldc)
						compare(t, fmt.Sprintf("Dgemm %c%c m=%d n=%d k=%d on %d threads", tA, tB, m, n, k, threads), got, want, 0, "the same sums")
					}
				}
			}
		}
	}
}

// TestStartsNoMoreThanThreads counts the goroutines that the products start.
func TestStartsNoMoreThanThreads(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: large products")
	}
	const n = 500
	a, c := normal(rand.New(rand.NewPCG(1, 8)), n*n), make([]float64, n*n)
	for name, impl := range map[string]func(threads int) Products{
		"plain":  func(threads int) Products { return plain{threads: threads} },
		"vector": func(threads int) Products { return Implementation{plain{threads: threads}} },
	} {
		for _, threads := range []int{1, 2, 3} {
			f := impl(threads)
			if got := kerneltest.Goroutines(func() { f.Dgemm(blas.NoTrans, blas.Trans, n, n, n, 1, a, n, a, n, 0, c, n) }); got != threads-1 {
				t.Errorf("%s: Dgemm on %d threads starts %d goroutines, want %d", name, threads, got, threads-1)
			}
		}
		f := impl(1)
		if got := kerneltest.Goroutines(func() {
			f.Dgemm(blas.NoTrans, blas.Trans, n, n, 1, 1, a, n, a, n, 0, c, n)
			f.Dgemm(blas.NoTrans, blas.Trans, n, 1, 7, 1, a, n, a, n, 0, c, n) // few multiplications, many rows
			f.Dsyrk(blas.Upper, blas.Trans, n, n, 1, a, n, 0, c, n)
			f.Dtrsm(blas.Left, blas.Upper, blas.Trans, blas.Unit, n, n, 1, a, n, c, n)
			f.Dtrsm(blas.Right, blas.Upper, blas.Trans, blas.Unit, n, n, 1, a, n, c, n)
		}); got != 0 {
			t.Errorf("%s: on one thread the products start %d goroutines, want 0", name, got)
		}
	}
}

func BenchmarkCholesky(b *testing.B) {
	for _, n := range []int{500, 1000, 2000} {
		var a *mat.SymDense
		with(ours, func() { a = positive(n) })
		for _, threads := range []int{1, 2} {
			for _, v := range []struct {
				name string
				impl blas.Float64
			}{{"gonum", plain{threads: threads}}, {kernel.Tier(), Implementation{plain{threads: threads}}}} {
				b.Run(fmt.Sprintf("blas=%s/n=%d/threads=%d", v.name, n, threads), func(b *testing.B) {
					var c mat.Cholesky
					with(v.impl, func() {
						for b.Loop() {
							c.Factorize(a)
						}
					})
					b.ReportMetric(float64(n)*float64(n)*float64(n)/3*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
		}
	}
}
