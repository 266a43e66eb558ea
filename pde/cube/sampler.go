// Package cube fills the unit cube with points: sequences, random and even sets.
package cube

import "math/rand/v2"

// MaxDim is the largest number of axes that a Sampler fills.
const MaxDim = 10

// Sampler fills dst with n points of the unit cube [0, 1)^d, row-major,
// len(dst) ≥ n·d. All randomness comes from rng, so equal states of rng give
// equal bits. d is at most MaxDim; d = 0 is allowed and writes nothing.
type Sampler interface {
	Fill(dst []float64, n, d int, rng *rand.Rand)
}

// samplers is the table of the kinds a problem file may name.
var samplers = []struct {
	kind string
	new  Sampler
}{
	{"sobol", Sobol{}},
	{"halton", Halton{}},
	{"hammersley", Hammersley{}},
	{"latin-hypercube", LatinHypercube{}},
	{"uniform", Uniform{}},
	{"grid", Grid{}},
}

// New returns the sampler of the given kind: sobol, halton, hammersley,
// latin-hypercube, uniform or grid.
func New(kind string) (Sampler, bool) {
	for _, s := range samplers {
		if s.kind == kind {
			return s.new, true
		}
	}
	return nil, false
}

// Kinds returns the kinds that New knows.
func Kinds() []string {
	kinds := make([]string, len(samplers))
	for i, s := range samplers {
		kinds[i] = s.kind
	}
	return kinds
}

// Sequential reports whether the first n points of a longer set of s are as
// good a set as n points of their own. The other samplers fit their points to
// n, so a prefix of theirs leaves a part of the cube empty.
func Sequential(s Sampler) bool {
	switch s.(type) {
	case Sobol, Halton, Uniform:
		return true
	}
	return false
}

// checkFill panics unless the arguments of Fill fit each other.
func checkFill(dst []float64, n, d int) {
	if n < 0 || d < 0 || d > MaxDim || len(dst) < n*d {
		panic("cube: Sampler.Fill: bad size")
	}
}

// wrap returns x modulo 1 for x in [0, 2).
func wrap(x float64) float64 {
	if x >= 1 {
		return x - 1
	}
	return x
}
