package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

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
