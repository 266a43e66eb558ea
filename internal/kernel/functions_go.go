package kernel

import "math"

func tanhAll(dst, src []float64) {
	for i, x := range src {
		dst[i] = tanhGo(x)
	}
}

func expAll(dst, src []float64) {
	for i, x := range src {
		dst[i] = math.Exp(x)
	}
}

// sinAll and cosAll handle up to scalarRun elements and return how many: the vector
// tiers come here for angles beyond maxAngle only, and go back soon.
func sinAll(dst, src []float64) int {
	n := min(len(src), scalarRun())
	for i, x := range src[:n] {
		dst[i] = sinGo(x)
	}
	return n
}

func cosAll(dst, src []float64) int {
	n := min(len(src), scalarRun())
	for i, x := range src[:n] {
		dst[i] = cosGo(x)
	}
	return n
}

// scalarRun is what the scalar code takes before it looks again whether the vector
// tier can go on.
func scalarRun() int {
	if tier == tierGo {
		return math.MaxInt
	}
	return 16
}

// tanhGo is −t/(2 + t) with t = e^(−2|x|) − 1, and the sign of x.
func tanhGo(x float64) float64 {
	y := -2 * math.Abs(x)
	if y < -44 {
		return math.Copysign(1, x)
	}
	// y = k·ln 2 + r, |r| ≤ ln 2/2
	k := math.RoundToEven(y * log2e)
	r := y - k*ln2Hi - k*ln2Lo
	p := expm1Poly[len(expm1Poly)-1]
	for i := len(expm1Poly) - 2; i >= 0; i-- {
		p = p*r + expm1Poly[i]
	}
	q := r + r*r*p
	scale := math.Float64frombits(uint64(int64(k)+1023) << 52)
	t := scale*q + (scale - 1)
	return math.Copysign(t/(2+t), x)
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
	p := sinPoly[len(sinPoly)-1]
	for i := len(sinPoly) - 2; i >= 0; i-- {
		p = p*s + sinPoly[i]
	}
	return r + r*s*p
}
