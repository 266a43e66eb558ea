// Package blas has the matrix products of dense factorisations on the kernels of this
// module and on a given number of threads: Dgemm, Dsyrk and Dtrsm, where the
// factorisations of gonum/mat and gonum/lapack spend their time too.
//
// Results differ from gonum's in the last bits, and gonum's Dgemm skips zero elements of
// A, this one does not: 0·NaN and 0·Inf reach the result. As in the reference, beta = 0
// overwrites C without reading it. The bits do not depend on the number of threads.
package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"pinn/internal/kernel"
)

// Products are the products that a factorisation is made of. The arguments are those of
// the reference BLAS for row-major matrices.
type Products interface {
	// Dgemm computes C = alpha·op(A)·op(B) + beta·C.
	Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int)
	// Dsyrk computes one triangle of C = alpha·op(A)·op(A)ᵀ + beta·C, op(A) n×k.
	Dsyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int)
	// Dtrsm solves op(A)·X = alpha·B or X·op(A) = alpha·B for a triangular A.
	Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int)
}

// New returns the fastest Products of the kernel tier, on at most so many threads, at
// least one. With the portable tier these are gonum's routines.
func New(threads int) Products {
	if kernel.Tier() == "go" {
		return plain{threads: threads}
	}
	return Implementation{plain{threads: threads}}
}

// Implementation is gonum's BLAS with three routines replaced; the zero value works on
// one thread. Arguments that a routine must refuse are left to gonum's, which panics
// with its own message.
type Implementation struct{ plain }

// small is the number of multiplications below which packing does not pay.
const small = 16 * 16 * 16

// Dgemm computes C = alpha·op(A)·op(B) + beta·C.
func (f Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	av, bv := op(tA, m, k, a, lda), op(tB, k, n, b, ldb)
	if m*n*k < small || !av.ok || !bv.ok || !fits(m, n, c, ldc) {
		f.plain.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	for i := range m {
		scale(c[i*ldc:i*ldc+n], beta)
	}
	if alpha != 0 {
		f.add(m, n, k, alpha, av, bv, c, ldc)
	}
}

// Dsyrk computes one triangle of C = alpha·op(A)·op(A)ᵀ + beta·C, op(A) n×k.
func (f Implementation) Dsyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	av := op(tA, n, k, a, lda)
	if n*n*k < small || !av.ok || !fits(n, n, c, ldc) || ul != blas.Upper && ul != blas.Lower {
		f.plain.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	for i := range n {
		if ul == blas.Upper {
			scale(c[i*ldc+i:i*ldc+n], beta)
		} else {
			scale(c[i*ldc:i*ldc+i+1], beta)
		}
	}
	if alpha != 0 {
		f.syrk(ul, n, k, alpha, av, c, ldc)
	}
}

// syrkBlock is the width of the strips of C: what lies beside the diagonal block is a
// rectangle.
const syrkBlock = 64

func (f Implementation) syrk(ul blas.Uplo, n, k int, alpha float64, a view, c []float64, ldc int) {
	var diagonal [syrkBlock * syrkBlock]float64
	for i := 0; i < n; i += syrkBlock {
		h := min(syrkBlock, n-i)
		clear(diagonal[:])
		ai := a.from(i, 0)
		f.add(h, h, k, alpha, ai, ai.transposed(), diagonal[:], syrkBlock)
		for r := range h {
			lo, hi := r, h
			if ul == blas.Lower {
				lo, hi = 0, r+1
			}
			row := c[(i+r)*ldc+i+lo : (i+r)*ldc+i+hi]
			kernel.Add(row, row, diagonal[r*syrkBlock+lo:r*syrkBlock+hi])
		}
		if rest := n - i - h; rest > 0 && ul == blas.Upper {
			f.add(h, rest, k, alpha, ai, a.from(i+h, 0).transposed(), c[i*ldc+i+h:], ldc)
		} else if ul == blas.Lower && i > 0 {
			f.add(h, i, k, alpha, ai, a.transposed(), c[i*ldc:], ldc)
		}
	}
}

// scale multiplies by beta; zero overwrites.
func scale(c []float64, beta float64) {
	switch beta {
	case 0:
		clear(c)
	case 1:
	default:
		kernel.Scale(c, beta, c)
	}
}

// plain is gonum's BLAS on a given number of threads: gonum's own Dgemm starts as many
// goroutines as there are processors. It is the only routine here that starts any.
type plain struct {
	gonum.Implementation
	threads int
}

// plainBlock is the order of the blocks of C that gonum's Dgemm computes one by one. A
// product of one of them does not start a goroutine.
const plainBlock = 64

// Dgemm computes C = alpha·op(A)·op(B) + beta·C with the bits of gonum's.
func (p plain) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	av, bv := op(tA, m, k, a, lda), op(tB, k, n, b, ldb)
	if !av.ok || !bv.ok || !fits(m, n, c, ldc) || pieces(m)*pieces(n) < 4 {
		// Gonum refuses it, or computes it in this goroutine, and not in blocks.
		p.Implementation.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	workers := max(1, min(p.threads, pieces(m)*pieces(n)))
	spread(workers, func(w int) {
		for i := w; i < pieces(m)*pieces(n); i += workers {
			row, column := i/pieces(n)*plainBlock, i%pieces(n)*plainBlock
			factor := beta
			for l := 0; l < k; l += plainBlock {
				p.Implementation.Dgemm(tA, tB,
					min(plainBlock, m-row), min(plainBlock, n-column), min(plainBlock, k-l), alpha,
					av.from(row, l).data, lda, bv.from(l, column).data, ldb, factor, c[row*ldc+column:], ldc)
				factor = 1
			}
		}
	})
}

// pieces is the number of blocks in a side of length n.
func pieces(n int) int { return (n + plainBlock - 1) / plainBlock }
