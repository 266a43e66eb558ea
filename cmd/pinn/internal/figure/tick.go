package figure

import (
	"math"
	"strconv"
	"strings"
)

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
