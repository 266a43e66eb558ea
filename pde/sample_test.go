package pde

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pinn/pde/cube"
)

// source returns the random source of a seed.
func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 11)) }

// TestSample checks for every sampler and several domains that exactly n points
// come back, all in the domain, with equal bits for equal seeds.
func TestSample(t *testing.T) {
	for _, domain := range []struct{ name, inside string }{
		{"box", ""}, {"hole", "x^2 + y^2 > 0.25"}, {"corner", "x < 0.5 or y < 0.5"}, {"sliver", "abs(y - x) < 0.05"},
	} {
		for _, kind := range cube.Kinds() {
			t.Run(domain.name+"/"+kind, func(t *testing.T) {
				b := Box{Axes: []Axis{{Name: "x", From: -1, To: 1}, {Name: "y", From: 0, To: 3}}}
				if domain.inside != "" {
					b.Inside = inside(t, b, domain.inside)
				}
				s, _ := cube.New(kind)
				for _, n := range []int{0, 1, 7, 500} {
					p, err := b.Sample(s, n, source(1))
					if err != nil || p.N != n || p.D != 2 || len(p.X) != 2*n || p.Normals != nil {
						t.Fatalf("Sample(%d): N %d, D %d, len %d, error %v", n, p.N, p.D, len(p.X), err)
					}
					for i := range n {
						if !b.Contains(p.At(i)) {
							t.Fatalf("point %v is outside", p.At(i))
						}
					}
					if q, _ := b.Sample(s, n, source(1)); !slices.Equal(p.X, q.X) {
						t.Fatal("the same seed gave other points")
					}
				}
			})
		}
	}
}

// TestSampleKeepsSequence checks that a rejected Sobol set is the prefix of the
// sequence, with nothing but the outside points left out.
func TestSampleKeepsSequence(t *testing.T) {
	b := testBox("x", "y")
	b.Inside = inside(t, b, "x + y < 1")
	p, err := b.Sample(cube.Sobol{}, 100, source(4))
	if err != nil {
		t.Fatal(err)
	}
	all := make([]float64, 2*400)
	cube.Sobol{}.Fill(all, 400, 2, source(4))
	k := 0
	for i := 0; k < 100; i++ {
		if x := all[2*i : 2*i+2]; b.Contains(x) {
			if !slices.Equal(x, p.At(k)) {
				t.Fatalf("point %d is %v, want %v", k, p.At(k), x)
			}
			k++
		}
	}
}

// TestSampleIsEven checks that rejection leaves the points even: each quarter of
// an annulus gets its quarter of 2000 points. Three standard deviations of
// independent points are 58; sets fitted to n lose their surplus at random.
func TestSampleIsEven(t *testing.T) {
	b := Box{Axes: []Axis{{Name: "x", From: -1, To: 1}, {Name: "y", From: -1, To: 1}}}
	b.Inside = inside(t, b, "x^2 + y^2 < 1 and x^2 + y^2 > 0.25")
	for _, kind := range cube.Kinds() {
		s, _ := cube.New(kind)
		p, err := b.Sample(s, 2000, source(2))
		if err != nil {
			t.Fatal(err)
		}
		count := map[[2]bool]int{}
		for i := range p.N {
			x := p.At(i)
			count[[2]bool{x[0] > 0, x[1] > 0}]++
		}
		for q, c := range count {
			if math.Abs(float64(c)-500) > 58 {
				t.Errorf("%s: quarter %v has %d points, want 500 ± 58", kind, q, c)
			}
		}
	}
}

func TestSampleEmpty(t *testing.T) {
	for _, text := range []string{"x + y > 3", "x < 1e-5 and y < 1"} {
		t.Run(text, func(t *testing.T) {
			b := testBox("x", "y")
			b.Inside = inside(t, b, text)
			start := time.Now()
			_, err := b.Sample(cube.Uniform{}, 1000, source(1))
			if !errors.Is(err, ErrEmpty) {
				t.Errorf("error %v, want ErrEmpty", err)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

// TestSampleHighDimensions checks a ball in five axes, which fills 16 % of its
// box.
func TestSampleHighDimensions(t *testing.T) {
	b := testBox("a", "b", "c", "f", "g")
	for i := range b.Axes {
		b.Axes[i].From = -1
	}
	b.Inside = inside(t, b, "a^2 + b^2 + c^2 + f^2 + g^2 < 1")
	for _, kind := range cube.Kinds() {
		s, _ := cube.New(kind)
		if p, err := b.Sample(s, 300, source(1)); err != nil || p.N != 300 {
			t.Errorf("%s: %d points, error %v", kind, p.N, err)
		}
	}
}

// TestThin checks that a random subset keeps its order and size.
func TestThin(t *testing.T) {
	for n := range 21 {
		x := make([]float64, 20)
		for i := range x {
			x[i] = float64(i)
		}
		got := thin(x, 20, n, 1, cube.Grid{}, source(uint64(n)))
		if len(got) != n || !slices.IsSorted(got) {
			t.Errorf("thin to %d: %v", n, got)
		}
	}
}

func ExampleBox_Sample() {
	b := Box{Axes: []Axis{{Name: "x", From: -1, To: 1}, {Name: "t", From: 0, To: 1}}}
	p, err := b.Sample(cube.Grid{}, 4, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range p.N {
		fmt.Println(p.At(i))
	}
	// Output:
	// [-0.5 0.25]
	// [-0.5 0.75]
	// [0.5 0.25]
	// [0.5 0.75]
}
