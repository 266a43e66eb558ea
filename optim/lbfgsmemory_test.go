package optim

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/optimize"
)

// A step with negative, zero or tiny curvature empties the memory: the direction
// after it is steepest descent, and the pairs before it are gone.
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
		dir, want := make([]float64, 2), make([]float64, 2)
		if _, ok := m.direct(at(0, 1), dir); ok {
			t.Fatal("an empty memory gave a direction")
		}
		if step, ok := m.direct(at(1, 2), dir); !ok || step != 1 {
			t.Fatal("a good pair gave no direction")
		}
		if _, ok := m.direct(row.bad, dir); ok || m.pairs.Len() != 0 {
			t.Errorf("%s curvature: direction %v from %d pairs, want the memory emptied", row.name, dir, m.pairs.Len())
		}
		next := at(5, 9)
		if _, ok := m.direct(next, dir); !ok {
			t.Fatalf("%s curvature: the pair after it was refused", row.name)
		}
		var fresh lbfgsMemory
		fresh.init(2, 5)
		fresh.direct(row.bad, want)
		fresh.direct(next, want)
		if !slices.Equal(dir, want) {
			t.Errorf("%s curvature: direction %v, want that of a new memory %v", row.name, dir, want)
		}
	}
}
