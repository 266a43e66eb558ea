package hybrid

import "slices"

// Chunked is a loss that adds up its gradient over all points from the sums of
// chunks, and can tell from them how well it is known.
type Chunked interface {
	// ChunkStats returns |g|² of the newest gradient over all points, the variance of
	// g as an estimate of the gradient over ever so many points, and the number of
	// chunks that were compared. chunks is 0 if nothing is known, for instance since
	// the newest evaluation was another one.
	ChunkStats() (signal2, noise2 float64, chunks int)
}

// ratiosKept is the number of the newest ratios of the full gradient that are looked
// at together.
const ratiosKept = 9

// ratios are the newest R_N on the present points, oldest first, NaN before the first.
type ratios [ratiosKept]float64

// forget drops them all.
func (r *ratios) forget() {
	for i := range r {
		r[i] = nan
	}
}

// add puts a finite ratio in the place of the oldest.
func (r *ratios) add(v float64) {
	if finite(v) {
		copy(r[:], r[1:])
		r[ratiosKept-1] = v
	}
}

// median returns that of all of them, NaN while there are fewer than are kept.
func (r *ratios) median() float64 {
	if r[0] != r[0] {
		return nan
	}
	return median(slices.Clone(r[:]))
}

// NoiseToSignal returns the noise-to-signal power of a gradient with square signal2,
// known with variance noise2,
//
//	R = v/max(|g|² − v, v/50),
//
// a pure number, at most 50: |g|² is larger than the square of what g estimates by v
// in the mean. It is 0 without noise and NaN where both are 0.
func NoiseToSignal(signal2, noise2 float64) float64 {
	return noise2 / max(signal2-noise2, noise2/maxR)
}

// ratio returns R_N of the gradient that the method has just used, NaN if it is not
// known, and keeps it. A method with a line search may have used another θ last; it
// is one of the same step.
func (p *phase) ratio() float64 {
	c, ok := p.loss.(Chunked)
	if !ok || p.mini != nil {
		return nan
	}
	signal2, noise2, chunks := c.ChunkStats()
	if chunks == 0 {
		return nan
	}
	r := NoiseToSignal(signal2, noise2)
	p.ratios.add(r)
	return r
}

// noisy returns the median of a full window of R_N and whether that is a reason to
// redraw the points: what is left of the gradient belongs to this set of points
// rather than to the problem.
func (p *phase) noisy() (middle float64, yes bool) {
	middle = p.ratios.median()
	return middle, p.Resample.Noise > 0 && middle > p.Resample.Noise
}
