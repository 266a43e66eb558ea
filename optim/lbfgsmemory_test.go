package optim

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// A step with negative, zero or tiny curvature makes no pair and costs none: the
// direction after it is that of the pairs before, and the next pair begins where it
// ended.
func TestMemoryGuard(t *testing.T) {
	at := func(x, g float64) *optimize.Location {
		return &optimize.Location{X: []float64{x, 0}, Gradient: []float64{g, 1}}
	}
	for _, row := range []struct {
		name string
		bad  *optimize.Location
	}{
		{"negative", at(2, 0.5)}, {"zero", at(2, 2)}, {"tiny", at(2, 2+1e-17)}, {"no step", at(1, 3)},
	} {
		var m lbfgsMemory
		m.init(2, 5)
		twin := NewPairs(2, 5)
		dir, want := make([]float64, 2), make([]float64, 2)
		check := func(after string, g []float64) {
			t.Helper()
			twin.Apply(want, g)
			if floats.Scale(-1, want); !slices.Equal(dir, want) || m.pairs.Len() != twin.Len() {
				t.Errorf("%s curvature, direction after %s: %v from %d pairs, want %v from %d", row.name, after, dir, m.pairs.Len(), want, twin.Len())
			}
		}
		if _, ok := m.direct(at(0, 1), dir); ok {
			t.Fatal("an empty memory gave a direction")
		}
		if step, ok := m.direct(at(1, 2), dir); !ok || step != 1 {
			t.Fatal("a good pair gave no direction")
		}
		twin.Push([]float64{1, 0}, []float64{1, 0})
		if step, ok := m.direct(row.bad, dir); !ok || step != 1 {
			t.Fatalf("%s curvature left the memory without a direction", row.name)
		}
		check("it", row.bad.Gradient)
		next := at(5, 9)
		if _, ok := m.direct(next, dir); !ok {
			t.Fatalf("%s curvature: the pair after it was refused", row.name)
		}
		twin.Push([]float64{5 - row.bad.X[0], 0}, []float64{9 - row.bad.Gradient[0], 0})
		check("the next", next.Gradient)
	}
}

// With no pair at all there is no direction, and a new objective drops every pair.
func TestMemoryForgets(t *testing.T) {
	at := func(x, g float64) *optimize.Location {
		return &optimize.Location{X: []float64{x}, Gradient: []float64{g}}
	}
	var m lbfgsMemory
	m.init(1, 3)
	dir := make([]float64, 1)
	m.direct(at(0, 2), dir)
	if _, ok := m.direct(at(1, 1), dir); ok {
		t.Error("a memory of one bad pair gave a direction")
	}
	if _, ok := m.direct(at(2, 3), dir); !ok {
		t.Error("a good pair gave no direction")
	}
	m.redrawn()
	if _, ok := m.direct(at(3, 9), dir); ok || m.pairs.Len() != 0 {
		t.Error("a pair across two objectives")
	}
}
