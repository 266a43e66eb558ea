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

// GemmStridedAdd computes C += alpha·A·B for any storage order of A (m×k) and B (k×n):
// element (i, p) of A is a[i*sa+p*ta], element (p, j) of B is b[p*sb+j*tb], and of each
// pair of strides at least one is 1. C is m×n, row-major, ldc ≥ n, and overlaps neither.
//
// It is the product for operands larger than the caches, which it packs block by
// block; for tiles Gemm is faster. Each element of C is one sum for every 256 terms,
// in order, whatever m and n.
func GemmStridedAdd(m, n, k int, alpha float64, a []float64, sa, ta int, b []float64, sb, tb int, c []float64, ldc int) {
	checkStrided(m, k, a, sa, ta)
	checkStrided(k, n, b, sb, tb)
	checkMatrix(m, n, c, ldc)
	if m == 0 || n == 0 || k == 0 {
		return
	}
	if tier == tierGo {
		gemmStridedGo(m, n, k, alpha, a, sa, ta, b, sb, tb, c, ldc)
		return
	}
	w := panel()
	bufs := blocks.Get().(*blockBuffers)
	for j := 0; j < n; j += blockPanels * w {
		width := min(blockPanels*w, n-j)
		for p := 0; p < k; p += blockDepth {
			depth := min(blockDepth, k-p)
			packB(bufs.b[:], width, depth, alpha, b[p*sb+j*tb:], sb, tb)
			for i := 0; i < m; i += blockRows {
				rows := min(blockRows, m-i)
				multiplyBlock(rows, width, depth, a[i*sa+p*ta:], sa, ta, bufs, c[i*ldc+j:], ldc)
			}
		}
	}
	blocks.Put(bufs)
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

// checkStrided panics unless a holds the r×w elements at strides s and t.
func checkStrided(r, w int, a []float64, s, t int) {
	if r < 0 || w < 0 {
		panic("kernel: bad matrix shape")
	}
	if r == 0 || w == 0 {
		return
	}
	if s < 1 || t < 1 || s != 1 && t != 1 {
		panic("kernel: bad matrix strides")
	}
	if len(a) < (r-1)*s+(w-1)*t+1 {
		panic("kernel: slice too short for its matrix")
	}
}
