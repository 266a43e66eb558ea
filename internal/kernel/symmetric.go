package kernel

import "sync"

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

const (
	syrkPanels = 4   // panels of columns packed at a time
	syrkPoints = 256 // points of a panel
	syrkSmall  = 192 // order up to which packing does not pay
	tileRows   = 8   // the largest gemmRows() and
	tileWidth  = 24  // the largest panel(): the size of a tile that crosses the diagonal
)

// packed is the scratch of one call: syrkPanels panels, each syrkPoints rows of
// panel() columns.
type packed [syrkPanels * syrkPoints * tileWidth]float64

var packs = sync.Pool{New: func() any { return new(packed) }}

// syrkVec adds columns from … to−1 of the upper triangle of A·Aᵀ to C. A group of
// columns is packed as rows of Aᵀ; all rows of A above it pass over the group in
// strips. Each element of C is one sum over the points of a cut, in order.
func syrkVec(from, to, t int, a []float64, lda int, c []float64, ldc int) {
	pack := packs.Get().(*packed)
	w := panel()
	parts := (t + syrkPoints - 1) / syrkPoints
	for q := range parts {
		p, pNext := t*q/parts, t*(q+1)/parts
		for j := from; j < to; j += syrkPanels * w {
			last := min(j+syrkPanels*w, to)
			for s := j; s < last; s += w {
				packPanel(pack[(s-j)*syrkPoints:], min(w, last-s), pNext-p, a[s*lda+p:], lda)
			}
			syrkGroup(j, last, p, pNext, pack, a, lda, c, ldc)
		}
	}
	packs.Put(pack)
}

// packPanel stores rows of A, points along them, as points rows of panel() columns.
func packPanel(dst []float64, rows, points int, a []float64, lda int) {
	w := panel()
	i := 0
	for ; i+4 <= rows; i += 4 {
		transpose4Vec(points, &a[i*lda], lda, &dst[i], w)
	}
	for ; i < rows; i++ {
		for q, v := range a[i*lda : i*lda+points] {
			dst[q*w+i] = v
		}
	}
}

// syrkGroup adds the products of all rows of A up to the diagonal with the packed
// columns j…last−1.
func syrkGroup(j, last, p, pNext int, pack *packed, a []float64, lda int, c []float64, ldc int) {
	w, rows := panel(), gemmRows()
	var tile [tileRows * tileWidth]float64
	for i := 0; i < last; i += rows {
		m := min(rows, last-i)
		for s := max(j, j+(i-j)/w*w); s < last; s += w {
			width := min(w, last-s)
			b := &pack[(s-j)*syrkPoints]
			if i+m-1 <= s {
				gemmVec(m, width, pNext-p, &a[i*lda+p], lda, 1, b, w, &c[i*ldc+s], ldc, 1)
				continue
			}
			gemmVec(m, width, pNext-p, &a[i*lda+p], lda, 1, b, w, &tile[0], w, 0)
			addUpper(tile[:], w, m, width, i, s, c, ldc)
		}
	}
}

// addUpper adds the part of an m×n tile at (i, j) that lies on or above the diagonal.
func addUpper(tile []float64, ld, m, n, i, j int, c []float64, ldc int) {
	for r := range m {
		for q := max(0, i+r-j); q < n; q++ {
			c[(i+r)*ldc+j+q] += tile[r*ld+q]
		}
	}
}

// syrkSmallVec is syrkVec for few rows: reductions without packing.
func syrkSmallVec(from, to, t int, a []float64, lda int, c []float64, ldc int) {
	var tile [tileRows * 4]float64
	cut := blockPoints(syrkSmall, t)
	for p := 0; p < t; p += cut {
		w := min(cut, t-p)
		for i := 0; i < to; i += dotsRows() {
			m := min(dotsRows(), to-i)
			for j := max(from, i); j < to; j += 4 {
				n := min(4, to-j)
				if i+m-1 <= j {
					dotsVec(m, n, w, &a[i*lda+p], lda, &a[j*lda+p], lda, &c[i*ldc+j], ldc)
					continue
				}
				clear(tile[:])
				dotsVec(m, n, w, &a[i*lda+p], lda, &a[j*lda+p], lda, &tile[0], 4)
				addUpper(tile[:], 4, m, n, i, j, c, ldc)
			}
		}
	}
}
