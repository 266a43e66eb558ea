package kernel

import "sync"

// gemmVecAll runs the strip kernels over C = A·B (or C += A·B): A by strides as in
// gemmGo, rows in strips of nearly equal height, columns in blocks whose part of B
// stays in the second-level cache while all strips pass over it.
func gemmVecAll(m, n, k int, a []float64, sa, ta int, b []float64, ldb int, c []float64, ldc, add int) {
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if add == 0 {
			for i := range m {
				Fill(c[i*ldc:i*ldc+n], 0)
			}
		}
		return
	}
	if aliased(m, n, k, ldb) {
		gemmPacked(m, n, k, a, sa, ta, b, ldb, c, ldc, add)
		return
	}
	strips := (m + gemmRows() - 1) / gemmRows()
	width := blockColumns(n, k)
	for j := 0; j < n; j += width {
		w := min(width, n-j)
		for s := range strips {
			i, next := m*s/strips, m*(s+1)/strips
			gemmVec(next-i, w, k, &a[i*sa], sa, ta, &b[j], ldb, &c[i*ldc+j], ldc, add)
		}
	}
}

// blockElements is the part of B, in elements, that a column block may have: a
// quarter of a 1 MiB cache.
const blockElements = 1 << 15

// blockColumns returns the columns of a block of B with k rows: all n if they fit,
// else a multiple of the panel width.
func blockColumns(n, k int) int {
	if n*k <= 2*blockElements {
		return n
	}
	return max(blockElements/k/panel(), 2) * panel()
}

// aliased tells whether the rows of B fall on the same few sets of the first-level cache
// and would push one another out: strides of a multiple of 2 KiB. The short blocks of
// AVX2 wait for every load, those of AVX-512 do not.
func aliased(m, n, k, ldb int) bool {
	return tier == tierAVX2 && ldb%256 == 0 && m > gemmRows() && n >= panel() && k >= 8 && k <= blockDepth
}

// gemmPacked is gemmVecAll with blocks of B copied to rows of another stride first.
func gemmPacked(m, n, k int, a []float64, sa, ta int, b []float64, ldb int, c []float64, ldc, add int) {
	strips := (m + gemmRows() - 1) / gemmRows()
	bufs := blocks.Get().(*blockBuffers)
	w := panel()
	whole := n / w * w
	for j := 0; j < whole; j += packedWidth {
		width := min(packedWidth, whole-j)
		for q := 0; q < width; q += w {
			copyRowsVec(k, &b[j+q], ldb, &bufs.b[q], packedStride)
		}
		for s := range strips {
			i, next := m*s/strips, m*(s+1)/strips
			gemmVec(next-i, width, k, &a[i*sa], sa, ta, &bufs.b[0], packedStride, &c[i*ldc+j], ldc, add)
		}
	}
	if whole < n {
		for s := range strips {
			i, next := m*s/strips, m*(s+1)/strips
			gemmVec(next-i, n-whole, k, &a[i*sa], sa, ta, &b[whole], ldb, &c[i*ldc+whole], ldc, add)
		}
	}
	blocks.Put(bufs)
}

// A packed block is eight panels of AVX2 wide; its stride is an odd number of cache
// lines, which spreads the rows over all sets.
const (
	packedWidth  = 96
	packedStride = packedWidth + 8
)

// The blocks of GemmStridedAdd: blockDepth terms of blockRows rows of A (256 KiB, for
// the second-level cache) and of blockPanels panels of B (960 KiB at most).
const (
	blockDepth  = 256
	blockRows   = 128
	blockPanels = 20
)

// blockBuffers is the scratch of one call.
type blockBuffers struct {
	a [blockRows * blockDepth]float64
	b [blockPanels * blockDepth * tileWidth]float64
}

var blocks = sync.Pool{New: func() any { return new(blockBuffers) }}

// packB stores alpha·B (depth×width) as panels, each depth rows of panel() columns.
func packB(dst []float64, width, depth int, alpha float64, b []float64, sb, tb int) {
	w := panel()
	for j := 0; j < width; j += w {
		part := dst[j*depth : (j+w)*depth]
		cols := min(w, width-j)
		switch {
		case tb != 1:
			packPanel(part, cols, depth, b[j*tb:], tb)
		case cols == w:
			copyRowsVec(depth, &b[j], sb, &part[0], w)
		default:
			for p := range depth {
				copy(part[p*w:p*w+cols], b[p*sb+j:])
			}
		}
		if alpha != 1 {
			Scale(part, alpha, part)
		}
	}
}

// multiplyBlock adds a block of rows of A times the packed panels to C. Rows that lie
// across the memory are packed too, strip by strip.
func multiplyBlock(m, n, k int, a []float64, sa, ta int, bufs *blockBuffers, c []float64, ldc int) {
	w := panel()
	strips := (m + gemmRows() - 1) / gemmRows()
	rows := func(s int) (i, h int) { return m * s / strips, m*(s+1)/strips - m*s/strips }
	if ta != 1 {
		for s := range strips {
			i, h := rows(s)
			packStrip(bufs.a[i*k:], h, k, a[i*sa:], ta)
		}
	}
	for j := 0; j < n; j += w {
		for s := range strips {
			i, h := rows(s)
			if ta == 1 {
				gemmVec(h, min(w, n-j), k, &a[i*sa], sa, 1, &bufs.b[j*k], w, &c[i*ldc+j], ldc, 1)
			} else {
				gemmVec(h, min(w, n-j), k, &bufs.a[i*k], 1, h, &bufs.b[j*k], w, &c[i*ldc+j], ldc, 1)
			}
		}
	}
}

// packStrip stores h rows of A, contiguous across rows, as k rows of h.
func packStrip(dst []float64, h, k int, a []float64, ta int) {
	if h == 8 {
		for p := range k {
			*(*[8]float64)(dst[8*p:]) = *(*[8]float64)(a[p*ta:])
		}
		return
	}
	for p := range k {
		copy(dst[h*p:h*p+h], a[p*ta:])
	}
}

// dotsVecAll runs the reduction kernels over C += A·Bᵀ. Long reductions are cut so
// that the rows of both operands stay in the caches.
func dotsVecAll(m, n, t int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	if m == 0 || n == 0 || t == 0 {
		return
	}
	ms := (m + dotsRows() - 1) / dotsRows()
	ns := (n + 3) / 4
	cut := blockPoints(m+n, t)
	for p := 0; p < t; p += cut {
		w := min(cut, t-p)
		for s := range ms {
			i, iNext := m*s/ms, m*(s+1)/ms
			for r := range ns {
				j, jNext := n*r/ns, n*(r+1)/ns
				dotsVec(iNext-i, jNext-j, w, &a[i*lda+p], lda, &b[j*ldb+p], ldb, &c[i*ldc+j], ldc)
			}
		}
	}
}

// blockPoints cuts t points of all rows into nearly equal parts, multiples of 8.
func blockPoints(rows, t int) int {
	limit := max(128, min(512, 2*blockElements/rows))
	parts := (t + limit - 1) / limit
	return (t/parts + 15) &^ 7
}
