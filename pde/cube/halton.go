package cube

import "math/rand/v2"

// Halton gives points 1, 2, … of the Halton sequence, axis j in the base of the
// j-th prime, each axis moved by a random shift modulo 1. Pairs of the last
// axes (bases 19 … 29) need several hundred points before they fill the plane.
//
// Halton, Numer. Math. 2 (1960) 84; shift: Cranley and Patterson, SIAM J.
// Numer. Anal. 13 (1976) 904.
type Halton struct{}

var primes = [MaxDim]int{2, 3, 5, 7, 11, 13, 17, 19, 23, 29}

// Fill implements Sampler.
func (Halton) Fill(dst []float64, n, d int, rng *rand.Rand) {
	checkFill(dst, n, d)
	for j := range d {
		shift := rng.Float64()
		for i := range n {
			dst[i*d+j] = wrap(radicalInverse(i+1, primes[j]) + shift)
		}
	}
}

// radicalInverse mirrors the digits of i in the given base at the point:
//
//	i = Σ_k a_k·b^k  ↦  Σ_k a_k·b^−(k+1), in [0, 1).
func radicalInverse(i, base int) float64 {
	num, den := 0, 1
	for ; i > 0; i /= base {
		num = num*base + i%base
		den *= base
	}
	return float64(num) / float64(den)
}

// Hammersley gives the n-point set whose first axis is i/n and whose other axes
// are a Halton sequence in bases 2, 3, …, each axis moved by a random shift
// modulo 1. Its points fit n: a prefix covers only a part of the first axis.
//
// Hammersley, Ann. N.Y. Acad. Sci. 86 (1960) 844.
type Hammersley struct{}

// Fill implements Sampler.
func (Hammersley) Fill(dst []float64, n, d int, rng *rand.Rand) {
	checkFill(dst, n, d)
	for j := range d {
		shift := rng.Float64()
		for i := range n {
			x := float64(i) / float64(n)
			if j > 0 {
				x = radicalInverse(i, primes[j-1])
			}
			dst[i*d+j] = wrap(x + shift)
		}
	}
}
