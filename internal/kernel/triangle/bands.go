package triangle

import (
	"math"
	"sync"
	"sync/atomic"

	"pinn/internal/kernel"
)

// Bands multiplies and updates symmetric matrices of one order on several threads. It
// cuts the rows of the triangle into bands of equal area, as many as the order alone
// decides, each with sums of its own that are added in order: so the number of threads
// changes no bit. A matrix below leastOrder is one band. A Bands is not safe for
// concurrent use.
type Bands struct {
	n, threads int
	cuts       []int     // band i is rows cuts[i] … cuts[i+1]−1; multiples of 4
	sums       []float64 // per band, a vector

	next atomic.Int64
	wait sync.WaitGroup
	help func()

	// the work at hand: A·x, or the update of A by x and y
	a, x, y  []float64
	updating bool
	update   Rank2
}

// Rank2 is the update A ← Scale·A + XX·x·xᵀ + XY·(x·yᵀ + y·xᵀ) + YY·y·yᵀ.
type Rank2 struct{ Scale, XX, XY, YY float64 }

const (
	mostBands  = 8
	leastOrder = 256
)

// NewBands returns the memory for matrices of order n.
func NewBands(n, threads int) *Bands {
	count := mostBands
	if n < leastOrder {
		count = 1
	}
	b := &Bands{n: n, threads: threads, cuts: []int{0}, sums: make([]float64, count*n)}
	for i := 1; i < count; i++ {
		// Rows up to r are the part 1 − (1 − r/n)² of the triangle.
		r := float64(n) * (1 - math.Sqrt(1-float64(i)/float64(count)))
		b.cuts = append(b.cuts, int(r)&^3)
	}
	b.cuts = append(b.cuts, n)
	b.help = func() { b.work(); b.wait.Done() }
	return b
}

// Mul stores A·x in dst.
func (b *Bands) Mul(dst, a, x []float64) {
	b.a, b.x, b.updating = a, x, false
	b.run()
	copy(dst, b.sums[:b.n])
	for i := 1; i < len(b.cuts)-1; i++ {
		kernel.Add(dst, dst, b.sums[i*b.n:(i+1)*b.n])
	}
}

// Update makes an update of A.
func (b *Bands) Update(a []float64, u Rank2, x, y []float64) {
	b.a, b.x, b.y, b.update, b.updating = a, x, y, u, true
	b.run()
}

// band does the work at hand on band i.
func (b *Bands) band(i int) {
	from, to := b.cuts[i], b.cuts[i+1]
	if u := b.update; b.updating {
		kernel.Rank2UpperRows(b.n, from, to, u.Scale, u.XX, u.XY, u.YY, b.x, b.y, b.a, b.n)
		return
	}
	sum := b.sums[i*b.n : (i+1)*b.n]
	clear(sum)
	kernel.SymvUpperRows(b.n, from, to, b.a, b.n, b.x, sum)
}

// run does the work at hand on every band.
func (b *Bands) run() {
	b.next.Store(0)
	for range min(b.threads, len(b.cuts)-1) - 1 {
		b.wait.Add(1)
		go b.help()
	}
	b.work()
	b.wait.Wait()
	b.a, b.x, b.y = nil, nil, nil
}

// work takes bands until none is left.
func (b *Bands) work() {
	for {
		i := int(b.next.Add(1)) - 1
		if i >= len(b.cuts)-1 {
			return
		}
		b.band(i)
	}
}
