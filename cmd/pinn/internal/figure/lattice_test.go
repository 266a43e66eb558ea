package figure

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestLattice finds the grid behind points in any order, with holes, uneven
// places and rounding in the coordinates.
func TestLattice(t *testing.T) {
	xs, ys, zs := []float64{0, 0.1, 0.5, 2}, []float64{-3, 7}, space(0, 1, 5)
	keep := func(x []float64) bool { return !(x[0] == 0.5 && x[1] == 7) }
	columns := tensor(keep, xs, ys, zs)
	value := of(columns, func(x []float64) float64 { return 100*x[0] + 10*x[1] + x[2] })
	rng := rand.New(rand.NewPCG(1, 1))
	rng.Shuffle(len(value), func(i, j int) {
		for _, c := range columns {
			c[i], c[j] = c[j], c[i]
		}
		value[i], value[j] = value[j], value[i]
	})
	for i := range columns[0] {
		columns[0][i] += 1e-12 * rng.Float64()
	}
	l, ok := newLattice(columns)
	if !ok || len(l.at[0]) != 4 || len(l.at[1]) != 2 || len(l.at[2]) != 5 {
		t.Fatalf("lattice %v, %t, want 4 × 2 × 5 places", l.at, ok)
	}
	s := l.sheet(2, 0, []int{9, 1, 9}) // z to the right, x up, y = 7
	for i, z := range zs {
		for j, x := range xs {
			got, want := s.value(value, i, j), 100*x+70+z
			if x == 0.5 {
				want = math.NaN()
			}
			if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("at z = %g, x = %g: %g, want %g", z, x, got, want)
			}
		}
	}
	if got := s.alongX(value, 1)[2]; got != 100*0.1+70+0.5 {
		t.Errorf("along x: %g", got)
	}
	if got := s.alongY(value, 4)[3]; got != 271 {
		t.Errorf("along y: %g", got)
	}
}

func TestNoLattice(t *testing.T) {
	for name, columns := range map[string][][]float64{
		"scattered": {sobolish(2), sobolish(3)},
		"empty":     {{}, {}},
		"blank":     {{math.NaN()}, {1}},
	} {
		if _, ok := newLattice(columns); ok {
			t.Errorf("%s: a grid was found", name)
		}
	}
}

func TestNearest(t *testing.T) {
	places := []float64{0, 1, 10}
	for v, want := range map[float64]int{-5: 0, 0: 0, 0.4: 0, 0.6: 1, 1: 1, 5: 1, 6: 2, 10: 2, 99: 2} {
		if got := nearest(places, v); got != want {
			t.Errorf("nearest to %g is %d, want %d", v, got, want)
		}
	}
}
