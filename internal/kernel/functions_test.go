package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// A tested is one function with its reference, its bound in ulp and the intervals where
// it is sampled. Derived: about one unit of the last place for the polynomial and its last
// rounding, one for the reduction or the quotient. Worst of 60 000 points per interval and
// the hard angles, any tier (linux/amd64, go1.26): Tanh 2.47, Exp 0.95, Sin 2.21, Cos 2.28.
type tested struct {
	name  string
	f     func(dst, src []float64)
	want  func(x float64) *big.Float
	bound float64
	spans [][2]float64
}

var functions = []tested{
	{"Tanh", Tanh, bigTanh, 3, [][2]float64{{-0.1, 0.1}, {-1, 1}, {-25, 25}}},
	{"Exp", Exp, bigExp, 2, [][2]float64{{-1, 1}, {-50, 50}, {-745.2, 709.8}}},
	{"Sin", Sin, func(x float64) *big.Float { return bigSin(x, false) }, 3, [][2]float64{{-4, 4}, {-100, 100}, {-0x1p30, 0x1p30}, {-1e300, 1e300}}},
	{"Cos", Cos, func(x float64) *big.Float { return bigSin(x, true) }, 3, [][2]float64{{-4, 4}, {-100, 100}, {-0x1p30, 0x1p30}, {-1e300, 1e300}}},
}

// hardAngles come as near to a multiple of π/2 as float64 numbers of their size do, or
// stand at an edge of the code.
func hardAngles() []float64 {
	x := []float64{
		6381956970095103 * math.Exp2(797), // the worst of all: Muller, Elementary Functions, 3rd ed., 11.3.1
		maxAngle, math.Nextafter(maxAngle, 0), math.Nextafter(maxAngle, math.Inf(1)), math.MaxFloat64,
		math.Pi, math.Pi / 2, math.Pi / 4,
	}
	for k := 1.0; k < 0x1p1020; k = k*1.37 + 1 {
		x = append(x, math.Trunc(k)*math.Pi, math.Trunc(k)*math.Pi/2)
	}
	for k := 1; k < 5000; k++ {
		x = append(x, float64(k)*math.Pi/2)
	}
	return x
}

func TestFunctions(t *testing.T) {
	samples := 4000
	if testing.Short() {
		samples = 300
	}
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			x := sampleSpans(f, samples, newRand(21))
			want := make([]*big.Float, len(x))
			for i := range x {
				want[i] = f.want(x[i])
			}
			eachTier(t, func(t *testing.T) { checkFunction(t, f, x, want) })
		})
	}
}

// sampleSpans returns random points of every span, their negatives at the scale of
// subnormals and, for angles, the hard ones.
func sampleSpans(f tested, samples int, rng *rand.Rand) []float64 {
	var x []float64
	for _, s := range f.spans {
		for range samples {
			x = append(x, s[0]+(s[1]-s[0])*rng.Float64())
		}
	}
	for e := -1074; e < 0; e += 7 {
		x = append(x, math.Ldexp(1+rng.Float64(), e), -math.Ldexp(1+rng.Float64(), e))
	}
	if f.name == "Sin" || f.name == "Cos" {
		hard := hardAngles()
		if testing.Short() {
			rng.Shuffle(len(hard)-8, func(i, j int) { hard[i+8], hard[j+8] = hard[j+8], hard[i+8] })
			hard = hard[:8+samples]
		}
		x = append(x, hard...)
	}
	return x
}

func checkFunction(t *testing.T, f tested, x []float64, want []*big.Float) {
	t.Helper()
	got := make([]float64, len(x))
	f.f(got, x)
	worst, at := 0.0, 0
	for i := range x {
		if e := ulps(got[i], want[i]); !(e <= worst) {
			worst, at = e, i
		}
	}
	t.Logf("worst %.3f ulp at %v", worst, x[at])
	if worst > f.bound {
		w, _ := want[at].Float64()
		t.Errorf("%s(%v) = %v, want %v: %.2f ulp (tol %v ulp)", f.name, x[at], got[at], w, worst, f.bound)
	}
}

func TestFunctionSpecials(t *testing.T) {
	nan, inf, zero := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	const tiny = 5e-324
	tests := []struct {
		f    tested
		x, y []float64
	}{
		{functions[0],
			[]float64{0, zero, tiny, -tiny, 1e-310, inf, -inf, nan, 1e300, -1e300, 22, -22, 400},
			[]float64{0, zero, tiny, -tiny, 1e-310, 1, -1, nan, 1, -1, 1, -1, 1}},
		{functions[1],
			[]float64{0, zero, tiny, -tiny, inf, -inf, nan, 1e300, -1e300, 709.8, -745.2, 710, -746},
			[]float64{1, 1, 1, 1, inf, 0, nan, inf, 0, inf, 0, inf, 0}},
		{functions[2],
			[]float64{0, zero, tiny, -tiny, 1e-310, inf, -inf, nan},
			[]float64{0, zero, tiny, -tiny, 1e-310, nan, nan, nan}},
		{functions[3],
			[]float64{0, zero, tiny, -tiny, 1e-310, inf, -inf, nan},
			[]float64{1, 1, 1, 1, 1, nan, nan, nan}},
	}
	eachTier(t, func(t *testing.T) {
		for _, tt := range tests {
			for i, x := range tt.x {
				// In every lane, among harmless neighbours.
				for n := 1; n < 40; n += 3 {
					for at := range n {
						v := make([]float64, n)
						v[at] = x
						tt.f.f(v, v)
						if !sameBits(v[at], tt.y[i]) {
							t.Fatalf("%s(%v) = %v, want %v (element %d of %d)", tt.f.name, x, v[at], tt.y[i], at, n)
						}
					}
				}
			}
		}
	})
}

// TestFunctionLengths compares every length with one element at a time: an element's
// bits do not depend on its place. Source and destination lie at page edges.
func TestFunctionLengths(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := newRand(22)
		for _, f := range functions {
			for _, scale := range []float64{1, 3e9} {
				for n := range 70 {
					testLength(t, f, n, scale, rng)
				}
			}
		}
	})
}

func testLength(t *testing.T, f tested, n int, scale float64, rng *rand.Rand) {
	t.Helper()
	src, dst := guarded(t, n, rng.IntN(2) == 0), guarded(t, n, rng.IntN(2) == 0)
	for i := range src {
		src[i] = scale * rng.NormFloat64()
	}
	f.f(dst, src)
	one := make([]float64, 1)
	for i := range src {
		f.f(one, src[i:i+1])
		if !sameBits(dst[i], one[0]) {
			t.Fatalf("%s: element %d of %d = %v, want %v as by itself", f.name, i, n, dst[i], one[0])
		}
	}
	f.f(src, src)
	for i := range src {
		if !sameBits(dst[i], src[i]) {
			t.Fatalf("%s in place: element %d of %d = %v, want %v", f.name, i, n, src[i], dst[i])
		}
	}
}

func TestFunctionsPanic(t *testing.T) {
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("returned for slices of 3 and 2, want a panic")
				}
			}()
			f.f(make([]float64, 3), make([]float64, 2))
		})
	}
}

// TestInversePi recomputes the bits that reduceLarge multiplies with.
func TestInversePi(t *testing.T) {
	const words = len(inversePi)
	x := bigNumber(1400, 1)
	x.Quo(x.SetMantExp(x, 64*(words-1)), bigPi)
	n, _ := x.Int(nil)
	for i := words - 1; i >= 0; i-- {
		w := new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
		if inversePi[i] != w {
			t.Errorf("inversePi[%d] = %#x, want %#x", i, inversePi[i], w)
		}
		n.Rsh(n, 64)
	}
}

// The references: every function to about 300 bits by series, independent of the
// code under test.

const bigBits = 300

func bigNumber(prec uint, v float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(v) }

// bigExpm1Series returns eˣ − 1 = Σ_{n≥1} xⁿ/n! for |x| ≤ 1.
func bigExpm1Series(x *big.Float) *big.Float {
	sum, term := bigNumber(bigBits, 0), bigNumber(bigBits, 1)
	for n := 1; ; n++ {
		term.Mul(term, x)
		term.Quo(term, bigNumber(bigBits, float64(n)))
		sum.Add(sum, term)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-bigBits {
			return sum
		}
	}
}

// bigExpm1 returns eˣ − 1 by halving x and e²ʸ − 1 = (eʸ − 1)·(eʸ + 1).
func bigExpm1(x float64) *big.Float {
	halvings := max(0, math.Ilogb(x)+4)
	y := bigNumber(bigBits, x)
	y.SetMantExp(y, -halvings)
	e := bigExpm1Series(y)
	for range halvings {
		e.Mul(e, new(big.Float).Add(e, bigNumber(bigBits, 2)))
	}
	return e
}

// bigExp returns eˣ = (eʸ)^(2ʰ), y = x/2ʰ.
func bigExp(x float64) *big.Float {
	halvings := 0
	if x != 0 {
		halvings = max(0, math.Ilogb(x)+4)
	}
	y := bigNumber(bigBits, x)
	y.SetMantExp(y, -halvings)
	e := bigExpm1Series(y)
	e.Add(e, bigNumber(bigBits, 1))
	for range halvings {
		e.Mul(e, e)
	}
	return e
}

// bigTanh returns t/(t + 2) with t = e²ˣ − 1.
func bigTanh(x float64) *big.Float {
	if x == 0 {
		return bigNumber(bigBits, x)
	}
	t := bigExpm1(2 * x)
	return t.Quo(t, new(big.Float).Add(t, bigNumber(bigBits, 2)))
}

// bigPi is π = 16·arctan(1/5) − 4·arctan(1/239), to enough bits to reduce the largest
// float64.
var bigPi = func() *big.Float {
	const prec = 1100 + bigBits
	arctan := func(q float64) *big.Float {
		sum, p := bigNumber(prec, 0), new(big.Float).Quo(bigNumber(prec, 1), bigNumber(prec, q))
		for n := 1; p.MantExp(nil) > -prec; n += 2 {
			t := new(big.Float).Quo(p, bigNumber(prec, float64(n)))
			if n%4 == 3 {
				t.Neg(t)
			}
			sum.Add(sum, t)
			p.Quo(p, bigNumber(prec, q*q))
		}
		return sum
	}
	a, b := arctan(5), arctan(239)
	return a.Sub(a.Mul(a, bigNumber(prec, 16)), b.Mul(b, bigNumber(prec, 4)))
}()

// bigSin returns sin(x) (or cos(x)) from the remainder of x by π/2.
func bigSin(x float64, cosine bool) *big.Float {
	prec := bigPi.Prec()
	halfPi := new(big.Float).Quo(bigPi, bigNumber(prec, 2))
	q := new(big.Float).Quo(bigNumber(prec, x), halfPi)
	q.Add(q, bigNumber(prec, math.Copysign(0.5, x)))
	k, _ := q.Int(nil)
	r := new(big.Float).Mul(new(big.Float).SetPrec(prec).SetInt(k), halfPi)
	r.Sub(bigNumber(prec, x), r)
	r.SetPrec(bigBits)
	quadrant := new(big.Int).And(k, big.NewInt(3)).Int64()
	if cosine {
		quadrant = (quadrant + 1) & 3
	}
	first := int(1 - quadrant&1) // sin r or cos r
	y := bigSeries(r, first)
	if quadrant >= 2 {
		y.Neg(y)
	}
	return y
}

// bigSeries returns Σ (−1)ⁱ·xⁿ/n! over n = first, first+2, …: cosine or sine.
func bigSeries(x *big.Float, first int) *big.Float {
	term := bigNumber(bigBits, 1)
	if first == 1 {
		term.Set(x)
	}
	sum, x2 := bigNumber(bigBits, 0), new(big.Float).Mul(x, x)
	for n := first; ; n += 2 {
		sum.Add(sum, term)
		term.Mul(term, x2)
		term.Quo(term, bigNumber(bigBits, float64((n+1)*(n+2))))
		term.Neg(term)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-bigBits {
			return sum
		}
	}
}

// ulps returns |got − want| in units of the last place of want as a float64.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if math.IsInf(w, 0) || math.IsInf(got, 0) || math.IsNaN(got) {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	w = math.Abs(w)
	ulp := bigNumber(bigBits, math.Nextafter(w, math.Inf(1)))
	if math.IsInf(math.Nextafter(w, math.Inf(1)), 0) {
		ulp.SetFloat64(math.Ldexp(1, 1024-53)) // below the largest number
	} else {
		ulp.Sub(ulp, bigNumber(bigBits, w))
	}
	d := new(big.Float).Sub(bigNumber(bigBits, got), want)
	d.Quo(d.Abs(d), ulp)
	f, _ := d.Float64()
	return f
}
