package cube

import "math/rand/v2"

// Uniform draws independent points, each uniform in the cube.
type Uniform struct{}

// Fill implements Sampler.
func (Uniform) Fill(dst []float64, n, d int, rng *rand.Rand) {
	checkFill(dst, n, d)
	for i := range n * d {
		dst[i] = rng.Float64()
	}
}
