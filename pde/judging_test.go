package pde

import (
	"slices"
	"testing"
)

func TestJudgingGrid(t *testing.T) {
	periodic := func(b Box, i int) Box { b.Axes[i].Periodic = true; return b }
	cut := testBox("x", "y")
	cut.Inside = inside(t, cut, "x < 0.5 or y < 0.5")
	for _, row := range []struct {
		name  string
		b     Box
		n     int
		first []float64
		last  []float64
		text  string
	}{
		{"one axis", testBox("t"), 101, []float64{0}, []float64{1}, "even grid t 101, 101 points in the domain"},
		{"two axes", testBox("x", "t"), 10201, []float64{0, 0}, []float64{1, 1}, "even grid x 101 × t 101, 10201 points in the domain"},
		{"periodic", periodic(testBox("x", "t"), 0), 10100, []float64{0, 0}, []float64{0.99, 1}, "even grid x 100 × t 101, 10100 points in the domain"},
		{"three axes", testBox("x", "y", "t"), 68921, []float64{0, 0, 0}, []float64{1, 1, 1}, "even grid x 41 × y 41 × t 41, 68921 points in the domain"},
		{"cut", cut, 10201 - 51*51, []float64{0, 0}, []float64{1, 0.49}, "even grid x 101 × y 101, 7600 points in the domain"},
		{"four axes", testBox("x", "y", "z", "t"), 20000, []float64{0, 0, 0, 0}, nil, "Sobol set of 20000, 20000 points in the domain"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := row.b.JudgingGrid()
			if p.N != row.n || len(p.X) != row.n*p.D {
				t.Errorf("%d points, want %d", p.N, row.n)
			}
			if got := p.At(0); !slices.Equal(got, row.first) {
				t.Errorf("first point %v, want %v", got, row.first)
			}
			if got := p.At(p.N - 1); row.last != nil && !slices.Equal(got, row.last) {
				t.Errorf("last point %v, want %v", got, row.last)
			}
			if got := row.b.JudgingText(p.N); got != row.text {
				t.Errorf("text %q, want %q", got, row.text)
			}
			for i := range p.N {
				if !row.b.Contains(p.At(i)) {
					t.Fatalf("%v is outside", p.At(i))
				}
			}
		})
	}
}

// TestEvenGridOrder checks that the last axis runs fastest.
func TestEvenGridOrder(t *testing.T) {
	p := testBox("x", "t").EvenGrid([]int{2, 3})
	want := []float64{0, 0, 0, 0.5, 0, 1, 1, 0, 1, 0.5, 1, 1}
	if !slices.Equal(p.X, want) {
		t.Errorf("%v, want %v", p.X, want)
	}
}

func TestEvenGridPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic from a count too few")
		}
	}()
	testBox("x", "t").EvenGrid([]int{2})
}
