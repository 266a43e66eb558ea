package pinn

import (
	"math"
	"math/rand/v2"
)

// sineRate is ω₀, which sets the spread of the first layer of a sin network.
const sineRate = 3

// Init stores a random start in θ[:Size()] and leaves the rest of θ alone.
// Biases are 0. Weights are Glorot normal, variance 2/(in+out); for the
// activation sin they are uniform in ±ω₀/in in the first layer, ω₀ = 3, and in
// ±√(6/in) in the hidden ones, while the last, linear layer stays Glorot.
//
// Glorot and Bengio, AISTATS 2010, eq. (16), in its normal form; Sitzmann et
// al., NeurIPS 2020, sec. 3.2. Unlike the latter ω₀ is modest: 30 is made for
// images; a smooth field would start with second derivatives near 900.
func (n *MLP) Init(theta []float64, rng *rand.Rand) {
	clear(theta[:n.size])
	for _, net := range n.nets {
		for i, l := range net.layers {
			draw := n.spread(l, i == 0, i == len(net.layers)-1, rng)
			for j := l.w; j < l.b; j++ {
				theta[j] = draw()
			}
		}
	}
}

// spread returns the distribution of the weights of one layer.
func (n *MLP) spread(l layer, first, last bool, rng *rand.Rand) func() float64 {
	in, out := float64(l.in), float64(l.out)
	var bound float64
	switch {
	case n.activation.Name() != "sin" || last:
		sd := math.Sqrt(2 / (in + out))
		return func() float64 { return sd * rng.NormFloat64() }
	case first:
		bound = sineRate / in
	default:
		bound = math.Sqrt(6 / in)
	}
	return func() float64 { return bound * (2*rng.Float64() - 1) }
}
