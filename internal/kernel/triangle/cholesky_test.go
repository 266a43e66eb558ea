package triangle

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// definite returns a symmetric positive definite matrix BᵀB/n + I of order n; its
// lower triangle is NaN, which nothing may read.
func definite(n int, rng *rand.Rand) []float64 {
	b, a := make([]float64, n*n), make([]float64, n*n)
	for i := range b {
		b[i] = rng.NormFloat64()
	}
	for i := range n {
		for j := range n {
			a[i*n+j] = math.NaN()
			if j < i {
				continue
			}
			sum := 0.0
			for k := range n {
				sum += b[k*n+i] * b[k*n+j]
			}
			a[i*n+j] = sum / float64(n)
		}
		a[i*n+i]++
	}
	return a
}

// plainCholesky is the textbook factorisation, column by column: the twin.
func plainCholesky(n int, a []float64) (u []float64, ok bool) {
	u = make([]float64, n*n)
	for j := range n {
		for i := 0; i <= j; i++ {
			sum := a[i*n+j]
			for k := range i {
				sum -= u[k*n+i] * u[k*n+j]
			}
			if i < j {
				u[i*n+j] = sum / u[i*n+i]
				continue
			}
			if !(sum > 0) {
				return nil, false
			}
			u[j*n+j] = math.Sqrt(sum)
		}
	}
	return u, true
}

// tolCholesky bounds the difference of two factors of a matrix of condition 5 or so,
// whose elements are of order 1, and of the solutions. Theory: n·ε = 6e-14 at most.
// Worst of all sizes: 5.1e-15 (linux/amd64, go1.26). Margin 20.
const tolCholesky = 1e-13

func TestCholeskyTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	worst := 0.0
	for _, n := range []int{1, 2, 3, 7, 8, 63, 64, 65, 100, 127, 128, 129, 200, 257} {
		a := definite(n, rng)
		c := NewCholesky(n, 1)
		for i := range c.U {
			c.U[i] = math.NaN() // what an earlier factor left
		}
		if !c.Factor(a, 0.5) {
			t.Fatalf("n = %d: no factor", n)
		}
		x, b := make([]float64, n), make([]float64, n)
		for i := range n {
			a[i*n+i] += 0.5
			x[i] = rng.NormFloat64()
		}
		u, _ := plainCholesky(n, a)
		for i := range n {
			for j := range n {
				v := a[min(i, j)*n+max(i, j)]
				b[i] += v * x[j]
				if j >= i {
					worst = math.Max(worst, math.Abs(c.U[i*n+j]-u[i*n+j]))
				}
			}
		}
		c.Solve(b)
		for i := range n {
			worst = math.Max(worst, math.Abs(b[i]-x[i]))
		}
		if !(worst <= tolCholesky) {
			t.Fatalf("n = %d: factor or solution is off by %.2g (tol %g: rounding)", n, worst, tolCholesky)
		}
	}
	t.Logf("worst difference %.2g", worst)
}

// What has no factor is refused, wherever the trouble sits, and never panics.
func TestCholeskyRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	for _, n := range []int{1, 5, 64, 65, 150} {
		for _, at := range []int{0, n / 2, n - 1} {
			for _, bad := range []float64{-1, 0, math.NaN(), math.Inf(1), math.Inf(-1), -1e300} {
				a := definite(n, rng)
				a[at*n+at] = bad
				c := NewCholesky(n, 1)
				if c.Factor(a, 0) {
					t.Errorf("n = %d, a[%d][%d] = %g: got a factor, want none", n, at, at, bad)
				}
				if other := (at + 1) % n; other != at {
					a = definite(n, rng)
					a[min(at, other)*n+max(at, other)] = 1e3 * math.Abs(bad)
					if bad != 0 && c.Factor(a, 0) {
						t.Errorf("n = %d, a[%d][%d] = %g: got a factor, want none", n, at, other, bad)
					}
				}
			}
		}
	}
}

// A singular matrix has a factor once it is shifted.
func TestCholeskyShift(t *testing.T) {
	const n = 90
	a := make([]float64, n*n)
	for i := range a {
		a[i] = 1
	}
	c := NewCholesky(n, 1)
	if c.Factor(a, 0) {
		t.Error("a matrix of ones has a factor without a shift")
	}
	if !c.Factor(a, 1e-6) {
		t.Error("a matrix of ones plus 1e-6·I has no factor")
	}
}

// The bits do not depend on the number of threads.
func TestCholeskyThreads(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	const n = 400
	a := definite(n, rand.New(rand.NewPCG(3, 9)))
	one := NewCholesky(n, 1)
	one.Factor(a, 1)
	for _, threads := range []int{2, 3, 8} {
		many := NewCholesky(n, threads)
		many.Factor(a, 1)
		for i := range one.U {
			if one.U[i] != many.U[i] {
				t.Fatalf("element %d = %v on %d threads, want the bits %v of one", i, many.U[i], threads, one.U[i])
			}
		}
	}
}

// TestFactorGram compares with Factor of the matrix written out.
func TestFactorGram(t *testing.T) {
	const shift = 0.5
	rng := rand.New(rand.NewPCG(5, 9))
	for _, n := range []int{1, 7, 64, 130} {
		for _, k := range []int{1, 40, 200} {
			ldb := n + 3
			b, a := normal(k*ldb, rng), make([]float64, n*n)
			trace := 0.0
			for i := range n {
				for j := i; j < n; j++ {
					for l := range k {
						a[i*n+j] += b[l*ldb+i] * b[l*ldb+j]
					}
				}
				trace += a[i*n+i]
			}
			got, want := NewCholesky(n, 1), NewCholesky(n, 2)
			tr, ok := got.FactorGram(k, b, ldb, shift)
			if !ok || !want.Factor(a, shift) {
				t.Fatalf("order %d, %d rows: no factor", n, k)
			}
			// ε times the condition, at most 4k/shift = 2e3, of numbers below 30. Margin 20.
			const tol = 1e-10
			if d := tr/trace - 1; d > tol || d < -tol {
				t.Errorf("order %d, %d rows: trace %v, want %v", n, k, tr, trace)
			}
			x, y := normal(n, rng), make([]float64, n)
			copy(y, x)
			got.Solve(x)
			want.Solve(y)
			for i := range x {
				if d := x[i] - y[i]; d > tol || d < -tol {
					t.Fatalf("order %d, %d rows: x[%d] = %v, want %v (tol %g: rounding)", n, k, i, x[i], y[i], tol)
				}
			}
		}
	}
}

func BenchmarkCholesky(b *testing.B) {
	for _, n := range []int{500, 1000, 2000} {
		b.Run(fmt.Sprintf("p=%d", n), func(b *testing.B) {
			a := make([]float64, n*n)
			rng := rand.New(rand.NewPCG(1, 2))
			for i := range a {
				a[i] = rng.NormFloat64() / float64(n)
			}
			c := NewCholesky(n, runtime.GOMAXPROCS(0))
			b.ReportAllocs()
			for b.Loop() {
				if !c.Factor(a, 3) {
					b.Fatal("not positive definite")
				}
			}
			b.ReportMetric(float64(n)*float64(n)*float64(n)/3*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
