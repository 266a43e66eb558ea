package cube

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// cubeOf returns n points of the named sampler in d axes.
func cubeOf(t interface{ Fatalf(string, ...any) }, kind string, n, d int, seed uint64) []float64 {
	s, ok := New(kind)
	if !ok {
		t.Fatalf("no sampler %s", kind)
	}
	x := make([]float64, n*d)
	s.Fill(x, n, d, rand.New(rand.NewPCG(seed, 7)))
	return x
}

func TestNew(t *testing.T) {
	if _, ok := New("Sobol"); ok {
		t.Error("New(Sobol) is known, want unknown: names are lower case")
	}
	want := []string{"sobol", "halton", "hammersley", "latin-hypercube", "uniform", "grid"}
	if got := Kinds(); !slices.Equal(got, want) {
		t.Errorf("Kinds() = %v, want %v", got, want)
	}
}

// TestSamplersFillTheCube checks what all samplers promise: n·d values in
// [0, 1), nothing beyond them, equal bits for equal seeds, and other points for
// other seeds (the grid has none).
func TestSamplersFillTheCube(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n, d := rapid.IntRange(0, 300).Draw(t, "n"), rapid.IntRange(0, MaxDim).Draw(t, "d")
				seed := rapid.Uint64().Draw(t, "seed")
				s, _ := New(kind)
				x := make([]float64, n*d+3)
				for i := range x {
					x[i] = -7
				}
				s.Fill(x, n, d, rand.New(rand.NewPCG(seed, 7)))
				for i, v := range x {
					if i < n*d && !(v >= 0 && v < 1) {
						t.Fatalf("value %d of %d is %v, want in [0, 1)", i, n*d, v)
					}
					if i >= n*d && v != -7 {
						t.Fatalf("value %d was written, beyond %d", i, n*d)
					}
				}
				if again := cubeOf(t, kind, n, d, seed); !slices.Equal(again, x[:n*d]) {
					t.Fatal("the same seed gave other points")
				}
				if other := cubeOf(t, kind, n, d, seed+1); kind != "grid" && n*d > 1 && slices.Equal(other, x[:n*d]) {
					t.Fatal("another seed gave the same points")
				}
			})
		})
	}
}

func TestFillPanics(t *testing.T) {
	for _, kind := range Kinds() {
		s, _ := New(kind)
		for _, row := range []struct{ len, n, d int }{{5, 3, 2}, {11, 1, 11}, {4, -1, 2}} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: Fill(len %d, n %d, d %d) did not panic", kind, row.len, row.n, row.d)
					}
				}()
				s.Fill(make([]float64, row.len), row.n, row.d, rand.New(rand.NewPCG(1, 1)))
			}()
		}
	}
}

// discrepancy returns the L2 star discrepancy by Warnock's formula (Math. Comp.
// 1972),
//
//	D² = 3^−d − 2^{1−d}/n Σ_i Π_k (1 − x_ik²) + 1/n² Σ_ij Π_k (1 − max(x_ik, x_jk)).
func discrepancy(x []float64, n, d int) float64 {
	one, two := 0.0, 0.0
	for i := range n {
		p := 1.0
		for k := range d {
			p *= 1 - x[i*d+k]*x[i*d+k]
		}
		one += p
		for j := range n {
			q := 1.0
			for k := range d {
				q *= 1 - max(x[i*d+k], x[j*d+k])
			}
			two += q
		}
	}
	return math.Sqrt(math.Pow(3, -float64(d)) - math.Pow(2, 1-float64(d))/float64(n)*one + two/float64(n*n))
}

// TestDiscrepancy compares the samplers with what independent points give in the
// mean, √((2^−d − 3^−d)/n), as medians over 5 seeds at n = 512.
func TestDiscrepancy(t *testing.T) {
	const n = 512
	for _, row := range []struct {
		kind string
		d    int
		want float64 // largest ratio to independent points, about twice the measured one
	}{
		{"sobol", 2, 0.2}, {"sobol", 3, 0.3}, {"halton", 2, 0.3}, {"halton", 3, 0.4},
		{"hammersley", 2, 0.2}, {"hammersley", 3, 0.3}, {"latin-hypercube", 2, 1}, {"grid", 2, 0.9}, {"uniform", 2, 2},
	} {
		t.Run(fmt.Sprint(row.kind, row.d), func(t *testing.T) {
			var ratios []float64
			for seed := range uint64(5) {
				x := cubeOf(t, row.kind, n, row.d, seed)
				independent := math.Sqrt((math.Pow(2, -float64(row.d)) - math.Pow(3, -float64(row.d))) / n)
				ratios = append(ratios, discrepancy(x, n, row.d)/independent)
			}
			slices.Sort(ratios)
			t.Logf("ratio %.3f", ratios[2])
			if ratios[2] > row.want {
				t.Errorf("discrepancy is %.3f of that of independent points, want at most %.2f", ratios[2], row.want)
			}
		})
	}
}

// TestSobolFirstPoints pins the first points in two axes and all of 1024 points
// in 10 axes: the hash is that of SciPy 1.17.1, qmc.Sobol(d=10,
// scramble=False).random(1024), as little-endian float64.
func TestSobolFirstPoints(t *testing.T) {
	x := make([]float64, 1024*MaxDim)
	sobol(x, 5, 2, [MaxDim]uint64{})
	if want := []float64{0, 0, .5, .5, .75, .25, .25, .75, .375, .375}; !slices.Equal(x[:10], want) {
		t.Errorf("first points %v, want %v", x[:10], want)
	}
	sobol(x, 1024, MaxDim, [MaxDim]uint64{})
	want := []float64{0.0009765625, 0.7529296875, 0.6123046875, 0.1455078125, 0.1865234375, 0.4384765625, 0.1396484375, 0.6181640625, 0.3447265625, 0.8505859375}
	if got := x[1023*MaxDim:]; !slices.Equal(got, want) {
		t.Errorf("point 1023 is %v, want %v", got, want)
	}
	var raw []byte
	for _, v := range x {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	const hash = "ff28d9a71ee3cb8fca1dfb2eabd72832ee522f2c0a785645994a34334aa103f6"
	if got := fmt.Sprintf("%x", sha256.Sum256(raw)); got != hash {
		t.Errorf("hash of 1024 points in %d axes is %s, want %s", MaxDim, got, hash)
	}
}

// TestSobolBalance checks the net property that the digital shift must keep:
// 2^m points put one into each of the 2^m dyadic intervals of every axis, and in
// the first two axes exactly one into each dyadic box of area 2^−m.
func TestSobolBalance(t *testing.T) {
	const m, n = 8, 256
	x := cubeOf(t, "sobol", n, MaxDim, 3)
	for j := range MaxDim {
		count := make([]int, n)
		for i := range n {
			count[int(x[i*MaxDim+j]*n)]++
		}
		if slices.Max(count) != 1 {
			t.Errorf("axis %d: an interval of width 1/%d has %d points, want 1 in each", j, n, slices.Max(count))
		}
	}
	for a := range m + 1 {
		wide, high := 1<<a, 1<<(m-a)
		count := make([]int, n)
		for i := range n {
			count[int(x[i*MaxDim]*float64(wide))*high+int(x[i*MaxDim+1]*float64(high))]++
		}
		if slices.Max(count) != 1 {
			t.Errorf("a box of %d × %d has %d points, want 1 in each", wide, high, slices.Max(count))
		}
	}
}

// TestLatinStrata checks that each stratum of each axis has exactly one point.
func TestLatinStrata(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.IntRange(1, 200).Draw(t, "n"), rapid.IntRange(1, MaxDim).Draw(t, "d")
		x := cubeOf(t, "latin-hypercube", n, d, rapid.Uint64().Draw(t, "seed"))
		for j := range d {
			column := make([]float64, n)
			for i := range column {
				column[i] = x[i*d+j]
			}
			slices.Sort(column)
			for k, v := range column {
				if v < float64(k)/float64(n) || v >= float64(k+1)/float64(n) {
					t.Fatalf("axis %d: value %d in order is %v, want in stratum %d of %d", j, k, v, k, n)
				}
			}
		}
	})
}

// TestHaltonDigits compares the radical inverse with digits reversed by hand.
func TestHaltonDigits(t *testing.T) {
	for _, row := range []struct {
		i, base int
		want    float64
	}{{1, 2, 0.5}, {6, 2, 0.375}, {5, 3, 7.0 / 9}, {0, 5, 0}, {29, 29, 1.0 / 841}} {
		if got := radicalInverse(row.i, row.base); got != row.want {
			t.Errorf("radicalInverse(%d, %d) = %v, want %v", row.i, row.base, got, row.want)
		}
	}
}

// TestHammersleyFirstAxis checks that the first axis is an even grid, shifted.
func TestHammersleyFirstAxis(t *testing.T) {
	const n = 17
	x := cubeOf(t, "hammersley", n, 2, 1)
	for i := range n {
		step := x[(i+1)%n*2] - x[i*2]
		if e := math.Abs(step - math.Round(step) - 1.0/n); e > 1e-15 {
			t.Errorf("step %d is %v, want 1/%d modulo 1", i, step, n)
		}
	}
}

// TestGrid checks the regular grid where n is a power, and for other n that the
// points are different and balanced: as centres of cells of volume 1/n their
// mean is the centre of the cube.
func TestGrid(t *testing.T) {
	if got, want := cubeOf(t, "grid", 4, 2, 1), []float64{.25, .25, .25, .75, .75, .25, .75, .75}; !slices.Equal(got, want) {
		t.Errorf("4 points: %v, want %v", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.IntRange(1, 400).Draw(t, "n"), rapid.IntRange(1, 4).Draw(t, "d")
		x := cubeOf(t, "grid", n, d, 1)
		seen := map[string]bool{}
		mean := make([]float64, d)
		for i := range n {
			seen[fmt.Sprint(x[i*d:(i+1)*d])] = true
			for j := range d {
				mean[j] += x[i*d+j] / float64(n)
			}
		}
		if len(seen) != n {
			t.Fatalf("%d different points, want %d", len(seen), n)
		}
		for j, v := range mean {
			if math.Abs(v-0.5) > 1e-12 {
				t.Fatalf("mean of axis %d is %v, want 0.5", j, v)
			}
		}
	})
}
