package kernel

import "sync"

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
