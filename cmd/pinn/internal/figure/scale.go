package figure

import (
	"math"
	"strconv"
	"strings"
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

// tick is one mark of an axis; one without a label is minor.
type tick struct {
	at    float64 // place in [0, 1]
	label string
}

// ticks returns the marks of a scale with about n labels, and the factor, such
// as "×1e-5", by which all labels are to be read; "" if it is 1.
func (s scale) ticks(n int) (marks []tick, factor string) {
	n = max(n, 3)
	switch {
	case s.log:
		return s.logTicks(n), ""
	case s.knots != nil:
		return s.knotTicks(n), ""
	}
	power := s.power()
	unit := math.Pow(10, float64(power))
	for _, v := range even(s.min/unit, s.max/unit, n) {
		marks = append(marks, tick{s.place(v.value * unit), v.label})
	}
	if power != 0 {
		factor = "×1e" + strconv.Itoa(power)
	}
	return marks, factor
}

// power returns the power of ten that the labels share: 0 where plain numbers
// are short.
func (s scale) power() int {
	p := int(math.Floor(math.Log10(math.Max(math.Abs(s.min), math.Abs(s.max)))))
	if p >= -2 && p < 5 {
		return 0
	}
	return p
}

// labelled is a round number and its text.
type labelled struct {
	value float64
	label string
}

// even returns the multiples of a round step, 1, 2, 2.5 or 5 times a power of
// ten, that lie in [lo, hi]; about n of them.
func even(lo, hi float64, n int) []labelled {
	raw := (hi - lo) / float64(n)
	power := math.Floor(math.Log10(raw))
	base := math.Pow(10, power)
	step := 10 * base
	digits := max(0, -int(power)-1)
	for _, c := range []struct {
		factor float64
		extra  int
	}{{1, 0}, {2, 0}, {2.5, 1}, {5, 0}} {
		if c.factor*base >= 0.75*raw {
			step, digits = c.factor*base, max(0, c.extra-int(power))
			break
		}
	}
	var out []labelled
	first := math.Ceil(lo/step - 1e-6)
	for i := range 4 * n {
		v := (first + float64(i)) * step
		if !(v <= hi+1e-6*step) { // false for NaN too
			break
		}
		label := strconv.FormatFloat(v, 'f', digits, 64)
		if strings.Trim(label, "-0.") == "" {
			label = "0"
		}
		out = append(out, labelled{v, strings.Replace(label, "-", "−", 1)})
	}
	return out
}

// logTicks labels every kth power of ten; in between stand minor marks at the
// other powers, unless they are too many, or at 2 … 9 where there are few
// decades. Over less than two decades 2 and 5 have labels too.
func (s scale) logTicks(n int) []tick {
	var marks []tick
	first, last := int(math.Ceil(s.min-1e-9)), int(math.Floor(s.max+1e-9))
	every := (last-first)/n + 1
	narrow := s.max-s.min < 2
	for p := first - 1; p <= last; p++ {
		for m := 1; m < 10 && (m == 1 || last-first <= 6); m++ {
			at := (float64(p) + math.Log10(float64(m)) - s.min) / (s.max - s.min)
			if at < 0 || at > 1 || mod(p, every) > 0 && last-first > 40 {
				continue
			}
			label := ""
			if m == 1 && mod(p, every) == 0 || narrow && (m == 2 || m == 5) {
				label = powerLabel(m, p, narrow)
			}
			marks = append(marks, tick{at, label})
		}
	}
	return marks
}

// mod is the remainder that is never negative.
func mod(a, b int) int { return ((a % b) + b) % b }

// powerLabel spells m·10^p, in full if asked to and short.
func powerLabel(m, p int, full bool) string {
	switch {
	case p == 0:
		return strconv.Itoa(m)
	case full && p > 0 && p < 4:
		return strconv.Itoa(m) + strings.Repeat("0", p)
	case full && p < 0 && p > -3:
		return "0." + strings.Repeat("0", -p-1) + strconv.Itoa(m)
	}
	return strconv.Itoa(m) + "e" + strconv.Itoa(p)
}

// knotTicks marks each stretch by itself.
func (s scale) knotTicks(n int) []tick {
	var marks []tick
	for i, b := range s.knots[1:] {
		a := s.knots[i]
		part := scale{min: a.value, max: b.value}
		for _, v := range even(part.min, part.max, max(1, int(float64(n)*(b.at-a.at)+0.5))) {
			marks = append(marks, tick{s.place(v.value), v.label})
		}
	}
	return marks
}

// number spells v with so many digits, as 3.1e-5 or 0.12.
func number(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'g', digits, 64)
	if a := math.Abs(v); a > 0 && a < 0.01 {
		s = strconv.FormatFloat(v, 'e', digits-1, 64)
	}
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		s = "−" + rest
	}
	return strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(s)
}
