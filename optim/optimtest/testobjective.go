package optimtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/optim"
)

// difference is the step of central differences, relative to max(1, |θ_i|): near
// ε^(1/3), where truncation h² and rounding ε/h meet.
const difference = 6e-6

// TestObjective checks f at each θ: ValueGrad stores the whole gradient, repeats
// itself bit for bit, leaves θ alone, and every component agrees with central
// differences,
//
//	|(f(θ + h·e_i) − f(θ − h·e_i))/2h − g_i| ≤ tol·‖g‖∞,   h = 6e-6·max(1, |θ_i|).
//
// Theory gives h² + ε·|f|/(h·‖g‖∞), 1e-10 where f, g and their derivatives are of
// order 1: 1e-8 is a good tol there. At a minimum the ratio means nothing.
func TestObjective(t *testing.T, f optim.Objective, tol float64, thetas ...[]float64) {
	t.Helper()
	for k, theta := range thetas {
		if len(theta) != f.Dim() {
			t.Fatalf("θ %d has length %d, want Dim() = %d", k, len(theta), f.Dim())
		}
		checkCalls(t, f, theta)
		if worst, i := GradientError(f, theta); !(worst <= tol) {
			t.Errorf("θ %d: component %d of the gradient is off by %.2g of the largest (tol %g: central differences)", k, i, worst, tol)
		}
	}
}

func checkCalls(t *testing.T, f optim.Objective, theta []float64) {
	t.Helper()
	at := slices.Clone(theta)
	g1, g2 := make([]float64, len(theta)), make([]float64, len(theta))
	for i := range g1 {
		g1[i], g2[i] = math.NaN(), 1e300
	}
	v1, v2 := f.ValueGrad(g1, at), f.ValueGrad(g2, at)
	if !sameBits(at, theta) {
		t.Error("ValueGrad changed θ")
	}
	if v1 != v2 || !sameBits(g1, g2) {
		t.Errorf("two calls at one θ gave %v and %v, or different gradients (or left some of it unset)", v1, v2)
	}
}

// GradientError returns the largest difference between the gradient of f at theta
// and central differences, relative to the largest component of either, and the
// component where it occurs.
func GradientError(f optim.Objective, theta []float64) (worst float64, component int) {
	x := slices.Clone(theta)
	grad, scratch := make([]float64, len(x)), make([]float64, len(x))
	f.ValueGrad(grad, x)
	var scale float64
	for i := range x {
		h := difference * math.Max(1, math.Abs(theta[i]))
		x[i] = theta[i] + h
		up, right := f.ValueGrad(scratch, x), x[i]
		x[i] = theta[i] - h
		down, left := f.ValueGrad(scratch, x), x[i]
		x[i] = theta[i]
		slope := (up - down) / (right - left)
		scale = math.Max(scale, math.Max(math.Abs(slope), math.Abs(grad[i])))
		d := math.Abs(slope - grad[i])
		if math.IsNaN(d) {
			return d, i
		}
		if d > worst {
			worst, component = d, i
		}
	}
	if scale == 0 {
		return worst, component
	}
	return worst / scale, component
}

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
