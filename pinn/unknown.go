package pinn

import (
	"math"

	"pinn/pde"
)

// unknown maps an element q of θ to an unknown scalar k of the equations that
// stays inside its bounds:
//
//	k = q                                   no bound
//	k = min + log(1+e^q)                    a lower bound
//	k = max − log(1+e^q)                    an upper bound
//	k = min + (max−min)(1+tanh q)/2         both
type unknown struct {
	start, min, max float64
	below, above    bool
}

func newUnknown(p pde.Param) unknown {
	u := unknown{start: p.Start, min: p.Min, max: p.Max}
	u.below, u.above = p.Bounded()
	return u
}

// value returns k and dk/dq.
func (u unknown) value(q float64) (k, slope float64) {
	switch {
	case u.below && u.above:
		h := math.Tanh(q)
		half := (u.max - u.min) / 2
		return u.min + half*(1+h), half * (1 - h*h)
	case u.below:
		return u.min + softplusAt(q), logisticAt(q)
	case u.above:
		return u.max - softplusAt(q), -logisticAt(q)
	}
	return q, 1
}

// begin returns the q of the start value. A start on a bound, where q would be
// infinite and its derivative 0, is moved inside by a hundredth of the interval,
// or of max(1, |bound|) if there is no other bound.
func (u unknown) begin() float64 {
	switch {
	case u.below && u.above:
		s := (u.start - u.min) / (u.max - u.min)
		return math.Atanh(2*min(max(s, 0.01), 0.99) - 1)
	case u.below:
		return inverseSoftplus(max(u.start-u.min, 0.01*max(1, math.Abs(u.min))))
	case u.above:
		return inverseSoftplus(max(u.max-u.start, 0.01*max(1, math.Abs(u.max))))
	}
	return u.start
}

func softplusAt(q float64) float64 { return max(q, 0) + math.Log1p(math.Exp(-math.Abs(q))) }

func logisticAt(q float64) float64 { return 1 / (1 + math.Exp(-q)) }

// inverseSoftplus returns q with log(1+e^q) = y, y > 0.
func inverseSoftplus(y float64) float64 { return y + math.Log(-math.Expm1(-y)) }
