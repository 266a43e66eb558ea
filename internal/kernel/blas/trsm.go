package blas

import (
	"gonum.org/v1/gonum/blas"

	"pinn/internal/kernel"
)

// Dtrsm solves op(A)·X = alpha·B (Left) or X·op(A) = alpha·B (Right) for a triangular A
// and leaves X in B, m×n.
func (f Implementation) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	order := m
	if s == blas.Right {
		order = n
	}
	av := op(tA, order, order, a, lda)
	valid := av.ok && fits(m, n, b, ldb) && (s == blas.Left || s == blas.Right) &&
		(ul == blas.Upper || ul == blas.Lower) && (d == blas.NonUnit || d == blas.Unit)
	if !valid || alpha == 0 || m*n*order < small {
		f.plain.Dtrsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
		return
	}
	if alpha != 1 {
		for i := range m {
			kernel.Scale(b[i*ldb:i*ldb+n], alpha, b[i*ldb:i*ldb+n])
		}
	}
	lower := (ul == blas.Lower) == (tA == blas.NoTrans) // of op(A)
	unit := d == blas.Unit
	if s == blas.Left {
		f.solveLeft(lower, unit, m, n, av, b, ldb)
	} else {
		f.solveRight(lower, ul, tA, d, m, n, av, b, ldb)
	}
}

// The blocks of the triangle: products between blocks of outer rows, plain substitution
// within blocks of inner rows.
const (
	outer = 64
	inner = 8
	// chunk columns of B are substituted at a time, so that they stay in the first
	// two levels of cache.
	chunk = 480
)

// solveLeft overwrites B with op(A)⁻¹·B: row blocks downwards if op(A) is lower
// triangular, else upwards. Each block first loses its products with the rows solved
// before it.
func (f Implementation) solveLeft(lower, unit bool, m, n int, a view, b []float64, ldb int) {
	eachBlock(lower, m, outer, func(i, h, solved, count int) {
		bi := b[i*ldb:]
		if count > 0 {
			x := view{b[solved*ldb:], ldb, 1, true}
			f.add(h, n, count, -1, a.from(i, solved), x, bi, ldb)
		}
		diagonal := a.from(i, i)
		for j := 0; j < n; j += chunk {
			solveBlock(lower, unit, h, min(chunk, n-j), diagonal, bi[j:], ldb)
		}
	})
}

// solveBlock is solveLeft for one diagonal block and a chunk of columns.
func solveBlock(lower, unit bool, m, n int, a view, b []float64, ldb int) {
	var minus [inner * outer]float64
	eachBlock(lower, m, inner, func(i, h, solved, count int) {
		if count > 0 {
			part := a.from(i, solved)
			for r := range h {
				for q := range count {
					minus[r*outer+q] = -part.data[r*part.row+q*part.col]
				}
			}
			kernel.GemmAdd(h, n, count, minus[:], outer, b[solved*ldb:], ldb, b[i*ldb:], ldb)
		}
		substitute(lower, unit, h, n, a.from(i, i), b[i*ldb:], ldb)
	})
}

// eachBlock visits the row blocks in the order of substitution; count rows from solved
// on are solved before.
func eachBlock(lower bool, m, size int, visit func(i, h, solved, count int)) {
	if lower {
		for i := 0; i < m; i += size {
			visit(i, min(size, m-i), 0, i)
		}
		return
	}
	for end := m; end > 0; end -= min(size, end) {
		h := min(size, end)
		visit(end-h, h, end, m-end)
	}
}

// substitute solves a small triangle row by row:
//
//	x_i = (b_i − Σ_p a_ip·x_p)/a_ii.
func substitute(lower, unit bool, m, n int, a view, b []float64, ldb int) {
	for q := range m {
		i, from, to := q, 0, q
		if !lower {
			i = m - 1 - q
			from, to = i+1, m
		}
		row := b[i*ldb : i*ldb+n]
		for p := from; p < to; p++ {
			kernel.Axpy(row, -a.data[i*a.row+p*a.col], b[p*ldb:p*ldb+n])
		}
		if !unit {
			kernel.Scale(row, 1/a.data[i*a.row+i*a.col], row)
		}
	}
}

// solveRight overwrites B with B·op(A)⁻¹ by blocks of columns: to the right if op(A) is
// upper triangular, else to the left. The diagonal blocks are gonum's.
func (f Implementation) solveRight(lower bool, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, a view, b []float64, ldb int) {
	const width = 32
	lda := max(a.row, a.col)
	eachBlock(!lower, n, width, func(j, w, solved, count int) {
		if count > 0 {
			x := view{b[solved:], ldb, 1, true}
			f.add(m, w, count, -1, x, a.from(solved, j), b[j:], ldb)
		}
		f.plain.Dtrsm(blas.Right, ul, tA, d, m, w, 1, a.from(j, j).data, lda, b[j:], ldb)
	})
}
