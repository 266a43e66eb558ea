package figure

import (
	"math"
)

// scale maps data to [0, 1] along one side of a panel. min and max are data, or
// their decimal logarithms if log is set; min < max.
type scale struct {
	min, max float64
	log      bool
	knots    []knot // if set, the map is linear between knots; see stretched
}

// knot fixes the place, in [0, 1], of one value.
type knot struct{ value, at float64 }

// drawable reports whether v is finite and small enough that differences of two
// such values are finite.
func drawable(v float64) bool { return math.Abs(v) <= 1e300 }

// at returns the place of v: 0 at min, 1 at max, NaN if v cannot be drawn.
// Places far outside are cut off at −9 and 10, which keeps lengths finite.
func (s scale) at(v float64) float64 {
	if !drawable(v) || s.log && v <= 0 {
		return math.NaN()
	}
	if s.log {
		v = math.Log10(v)
	}
	return s.place(v)
}

// place is at for any finite v, already a logarithm if log is set.
func (s scale) place(v float64) float64 {
	if s.knots != nil {
		return s.between(v)
	}
	return clamp((v-s.min)/(s.max-s.min), -9, 10)
}

// between interpolates along the knots.
func (s scale) between(v float64) float64 {
	i := 1
	for i < len(s.knots)-1 && v > s.knots[i].value {
		i++
	}
	a, b := s.knots[i-1], s.knots[i]
	return clamp(a.at+(b.at-a.at)*(v-a.value)/(b.value-a.value), -9, 10)
}

func clamp(v, lo, hi float64) float64 { return math.Min(math.Max(v, lo), hi) }

// extent returns the range of all values that can be drawn (and are positive);
// lo > hi if there is none.
func extent(positive bool, columns ...[]float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, c := range columns {
		for _, v := range c {
			if drawable(v) && (!positive || v > 0) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	return lo, hi
}

// flat reports whether a range is constant to nine digits.
func flat(lo, hi float64) bool {
	return hi-lo < 1e-9*math.Max(math.Abs(lo), math.Abs(hi)) || hi-lo < 1e-290
}

// tight returns a linear scale from the least to the largest value. A range
// that is constant to nine digits is widened about its middle, so that rounding
// is not blown up to fill a panel.
func tight(columns ...[]float64) scale {
	lo, hi := extent(false, columns...)
	if lo > hi {
		return scale{min: 0, max: 1}
	}
	if flat(lo, hi) {
		size := math.Max(math.Abs(lo), math.Abs(hi))
		half := size / 2
		if size < 1e-290 {
			half = 1
		}
		lo, hi = lo-half, hi+half
	}
	return scale{min: lo, max: hi}
}

// roomy returns a linear scale with some air around the values.
func roomy(columns ...[]float64) scale {
	s := tight(columns...)
	air := 0.06 * (s.max - s.min)
	s.min, s.max = s.min-air, s.max+air
	return s
}

// fromZero returns a linear scale from 0 to the largest value, for sizes.
func fromZero(columns ...[]float64) scale {
	return tight(append(columns, []float64{0})...)
}

// errorDecades is how far below its largest value an error is told apart.
const errorDecades = 4

// below returns a logarithmic scale from the largest value downwards, for
// errors: they are often large in one place only and of interest everywhere.
// Without a positive value the scale is linear.
func below(column []float64) scale {
	lo, hi := extent(true, column)
	if lo > hi {
		return scale{min: 0, max: 1}
	}
	top := math.Log10(hi)
	return scale{min: top - errorDecades, max: top, log: true}
}

// decades returns a logarithmic scale of the positive values, at least one full
// decade wide.
func decades(columns ...[]float64) scale {
	lo, hi := extent(true, columns...)
	if lo > hi {
		return scale{min: 0, max: 1, log: true}
	}
	a, b := math.Log10(lo), math.Log10(hi)
	if b-a < 1 {
		a, b = math.Floor(a), math.Ceil(b)
	}
	if b-a < 1 {
		a, b = a-1, b+1
	}
	air := 0.04 * (b - a)
	return scale{min: a - air, max: b + air, log: true}
}

// stretched returns a scale from the first to the last edge in which each of
// the stretches between edges gets a share of the width by its length, but none
// less than three quarters of an even share. The edges must rise; otherwise, or if no
// stretch is short, the scale is plain.
func stretched(edges []float64) scale {
	n := len(edges) - 1
	if n < 1 {
		return tight(edges)
	}
	plain := scale{min: edges[0], max: edges[n]}
	if flat(plain.min, plain.max) || !drawable(plain.min) || !drawable(plain.max) {
		return tight(edges)
	}
	least := 0.75 / float64(n)
	shares, sum, short := make([]float64, n), 0.0, false
	for i := range n {
		part := (edges[i+1] - edges[i]) / (plain.max - plain.min)
		if !(part > 1e-9) {
			return plain
		}
		short = short || part < least
		shares[i] = math.Max(part, least)
		sum += shares[i]
	}
	if !short || n > 8 {
		return plain
	}
	at := 0.0
	plain.knots = []knot{{edges[0], 0}}
	for i, share := range shares {
		at += share / sum
		plain.knots = append(plain.knots, knot{edges[i+1], at})
	}
	return plain
}
