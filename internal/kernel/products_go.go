package kernel

// gemmGo computes C = A·B, or C += A·B if add is not 0, where element (i, p) of A is
// a[i*sa+p*ta]: strides (lda, 1) give A, (1, lda) its transpose. Blocks of 4×2 keep
// their eight sums in registers over the whole of k.
func gemmGo(m, n, k int, a []float64, sa, ta int, b []float64, ldb int, c []float64, ldc, add int) {
	i := 0
	for ; i+4 <= m; i += 4 {
		j := 0
		for ; j+2 <= n; j += 2 {
			var c00, c01, c10, c11, c20, c21, c30, c31 float64
			pa, pb := i*sa, j
			for range k {
				b0, b1 := b[pb], b[pb+1]
				a0, a1, a2, a3 := a[pa], a[pa+sa], a[pa+2*sa], a[pa+3*sa]
				c00 += a0 * b0
				c01 += a0 * b1
				c10 += a1 * b0
				c11 += a1 * b1
				c20 += a2 * b0
				c21 += a2 * b1
				c30 += a3 * b0
				c31 += a3 * b1
				pa += ta
				pb += ldb
			}
			q := i*ldc + j
			if add != 0 {
				c00, c01 = c[q]+c00, c[q+1]+c01
				c10, c11 = c[q+ldc]+c10, c[q+ldc+1]+c11
				c20, c21 = c[q+2*ldc]+c20, c[q+2*ldc+1]+c21
				c30, c31 = c[q+3*ldc]+c30, c[q+3*ldc+1]+c31
			}
			c[q], c[q+1] = c00, c01
			c[q+ldc], c[q+ldc+1] = c10, c11
			c[q+2*ldc], c[q+2*ldc+1] = c20, c21
			c[q+3*ldc], c[q+3*ldc+1] = c30, c31
		}
		for ; j < n; j++ {
			gemmColumnGo(i, i+4, j, k, a, sa, ta, b, ldb, c, ldc, add)
		}
	}
	if i < m {
		for j := range n {
			gemmColumnGo(i, m, j, k, a, sa, ta, b, ldb, c, ldc, add)
		}
	}
}

// gemmColumnGo computes elements i0…i1−1 of column j of C, one at a time.
func gemmColumnGo(i0, i1, j, k int, a []float64, sa, ta int, b []float64, ldb int, c []float64, ldc, add int) {
	for i := i0; i < i1; i++ {
		var s float64
		pa, pb := i*sa, j
		for range k {
			s += a[pa] * b[pb]
			pa += ta
			pb += ldb
		}
		if add != 0 {
			s = c[i*ldc+j] + s
		}
		c[i*ldc+j] = s
	}
}

// gemmStridedGo is the portable form: blocks of B in row-major order, then the plain
// product.
func gemmStridedGo(m, n, k int, alpha float64, a []float64, sa, ta int, b []float64, sb, tb int, c []float64, ldc int) {
	const side = 32
	var pb [side * side]float64
	for j := 0; j < n; j += side {
		w := min(side, n-j)
		for p := 0; p < k; p += side {
			d := min(side, k-p)
			for q := range d {
				for r := range w {
					pb[q*side+r] = alpha * b[(p+q)*sb+(j+r)*tb]
				}
			}
			gemmGo(m, w, d, a[p*ta:], sa, ta, pb[:], side, c[j:], ldc, 1)
		}
	}
}

// gemmNTAddGo computes C += A·Bᵀ, both with points along the rows.
func gemmNTAddGo(m, n, t int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	for i := 0; i < m; i += 2 {
		for j := 0; j < n; j += 2 {
			dots22(min(2, m-i), min(2, n-j), t, a[i*lda:], lda, b[j*ldb:], ldb, c[i*ldc+j:], ldc)
		}
	}
}

// syrkGo adds columns from … to−1 of the upper triangle of A·Aᵀ to C.
func syrkGo(from, to, t int, a []float64, lda int, c []float64, ldc int) {
	for i := 0; i < to; i += 2 {
		m := min(2, to-i)
		for j := max(from, i); j < to; j += 2 {
			n := min(2, to-j)
			if i+m-1 <= j {
				dots22(m, n, t, a[i*lda:], lda, a[j*lda:], lda, c[i*ldc+j:], ldc)
				continue
			}
			var tile [4]float64
			dots22(m, n, t, a[i*lda:], lda, a[j*lda:], lda, tile[:], 2)
			addUpper(tile[:], 2, m, n, i, j, c, ldc)
		}
	}
}

// dots22 adds the products of mr ≤ 2 rows of a with nr ≤ 2 rows of b to c. A missing row
// is replaced by its neighbour, so that the bits of an element do not depend on the
// block that it falls in, whatever the compiler fuses.
func dots22(mr, nr, t int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	a0, b0 := a[:t], b[:t]
	a1, b1 := a0, b0
	if mr == 2 {
		a1 = a[lda : lda+t]
	}
	if nr == 2 {
		b1 = b[ldb : ldb+t]
	}
	a1, b0, b1 = a1[:len(a0)], b0[:len(a0)], b1[:len(a0)]
	var s00, s01, s10, s11, u00, u01, u10, u11 float64
	p := 0
	for ; p+2 <= len(a0); p += 2 {
		x0, x1, y0, y1 := a0[p], a1[p], b0[p], b1[p]
		s00 += x0 * y0
		s01 += x0 * y1
		s10 += x1 * y0
		s11 += x1 * y1
		x0, x1, y0, y1 = a0[p+1], a1[p+1], b0[p+1], b1[p+1]
		u00 += x0 * y0
		u01 += x0 * y1
		u10 += x1 * y0
		u11 += x1 * y1
	}
	if p < len(a0) {
		s00 += a0[p] * b0[p]
		s01 += a0[p] * b1[p]
		s10 += a1[p] * b0[p]
		s11 += a1[p] * b1[p]
	}
	c[0] += s00 + u00
	if nr == 2 {
		c[1] += s01 + u01
	}
	if mr == 2 {
		c[ldc] += s10 + u10
		if nr == 2 {
			c[ldc+1] += s11 + u11
		}
	}
}

// symvGo adds rows from … n−1 of the upper triangle to y = A·x: row i adds to y[i] as a
// dot product and to the rest of y as a multiple. The first row clears y.
func symvGo(from, to, n int, a []float64, lda int, x, y []float64) {
	for i := from; i < to; i++ {
		row := a[i*lda+i : i*lda+n]
		xs, ys := x[i:i+len(row)], y[i:i+len(row)]
		xi, s := x[i], row[0]*x[i]
		for j := 1; j < len(row); j++ {
			s += row[j] * xs[j]
			ys[j] += row[j] * xi
		}
		ys[0] += s
	}
}

func rowProductGo(dst []float64, c int, a, b []float64, t int) {
	mulGo(dst, a[:len(dst)], b[:len(dst)])
	for i := 1; i < c; i++ {
		mulAddGo(dst, a[i*t:][:len(dst)], b[i*t:][:len(dst)])
	}
}
