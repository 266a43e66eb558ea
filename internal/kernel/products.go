package kernel

// Gemm computes C = A·B for row-major A (m×k), B (k×n) and C (m×n) with leading
// dimensions lda ≥ k, ldb ≥ n, ldc ≥ n. C is overwritten and must not overlap A or
// B; with k = 0 it becomes zero. Nothing outside the three matrices is read or
// written, and nothing is allocated.
func Gemm(m, n, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	checkMatrix(m, k, a, lda)
	checkMatrix(k, n, b, ldb)
	checkMatrix(m, n, c, ldc)
	gemmGo(m, n, k, a, lda, 1, b, ldb, c, ldc)
}

// GemmTN computes C = Aᵀ·B for row-major A (k×m), B (k×n) and C (m×n) with leading
// dimensions lda ≥ m, ldb ≥ n, ldc ≥ n. Otherwise it is Gemm.
func GemmTN(m, n, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	checkMatrix(k, m, a, lda)
	checkMatrix(k, n, b, ldb)
	checkMatrix(m, n, c, ldc)
	gemmGo(m, n, k, a, 1, lda, b, ldb, c, ldc)
}

// GemmNTAdd computes C += A·Bᵀ for row-major A (m×t), B (n×t) and C (m×n) with
// leading dimensions lda ≥ t, ldb ≥ t, ldc ≥ n: the reduction over t points that
// a weight gradient is. C must not overlap A or B.
func GemmNTAdd(m, n, t int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	checkMatrix(m, t, a, lda)
	checkMatrix(n, t, b, ldb)
	checkMatrix(m, n, c, ldc)
	gemmNTAddGo(m, n, t, a, lda, b, ldb, c, ldc)
}

// SyrkAdd adds A·Aᵀ to the upper triangle of C (n×n, row-major, ldc ≥ n), diagonal
// included, for row-major A (n×t, lda ≥ t). The part of C below the diagonal is
// neither read nor written.
func SyrkAdd(n, t int, a []float64, lda int, c []float64, ldc int) {
	checkMatrix(n, t, a, lda)
	checkMatrix(n, n, c, ldc)
	syrkAddGo(n, t, a, lda, c, ldc)
}

// SymvUpper computes y = A·x for a symmetric A (n×n, lda ≥ n) of which only the
// upper triangle is read. x and y have length n and do not overlap.
func SymvUpper(n int, a []float64, lda int, x, y []float64) {
	checkMatrix(n, n, a, lda)
	if len(x) != n || len(y) != n {
		panic("kernel: vector length differs from the matrix order")
	}
	symvUpperGo(n, a, lda, x, y)
}

// Rank2Upper updates the upper triangle of a symmetric C (n×n, ldc ≥ n),
//
//	C = scale·C + xx·x·xᵀ + xy·(x·yᵀ + y·xᵀ) + yy·y·yᵀ,
//
// which holds every update of the Broyden family. x and y have length n.
func Rank2Upper(n int, scale, xx, xy, yy float64, x, y, c []float64, ldc int) {
	checkMatrix(n, n, c, ldc)
	if len(x) != n || len(y) != n {
		panic("kernel: vector length differs from the matrix order")
	}
	for i := range n {
		p, q := xx*x[i]+xy*y[i], xy*x[i]+yy*y[i]
		combine(c[i*ldc+i:i*ldc+n], scale, p, x[i:], q, y[i:])
	}
}

// checkMatrix panics unless a holds r rows of w elements with stride ld.
func checkMatrix(r, w int, a []float64, ld int) {
	if r < 0 || w < 0 || ld < w {
		panic("kernel: bad matrix shape")
	}
	if r > 0 && w > 0 && len(a) < (r-1)*ld+w {
		panic("kernel: slice too short for its matrix")
	}
}
