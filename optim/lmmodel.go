package optim

import (
	"math"

	"pinn/internal/kernel"
	"pinn/internal/kernel/qr"
	"pinn/internal/kernel/triangle"
)

// Shares of tr(A) in λ.
const (
	// fineShare·tr(A) is the λ below which a Step works with the triangle: the
	// normal equations know A to ε·tr(A), and that must not matter beside λ.
	fineShare = 1e-10
	// coarseLeast·tr(A) is the least λ with the normal equations.
	coarseLeast = 1e-13
	// fineLeast·tr(A) is the least λ with the triangle, which knows the singular
	// values of J to ε·√tr(A).
	fineLeast = 1e-31
)

// lmModel is the Gauss-Newton model |r + Jp|² at the accepted point. It is coarse,
//
//	A = JᵀJ, g = Jᵀr;   (A + λI)p = −g by Cholesky's method,
//
// or fine, where λ is so small that rounding of A would drown it,
//
//	|r + Jp|² = |Rp + c|² + rest;   p minimises |Rp + c|² + λ|p|² by reflections.
type lmModel struct {
	dim      int
	fine     bool
	a        []float64          // A or R, upper triangle
	g        []float64          // Jᵀr = ½∇L
	diagonal []float64          // of A
	trace    float64            // of A
	factor   *triangle.Cholesky // of A + λI; when fine its U holds the triangle of [R; √λI]

	// fine only
	c, d, y, z []float64
	work       []float64 // dim × dim
	folder     *qr.Folder
}

func newLMModel(dim, threads int) lmModel {
	vector := func() []float64 { return make([]float64, dim) }
	return lmModel{dim: dim, a: make([]float64, dim*dim), factor: triangle.NewCholesky(dim, threads),
		g: vector(), diagonal: vector(), c: vector(), d: vector(), y: vector(), z: vector(),
		work: make([]float64, dim*dim), folder: qr.New(dim, threads)}
}

// evaluate makes it the model at theta and returns L(θ).
func (q *lmModel) evaluate(theta []float64, f LeastSquares, fine bool) (value float64) {
	q.fine = fine
	if fine {
		value = f.Triangle(q.a, q.c, theta)
		q.applyTransposed()
	} else {
		value = f.NormalEquations(q.a, q.g, theta)
		for i := range q.dim {
			q.diagonal[i] = q.a[i*q.dim+i]
		}
	}
	q.trace = kernel.Sum(q.diagonal)
	return value
}

// applyTransposed computes g = Rᵀc and the diagonal of RᵀR.
func (q *lmModel) applyTransposed() {
	clear(q.g)
	clear(q.diagonal)
	for i, c := range q.c {
		row := q.a[i*q.dim+i : (i+1)*q.dim]
		kernel.Axpy(q.g[i:], c, row)
		kernel.MulAdd(q.diagonal[i:], row, row)
	}
}

// least is the smallest λ that the model is good for.
func (q *lmModel) least() float64 {
	if q.fine {
		return fineLeast * q.trace
	}
	return coarseLeast * q.trace
}

// step stores in p the step for λ and returns the decrease that it predicts,
// L − |r + Jp|². ok is false if the step cannot be computed.
func (q *lmModel) step(p []float64, lambda float64) (promise float64, ok bool) {
	if q.fine {
		return q.fineStep(p, lambda), true
	}
	if !q.factor.Factor(q.a, lambda) {
		return 0, false
	}
	kernel.Scale(p, -1, q.g)
	q.factor.Solve(p)
	// (A + λI)p = −g
	return lambda*kernel.Dot(p, p) - kernel.Dot(q.g, p), true
}

// fineStep is step with the triangle of [R; √λI], and z = Rp:
//
//	L − |r + Jp|² = |c|² − |z + c|² = −z·(2c + z), for any p.
func (q *lmModel) fineStep(p []float64, lambda float64) (promise float64) {
	n, u := q.dim, q.factor.U
	for i := range n {
		copy(u[i*n+i:(i+1)*n], q.a[i*n+i:])
	}
	copy(q.d, q.c)
	q.folder.FoldDiagonal(u, q.d, math.Sqrt(lambda), q.work, q.y)
	for i := n - 1; i >= 0; i-- {
		row := u[i*n : (i+1)*n]
		p[i] = (-q.d[i] - kernel.Dot(row[i+1:], p[i+1:])) / row[i]
	}
	for i := range n {
		q.z[i] = kernel.Dot(q.a[i*n+i:(i+1)*n], p[i:])
		promise -= q.z[i] * (2*q.c[i] + q.z[i])
	}
	return promise
}
