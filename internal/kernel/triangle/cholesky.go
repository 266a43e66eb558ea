// Package triangle works on several threads with symmetric matrices of which the upper
// triangle is stored, row-major, for dense second-order methods: Cholesky's
// factorisation, products with a vector, updates of rank two. The bits of a result do
// not depend on the number of threads. No goroutine outlives the call that starts it.
package triangle

import (
	"math"

	gonum "gonum.org/v1/gonum/blas"

	"pinn/internal/kernel"
	"pinn/internal/kernel/blas"
)

// Cholesky is the factor of a symmetric positive definite matrix A = UᵀU, U upper
// triangular.
type Cholesky struct {
	N        int
	U        []float64 // N×N, row-major; what lies below the diagonal is not read
	products blas.Products
}

// NewCholesky returns the memory for factors of order n, computed on so many threads.
func NewCholesky(n, threads int) *Cholesky {
	return &Cholesky{N: n, U: make([]float64, n*n), products: blas.New(threads)}
}

// Factor computes U for the matrix a + shift·I, of which it reads the upper
// triangle. ok is false, and U is of no use, if that matrix is not positive
// definite to working precision or holds what is not finite.
func (c *Cholesky) Factor(a []float64, shift float64) (ok bool) {
	for i := range c.N {
		copy(c.U[i*c.N+i:(i+1)*c.N], a[i*c.N+i:])
		c.U[i*c.N+i] += shift
	}
	return c.split(c.N, c.U)
}

// FactorGram computes U for BᵀB + shift·I, where B is k×N and row-major with rows
// ldb ≥ N apart, and returns the trace of BᵀB; ok as for Factor.
func (c *Cholesky) FactorGram(k int, b []float64, ldb int, shift float64) (trace float64, ok bool) {
	n := c.N
	for i := 0; i < n; i += block {
		part := b[i:]
		c.products.Dgemm(gonum.Trans, gonum.NoTrans, min(block, n-i), n-i, k, 1, part, ldb, part, ldb, 0, c.U[i*n+i:], n)
	}
	for i := range n {
		trace += c.U[i*n+i]
		c.U[i*n+i] += shift
	}
	return trace, c.split(n, c.U)
}

// block is the order up to which triangles are handled row by row.
const block = 64

// halve cuts n into two parts, the first a multiple of block.
func halve(n int) (first, second int) {
	first = (n/2 + block - 1) / block * block
	return first, n - first
}

// split factors the leading triangle of order n at a, halves first, so that nearly
// all of the work is products of large matrices:
//
//	U₁ᵀU₁ = A₁₁,   U₁ᵀU₁₂ = A₁₂,   U₂ᵀU₂ = A₂₂ − U₁₂ᵀU₁₂.
func (c *Cholesky) split(n int, a []float64) (ok bool) {
	if n <= block {
		return c.triangle(n, a)
	}
	k, m := halve(n)
	right, below := a[k:], a[k*c.N+k:]
	if !c.split(k, a) {
		return false
	}
	c.forward(k, m, a, right)
	c.subtract(m, k, right, below)
	return c.split(m, below)
}

// triangle factors row by row:
//
//	u_jj = √a_jj,   u_jk = a_jk/u_jj,   a_ik −= u_ji·u_jk   for k ≥ i > j.
func (c *Cholesky) triangle(n int, a []float64) (ok bool) {
	for j := range n {
		row := a[j*c.N : j*c.N+n]
		if !(row[j] > 0) || math.IsInf(row[j], 1) {
			return false
		}
		row[j] = math.Sqrt(row[j])
		kernel.Scale(row[j+1:], 1/row[j], row[j+1:])
		for i := j + 1; i < n; i++ {
			kernel.Axpy(a[i*c.N+i:i*c.N+n], -row[i], row[i:])
		}
	}
	return true
}

// forward replaces B (k×m) by U⁻ᵀB for the triangle U of order k.
func (c *Cholesky) forward(k, m int, u, b []float64) {
	if k <= block {
		c.products.Dtrsm(gonum.Left, gonum.Upper, gonum.Trans, gonum.NonUnit, k, m, 1, u, c.N, b, c.N)
		return
	}
	h, rest := halve(k)
	c.forward(h, m, u, b)
	c.products.Dgemm(gonum.Trans, gonum.NoTrans, rest, m, h, -1, u[h:], c.N, b, c.N, 1, b[h*c.N:], c.N)
	c.forward(rest, m, u[h*c.N+h:], b[h*c.N:])
}

// subtract takes BᵀB, B k×n, from the triangle of order n at a.
func (c *Cholesky) subtract(n, k int, b, a []float64) {
	if n <= block {
		c.products.Dsyrk(gonum.Upper, gonum.Trans, n, k, -1, b, c.N, 1, a, c.N)
		return
	}
	h, rest := halve(n)
	c.subtract(h, k, b, a)
	c.products.Dgemm(gonum.Trans, gonum.NoTrans, h, rest, k, -1, b, c.N, b[h:], c.N, 1, a[h:], c.N)
	c.subtract(rest, k, b[h:], a[h*c.N+h:])
}

// Solve replaces x by A⁻¹x: Uᵀz = x row by row downwards, then Ux = z upwards.
func (c *Cholesky) Solve(x []float64) {
	for i := range c.N {
		row := c.U[i*c.N : (i+1)*c.N]
		x[i] /= row[i]
		kernel.Axpy(x[i+1:], -x[i], row[i+1:])
	}
	for i := c.N - 1; i >= 0; i-- {
		row := c.U[i*c.N : (i+1)*c.N]
		x[i] = (x[i] - kernel.Dot(row[i+1:], x[i+1:])) / row[i]
	}
}
