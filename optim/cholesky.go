package optim

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"pinn/internal/kernel"
	fast "pinn/internal/kernel/blas"
)

// cholesky is the factor of a symmetric positive definite matrix A = UᵀU, U upper
// triangular, n×n and row-major; what lies below the diagonal of u is not read. Its
// bits do not depend on the number of threads.
type cholesky struct {
	n        int
	u        []float64
	products fast.Products
}

func newCholesky(n, threads int) cholesky {
	return cholesky{n: n, u: make([]float64, n*n), products: fast.New(threads)}
}

// factor computes U for the matrix a + shift·I, of which it reads the upper
// triangle. ok is false, and U is of no use, if that matrix is not positive
// definite to working precision or holds what is not finite.
func (c *cholesky) factor(a []float64, shift float64) (ok bool) {
	for i := range c.n {
		copy(c.u[i*c.n+i:(i+1)*c.n], a[i*c.n+i:])
		c.u[i*c.n+i] += shift
	}
	return c.split(c.n, c.u)
}

// choleskyBlock is the order up to which triangles are handled row by row.
const choleskyBlock = 64

// halve cuts n into two parts, the first a multiple of choleskyBlock.
func halve(n int) (first, second int) {
	first = (n/2 + choleskyBlock - 1) / choleskyBlock * choleskyBlock
	return first, n - first
}

// split factors the leading triangle of order n at a, halves first, so that nearly
// all of the work is products of large matrices:
//
//	U₁ᵀU₁ = A₁₁,   U₁ᵀU₁₂ = A₁₂,   U₂ᵀU₂ = A₂₂ − U₁₂ᵀU₁₂.
func (c *cholesky) split(n int, a []float64) (ok bool) {
	if n <= choleskyBlock {
		return c.triangle(n, a)
	}
	k, m := halve(n)
	right, below := a[k:], a[k*c.n+k:]
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
func (c *cholesky) triangle(n int, a []float64) (ok bool) {
	for j := range n {
		row := a[j*c.n : j*c.n+n]
		if !(row[j] > 0) || math.IsInf(row[j], 1) {
			return false
		}
		row[j] = math.Sqrt(row[j])
		kernel.Scale(row[j+1:], 1/row[j], row[j+1:])
		for i := j + 1; i < n; i++ {
			kernel.Axpy(a[i*c.n+i:i*c.n+n], -row[i], row[i:])
		}
	}
	return true
}

// forward replaces B (k×m) by U⁻ᵀB for the triangle U of order k.
func (c *cholesky) forward(k, m int, u, b []float64) {
	if k <= choleskyBlock {
		c.products.Dtrsm(blas.Left, blas.Upper, blas.Trans, blas.NonUnit, k, m, 1, u, c.n, b, c.n)
		return
	}
	h, rest := halve(k)
	c.forward(h, m, u, b)
	c.products.Dgemm(blas.Trans, blas.NoTrans, rest, m, h, -1, u[h:], c.n, b, c.n, 1, b[h*c.n:], c.n)
	c.forward(rest, m, u[h*c.n+h:], b[h*c.n:])
}

// subtract takes BᵀB, B k×n, from the triangle of order n at a.
func (c *cholesky) subtract(n, k int, b, a []float64) {
	if n <= choleskyBlock {
		c.products.Dsyrk(blas.Upper, blas.Trans, n, k, -1, b, c.n, 1, a, c.n)
		return
	}
	h, rest := halve(n)
	c.subtract(h, k, b, a)
	c.products.Dgemm(blas.Trans, blas.NoTrans, h, rest, k, -1, b, c.n, b[h:], c.n, 1, a[h:], c.n)
	c.subtract(rest, k, b[h:], a[h*c.n+h:])
}

// solve replaces x by A⁻¹x: Uᵀz = x row by row downwards, then Ux = z upwards.
func (c *cholesky) solve(x []float64) {
	for i := range c.n {
		row := c.u[i*c.n : (i+1)*c.n]
		x[i] /= row[i]
		kernel.Axpy(x[i+1:], -x[i], row[i+1:])
	}
	for i := c.n - 1; i >= 0; i-- {
		row := c.u[i*c.n : (i+1)*c.n]
		x[i] = (x[i] - kernel.Dot(row[i+1:], x[i+1:])) / row[i]
	}
}
