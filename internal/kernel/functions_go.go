package kernel

import "math"

func tanhAllGo(dst, src []float64) {
	for i, x := range src {
		dst[i] = tanhGo(x)
	}
}

func expAllGo(dst, src []float64) {
	for i, x := range src {
		dst[i] = expGo(x)
	}
}

func sinAllGo(dst, src []float64) {
	for i, x := range src {
		dst[i] = sinGo(x)
	}
}

func cosAllGo(dst, src []float64) {
	for i, x := range src {
		dst[i] = cosGo(x)
	}
}

// expm1Reduced returns k and q = eʳ − 1 for y = k·ln 2 + r, |r| ≤ ln 2/2.
func expm1Reduced(y float64) (q float64, k int) {
	f := math.RoundToEven(y * log2e)
	r := y - f*ln2Hi - f*ln2Lo
	return r + r*r*expm1Poly(r), int(f)
}

// power returns 2ᵏ for −1022 ≤ k ≤ 1023.
func power(k int) float64 { return math.Float64frombits(uint64(k+1023) << 52) }

// tanhGo is −t/(2 + t) with t = e^(−2|x|) − 1, and the sign of x.
func tanhGo(x float64) float64 {
	y := -2 * math.Abs(x)
	if y < -44 {
		return math.Copysign(1, x)
	}
	if y != y {
		return y
	}
	q, k := expm1Reduced(y)
	scale := power(k)
	t := scale*q + (scale - 1)
	return math.Copysign(t/(2+t), x)
}

// expGo is 2ᵏ·(1 + q), the power in two factors that are both normal.
func expGo(x float64) float64 {
	switch {
	case x > 710:
		return math.Inf(1)
	case x < -750:
		return 0
	case x != x:
		return x
	}
	q, k := expm1Reduced(x)
	return (1 + q) * power(k/2) * power(k-k/2)
}

// sinGo and cosGo follow the vector routines: x is reduced to r, |r| ≤ π/2, and an odd
// multiple of π changes the sign.
func sinGo(x float64) float64 {
	a := math.Abs(x)
	var r float64
	var odd bool
	if a > maxAngle {
		r, odd = reduceLarge(a, false)
	} else {
		k := math.RoundToEven(a * invPi)
		r = math.FMA(-k, piLo, math.FMA(-k, piMid, math.FMA(-k, piHi, a)))
		odd = int64(k)&1 == 1
	}
	s := sinReduced(r)
	if odd != math.Signbit(x) {
		s = -s
	}
	return s
}

func cosGo(x float64) float64 {
	a := math.Abs(x)
	var r float64
	var odd bool
	if a > maxAngle {
		r, odd = reduceLarge(a, true)
	} else {
		k := math.RoundToEven(a*invPi - 0.5)
		m := 2*k + 1
		r = math.FMA(-m, piLo/2, math.FMA(-m, piMid/2, math.FMA(-m, piHi/2, a)))
		odd = int64(k)&1 == 1
	}
	s := sinReduced(r)
	if !odd {
		s = -s
	}
	return s
}

// sinReduced returns sin(r) = r + r·s·S(s), s = r², for |r| ≤ π/2.
func sinReduced(r float64) float64 {
	s := r * r
	return r + r*s*sinPoly(s)
}
