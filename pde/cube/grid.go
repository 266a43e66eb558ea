package cube

import (
	"math"
	"math/rand/v2"
)

// Grid gives an even grid of exactly n cell centres and uses no randomness. If
// n = k^d it is the k×…×k grid of midpoints. For any other n the first axis is
// cut into k ≈ n^(1/d) slabs, the n points are dealt to the slabs as evenly as
// whole numbers allow, each slab is as wide as its share of the points, and
// inside a slab the same is done on the next axis. So every point is the centre
// of its own cell, all n cells have volume 1/n, and no point is dropped or
// repeated.
type Grid struct{}

// Fill implements Sampler.
func (Grid) Fill(dst []float64, n, d int, _ *rand.Rand) {
	checkFill(dst, n, d)
	if d > 0 {
		gridCells(dst, n, d, 0)
	}
}

// gridCells writes axes axis … d−1 of n rows of dst.
func gridCells(dst []float64, n, d, axis int) {
	slabs := n
	if left := d - axis; left > 1 {
		slabs = max(1, int(math.Round(math.Pow(float64(n), 1/float64(left)))))
	}
	for k := range slabs {
		lo, hi := n*k/slabs, n*(k+1)/slabs
		if lo == hi {
			continue
		}
		centre := (float64(lo) + float64(hi)) / (2 * float64(n))
		for i := lo; i < hi; i++ {
			dst[i*d+axis] = centre
		}
		if axis+1 < d {
			gridCells(dst[lo*d:hi*d], hi-lo, d, axis+1)
		}
	}
}
