package hybrid

import (
	"math"
	"slices"
)

// median sorts v and returns its median, the mean of the middle two if their number is
// even, NaN if there is none. It is not gonum's stat.Quantile, no kind of which takes
// that mean: the rules' decisions would be others.
func median(v []float64) float64 {
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
