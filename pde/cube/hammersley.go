package cube

import "math/rand/v2"

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
