package pde

import (
	"math"
	"slices"
	"testing"

	"pinn/pde/expr"
)

// inside returns the predicate a text states over the axes of the box.
func inside(t *testing.T, b Box, text string) *Predicate {
	t.Helper()
	names := make([]string, b.Dim())
	for i, a := range b.Axes {
		names[i] = a.Name
	}
	p, faults := NewScope(expr.NewGraph(), names, nil).Predicate(text)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	return p
}

// testBox returns the box with the named axes, all from 0 to 1.
func testBox(names ...string) Box {
	var b Box
	for _, n := range names {
		b.Axes = append(b.Axes, Axis{Name: n, From: 0, To: 1})
	}
	return b
}

func TestAxisEnd(t *testing.T) {
	a := Axis{Name: "x", From: -1, To: 3}
	for _, row := range []struct {
		v    float64
		want int
	}{{-1, -1}, {3, 1}, {-1 + 3e-12, -1}, {-1 - 3e-12, -1}, {-1 + 5e-12, 0}, {3 - 3e-12, 1}, {1, 0}, {7, 0}} {
		if got := a.End(row.v); got != row.want {
			t.Errorf("End(%v) = %d, want %d", row.v, got, row.want)
		}
	}
	a.Periodic = true
	if a.End(-1) != 0 || a.End(3) != 0 {
		t.Error("a periodic axis has an end, want none")
	}
}

// TestAxisAt checks that scaling never leaves the interval, where rounding of
// the length would carry it out.
func TestAxisAt(t *testing.T) {
	for _, a := range []Axis{{From: -0.1, To: 0.7}, {From: 1e-3, To: 1e3}, {From: -1e9, To: 1e-9}, {From: 1, To: math.Nextafter(1, 2)}} {
		for _, s := range []float64{0, 1e-17, 0.3, math.Nextafter(1, 0), 1} {
			if v := a.At(s); v < a.From || v > a.To {
				t.Errorf("At(%v) = %v outside [%v, %v]", s, v, a.From, a.To)
			}
		}
	}
}

func TestBoxAxes(t *testing.T) {
	b := testBox("y", "t", "x")
	if b.Time() != 1 || b.Index("x") != 2 || b.Index("z") != -1 || !slices.Equal(b.Spatial(), []int{0, 2}) {
		t.Errorf("Time %d, Index(x) %d, Index(z) %d, Spatial %v", b.Time(), b.Index("x"), b.Index("z"), b.Spatial())
	}
	b.Axes[0].Periodic = true
	want := []Fixed{{2, 0}, {2, 1}}
	faces := b.Faces()
	if len(faces) != 2 || faces[0].Fixed[0] != want[0] || faces[1].Fixed[0] != want[1] {
		t.Errorf("Faces() = %v, want those of x only", faces)
	}
}

func TestContainsAndNear(t *testing.T) {
	b := testBox("x", "y")
	b.Inside = inside(t, b, "x^2 + y^2 > 0.25")
	for _, row := range []struct {
		x              []float64
		contains, near bool
	}{
		{[]float64{0.6, 0.6}, true, true},
		{[]float64{1, 1}, true, true},
		{[]float64{1 + 5e-10, 0.5}, false, true},
		{[]float64{1 + 2e-9, 0.5}, false, false},
		{[]float64{0.5, 0}, false, true},
		{[]float64{0.5 - 5e-10, 0}, false, true},
		{[]float64{0.5 - 2e-9, 0}, false, false},
		{[]float64{0.1, 0.1}, false, false},
		{[]float64{math.NaN(), 0.7}, false, false},
	} {
		if got := b.Contains(row.x); got != row.contains {
			t.Errorf("Contains(%v) = %v, want %v", row.x, got, row.contains)
		}
		x := slices.Clone(row.x)
		if got := b.Near(x); got != row.near {
			t.Errorf("Near(%v) = %v, want %v", row.x, got, row.near)
		}
		if row.near && (x[0] > 1 || math.Abs(x[0]-row.x[0]) > 1e-9 || x[1] != row.x[1]) {
			t.Errorf("Near moved %v to %v", row.x, x)
		}
	}
}

// TestNearPeriodic: across the ends of a periodic axis the domain goes on.
func TestNearPeriodic(t *testing.T) {
	b := testBox("x", "y")
	b.Axes[0].Periodic = true
	b.Inside = inside(t, b, "0.5 < x and x < 1 or y > 0.5") // at x = 1 and at x = 0 the rest of it ends
	for _, row := range []struct {
		x    []float64
		near bool
	}{
		{[]float64{0, 0.2}, true}, // just right of it, across the ends
		{[]float64{1, 0.2}, true},
		{[]float64{2e-9, 0.2}, false},
		{[]float64{0.5, 0.2}, true},
		{[]float64{0.25, 0.2}, false},
	} {
		if got := b.Near(slices.Clone(row.x)); got != row.near {
			t.Errorf("Near(%v) = %v", row.x, got)
		}
	}
}

// TestPoints: rows of coordinates and normals are slices that cannot grow into the next.
func TestPoints(t *testing.T) {
	p := Points{N: 2, D: 2, X: []float64{1, 2, 3, 4}, Normals: []float64{0, 1, 0, 0}}
	if !slices.Equal(p.At(1), []float64{3, 4}) || !slices.Equal(p.Normal(0), []float64{0, 1}) || p.MissingNormal() != 1 {
		t.Errorf("At(1) %v, Normal(0) %v, MissingNormal %d", p.At(1), p.Normal(0), p.MissingNormal())
	}
	if cap(p.At(0)) != 2 || cap(p.Normal(0)) != 2 {
		t.Error("a row reaches into the next")
	}
	p.Normals = nil
	if p.Normal(0) != nil || p.MissingNormal() != 0 {
		t.Errorf("without normals: Normal(0) %v, MissingNormal %d", p.Normal(0), p.MissingNormal())
	}
}
