package kernel

import (
	"math"
	"math/bits"
)

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
