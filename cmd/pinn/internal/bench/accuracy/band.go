package accuracy

import (
	"math"
	"slices"

	"pinn/cmd/pinn/internal/figure"
)

// bandPlaces is the number of places of a band, evenly spaced on a logarithmic axis.
const bandPlaces = 160

// bandOf joins courses over the axis that of takes from each, from the place where
// all have begun to that where half have ended: the median error, and between which
// values all lie. A run that has ended keeps its last error. Places at zero have none
// on a logarithmic axis and are passed over.
func bandOf(courses []Course, of func(Course) []float64) figure.Span {
	first := 0.0
	var ends []float64
	for _, c := range courses {
		at := of(c)
		if i := slices.IndexFunc(at, func(x float64) bool { return x > 0 }); i >= 0 {
			first = math.Max(first, at[i])
			ends = append(ends, at[len(at)-1])
		}
	}
	if len(ends) == 0 {
		return figure.Span{}
	}
	last := median(ends)
	var b figure.Span
	for k := range bandPlaces {
		x := first * math.Pow(last/first, float64(k)/(bandPlaces-1))
		var errs []float64
		for _, c := range courses {
			if k == bandPlaces-1 {
				x = math.Inf(1)
			}
			errs = append(errs, c.at(of(c), x))
		}
		b.X = append(b.X, math.Min(x, last))
		b.Median, b.Lo, b.Hi = append(b.Median, median(errs)), append(b.Lo, slices.Min(errs)), append(b.Hi, slices.Max(errs))
	}
	return b
}

// at is the error at place x, before the first place that of the first.
func (c Course) at(places []float64, x float64) float64 {
	i, exact := slices.BinarySearch(places, x*(1+1e-12))
	if !exact {
		i--
	}
	return c.RelL2[max(i, 0)]
}
