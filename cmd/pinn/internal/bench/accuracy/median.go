package accuracy

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// median returns the middle of the values, of an even number the geometric mean of
// the two in the middle: errors and times differ by factors, and this is the median of
// their logarithms. NaN, a target that is never reached, counts as +Inf; of no values
// the median is NaN. stat.Quantile takes neither NaN nor the geometric mean.
func median(values []float64) float64 {
	v := slices.Clone(values)
	for i := range v {
		if math.IsNaN(v[i]) {
			v[i] = math.Inf(1)
		}
	}
	slices.Sort(v)
	switch n := len(v); {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return v[n/2]
	default:
		return math.Sqrt(v[n/2-1]) * math.Sqrt(v[n/2])
	}
}

// geometric is the geometric mean, NaN of nothing.
func geometric(ratios []float64) float64 { return stat.GeometricMean(ratios, nil) }
