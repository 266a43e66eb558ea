package kernel

// Gemm computes C = A·B for row-major A (m×k), B (k×n) and C (m×n) with leading
// dimensions lda ≥ k, ldb ≥ n, ldc ≥ n. C is overwritten and must not overlap A or
// B; with k = 0 it becomes zero. Nothing outside the three matrices is read or
// written, and nothing is allocated.
func Gemm(m, n, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	checkMatrix(m, k, a, lda)
	checkMatrix(k, n, b, ldb)
	checkMatrix(m, n, c, ldc)
	gemm(m, n, k, a, lda, 1, b, ldb, c, ldc, 0)
}

// GemmTN computes C = Aᵀ·B for row-major A (k×m), B (k×n) and C (m×n) with leading
// dimensions lda ≥ m, ldb ≥ n, ldc ≥ n. Otherwise it is Gemm.
func GemmTN(m, n, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	checkMatrix(k, m, a, lda)
	checkMatrix(k, n, b, ldb)
	checkMatrix(m, n, c, ldc)
	gemm(m, n, k, a, 1, lda, b, ldb, c, ldc, 0)
}

// GemmAdd computes C += A·B; otherwise it is Gemm. The products are summed first, then
// added to C.
func GemmAdd(m, n, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	checkMatrix(m, k, a, lda)
	checkMatrix(k, n, b, ldb)
	checkMatrix(m, n, c, ldc)
	gemm(m, n, k, a, lda, 1, b, ldb, c, ldc, 1)
}

func gemm(m, n, k int, a []float64, sa, ta int, b []float64, ldb int, c []float64, ldc, add int) {
	if tier == tierGo {
		gemmGo(m, n, k, a, sa, ta, b, ldb, c, ldc, add)
		return
	}
	gemmVecAll(m, n, k, a, sa, ta, b, ldb, c, ldc, add)
}

// GemmNTAdd computes C += A·Bᵀ for row-major A (m×t), B (n×t) and C (m×n) with
// leading dimensions lda ≥ t, ldb ≥ t, ldc ≥ n: the reduction over t points that
// a weight gradient is. C must not overlap A or B.
func GemmNTAdd(m, n, t int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	checkMatrix(m, t, a, lda)
	checkMatrix(n, t, b, ldb)
	checkMatrix(m, n, c, ldc)
	if t == 0 {
		return
	}
	if tier == tierGo {
		gemmNTAddGo(m, n, t, a, lda, b, ldb, c, ldc)
		return
	}
	dotsVecAll(m, n, t, a, lda, b, ldb, c, ldc)
}

// RowProduct computes dst = Σ_c a_c·b_c, point by point, for c rows of a and b that are
// t ≥ len(dst) apart; the length of dst is a multiple of 8. Such are the rows of a
// Jacobian: z̄_α of one unit, a_α of another.
func RowProduct(dst []float64, c int, a, b []float64, t int) {
	n := len(dst)
	checkMatrix(c, n, a, t)
	checkMatrix(c, n, b, t)
	switch {
	case n%8 != 0:
		panic("kernel: points of a row must be a multiple of 8")
	case c == 0:
		clear(dst)
	case tier == tierGo:
		rowProductGo(dst, c, a, b, t)
	case n > 0:
		rowProductVec(n, c, ptr(a), ptr(b), t, ptr(dst))
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
