package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// An elementwise is one operation with its formula for one element. Fused tells that
// the vector tiers round once where the formula rounds twice: then the result may
// differ by one rounding of the product.
type elementwise struct {
	name  string
	f     func(dst, a, b []float64)
	want  func(dst, a, b float64) float64
	fused func(dst, a, b float64) float64 // nil if every tier gives the bits of want
}

const scalar = -1.75

var elementwises = []elementwise{
	{"Add", Add, func(_, a, b float64) float64 { return a + b }, nil},
	{"Mul", Mul, func(_, a, b float64) float64 { return a * b }, nil},
	{"MulC", func(dst, a, b []float64) { MulC(dst, scalar, a, b) },
		func(_, a, b float64) float64 { return scalar * a * b }, nil},
	{"Scale", func(dst, a, _ []float64) { Scale(dst, scalar, a) },
		func(_, a, _ float64) float64 { return scalar * a }, nil},
	{"AddConst", func(dst, a, _ []float64) { AddConst(dst, scalar, a) },
		func(_, a, _ float64) float64 { return a + scalar }, nil},
	{"Fill", func(dst, _, _ []float64) { Fill(dst, scalar) },
		func(_, _, _ float64) float64 { return scalar }, nil},
	{"MulAdd", MulAdd,
		func(d, a, b float64) float64 { return d + float64(a*b) },
		func(d, a, b float64) float64 { return math.FMA(a, b, d) }},
	{"MulAddC", func(dst, a, b []float64) { MulAddC(dst, scalar, a, b) },
		func(d, a, b float64) float64 { return d + float64(float64(scalar*a)*b) },
		func(d, a, b float64) float64 { return math.FMA(scalar*a, b, d) }},
	{"Axpy", func(dst, a, _ []float64) { Axpy(dst, scalar, a) },
		func(d, a, _ float64) float64 { return d + float64(scalar*a) },
		func(d, a, _ float64) float64 { return math.FMA(scalar, a, d) }},
	{"combine", func(dst, a, b []float64) { combine(dst, 0.5, scalar, a, 3, b) },
		func(d, a, b float64) float64 { return float64(float64(0.5*d)+float64(scalar*a)) + float64(3*b) },
		func(d, a, b float64) float64 { return math.FMA(3, b, math.FMA(scalar, a, 0.5*d)) }},
}

// accepts tells whether got is the element that the tier in use must give. In the
// portable tier the compiler may fuse any product with a sum (arm64, GOAMD64=v3) or none:
// each of at most three roundings may differ by u of the terms' size.
func (e elementwise) accepts(got, d, a, b float64) bool {
	if e.fused == nil {
		return sameBits(got, e.want(d, a, b))
	}
	fused := e.fused(d, a, b)
	if tier != tierGo || sameBits(got, fused) {
		return sameBits(got, fused)
	}
	want := e.want(d, a, b)
	size := math.Abs(e.want(d, 0, 0)) + math.Abs(e.want(0, a, b)) + math.Abs(e.want(0, a, 0)) + math.Abs(e.want(0, 0, b))
	return sameBits(got, want) || math.Abs(got-want) <= 3*unit*size
}

// specials are the numbers on which operand order and the sign of zero show.
var specials = []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(),
	5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64, 0x1p-1022}

// mixed returns normal numbers and, one time in four, a special.
func mixed(rng *rand.Rand) func() float64 {
	return func() float64 {
		if rng.IntN(4) == 0 {
			return specials[rng.IntN(len(specials))]
		}
		return rng.NormFloat64()
	}
}

func TestElementwise(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, e := range elementwises {
			t.Run(e.name, func(t *testing.T) {
				rng := newRand(31)
				for n := range 101 {
					testElementwise(t, e, n, n%4, mixed(rng))
				}
			})
		}
	})
}

// testElementwise runs one length at an unaligned start between canaries, and then
// in place on each source.
func testElementwise(t *testing.T, e elementwise, n, off int, next func() float64) {
	t.Helper()
	dst := newMatrix(1, n, n+1, off, next)
	a, b := newMatrix(1, n, n+1, off/2, next), newMatrix(1, n, n+1, 3-off, next)
	was := dst.clone()
	e.f(dst.data, a.data, b.data)
	dst.checkCanaries(t, e.name, was, everywhere)
	for i := range n {
		if !e.accepts(dst.data[i], was.data[i], a.data[i], b.data[i]) {
			t.Fatalf("%s: element %d of %d = %v for dst %v, a %v, b %v, want %v", e.name, i, n,
				dst.data[i], was.data[i], a.data[i], b.data[i], e.want(was.data[i], a.data[i], b.data[i]))
		}
	}
	for _, source := range []matrix{a, b} {
		kept := source.clone()
		other := [2]matrix{a.clone(), b.clone()}
		e.f(source.data, pick2(source, a, other[0]), pick2(source, b, other[1]))
		for i := range n {
			if !e.accepts(source.data[i], kept.data[i], other[0].data[i], other[1].data[i]) {
				t.Fatalf("%s in place: element %d of %d = %v, want %v", e.name, i, n, source.data[i],
					e.want(kept.data[i], other[0].data[i], other[1].data[i]))
			}
		}
		copy(source.data, kept.data)
	}
}

// pick2 returns the memory of source itself if it is this operand, else of the copy.
func pick2(source, operand, copied matrix) []float64 {
	if &source.all[0] == &operand.all[0] {
		return source.data
	}
	return copied.data
}

func TestElementwiseAtPageEdges(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, atEnd := range []bool{true, false} {
			for n := range 40 {
				dst, a, b := guarded(t, n, atEnd), guarded(t, n, atEnd), guarded(t, n, atEnd)
				for _, e := range elementwises {
					e.f(dst, a, b)
				}
				Dot(a, b)
				Sum(a)
			}
		}
	})
}

func TestSums(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := newRand(32)
		for n := range 300 {
			a, b := newMatrix(1, n, n+1, n%4, rng.NormFloat64), newMatrix(1, n, n+1, 3-n%4, rng.NormFloat64)
			dot, dotSize := dotOf(a, 0, b, 0, 0)
			var sum, size float64
			for _, v := range a.data {
				sum += v
				size += math.Abs(v)
			}
			checkSum(t, "Dot", 0, n, Dot(a.data, b.data), dot, dotSize, n)
			checkSum(t, "Sum", 0, n, Sum(a.data), sum, size, n)
			if x, y := Dot(a.data, b.data), Dot(a.data, b.data); math.Float64bits(x) != math.Float64bits(y) {
				t.Fatalf("Dot of %d = %v and %v, want the same bits", n, x, y)
			}
		}
	})
}

// TestSumsPropagate puts NaN and Inf in every place.
func TestSumsPropagate(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for n := 1; n < 70; n++ {
				for i := range n {
					a, b := ones(n), ones(n)
					a[i] = bad
					if s, d := Sum(a), Dot(b, a); !sameBits(s, bad) || !sameBits(d, bad) {
						t.Fatalf("Sum, Dot with %v at %d of %d = %v, %v, want %v", bad, i, n, s, d, bad)
					}
				}
			}
		}
	})
}

func TestElementwisePanic(t *testing.T) {
	for _, e := range elementwises {
		if e.name == "Fill" {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("returned for slices of different length, want a panic")
				}
			}()
			e.f(make([]float64, 4), make([]float64, 3), make([]float64, 4))
		})
	}
}

func TestElementwiseAllocatesNothing(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		dst, a, b := ones(100), ones(100), ones(100)
		a[40] = 1e15 // the scalar path of Sin and Cos
		got := testing.AllocsPerRun(20, func() {
			for _, e := range elementwises {
				e.f(dst, a, b)
			}
			for _, f := range functions {
				f.f(dst, a)
			}
			sink = Dot(a, b) + Sum(a)
		})
		if got != 0 {
			t.Errorf("%v allocations per run, want 0", got)
		}
	})
}
