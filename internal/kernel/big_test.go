package kernel

import (
	"math"
	"math/big"
)

// The references: every function to about 300 bits by series, independent of the
// code under test.

const bigBits = 300

func bigNumber(prec uint, v float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(v) }

// bigExpm1Series returns eˣ − 1 = Σ_{n≥1} xⁿ/n! for |x| ≤ 1.
func bigExpm1Series(x *big.Float) *big.Float {
	sum, term := bigNumber(bigBits, 0), bigNumber(bigBits, 1)
	for n := 1; ; n++ {
		term.Mul(term, x)
		term.Quo(term, bigNumber(bigBits, float64(n)))
		sum.Add(sum, term)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-bigBits {
			return sum
		}
	}
}

// bigExpm1 returns eˣ − 1 by halving x and e²ʸ − 1 = (eʸ − 1)·(eʸ + 1).
func bigExpm1(x float64) *big.Float {
	halvings := max(0, math.Ilogb(x)+4)
	y := bigNumber(bigBits, x)
	y.SetMantExp(y, -halvings)
	e := bigExpm1Series(y)
	for range halvings {
		e.Mul(e, new(big.Float).Add(e, bigNumber(bigBits, 2)))
	}
	return e
}

// bigExp returns eˣ = (eʸ)^(2ʰ), y = x/2ʰ.
func bigExp(x float64) *big.Float {
	halvings := 0
	if x != 0 {
		halvings = max(0, math.Ilogb(x)+4)
	}
	y := bigNumber(bigBits, x)
	y.SetMantExp(y, -halvings)
	e := bigExpm1Series(y)
	e.Add(e, bigNumber(bigBits, 1))
	for range halvings {
		e.Mul(e, e)
	}
	return e
}

// bigTanh returns t/(t + 2) with t = e²ˣ − 1.
func bigTanh(x float64) *big.Float {
	if x == 0 {
		return bigNumber(bigBits, x)
	}
	t := bigExpm1(2 * x)
	return t.Quo(t, new(big.Float).Add(t, bigNumber(bigBits, 2)))
}

// bigPi is π = 16·arctan(1/5) − 4·arctan(1/239), to enough bits to reduce the largest
// float64.
var bigPi = func() *big.Float {
	const prec = 1100 + bigBits
	arctan := func(q float64) *big.Float {
		sum, p := bigNumber(prec, 0), new(big.Float).Quo(bigNumber(prec, 1), bigNumber(prec, q))
		for n := 1; p.MantExp(nil) > -prec; n += 2 {
			t := new(big.Float).Quo(p, bigNumber(prec, float64(n)))
			if n%4 == 3 {
				t.Neg(t)
			}
			sum.Add(sum, t)
			p.Quo(p, bigNumber(prec, q*q))
		}
		return sum
	}
	a, b := arctan(5), arctan(239)
	return a.Sub(a.Mul(a, bigNumber(prec, 16)), b.Mul(b, bigNumber(prec, 4)))
}()

// bigSin returns sin(x) (or cos(x)) from the remainder of x by π/2.
func bigSin(x float64, cosine bool) *big.Float {
	prec := bigPi.Prec()
	halfPi := new(big.Float).Quo(bigPi, bigNumber(prec, 2))
	q := new(big.Float).Quo(bigNumber(prec, x), halfPi)
	q.Add(q, bigNumber(prec, math.Copysign(0.5, x)))
	k, _ := q.Int(nil)
	r := new(big.Float).Mul(new(big.Float).SetPrec(prec).SetInt(k), halfPi)
	r.Sub(bigNumber(prec, x), r)
	r.SetPrec(bigBits)
	quadrant := new(big.Int).And(k, big.NewInt(3)).Int64()
	if cosine {
		quadrant = (quadrant + 1) & 3
	}
	first := int(1 - quadrant&1) // sin r or cos r
	y := bigSeries(r, first)
	if quadrant >= 2 {
		y.Neg(y)
	}
	return y
}

// bigSeries returns Σ (−1)ⁱ·xⁿ/n! over n = first, first+2, …: cosine or sine.
func bigSeries(x *big.Float, first int) *big.Float {
	term := bigNumber(bigBits, 1)
	if first == 1 {
		term.Set(x)
	}
	sum, x2 := bigNumber(bigBits, 0), new(big.Float).Mul(x, x)
	for n := first; ; n += 2 {
		sum.Add(sum, term)
		term.Mul(term, x2)
		term.Quo(term, bigNumber(bigBits, float64((n+1)*(n+2))))
		term.Neg(term)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-bigBits {
			return sum
		}
	}
}

// ulps returns |got − want| in units of the last place of want as a float64.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if math.IsInf(w, 0) || math.IsInf(got, 0) || math.IsNaN(got) {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	w = math.Abs(w)
	ulp := bigNumber(bigBits, math.Nextafter(w, math.Inf(1)))
	if math.IsInf(math.Nextafter(w, math.Inf(1)), 0) {
		ulp.SetFloat64(math.Ldexp(1, 1024-53)) // below the largest number
	} else {
		ulp.Sub(ulp, bigNumber(bigBits, w))
	}
	d := new(big.Float).Sub(bigNumber(bigBits, got), want)
	d.Quo(d.Abs(d), ulp)
	f, _ := d.Float64()
	return f
}
