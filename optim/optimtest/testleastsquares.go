package optimtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"pinn/optim"
)

// TestLeastSquares checks f at each θ: Value and NormalEquations give the value of
// ValueGrad and g half its gradient, to tol relative (two ways to add the same
// terms); NormalEquations stores all of the upper triangle of A and nothing below,
// repeats itself bit for bit and leaves θ alone; and A is a matrix JᵀJ with Jᵀr = g,
// as far as eight random directions v can tell:
//
//	0 ≤ v·Av   and   (g·v)² ≤ L·(v·Av),   since (r·Jv)² ≤ |r|²·|Jv|².
//
// Triangle gives the same value and RᵀR = A, Rᵀc = g.
func TestLeastSquares(t *testing.T, f optim.LeastSquares, tol float64, thetas ...[]float64) {
	t.Helper()
	for _, theta := range thetas {
		n := len(theta)
		grad, g, a, again := make([]float64, n), make([]float64, n), make([]float64, n*n), make([]float64, n*n)
		for i := range a {
			a[i], again[i] = math.NaN(), 1e300
		}
		want := f.ValueGrad(grad, theta)
		at := append([]float64(nil), theta...)
		v := f.NormalEquations(a, g, at)
		if w := f.Value(at); !(math.Abs(v-want) <= tol*want) || !(math.Abs(w-want) <= tol*want) {
			t.Errorf("NormalEquations = %g, Value = %g, want %g (tol %g)", v, w, want, tol)
		}
		if w := f.NormalEquations(again, g, at); w != v || !sameBits(at, theta) {
			t.Errorf("a second NormalEquations = %g, want %g, or one of the calls changed θ", w, v)
		}
		scale := 0.0
		for i := range grad {
			scale = math.Max(scale, math.Abs(grad[i]))
		}
		for i := range grad {
			if !(math.Abs(2*g[i]-grad[i]) <= tol*scale) {
				t.Errorf("2g[%d] = %g, want %g (tol %g of the largest)", i, 2*g[i], grad[i], tol)
			}
		}
		checkTriangle(t, n, a, again)
		checkForm(t, n, a, g, v, tol)
		checkSquare(t, f, theta, a, g, v, tol)
	}
}

// checkSquare fails unless the triangle is one of A and g, by the Frobenius norm of A
// and by that of g.
func checkSquare(t *testing.T, f optim.LeastSquares, theta, a, g []float64, value, tol float64) {
	t.Helper()
	n := len(theta)
	r, c := make([]float64, n*n), make([]float64, n)
	if v := f.Triangle(r, c, theta); !(math.Abs(v-value) <= tol*value) {
		t.Errorf("Triangle = %g, want %g (tol %g)", v, value, tol)
	}
	var size, off, offRight float64
	for i := range n {
		size += a[i*n+i]
		for l := i; l <= n; l++ {
			d := -g[i]
			if l < n {
				d = -a[i*n+l]
			}
			for k := range i + 1 {
				if l < n {
					d += r[k*n+i] * r[k*n+l]
				} else {
					d += r[k*n+i] * c[k]
				}
			}
			if l < n {
				off = math.Max(off, math.Abs(d))
			} else {
				offRight = math.Max(offRight, math.Abs(d))
			}
		}
	}
	if !(off <= tol*size) || !(offRight <= tol*math.Sqrt(size*value)) {
		t.Errorf("RᵀR is off A by %g of %g, Rᵀc off g by %g of %g (tol %g)", off, size, offRight, math.Sqrt(size*value), tol)
	}
}

func checkTriangle(t *testing.T, n int, a, again []float64) {
	t.Helper()
	for i := range n {
		for k := range n {
			x, y := a[i*n+k], again[i*n+k]
			if k >= i && x != y {
				t.Fatalf("A[%d][%d] = %g and %g in two calls, want one number", i, k, x, y)
			}
			if k < i && !(math.IsNaN(x) && y == 1e300) {
				t.Fatalf("A[%d][%d] below the diagonal was written", i, k)
			}
		}
	}
}

func checkForm(t *testing.T, n int, a, g []float64, value, tol float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 5))
	for range 8 {
		v := make([]float64, n)
		var form, size, gv float64
		for i := range v {
			v[i] = rng.NormFloat64()
			gv += g[i] * v[i]
		}
		for i := range v {
			for k := i; k < n; k++ {
				x := a[i*n+k] * v[i] * v[k]
				if k > i {
					x *= 2
				}
				form += x
				size += math.Abs(x)
			}
		}
		if form < -tol*size || gv*gv > value*(form+tol*size)*(1+tol) {
			t.Errorf("v·Av = %g, (g·v)² = %g, L = %g: no A = JᵀJ, g = Jᵀr has these", form, gv*gv, value)
		}
	}
}
