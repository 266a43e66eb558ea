package lab

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"pinn/optim"
)

// hessianStep is the step of central differences of a gradient, in θ: truncation h²
// and rounding ε/h meet near 1e-5.
const hessianStep = 1e-5

// hessian returns ∇²f at θ by central differences of the exact gradient, made
// symmetric, and the largest asymmetry before that relative to the largest element.
func hessian(f optim.Objective, theta []float64, over func() error) (h *mat.SymDense, asymmetry float64, err error) {
	n := len(theta)
	x, up, down := slices.Clone(theta), make([]float64, n), make([]float64, n)
	raw := mat.NewDense(n, n, nil)
	for i := range n {
		if err := over(); err != nil {
			return nil, 0, err
		}
		x[i] = theta[i] + hessianStep
		f.ValueGrad(up, x)
		x[i] = theta[i] - hessianStep
		f.ValueGrad(down, x)
		x[i] = theta[i]
		for k := range n {
			raw.Set(i, k, (up[k]-down[k])/(2*hessianStep))
		}
	}
	h = mat.NewSymDense(n, nil)
	largest := 0.0
	for i := range n {
		for k := i; k < n; k++ {
			a, b := raw.At(i, k), raw.At(k, i)
			h.SetSym(i, k, (a+b)/2)
			asymmetry, largest = math.Max(asymmetry, math.Abs(a-b)), math.Max(largest, math.Abs(a))
		}
	}
	return h, asymmetry / largest, nil
}

// inMetric returns D^½·H·D^½: the Hessian as steps D·g see it.
func inMetric(h *mat.SymDense, d []float64) *mat.SymDense {
	n := len(d)
	m := mat.NewSymDense(n, nil)
	for i := range n {
		for k := i; k < n; k++ {
			m.SetSym(i, k, math.Sqrt(d[i])*h.At(i, k)*math.Sqrt(d[k]))
		}
	}
	return m
}

// sizes returns the absolute eigenvalues of h, falling.
func sizes(h *mat.SymDense) []float64 {
	var e mat.EigenSym
	if !e.Factorize(h, false) {
		return nil
	}
	v := e.Values(nil)
	for i := range v {
		v[i] = math.Abs(v[i])
	}
	slices.Sort(v)
	slices.Reverse(v)
	return v
}

// spread is the largest of falling sizes over the one that a share q of them exceeds:
// an effective condition number.
func spread(sizes []float64, q float64) float64 {
	return sizes[0] / sizes[min(len(sizes)-1, int(q*float64(len(sizes))))]
}

// curvature multiplies by the Hessian of f at θ in the metric d (nil for none):
//
//	D^½ (∇f(θ + hD^½v) − ∇f(θ − hD^½v))/2h,   h = 1e-5/max|D^½v|.
type curvature struct {
	f        optim.Objective
	theta, d []float64
	x        []float64
	up, down []float64
}

func newCurvature(f optim.Objective, theta, d []float64) *curvature {
	n := len(theta)
	return &curvature{f, theta, d, make([]float64, n), make([]float64, n), make([]float64, n)}
}

func (c *curvature) root(i int) float64 {
	if c.d == nil {
		return 1
	}
	return math.Sqrt(c.d[i])
}

func (c *curvature) apply(dst, v []float64) {
	largest := 0.0
	for i := range v {
		largest = math.Max(largest, math.Abs(c.root(i)*v[i]))
	}
	h := hessianStep / largest
	for _, side := range []struct {
		sign float64
		grad []float64
	}{{h, c.up}, {-h, c.down}} {
		for i := range c.x {
			c.x[i] = c.theta[i] + side.sign*c.root(i)*v[i]
		}
		c.f.ValueGrad(side.grad, c.x)
	}
	for i := range dst {
		dst[i] = c.root(i) * (c.up[i] - c.down[i]) / (2 * h)
	}
}

// lanczos returns the Ritz values of k steps from a random unit vector, and their
// weights: the squared first components of the small eigenvectors, which sum to 1 and
// make the Ritz values a quadrature of the spectrum. Every vector is made orthogonal to
// all before, twice.
//
// Source: Golub, Van Loan, Matrix Computations, 4th ed. (2013), 10.1; Lin, Saad, Yang,
// SIAM Review 58 (2016) for the quadrature.
func lanczos(apply func(dst, v []float64), n, k int, rng *rand.Rand, over func() error) (values, weights []float64, err error) {
	k = min(k, n)
	basis := [][]float64{make([]float64, n)}
	for i := range n {
		basis[0][i] = rng.NormFloat64()
	}
	floats.Scale(1/floats.Norm(basis[0], 2), basis[0])
	var alpha, beta []float64
	for j := range k {
		if err := over(); err != nil {
			return nil, nil, err
		}
		w := make([]float64, n)
		apply(w, basis[j])
		alpha = append(alpha, floats.Dot(w, basis[j]))
		for range 2 {
			for _, b := range basis {
				floats.AddScaled(w, -floats.Dot(w, b), b)
			}
		}
		length := floats.Norm(w, 2)
		if j == k-1 || length < 1e-12*math.Abs(alpha[0]) {
			break
		}
		beta = append(beta, length)
		floats.Scale(1/length, w)
		basis = append(basis, w)
	}
	t := mat.NewSymDense(len(alpha), nil)
	for j := range alpha {
		t.SetSym(j, j, alpha[j])
		if j+1 < len(alpha) {
			t.SetSym(j, j+1, beta[j])
		}
	}
	var e mat.EigenSym
	e.Factorize(t, true)
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	for j := range alpha {
		weights = append(weights, vectors.At(0, j)*vectors.At(0, j))
	}
	return e.Values(nil), weights, nil
}

// spreadOf is spread from the quadratures of several Lanczos runs.
func spreadOf(values, weights [][]float64, q float64) float64 {
	type node struct{ size, weight float64 }
	var nodes []node
	for r := range values {
		for i, v := range values[r] {
			nodes = append(nodes, node{math.Abs(v), weights[r][i] / float64(len(values))})
		}
	}
	slices.SortFunc(nodes, func(a, b node) int {
		if a.size > b.size {
			return -1
		}
		return 1
	})
	sum := 0.0
	for _, n := range nodes {
		if sum += n.weight; sum > q {
			return nodes[0].size / n.size
		}
	}
	return nodes[0].size / nodes[len(nodes)-1].size
}
