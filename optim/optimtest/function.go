// Package optimtest has functions with known minima, faults to plant in any
// objective, and the tests that every optim.Method and optim.Objective must pass:
// TestMethod and TestObjective.
package optimtest

import (
	"math"

	"pinn/optim"
)

// Function is a smooth sum of squares with a known minimum, 0; it implements
// optim.LeastSquares. Gradient and Jacobian are checked against central differences
// in this package's tests: an optimiser that converges proves nothing about its
// derivatives. It has scratch of its own: copies must not be used from several
// goroutines.
type Function struct {
	Name    string
	Start   []float64 // the usual starting point; its length is the dimension
	Minimum []float64 // a minimiser
	f       func(grad, theta []float64) float64
	squares *squares
}

var _ optim.LeastSquares = Function{}

// Dim returns the dimension.
func (f Function) Dim() int { return len(f.Start) }

// ValueGrad returns f(θ) and stores ∇f(θ) in grad.
func (f Function) ValueGrad(grad, theta []float64) float64 {
	if len(grad) != f.Dim() || len(theta) != f.Dim() {
		panic("optimtest: vector of the wrong length")
	}
	return f.f(grad, theta)
}

// Functions returns the catalogue.
func Functions() []Function {
	return []Function{
		Quadratic([]float64{1, 10}, 0),
		Quadratic([]float64{1, 1e4}, 0.25),
		Quadratic(Spectrum(20, 1e3), 0.25),
		Rosenbrock(2), Rosenbrock(10), Beale(), Powell(8), Wood(),
	}
}

// Rosenbrock returns the chained valley
//
//	f = Σ_{i<n} 100(θ_{i+1} − θ_i²)² + (1 − θ_i)²,   n ≥ 2,
//
// from (−1.2, 1, −1.2, …); the minimum is 0 at 1. From n = 4 on there is a second
// minimum near (−1, 1, …, 1).
//
// Source: Rosenbrock, Computer J. 3 (1960) 175; the chain is that of
// gonum's functions.ExtendedRosenbrock.
func Rosenbrock(n int) Function {
	if n < 2 {
		panic("optimtest: Rosenbrock needs n at least 2")
	}
	return Function{
		Name: "rosenbrock", Start: repeat(n, -1.2, 1), Minimum: repeat(n, 1), f: rosenbrock,
		squares: newSquares(n, 2*(n-1), func(r []float64, j jacobian, x []float64) {
			for i := 0; i+1 < n; i++ {
				r[2*i], r[2*i+1] = 10*(x[i+1]-x[i]*x[i]), 1-x[i]
				j.set(2*i, i, -20*x[i])
				j.set(2*i, i+1, 10)
				j.set(2*i+1, i, -1)
			}
		}),
	}
}

func rosenbrock(grad, x []float64) (sum float64) {
	clear(grad)
	for i := 0; i+1 < len(x); i++ {
		a, b := x[i+1]-x[i]*x[i], 1-x[i]
		sum += 100*a*a + b*b
		grad[i] -= 400*a*x[i] + 2*b
		grad[i+1] += 200 * a
	}
	return sum
}

// Beale returns
//
//	f = Σ_{k=1..3} (c_k − x(1 − y^k))²,   c = (1.5, 2.25, 2.625),
//
// from (1, 1); the minimum is 0 at (3, 0.5). It has flat valleys at infinity.
//
// Source: Beale, Princeton Tech. Rep. 25 (1958); Moré, Garbow, Hillstrom, ACM
// TOMS 7 (1981), no. 5.
func Beale() Function {
	return Function{
		Name: "beale", Start: []float64{1, 1}, Minimum: []float64{3, 0.5}, f: beale,
		squares: newSquares(2, 3, func(r []float64, j jacobian, t []float64) {
			x, y, power := t[0], t[1], 1.0
			for k, c := range bealeData {
				r[k] = c - x*(1-power*y)
				j.set(k, 0, power*y-1)
				j.set(k, 1, x*float64(k+1)*power)
				power *= y
			}
		}),
	}
}

var bealeData = [...]float64{1.5, 2.25, 2.625}

func beale(grad, t []float64) (sum float64) {
	clear(grad)
	x, y, power := t[0], t[1], 1.0 // power = y^(k−1)
	for k, c := range bealeData {
		r := c - x*(1-power*y)
		sum += r * r
		grad[0] -= 2 * r * (1 - power*y)
		grad[1] += 2 * r * x * float64(k+1) * power
		power *= y
	}
	return sum
}

// Powell returns the extended Powell singular function: over groups of four,
//
//	f = Σ (a + 10b)² + 5(c − d)² + (b − 2c)⁴ + 10(a − d)⁴,
//
// n a multiple of 4, from (3, −1, 0, 1, …); the minimum is 0 at 0, where the
// Hessian is singular.
//
// Source: Powell, Computer J. 5 (1962); Moré, Garbow, Hillstrom (1981), no. 22.
func Powell(n int) Function {
	if n < 4 || n%4 != 0 {
		panic("optimtest: Powell needs a multiple of 4")
	}
	return Function{
		Name: "powell", Start: repeat(n, 3, -1, 0, 1), Minimum: repeat(n, 0), f: powell,
		squares: newSquares(n, n, func(r []float64, j jacobian, x []float64) {
			for i := 0; i < n; i += 4 {
				a, b, c, d := x[i], x[i+1], x[i+2], x[i+3]
				r[i], r[i+1] = a+10*b, math.Sqrt(5)*(c-d)
				r[i+2], r[i+3] = (b-2*c)*(b-2*c), math.Sqrt(10)*(a-d)*(a-d)
				j.set(i, i, 1)
				j.set(i, i+1, 10)
				j.set(i+1, i+2, math.Sqrt(5))
				j.set(i+1, i+3, -math.Sqrt(5))
				j.set(i+2, i+1, 2*(b-2*c))
				j.set(i+2, i+2, -4*(b-2*c))
				j.set(i+3, i, 2*math.Sqrt(10)*(a-d))
				j.set(i+3, i+3, -2*math.Sqrt(10)*(a-d))
			}
		}),
	}
}

func powell(grad, x []float64) (sum float64) {
	for i := 0; i < len(x); i += 4 {
		a, b, c, d := x[i], x[i+1], x[i+2], x[i+3]
		r1, r2, r3, r4 := a+10*b, c-d, b-2*c, a-d
		sum += r1*r1 + 5*r2*r2 + r3*r3*r3*r3 + 10*r4*r4*r4*r4
		g1, g2, g3, g4 := 2*r1, 10*r2, 4*r3*r3*r3, 40*r4*r4*r4
		grad[i], grad[i+1], grad[i+2], grad[i+3] = g1+g4, 10*g1+g3, g2-2*g3, -g2-g4
	}
	return sum
}

// Wood returns
//
//	f = 100(b − a²)² + (1 − a)² + 90(d − c²)² + (1 − c)²
//	    + 10(b + d − 2)² + 0.1(b − d)²
//
// from (−3, −1, −3, −1); the minimum is 0 at 1.
//
// Source: Colville, IBM Tech. Rep. 320-2949 (1968); Moré, Garbow, Hillstrom
// (1981), no. 14.
func Wood() Function {
	return Function{
		Name: "wood", Start: repeat(4, -3, -1), Minimum: repeat(4, 1), f: wood,
		squares: newSquares(4, 6, func(r []float64, j jacobian, x []float64) {
			a, b, c, d := x[0], x[1], x[2], x[3]
			r[0], r[1], r[2] = 10*(b-a*a), 1-a, math.Sqrt(90)*(d-c*c)
			r[3], r[4], r[5] = 1-c, math.Sqrt(10)*(b+d-2), math.Sqrt(0.1)*(b-d)
			j.set(0, 0, -20*a)
			j.set(0, 1, 10)
			j.set(1, 0, -1)
			j.set(2, 2, -2*math.Sqrt(90)*c)
			j.set(2, 3, math.Sqrt(90))
			j.set(3, 2, -1)
			j.set(4, 1, math.Sqrt(10))
			j.set(4, 3, math.Sqrt(10))
			j.set(5, 1, math.Sqrt(0.1))
			j.set(5, 3, -math.Sqrt(0.1))
		}),
	}
}

func wood(grad, x []float64) float64 {
	a, b, c, d := x[0], x[1], x[2], x[3]
	r1, r2, r3, r4, r5, r6 := b-a*a, 1-a, d-c*c, 1-c, b+d-2, b-d
	grad[0] = -400*r1*a - 2*r2
	grad[1] = 200*r1 + 20*r5 + 0.2*r6
	grad[2] = -360*r3*c - 2*r4
	grad[3] = 180*r3 + 20*r5 - 0.2*r6
	return 100*r1*r1 + r2*r2 + 90*r3*r3 + r4*r4 + 10*r5*r5 + 0.1*r6*r6
}

// repeat returns n numbers that go round pattern.
func repeat(n int, pattern ...float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = pattern[i%len(pattern)]
	}
	return x
}

// Quadratic returns the convex quadratic
//
//	f(θ) = ½(θ − 1)ᵀ Rᵀ Λ R (θ − 1),   Λ = diag(λ),
//
// whose minimum is 0 at θ = 1 and whose Hessian has the eigenvalues λ > 0. R turns
// the planes (0, 1), (1, 2), … one after another by turn·π: turn 0 leaves the
// valley along the axes, 0.25 lays it at 45° to them. It starts from (0, 2, 0, …).
// As a sum of squares it has r = √(Λ/2)·R(θ − 1).
func Quadratic(lambda []float64, turn float64) Function {
	n := len(lambda)
	start := repeat(n, 0, 2)
	sin, cos := math.Sincos(turn * math.Pi)
	z := make([]float64, n)
	f := func(grad, theta []float64) (sum float64) {
		for i := range z {
			z[i] = theta[i] - 1
		}
		rotate(z, sin, cos)
		for i := range z {
			sum += 0.5 * lambda[i] * z[i] * z[i]
			grad[i] = lambda[i] * z[i]
		}
		for i := n - 2; i >= 0; i-- { // grad ← Rᵀ grad
			grad[i], grad[i+1] = cos*grad[i]+sin*grad[i+1], cos*grad[i+1]-sin*grad[i]
		}
		return sum
	}
	residuals := func(r []float64, j jacobian, theta []float64) {
		for column := range n { // √(Λ/2)·R·e
			clear(z)
			z[column] = 1
			rotate(z, sin, cos)
			for i := range z {
				j.set(i, column, math.Sqrt(0.5*lambda[i])*z[i])
			}
		}
		for i := range z {
			z[i] = theta[i] - 1
		}
		rotate(z, sin, cos)
		for i := range z {
			r[i] = math.Sqrt(0.5*lambda[i]) * z[i]
		}
	}
	return Function{
		Name: "quadratic", Start: start, Minimum: repeat(n, 1), f: f,
		squares: newSquares(n, n, residuals),
	}
}

// rotate computes z ← R z.
func rotate(z []float64, sin, cos float64) {
	for i := 0; i+1 < len(z); i++ {
		z[i], z[i+1] = cos*z[i]-sin*z[i+1], sin*z[i]+cos*z[i+1]
	}
}

// Spectrum returns n eigenvalues from 1 to condition, evenly spaced in logarithm.
func Spectrum(n int, condition float64) []float64 {
	if n < 2 {
		panic("optimtest: Spectrum needs n at least 2")
	}
	lambda := make([]float64, n)
	for i := range lambda {
		lambda[i] = math.Pow(condition, float64(i)/float64(n-1))
	}
	return lambda
}
