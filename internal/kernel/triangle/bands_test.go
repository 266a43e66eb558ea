package triangle

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/internal/kernel/kerneltest"
)

func normal(n int, rng *rand.Rand) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// TestBands compares Mul and Update with the plain loops over the whole matrix, below
// and above the order from which there are several bands, and the bits of one thread
// with those of others.
func TestBands(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 9))
	for _, n := range []int{1, 2, 5, 64, leastOrder - 1, leastOrder, leastOrder + 3, 2*leastOrder + 7} {
		a, x, y := normal(n*n, rng), normal(n, rng), normal(n, rng)
		u := Rank2{Scale: 0.5, XX: 2, XY: -1, YY: 0.25}
		var first, updated []float64
		for _, threads := range []int{1, 2, 3, 8} {
			b := NewBands(n, threads)
			got, h := make([]float64, n), slices.Clone(a)
			b.Mul(got, a, x)
			b.Update(h, u, x, y)
			if threads == 1 {
				first, updated = got, h
				checkPlain(t, n, a, x, y, u, got, h)
			} else if !slices.Equal(got, first) || !slices.Equal(h, updated) {
				t.Errorf("order %d: the bits on %d threads differ from those on one", n, threads)
			}
		}
	}
}

// checkPlain compares with one element after another. Theory: (n + 4)·ε of the sum of
// the magnitudes, which is n at most or so; 1e-12 for n = 519, and the margin is 10.
func checkPlain(t *testing.T, n int, a, x, y []float64, u Rank2, product, h []float64) {
	t.Helper()
	const tol = 1e-11
	for i := range n {
		sum := 0.0
		for j := range n {
			sum += a[min(i, j)*n+max(i, j)] * x[j]
			want := a[i*n+j]
			if j >= i {
				want = u.Scale*want + u.XX*x[i]*x[j] + u.XY*(x[i]*y[j]+y[i]*x[j]) + u.YY*y[i]*y[j]
			}
			if d := h[i*n+j] - want; d > tol || d < -tol {
				t.Fatalf("order %d: element (%d, %d) = %v, want %v (tol %g: rounding)", n, i, j, h[i*n+j], want, tol)
			}
		}
		if d := product[i] - sum; d > tol || d < -tol {
			t.Fatalf("order %d: (A·x)[%d] = %v, want %v (tol %g: rounding)", n, i, product[i], sum, tol)
		}
	}
}

// TestBandsThreads counts the goroutines of a call, and sees that small matrices and one
// thread take none.
func TestBandsThreads(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	for _, c := range []struct{ n, threads, want int }{
		{leastOrder, 1, 0}, {leastOrder, 2, 1}, {leastOrder, 3, 2}, {leastOrder, 99, mostBands - 1}, {leastOrder - 1, 8, 0},
	} {
		a, x, y := make([]float64, c.n*c.n), make([]float64, c.n), make([]float64, c.n)
		b := NewBands(c.n, c.threads)
		if got := kerneltest.Goroutines(func() { b.Mul(y, a, x) }); got != c.want {
			t.Errorf("order %d on %d threads: Mul starts %d goroutines, want %d", c.n, c.threads, got, c.want)
		}
		if got := kerneltest.Goroutines(func() { b.Update(a, Rank2{Scale: 1}, x, y) }); got != c.want {
			t.Errorf("order %d on %d threads: Update starts %d goroutines, want %d", c.n, c.threads, got, c.want)
		}
	}
}
