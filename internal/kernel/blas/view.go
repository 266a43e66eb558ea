package blas

import (
	"sync"

	"gonum.org/v1/gonum/blas"

	"pinn/internal/kernel"
)

// A view is a matrix by strides: element (i, j) is data[i*row+j*col].
type view struct {
	data     []float64
	row, col int
	ok       bool // the arguments it was made of are valid
}

// op returns op(A), r×c, of a row-major A.
func op(t blas.Transpose, r, c int, a []float64, lda int) view {
	switch t {
	case blas.NoTrans:
		return view{a, lda, 1, fits(r, c, a, lda)}
	case blas.Trans, blas.ConjTrans:
		return view{a, 1, lda, fits(c, r, a, lda)}
	}
	return view{}
}

// fits tells whether a holds an r×c matrix.
func fits(r, c int, a []float64, ld int) bool {
	return r > 0 && c > 0 && ld >= c && len(a) >= (r-1)*ld+c
}

// from is the part of a view right of and below (i, j), in its own coordinates.
func (v view) from(i, j int) view {
	v.data = v.data[i*v.row+j*v.col:]
	return v
}

func (v view) transposed() view {
	v.row, v.col = v.col, v.row
	return v
}

// parallelWork is the number of multiplications that is worth a second goroutine: about
// 40 µs.
const parallelWork = 1 << 20

// add computes C += alpha·A·B, the longer side of C shared out to the threads. An
// element's bits do not depend on the share it falls in.
func (f Implementation) add(m, n, k int, alpha float64, a, b view, c []float64, ldc int) {
	workers := min(f.threads, 1+m*n*k/parallelWork, 1+max(m, n)/48)
	if workers <= 1 {
		kernel.GemmStridedAdd(m, n, k, alpha, a.data, a.row, a.col, b.data, b.row, b.col, c, ldc)
		return
	}
	spread(workers, func(w int) {
		if n >= m {
			lo, hi := share(n, w, workers)
			part := b.from(0, lo)
			kernel.GemmStridedAdd(m, hi-lo, k, alpha, a.data, a.row, a.col, part.data, part.row, part.col, c[lo:], ldc)
			return
		}
		lo, hi := share(m, w, workers)
		part := a.from(lo, 0)
		kernel.GemmStridedAdd(hi-lo, n, k, alpha, part.data, part.row, part.col, b.data, b.row, b.col, c[lo*ldc:], ldc)
	})
}

// spread runs work(0) … work(workers−1) at a time, work(0) in this goroutine.
func spread(workers int, work func(w int)) {
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { work(w) })
	}
	work(0)
	wg.Wait()
}

// share returns the part of n that worker w of several takes, cut at multiples of 24.
func share(n, w, workers int) (lo, hi int) {
	blocks := (n + 23) / 24
	return min(n, blocks*w/workers*24), min(n, blocks*(w+1)/workers*24)
}
