package kernel

// SyrkAddColumns adds the columns from … to−1 of A·Aᵀ to the upper triangle of C (n×n,
// row-major, ldc ≥ n), diagonal included, for row-major A (n×t, lda ≥ t). The part of C
// below the diagonal is neither read nor written. C must not overlap A. Several workers
// can share one C: the bits do not depend on how columns are shared out. For even work,
// columns up to j are the fraction (j/n)² of all.
func SyrkAddColumns(n, from, to, t int, a []float64, lda int, c []float64, ldc int) {
	checkMatrix(n, t, a, lda)
	checkMatrix(n, n, c, ldc)
	if from < 0 || to < from || to > n {
		panic("kernel: bad column range")
	}
	switch {
	case from == to || t == 0:
	case tier == tierGo:
		syrkGo(from, to, t, a, lda, c, ldc)
	case n <= syrkSmall:
		syrkSmallVec(from, to, t, a, lda, c, ldc)
	default:
		syrkVec(from, to, t, a, lda, c, ldc)
	}
}

// SymvUpperRows adds to y what the rows from … to−1 of the upper triangle contribute to
// A·x, for a symmetric A (n×n, lda ≥ n) of which only the upper triangle is read, each
// element once; all n rows add A·x. x and y have length n and do not overlap. Several
// workers can share one A, each with a y of its own.
func SymvUpperRows(n, from, to int, a []float64, lda int, x, y []float64) {
	checkMatrix(n, n, a, lda)
	checkVectors(n, x, y)
	checkRows(n, from, to)
	if tier == tierGo {
		symvGo(from, to, n, a, lda, x, y)
		return
	}
	symvVec(from, to, n, a, lda, x, y)
}

// Rank2UpperRows updates the rows from … to−1 of the upper triangle of a symmetric C
// (n×n, ldc ≥ n),
//
//	C = scale·C + xx·x·xᵀ + xy·(x·yᵀ + y·xᵀ) + yy·y·yᵀ,
//
// which holds every update of the Broyden family. x and y have length n and do not
// overlap C.
func Rank2UpperRows(n, from, to int, scale, xx, xy, yy float64, x, y, c []float64, ldc int) {
	checkMatrix(n, n, c, ldc)
	checkVectors(n, x, y)
	checkRows(n, from, to)
	for i := from; i < to; i++ {
		p, q := xx*x[i]+xy*y[i], xy*x[i]+yy*y[i]
		combine(c[i*ldc+i:i*ldc+n], scale, p, x[i:], q, y[i:])
	}
}

func checkRows(n, from, to int) {
	if from < 0 || to < from || to > n {
		panic("kernel: bad row range")
	}
}

func checkVectors(n int, x, y []float64) {
	if len(x) != n || len(y) != n {
		panic("kernel: vector length differs from the matrix order")
	}
}

// symvVec takes four rows at a time: their triangle on the diagonal by itself, the
// rest in one pass.
func symvVec(from, to, n int, a []float64, lda int, x, y []float64) {
	var d [4]float64
	i := from
	for ; i+4 <= to && i+4 < n; i += 4 {
		j := i + 4
		for r := range 4 {
			for q := r; q < 4; q++ {
				v := a[(i+r)*lda+i+q]
				y[i+r] += v * x[i+q]
				if q > r {
					y[i+q] += v * x[i+r]
				}
			}
		}
		symv4Vec(n-j, &a[i*lda+j], lda, &x[j], &y[j], &x[i], &d[0])
		for r, v := range d {
			y[i+r] += v
		}
	}
	symvGo(i, to, n, a, lda, x, y)
}
