package lab

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// exponent returns p of the power law y = c·xᵖ that fits best: the slope of the
// least-squares line through log y over log x.
func exponent(x, y []float64) float64 {
	_, p := stat.LinearRegression(logs(x), logs(y), nil, false)
	return p
}

func logs(x []float64) []float64 {
	l := make([]float64, len(x))
	for i, v := range x {
		l[i] = math.Log(v)
	}
	return l
}

// quantile returns the q-quantile of values, by linear interpolation from the least, at
// q = 0, to the largest, at q = 1; NaN where there are none. gonum's stat.Quantile
// interpolates otherwise: its median of 1 and 2 is 1.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	v := slices.Sorted(slices.Values(values))
	at := q * float64(len(v)-1)
	i := min(int(at), len(v)-1)
	j := min(i+1, len(v)-1)
	return v[i] + (at-float64(i))*(v[j]-v[i])
}

func median(values []float64) float64 { return quantile(values, 0.5) }
