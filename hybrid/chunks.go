package hybrid

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

// Ratios are the newest R_N on the present points, oldest first, NaN before the first.
type Ratios [ratiosKept]float64

// forget drops them all.
func (r *Ratios) forget() {
	for i := range r {
		r[i] = nan
	}
}

// add puts a finite ratio in the place of the oldest.
func (r *Ratios) add(v float64) {
	if finite(v) {
		copy(r[:], r[1:])
		r[ratiosKept-1] = v
	}
}

// median returns that of all of them, NaN while there are fewer than are kept.
func (r *Ratios) median() float64 {
	if r[0] != r[0] {
		return nan
	}
	sorted := *r
	return median(sorted[:])
}

// ratioOf returns R_N of the gradient over all points that the loss has just given, NaN
// if it is not known. A method with a line search may have used another θ last; it is
// one of the same step.
func ratioOf(loss Batched) float64 {
	c, ok := loss.(Chunked)
	if !ok {
		return nan
	}
	signal2, noise2, chunks := c.ChunkStats()
	if chunks == 0 {
		return nan
	}
	return NoiseToSignal(signal2, noise2)
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
