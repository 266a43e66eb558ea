package kernel

import (
	"math"
	"math/bits"
)

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

// maxAngle is where the three-part reduction by π ends and reduceLarge begins. The
// vector routines know the same bound.
const maxAngle = 1 << 30

// inversePi holds 1/π to 1216 bits behind 64 zero bits: enough for the largest float64.
var inversePi = [...]uint64{
	0x0000000000000000, 0x517cc1b727220a94, 0xfe13abe8fa9a6ee0, 0x6db14acc9e21c820,
	0xff28b1d5ef5de2b0, 0xdb92371d2126e970, 0x0324977504e8c90e, 0x7f0ef58e5894d39f,
	0x74411afa975da242, 0x74ce38135a2fbf20, 0x9cc8eb1cc1a99cfa, 0x4e422fc5defc941d,
	0x8ffc4bffef02cc07, 0xf79788c5ad05368f, 0xb69b3f6793e584db, 0xa7a31fb34f2ff516,
	0xba93dd63f5f2f8bd, 0x9e839cfbc5294975, 0x35fdafd88fc6ae84, 0x2b0198237e3db5d5,
}

// reduceLarge returns r and whether k is odd for a = k·π + r (half false, |r| ≤ π/2) or
// a = k·π + π/2 + r (half true), for finite a ≥ 2³⁰; NaN for the rest.
//
// a/π mod 2 is computed as an integer product with the 192 bits of 1/π that matter
// (Payne and Hanek, Radian reduction for trigonometric functions, SIGNUM 18, 1983).
// The fraction keeps 127 bits, and no float64 comes closer than 2⁻⁶² to a multiple of
// π/2, so that r is accurate to its last place.
func reduceLarge(a float64, half bool) (r float64, odd bool) {
	if !(a <= math.MaxFloat64) {
		return math.NaN(), false
	}
	// a = mantissa·2^e; the window starts at the bit of 1/π with weight 2^−e.
	b := math.Float64bits(a)
	mantissa := b&(1<<52-1) | 1<<52
	e := int(b>>52) - 1023 - 52
	word, shift := uint(e+63)/64, uint(e+63)%64
	z0 := inversePi[word]<<shift | inversePi[word+1]>>(64-shift)
	z1 := inversePi[word+1]<<shift | inversePi[word+2]>>(64-shift)
	z2 := inversePi[word+2]<<shift | inversePi[word+3]>>(64-shift)
	c2, _ := bits.Mul64(z2, mantissa)
	h1, l1 := bits.Mul64(z1, mantissa)
	lo, carry := bits.Add64(l1, c2, 0)
	hi, _ := bits.Add64(z0*mantissa, h1, carry)
	odd = hi>>63 == 1
	hi, lo = hi<<1|lo>>63, lo<<1 // the fraction of a/π, in units of 2⁻¹²⁸
	negative := false
	if half {
		negative = hi>>63 == 0
		hi ^= 1 << 63 // the fraction − 1/2, modulo 1
	} else if hi>>63 == 1 {
		negative, odd = true, !odd
	}
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	r = fraction(hi, lo) * math.Pi
	if negative {
		r = -r
	}
	return r, odd
}

// fraction converts hi·2⁻⁶⁴ + lo·2⁻¹²⁸ to a float64.
func fraction(hi, lo uint64) float64 {
	if hi == 0 {
		return math.Ldexp(float64(lo), -128)
	}
	n := bits.LeadingZeros64(hi)
	top := hi<<n | lo>>(64-n)
	return math.Ldexp(float64(top), -64-n)
}
