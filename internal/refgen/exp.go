package main

import "math"

// exp returns e^x to about one unit in the last place by sums and products
// alone. math.Exp takes another path on processors with fused multiply-add, and
// its last bits differ; the tables must not.
//
//	e^x = 2^k·e^r,  r = x − k·ln 2 ∈ [−0.35, 0.35],  e^r = Σ_{i≤14} r^i/i!
//
// The first term left out is below 0.35^15/15! = 1.1e-19.
func exp(x float64) float64 {
	const ln2hi, ln2lo = 6.93147180369123816490e-01, 1.90821492927058770002e-10
	k := math.Round(x / math.Ln2)
	r := (x - k*ln2hi) - k*ln2lo
	sum := 1.0
	for i := 14; i >= 1; i-- {
		sum = 1 + sum*r/float64(i)
	}
	return math.Ldexp(sum, int(k))
}

// cexp returns e^z.
func cexp(z complex128) complex128 {
	sin, cos := math.Sincos(imag(z))
	e := exp(real(z))
	return complex(e*cos, e*sin)
}
