package kernel

import "sync"

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
