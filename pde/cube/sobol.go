package cube

import (
	"math/bits"
	"math/rand/v2"
)

// Sobol gives the points of a Sobol sequence under a random digital shift: one
// random 53-bit number per axis is added to every point without carry. The
// shift keeps the balance of the sequence: any 2^k consecutive points from an
// index that is a multiple of 2^k still have one point in each of the dyadic
// intervals of width 2^−k of each axis.
//
// Direction numbers: Joe and Kuo, SIAM J. Sci. Comput. 30 (2008) 2635; order of
// the points by Gray code: Antonov and Saleev (1979).
type Sobol struct{}

// sobolBits is the number of binary digits of a coordinate; a float64 in [0, 1)
// holds 53 exactly.
const sobolBits = 53

// joeKuo holds, for the axes from the second on, the degree s of the primitive
// polynomial, its inner coefficients a (highest first, as bits of a number) and
// the first direction integers m_1 … m_s.
var joeKuo = [MaxDim - 1]struct {
	s, a uint
	m    []uint64
}{
	{1, 0, []uint64{1}},
	{2, 1, []uint64{1, 3}},
	{3, 1, []uint64{1, 3, 1}},
	{3, 2, []uint64{1, 1, 1}},
	{4, 1, []uint64{1, 1, 3, 3}},
	{4, 4, []uint64{1, 3, 5, 13}},
	{5, 2, []uint64{1, 1, 5, 5, 17}},
	{5, 4, []uint64{1, 1, 5, 5, 5}},
	{5, 7, []uint64{1, 1, 7, 11, 19}},
}

// Fill implements Sampler.
func (Sobol) Fill(dst []float64, n, d int, rng *rand.Rand) {
	checkFill(dst, n, d)
	var shift [MaxDim]uint64
	for j := range d {
		shift[j] = rng.Uint64() >> (64 - sobolBits)
	}
	sobol(dst, n, d, shift)
}

// PlainSobol stores the first n points of the sequence in d axes without a shift,
// which begin with the origin.
func PlainSobol(dst []float64, n, d int) {
	checkFill(dst, n, d)
	sobol(dst, n, d, [MaxDim]uint64{})
}

// sobol stores the first n points of the sequence in d axes under the digital
// shift given; the zero shift is the plain sequence, which starts at the origin.
//
//	x_{i+1} = x_i ⊕ v_c,  c = 1 + number of trailing ones of i
func sobol(dst []float64, n, d int, shift [MaxDim]uint64) {
	var v [MaxDim][sobolBits]uint64
	for j := range d {
		v[j] = directions(j)
	}
	x := shift
	for i := range n {
		for j := range d {
			dst[i*d+j] = float64(x[j]) / (1 << sobolBits)
		}
		c := bits.TrailingZeros64(^uint64(i))
		for j := range d {
			x[j] ^= v[j][c]
		}
	}
}

// directions returns the direction numbers v_1, v_2, … of an axis as integers in
// units of 2^−53. For the first axis v_i = 2^−i; for the others
//
//	v_i = m_i·2^−i                                          for i ≤ s
//	v_i = v_{i−s} ⊕ (v_{i−s} ≫ s) ⊕ ⊕_{k<s} a_k·v_{i−k}    for i > s
func directions(axis int) [sobolBits]uint64 {
	var v [sobolBits]uint64
	if axis == 0 {
		for i := range v {
			v[i] = 1 << (sobolBits - 1 - i)
		}
		return v
	}
	row := joeKuo[axis-1]
	s := int(row.s)
	for i := range v {
		if i < s {
			v[i] = row.m[i] << (sobolBits - 1 - i)
			continue
		}
		v[i] = v[i-s] ^ v[i-s]>>s
		for k := 1; k < s; k++ {
			if row.a>>(s-1-k)&1 == 1 {
				v[i] ^= v[i-k]
			}
		}
	}
	return v
}
