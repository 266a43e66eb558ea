// Package qr folds rows into a triangle by Householder reflections, panel by panel: the
// R and Qᵀr of a tall matrix that is never stored whole. Where the normal equations
// square the condition number, the triangle keeps it.
package qr

import (
	"math"
	"sync"
	"sync/atomic"

	"pinn/internal/kernel"
)

const (
	// width is the number of reflections applied at a time.
	width = 32
	// stripe is the number of columns of J that one unit of work reflects.
	stripe = 48
)

// Folder is the memory for triangles of one order. It is not safe for concurrent use.
type Folder struct {
	n       int
	threads int
	t       []float64   // width × width, upper: the reflections at hand are I − V·T·Vᵀ
	w       [][]float64 // per thread, 2·stripe·width
	helpers []func()
	wait    sync.WaitGroup
	next    atomic.Int64

	// the reflections at hand, of columns from … end−1, and what they act on
	from, end    int
	r, c, jt, y  []float64
	stride, rows int
}

// New returns a Folder for triangles of order n that works on so many threads. Their
// number changes no bit of a result.
func New(n, threads int) *Folder {
	f := &Folder{n: n, threads: max(1, threads), t: make([]float64, width*width)}
	for i := range f.threads {
		f.w = append(f.w, make([]float64, 2*stripe*width))
		f.helpers = append(f.helpers, func() {
			f.take(i)
			f.wait.Done()
		})
	}
	return f
}

// Fold replaces the upper triangle R of r, n×n row-major, and c, of length n, by those of
//
//	QᵀR_old = R,   Qᵀc_old = c   for the stacked   R_old = [R; J],  c_old = [c; y],
//
// so that RᵀR grows by JᵀJ and Rᵀc by Jᵀy; the diagonal may have any sign. J comes as
// its transpose: column k of J is jt[k·stride : k·stride+rows]. jt and y, of length
// rows, are overwritten. What is below the diagonal of r is left alone. The cost is
// 2·rows·n² multiplications and additions.
//
// Golub and Van Loan, Matrix Computations, 4th ed. (2013), sections 5.2.3 and 6.5.3;
// the blocks are those of Schreiber and Van Loan, SIAM J. Sci. Stat. Comput. 10 (1989).
func (f *Folder) Fold(r, c, jt []float64, stride, rows int, y []float64) {
	f.check(r, c, jt, stride, rows, y)
	if rows == 0 {
		return
	}
	for f.from = 0; f.from < f.n; f.from = f.end {
		f.block(rows)
	}
	f.r, f.c, f.jt, f.y = nil, nil, nil, nil
}

// FoldDiagonal is Fold for J = d·I and y = 0. It takes n·n numbers of memory in jt and n
// in y, whatever they hold; the cost is 2n³/3, since the reflections of a column reach
// no further down than to its own row.
func (f *Folder) FoldDiagonal(r, c []float64, d float64, jt, y []float64) {
	f.check(r, c, jt, f.n, f.n, y)
	clear(jt[:f.n*f.n])
	clear(y)
	for k := range f.n {
		jt[k*f.n+k] = d
	}
	for f.from = 0; f.from < f.n; f.from = f.end {
		f.block(min(f.n, f.from+width))
	}
	f.r, f.c, f.jt, f.y = nil, nil, nil, nil
}

func (f *Folder) check(r, c, jt []float64, stride, rows int, y []float64) {
	if len(r) != f.n*f.n || len(c) != f.n || rows < 0 || stride < rows || len(y) < rows || len(jt) < (f.n-1)*stride+rows {
		panic("qr: bad size")
	}
	f.r, f.c, f.jt, f.y, f.stride = r, c, jt, y, stride
}

// block eliminates the next columns of J, of which the first rows count, and applies
// their reflections to the others.
func (f *Folder) block(rows int) {
	f.end, f.rows = min(f.n, f.from+width), rows
	for j := f.from; j < f.end; j++ {
		f.eliminate(j)
	}
	units := (f.n-f.end+stripe-1)/stripe + 1 // the last one is y
	f.next.Store(0)
	for i := 1; i < min(f.threads, units); i++ {
		f.wait.Add(1)
		go f.helpers[i]()
	}
	f.take(0)
	f.wait.Wait()
}

func (f *Folder) column(k int) []float64 { return f.jt[k*f.stride:][:f.rows] }

// eliminate reflects column j of [R; J] onto its diagonal element, which leaves
// v = [1; x/(α − β)] in the column, and the other columns of the block with it:
//
//	β = −sign(α)·√(α² + x·x),   τ = (β − α)/β,   H = I − τ·v·vᵀ.
func (f *Folder) eliminate(j int) {
	i, v := j-f.from, f.column(j)
	for k := range width {
		f.t[k*width+i] = 0
	}
	square := kernel.Dot(v, v)
	if square == 0 {
		return
	}
	row := f.r[j*f.n : (j+1)*f.n]
	alpha := row[j]
	beta := -math.Copysign(math.Sqrt(alpha*alpha+square), alpha)
	tau := (beta - alpha) / beta
	kernel.Scale(v, 1/(alpha-beta), v)
	row[j] = beta
	for k := j + 1; k < f.end; k++ {
		x := f.column(k)
		w := tau * (row[k] + kernel.Dot(v, x))
		row[k] -= w
		kernel.Axpy(x, -w, v)
	}
	f.extend(i, tau, v)
}

// extend adds the reflection of v to T:
//
//	T_ii = τ,   T_0…i−1,i = −τ·T·Vᵀv.
func (f *Folder) extend(i int, tau float64, v []float64) {
	var z [width]float64
	for l := range i {
		z[l] = kernel.Dot(f.column(f.from+l), v)
	}
	for k := range i {
		f.t[k*width+i] = -tau * kernel.Dot(f.t[k*width+k:k*width+i], z[k:i])
	}
	f.t[i*width+i] = tau
}

// take reflects stripes until none is left, and y last.
func (f *Folder) take(worker int) {
	for {
		first := f.end + stripe*(int(f.next.Add(1))-1)
		switch {
		case first < f.n:
			f.reflect(f.w[worker], first, min(f.n, first+stripe))
		case first < f.n+stripe:
			f.reflectRight()
			return
		default:
			return
		}
	}
}

// reflect applies the reflections of the block to columns first … last−1. With X these
// columns of J, one per row, and Z those of R beside the block:
//
//	W = (Z + X·V)·T,   Z −= W,   X −= W·Vᵀ.
func (f *Folder) reflect(scratch []float64, first, last int) {
	n, size := last-first, f.end-f.from
	w, z := scratch[:n*size], scratch[stripe*width:][:n*size]
	for i := range size {
		for k, x := range f.r[(f.from+i)*f.n+first : (f.from+i)*f.n+last] {
			z[k*size+i] = x
		}
	}
	v, x := f.jt[f.from*f.stride:], f.jt[first*f.stride:]
	kernel.GemmNTAdd(n, size, f.rows, x, f.stride, v, f.stride, z, size)
	kernel.Gemm(n, size, size, z, size, f.t, width, w, size)
	for i := range size {
		row := f.r[(f.from+i)*f.n+first : (f.from+i)*f.n+last]
		for k := range row {
			row[k] -= w[k*size+i]
		}
	}
	kernel.Scale(w, -1, w)
	kernel.GemmAdd(n, f.rows, size, w, size, v, f.stride, x, f.stride)
}

// reflectRight is reflect for c and y.
func (f *Folder) reflectRight() {
	var z, w [width]float64
	size, y := f.end-f.from, f.y[:f.rows]
	for i := range size {
		z[i] = f.c[f.from+i] + kernel.Dot(f.column(f.from+i), y)
	}
	for i := range size {
		for k := range i + 1 {
			w[i] += z[k] * f.t[k*width+i]
		}
		f.c[f.from+i] -= w[i]
		kernel.Axpy(y, -w[i], f.column(f.from+i))
	}
}
