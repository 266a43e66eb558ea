package pinn

import (
	"math"

	"pinn/internal/kernel"
)

// ChunkStats compares the newest gradient over all points with its error as an
// estimate of the gradient over infinitely many points. signal2 is its square |g|², and
// noise2 its variance. Both come from the sums of the chunks that make up the gradient,
// so they cost no evaluation. Where the N points of the equations, or of a condition, are
// cut into C ≥ 2 chunks of n_c points, with mean gradients g_c and g, they contribute
//
//	V/N,   V = Σ_c n_c·|g_c − g|²/(C−1),
//
// the variance of the mean of N exchangeable points. Points in a single chunk, and data,
// which no draw changes, contribute 0. chunks is the number of chunks compared. It is 0,
// and both values are NaN, if there are none or if the newest evaluation is not a
// gradient over all points.
//
// Points are shuffled when they are drawn; the chunks of a Sobol set would be more
// alike than chance allows.
func (l *Loss) ChunkStats() (signal2, noise2 float64, chunks int) {
	s, n := l.sums, l.Dim()
	if l.mean == nil {
		l.mean = make([]float64, 2*n)
	}
	mean, whole := l.mean[:n], l.mean[n:]
	if l.summed == 0 || len(l.full.parts) > maxChunks {
		return math.NaN(), math.NaN(), 0
	}
	clear(whole)
	for k := range l.full.parts {
		variance, compared := s.spread(mean, k)
		kernel.Add(whole, whole, mean)
		if l.places[l.full.parts[k].id].data == nil {
			noise2 += variance
			chunks += compared
		}
	}
	if chunks == 0 {
		return math.NaN(), math.NaN(), 0
	}
	scale2 := l.summed * l.summed
	return scale2 * kernel.Dot(whole, whole), scale2 * noise2, chunks
}

// spread stores in mean the gradient of part k of the selection, and returns the
// variance of it and the number of chunks that it is from.
func (s *sums) spread(mean []float64, k int) (variance float64, compared int) {
	p := &s.selection.parts[k]
	clear(mean)
	for i, at := range s.selection.chunks {
		if at.part == k {
			kernel.Add(mean, mean, s.chunks[i].grad)
			compared++
		}
	}
	if compared < 2 {
		return 0, 0
	}
	for i, at := range s.selection.chunks {
		if at.part != k {
			continue
		}
		points := 0
		for tile := at.from; tile < at.to; tile++ {
			points += p.count(tile - p.first)
		}
		scale := float64(p.points) / float64(points) // from a share of the mean to a mean
		square := 0.0
		for j, h := range s.chunks[i].grad {
			d := scale*h - mean[j]
			square += d * d
		}
		variance += float64(points) * square
	}
	return variance / float64(compared-1) / float64(p.points), compared
}
