package noise

import (
	"math"
	"slices"
)

// ToSignal returns the noise-to-signal power of a gradient g with |g|² = signal2 that is
// known with variance noise2,
//
//	R = v/max(|g|² − v, v/50),
//
// a pure number, at most 50. The variance v is subtracted since |g|² exceeds the square
// of the true gradient by v in the mean. R is 0 without noise and NaN where both are 0.
func ToSignal(signal2, noise2 float64) float64 {
	return noise2 / max(signal2-noise2, noise2/MaxR)
}

// Ratios are the newest ratios R of one gradient, oldest first, NaN where there has been
// none yet.
type Ratios [9]float64

// Forget drops them all.
func (r *Ratios) Forget() {
	for i := range r {
		r[i] = math.NaN()
	}
}

// Add drops the oldest for a new one; a ratio that is not finite is passed over.
func (r *Ratios) Add(v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		copy(r[:], r[1:])
		r[len(r)-1] = v
	}
}

// Median returns the median of all of them, NaN until there are as many as are kept.
func (r *Ratios) Median() float64 {
	if math.IsNaN(r[0]) {
		return math.NaN()
	}
	sorted := *r
	return Median(sorted[:])
}

// Median sorts v and returns its median, the mean of the middle two if their number is
// even, NaN if v is empty. gonum's stat.Quantile has no kind that takes this mean, so it
// would lead to other decisions.
func Median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	slices.Sort(v)
	m := len(v) / 2
	if len(v)%2 == 1 {
		return v[m]
	}
	return (v[m-1] + v[m]) / 2
}
