package optim

import (
	"math"
	"sync"
	"sync/atomic"

	"pinn/internal/kernel"
)

// crew multiplies and updates the triangle of a dense matrix on several threads. It
// cuts the rows into bands of equal area, as many as the order alone decides, each
// with sums of its own that are added in order: the bits do not depend on how many
// goroutines there are, none of which outlives a call. A matrix below crewLeast is
// one band.
type crew struct {
	dim     int
	threads int
	cuts    []int     // band i is rows cuts[i] … cuts[i+1]−1; multiples of 4
	sums    []float64 // per band, a vector

	next atomic.Int64
	wait sync.WaitGroup
	help func()

	// the work at hand: A·x, or the update of A by x and y unless that is nil
	a, x, y []float64
	update  *update
}

const (
	crewBands = 8
	crewLeast = 256
)

func (c *crew) init(dim, threads int) {
	bands := crewBands
	if dim < crewLeast {
		bands = 1
	}
	c.dim, c.threads, c.cuts = dim, threads, []int{0}
	for i := 1; i < bands; i++ {
		// Rows up to r are the part 1 − (1 − r/n)² of the triangle.
		r := float64(dim) * (1 - math.Sqrt(1-float64(i)/float64(bands)))
		c.cuts = append(c.cuts, int(r)&^3)
	}
	c.cuts = append(c.cuts, dim)
	c.sums = make([]float64, bands*dim)
	c.help = func() { c.work(); c.wait.Done() }
}

// symv stores A·x in y; of A, dim×dim, the upper triangle is read.
func (c *crew) symv(a, x, y []float64) {
	c.a, c.x, c.update = a, x, nil
	c.run()
	copy(y, c.sums[:c.dim])
	for i := 1; i < len(c.cuts)-1; i++ {
		kernel.Add(y, y, c.sums[i*c.dim:(i+1)*c.dim])
	}
}

// rank2 updates the upper triangle of H; see update.
func (c *crew) rank2(u *update, s, hy, h []float64) {
	c.a, c.x, c.y, c.update = h, s, hy, u
	c.run()
}

// band does the work at hand on band i.
func (c *crew) band(i int) {
	from, to := c.cuts[i], c.cuts[i+1]
	if u := c.update; u != nil {
		kernel.Rank2UpperRows(c.dim, from, to, u.scale, u.ss, u.sHy, u.HyHy, c.x, c.y, c.a, c.dim)
		return
	}
	sum := c.sums[i*c.dim : (i+1)*c.dim]
	clear(sum)
	kernel.SymvUpperRows(c.dim, from, to, c.a, c.dim, c.x, sum)
}

// run does the work at hand on every band.
func (c *crew) run() {
	c.next.Store(0)
	for range min(c.threads, len(c.cuts)-1) - 1 {
		c.wait.Add(1)
		go c.help()
	}
	c.work()
	c.wait.Wait()
}

// work takes bands until none is left.
func (c *crew) work() {
	for {
		i := int(c.next.Add(1)) - 1
		if i >= len(c.cuts)-1 {
			return
		}
		c.band(i)
	}
}
