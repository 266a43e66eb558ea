package pinn

import (
	"math"
	"math/rand/v2"
	"testing"

	"pinn/pinn/hard"
	"pinn/pinn/jet"
	"pinn/pinn/pinntest"
)

// tolFD bounds |fd − g|/‖g‖∞ for central differences at h = 6e-6. Theory: h² + ε/h
// ≈ 1e-10. Worst of 56 networks × problems with 2 to 160 parameters each: 2e-10
// for gradients, 1e-10 for the Jacobian (linux/amd64, go1.26). Margin 50.
const (
	stepFD = 6e-6
	tolFD  = 1e-8
)

// small is a network whose every parameter can be checked by differences.
func small(activation string) NetSpec { return NetSpec{Hidden: []int{6, 5}, Activation: activation} }

// few are points that fill no tile evenly.
var few = LossOptions{Interior: 37, HeldOut: 20, Seed: 3}

// specs are the kinds of networks that gradients are checked on.
func specs() map[string]NetSpec {
	m := map[string]NetSpec{}
	for _, a := range jet.Activations() {
		m[a] = small(a)
	}
	s := small("tanh")
	s.Separate = true
	m["separate"] = s
	s = small("tanh")
	s.Modes = []int{1, 2}
	m["modes"] = s
	m["affine"] = NetSpec{Activation: "tanh"}
	s = small("tanh")
	s.Mirrors = []hard.Mirror{{Axis: 0, Signs: []float64{-1, 1}}}
	m["mirrored"] = s
	s = small("swish")
	s.Modes = []int{1}
	s.Mirrors = []hard.Mirror{{Axis: 0, Signs: []float64{-1, 1}}, {Axis: 1, Signs: []float64{1, -1}}}
	m["mirrored twice"] = s
	return m
}

func largestOf(v []float64) float64 {
	m := 0.0
	for _, x := range v {
		m = max(m, math.Abs(x))
	}
	return m
}

func TestGradientAgainstDifferences(t *testing.T) {
	for i, p := range pinntest.Problems {
		if testing.Short() && i%3 != 0 { // short tier: every third problem
			continue
		}
		for name, spec := range specs() {
			t.Run(p.Name+"/"+name, func(t *testing.T) {
				b := build(p.State(t), spec, few)
				checkGradient(t, b.Loss, b.theta)
			})
		}
	}
}

// checkGradient compares every component of the gradient with central differences of
// the loss.
func checkGradient(t *testing.T, l *Loss, theta []float64) {
	t.Helper()
	grad := make([]float64, l.Dim())
	v := l.ValueGrad(grad, theta)
	if got := l.Value(theta); got != v {
		t.Errorf("Value = %v, ValueGrad = %v", got, v)
	}
	scale := largestOf(grad)
	for i := range grad {
		moved := append([]float64(nil), theta...)
		moved[i] += stepFD
		up := l.Value(moved)
		moved[i] = theta[i] - stepFD
		fd := (up - l.Value(moved)) / (2 * stepFD)
		if !(math.Abs(fd-grad[i]) <= tolFD*scale) {
			t.Fatalf("∂L/∂θ_%d = %v, want %v (tol %g of %g)", i, grad[i], fd, tolFD, scale)
		}
	}
}

func TestJacobianAgainstDifferences(t *testing.T) {
	for i, p := range pinntest.Problems {
		if testing.Short() && i%3 != 1 { // short tier: every third problem
			continue
		}
		for name, spec := range specs() {
			t.Run(p.Name+"/"+name, func(t *testing.T) {
				b := build(p.State(t), spec, few)
				n, rows := b.Dim(), b.Residuals()
				residuals := func(theta []float64) []float64 {
					r := make([]float64, rows)
					b.Jacobian(theta, func(k JacobianBlock) { copy(r[k.First:], k.R) })
					return r
				}
				jac := make([]float64, rows*n)
				r := make([]float64, rows)
				b.Jacobian(b.theta, func(k JacobianBlock) {
					copy(r[k.First:], k.R)
					for j := range n {
						for i := range k.N {
							jac[(k.First+i)*n+j] = k.JT[j*k.Stride+i]
						}
					}
				})
				grad := make([]float64, n)
				v := b.ValueGrad(grad, b.theta)
				checkHalfGradient(t, v, grad, jac, r)
				scale := largestOf(jac)
				for j := range n {
					moved := append([]float64(nil), b.theta...)
					moved[j] += stepFD
					up := residuals(moved)
					moved[j] = b.theta[j] - stepFD
					down := residuals(moved)
					for i := range rows {
						fd := (up[i] - down[i]) / (2 * stepFD)
						if got := jac[i*n+j]; !(math.Abs(fd-got) <= tolFD*scale) {
							t.Fatalf("∂r_%d/∂θ_%d = %v, want %v (tol %g of %g)", i, j, got, fd, tolFD, scale)
						}
					}
				}
				checkNormalEquations(t, b, jac, grad, v)
			})
		}
	}
}

// tolSum bounds the difference of two ways to add up the same numbers, relative
// to the sum of their magnitudes: a few thousand additions.
const tolSum = 1e-12

// checkHalfGradient checks |r|² = L and Jᵀr = ½∇L.
func checkHalfGradient(t *testing.T, v float64, grad, jac, r []float64) {
	t.Helper()
	n := len(grad)
	sum := 0.0
	for _, x := range r {
		sum += x * x
	}
	if !(math.Abs(sum-v) <= tolSum*v) {
		t.Errorf("|r|² = %v, L = %v", sum, v)
	}
	for j := range n {
		dot, size := 0.0, 0.0
		for i := range r {
			dot += jac[i*n+j] * r[i]
			size += math.Abs(jac[i*n+j] * r[i])
		}
		if !(math.Abs(2*dot-grad[j]) <= tolSum*(size+largestOf(grad))) {
			t.Fatalf("2(Jᵀr)_%d = %v, ∂L = %v", j, 2*dot, grad[j])
		}
	}
}

func checkNormalEquations(t *testing.T, b *built, jac, grad []float64, v float64) {
	t.Helper()
	n := b.Dim()
	a, g := make([]float64, n*n), make([]float64, n)
	if got := b.NormalEquations(a, g, b.theta); !(math.Abs(got-v) <= tolSum*v) {
		t.Errorf("L = %v, want %v", got, v)
	}
	scale := 0.0
	for i := range n {
		scale = max(scale, a[i*n+i])
	}
	for i := range n {
		if !(math.Abs(2*g[i]-grad[i]) <= tolSum*largestOf(grad)*10) {
			t.Fatalf("g_%d = %v, want %v", i, g[i], grad[i]/2)
		}
		for j := i; j < n; j++ {
			want := 0.0
			for k := range len(jac) / n {
				want += jac[k*n+i] * jac[k*n+j]
			}
			if !(math.Abs(a[i*n+j]-want) <= tolSum*scale) {
				t.Fatalf("A_%d,%d = %v, want %v", i, j, a[i*n+j], want)
			}
		}
	}
	checkTriangle(t, b, a, g, v, scale)
}

// checkTriangle checks RᵀR = A and Rᵀc = g.
func checkTriangle(t *testing.T, b *built, a, g []float64, v, scale float64) {
	t.Helper()
	n := b.Dim()
	r, c := make([]float64, n*n), make([]float64, n)
	if got := b.Triangle(r, c, b.theta); !(math.Abs(got-v) <= tolSum*v) {
		t.Errorf("L = %v, want %v", got, v)
	}
	for i := range n {
		var slope float64
		for k := range i + 1 {
			slope += r[k*n+i] * c[k]
		}
		if !(math.Abs(slope-g[i]) <= tolSum*math.Sqrt(scale*v)) {
			t.Fatalf("(Rᵀc)_%d = %v, want %v", i, slope, g[i])
		}
		for j := i; j < n; j++ {
			sum := 0.0
			for k := range i + 1 {
				sum += r[k*n+i] * r[k*n+j]
			}
			if !(math.Abs(sum-a[i*n+j]) <= tolSum*scale) {
				t.Fatalf("(RᵀR)_%d,%d = %v, want %v", i, j, sum, a[i*n+j])
			}
		}
	}
}

func TestGradientTaylorSlope(t *testing.T) {
	// |L(θ+hd) − L − h∇L·d| falls as h²: two-sided, since a wrong component
	// makes the slope 1 and an accidental cancellation makes it 3.
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			b := build(p.State(t), NetSpec{Hidden: []int{20, 20, 20}, Activation: "tanh"}, LossOptions{Interior: 300, Seed: 5})
			grad := make([]float64, b.Dim())
			v := b.ValueGrad(grad, b.theta)
			rng := rand.New(rand.NewPCG(8, 9))
			d := make([]float64, b.Dim())
			norm, slope := 0.0, 0.0
			for i := range d {
				d[i] = rng.NormFloat64()
				norm += d[i] * d[i]
			}
			for i := range d {
				d[i] /= math.Sqrt(norm)
				slope += d[i] * grad[i]
			}
			var remainders []float64
			h := 0.1
			for range 9 {
				moved := append([]float64(nil), b.theta...)
				for i := range moved {
					moved[i] += h * d[i]
				}
				remainders = append(remainders, math.Abs(b.Value(moved)-v-h*slope))
				h /= 2
			}
			for i := 6; i < 9; i++ {
				if remainders[i] < 1e4*0x1p-52*v {
					continue
				}
				got := math.Log2(remainders[i-1] / remainders[i])
				if !(math.Abs(got-2) <= 0.1) {
					t.Errorf("slope %v between halvings %d and %d, want 2 ± 0.1", got, i-1, i)
				}
			}
		})
	}
}

// unfuse makes a loss use the general programs, not the fused routines.
func unfuse(l *Loss) {
	for _, g := range l.groups {
		g.ansatz.jet.Fused = nil
	}
	l.engine = newEngine(l.groups, 1, len(l.params))
}

// TestFusedLoss compares losses and gradients of whole problems, minibatches among
// them, with and without fused routines.
func TestFusedLoss(t *testing.T) {
	// tol bounds the difference relative to the largest component, or to 1. Theory: some
	// roundings of 2⁻⁵³ in each of three layers, and sums over 300 points. Worst of 20 starts
	// × all problems × 3 tiers: 5.8e-16. Margin 17.
	const tol = 1e-14
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			spec := NetSpec{Hidden: []int{7, 5}, Activation: "tanh"}
			fast, slow := build(p.State(t), spec, LossOptions{Interior: 300}), build(p.State(t), spec, LossOptions{Interior: 300})
			unfuse(slow.Loss)
			for i, g := range fast.groups {
				if g.ansatz.jet.Fused == nil {
					t.Errorf("group %d is not fused", i)
				}
			}
			a, b := make([]float64, fast.Dim()), make([]float64, fast.Dim())
			la, lb := fast.ValueGrad(a, fast.theta), slow.ValueGrad(b, slow.theta)
			pinntest.Agrees(t, "loss", []float64{la, fast.Value(fast.theta)}, []float64{lb, slow.Value(slow.theta)}, tol)
			pinntest.Agrees(t, "gradient", a, b, tol)
			la, lb = fast.deal(50).ValueGrad(1, a, fast.theta), slow.deal(50).ValueGrad(1, b, slow.theta)
			pinntest.Agrees(t, "loss of a minibatch", []float64{la}, []float64{lb}, tol)
			pinntest.Agrees(t, "gradient of a minibatch", a, b, tol)
		})
	}
}
