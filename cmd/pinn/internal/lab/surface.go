package lab

import (
	"math"
	"math/rand/v2"
	"slices"

	"pinn/optim"
)

// surface is a function of the plane with its gradient; it implements
// optim.Objective.
type surface struct {
	name       string
	start      []float64
	f          func(x, y float64) float64
	slope      func(x, y float64) (float64, float64)
	x, y       [2]float64 // what a figure shows
	levels     []float64
	minX, minY float64
}

// Dim returns 2.
func (surface) Dim() int { return 2 }

// ValueGrad returns f and stores its gradient.
func (s surface) ValueGrad(grad, theta []float64) float64 {
	grad[0], grad[1] = s.slope(theta[0], theta[1])
	return s.f(theta[0], theta[1])
}

// rosenbrock is f = (1−x)² + 100(y−x²)², minimum 0 at (1, 1).
//
// Source: Rosenbrock, Computer J. 3 (1960) 175.
func rosenbrock() surface {
	return surface{
		name: "Rosenbrock", start: []float64{-1.2, 1}, minX: 1, minY: 1,
		f: func(x, y float64) float64 { return (1-x)*(1-x) + 100*(y-x*x)*(y-x*x) },
		slope: func(x, y float64) (float64, float64) {
			return -2*(1-x) - 400*x*(y-x*x), 200 * (y - x*x)
		},
		x: [2]float64{-1.6, 1.6}, y: [2]float64{-0.6, 1.8},
		levels: []float64{0.3, 1, 3, 10, 30, 100, 300},
	}
}

// beale is f = Σ_k (c_k − x(1−yᵏ))², c = (1.5, 2.25, 2.625), minimum 0 at (3, 0.5).
//
// Source: Beale, Princeton Tech. Rep. 25 (1958).
func beale() surface {
	c := [...]float64{1.5, 2.25, 2.625}
	return surface{
		name: "Beale", start: []float64{1, 1}, minX: 3, minY: 0.5,
		f: func(x, y float64) (sum float64) {
			for k, p := 0, y; k < 3; k, p = k+1, p*y {
				r := c[k] - x*(1-p)
				sum += r * r
			}
			return sum
		},
		slope: func(x, y float64) (gx, gy float64) {
			for k, p, q := 0, y, 1.0; k < 3; k, p, q = k+1, p*y, q*y { // p = yᵏ⁺¹, q = yᵏ
				r := c[k] - x*(1-p)
				gx -= 2 * r * (1 - p)
				gy += 2 * r * x * float64(k+1) * q
			}
			return gx, gy
		},
		x: [2]float64{0, 4}, y: [2]float64{-0.6, 1.4},
		levels: []float64{0.03, 0.1, 0.3, 1, 3, 10, 30},
	}
}

// bumpy is a long bowl with bumps along it,
//
//	f = ½(x/4)² + 2y² + a·(1 − cos 3x),   a = 0.15,
//
// whose least minimum is 0 at the origin. Beside it stand local minima wherever
// |x|/16 can be balanced by 3a·sin 3x.
func bumpy() surface {
	const a, k = 0.15, 3.0
	return surface{
		name: "bumps", start: []float64{-5.6, 0.8},
		f: func(x, y float64) float64 { return x*x/32 + 2*y*y + a*(1-math.Cos(k*x)) },
		slope: func(x, y float64) (float64, float64) {
			return x/16 + a*k*math.Sin(k*x), 4 * y
		},
		x: [2]float64{-6.5, 6.5}, y: [2]float64{-1.2, 1.2},
		levels: []float64{0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.1, 1.5, 2, 3},
	}
}

// noisy adds independent normal noise of standard deviation sigma to each component
// of the gradient, as a minibatch does.
type noisy struct {
	surface
	sigma float64
	rng   *rand.Rand
}

// ValueGrad returns f, without noise, and stores the gradient with it.
func (n noisy) ValueGrad(grad, theta []float64) float64 {
	v := n.surface.ValueGrad(grad, theta)
	for i := range grad {
		grad[i] += n.sigma * n.rng.NormFloat64()
	}
	return v
}

// stream returns the random stream of a purpose.
func stream(seed uint64, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0x6c6162<<32|purpose))
}

// quadratic is f = ½ zᵀΛz with z = R·θ, where R turns each plane of the ith smallest
// and the ith largest eigenvalue by angle. It is a sum of squares, r = √(Λ/2)·z, and
// so implements optim.LeastSquares.
type quadratic struct {
	lambda   []float64
	sin, cos float64
	z        []float64
}

func newQuadratic(lambda []float64, angle float64) *quadratic {
	q := &quadratic{lambda: lambda, z: make([]float64, len(lambda))}
	q.sin, q.cos = math.Sincos(angle)
	return q
}

// rotate computes z ← R·z, or Rᵀ·z.
func (q *quadratic) rotate(z []float64, sin float64) {
	for i, j := 0, len(z)-1; i < j; i, j = i+1, j-1 {
		z[i], z[j] = q.cos*z[i]-sin*z[j], sin*z[i]+q.cos*z[j]
	}
}

// start returns the θ at which every eigendirection holds the same part ½ of the loss.
func (q *quadratic) start() []float64 {
	theta := make([]float64, len(q.lambda))
	for i, l := range q.lambda {
		theta[i] = 1 / math.Sqrt(l)
	}
	q.rotate(theta, -q.sin)
	return theta
}

// Dim returns the dimension.
func (q *quadratic) Dim() int { return len(q.lambda) }

// Value returns f.
func (q *quadratic) Value(theta []float64) (sum float64) {
	copy(q.z, theta)
	q.rotate(q.z, q.sin)
	for i, l := range q.lambda {
		sum += 0.5 * l * q.z[i] * q.z[i]
	}
	return sum
}

// ValueGrad returns f and stores its gradient RᵀΛz.
func (q *quadratic) ValueGrad(grad, theta []float64) float64 {
	v := q.Value(theta)
	for i, l := range q.lambda {
		grad[i] = l * q.z[i]
	}
	q.rotate(grad, -q.sin)
	return v
}

// NormalEquations stores A = ½RᵀΛR and g = ½∇f.
func (q *quadratic) NormalEquations(a, g, theta []float64) float64 {
	v := q.ValueGrad(g, theta)
	n := len(g)
	column := make([]float64, n)
	for k := range n {
		clear(column)
		column[k] = 1
		q.rotate(column, q.sin)
		for i, l := range q.lambda {
			column[i] *= 0.5 * l
		}
		q.rotate(column, -q.sin)
		for i := range k + 1 {
			a[i*n+k] = column[i]
		}
		g[k] *= 0.5
	}
	return v
}

// Triangle folds the rows of r = √(Λ/2)·R·θ.
func (q *quadratic) Triangle(r, c, theta []float64) float64 {
	v := q.Value(theta)
	z := slices.Clone(q.z)
	n := len(c)
	clear(c)
	for i := range n {
		clear(r[i*n+i : (i+1)*n])
	}
	row := make([]float64, n)
	for i, l := range q.lambda {
		clear(row)
		row[i] = math.Sqrt(0.5 * l)
		y := row[i] * z[i]
		q.rotate(row, -q.sin)
		optim.FoldRow(r, c, row, y)
	}
	return v
}

// spectrum returns n eigenvalues from 1 to condition, even in logarithm.
func spectrum(n int, condition float64) []float64 {
	l := make([]float64, n)
	for i := range l {
		l[i] = math.Pow(condition, float64(i)/float64(n-1))
	}
	return l
}
