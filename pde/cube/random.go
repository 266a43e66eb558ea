package cube

import (
	"math"
	"math/rand/v2"
)

// LatinHypercube cuts each axis into n strata of equal width and puts exactly
// one point into each stratum of each axis, uniform inside it; the strata of
// different axes are paired by independent random permutations.
//
// McKay, Beckman and Conover, Technometrics 21 (1979) 239.
type LatinHypercube struct{}

// Fill implements Sampler.
func (LatinHypercube) Fill(dst []float64, n, d int, rng *rand.Rand) {
	checkFill(dst, n, d)
	for j := range d {
		for i, k := range rng.Perm(n) {
			// Rounding may carry (k+U)/n to the upper edge; step back below it.
			edge := float64(k+1) / float64(n)
			x := (float64(k) + rng.Float64()) / float64(n)
			dst[i*d+j] = min(x, math.Nextafter(edge, 0))
		}
	}
}

// Uniform draws independent points, each uniform in the cube.
type Uniform struct{}

// Fill implements Sampler.
func (Uniform) Fill(dst []float64, n, d int, rng *rand.Rand) {
	checkFill(dst, n, d)
	for i := range n * d {
		dst[i] = rng.Float64()
	}
}
