package optim

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// lbfgsMemory is the director of LBFGS: the curvature pairs, and the accepted point
// before, from which the next pair is made.
type lbfgsMemory struct {
	pairs  *Pairs
	x, g   []float64 // the accepted point before and its gradient
	placed []float64 // one value: 1 if x and g are set
	s, y   []float64 // scratch
}

func (m *lbfgsMemory) init(dim, history int) {
	*m = lbfgsMemory{
		pairs: NewPairs(dim, history), placed: make([]float64, 1),
		x: make([]float64, dim), g: make([]float64, dim),
		s: make([]float64, dim), y: make([]float64, dim),
	}
}

func (m *lbfgsMemory) parts() []part {
	return append(m.pairs.parts(),
		part{name: "previous_x", values: m.x}, part{name: "previous_gradient", values: m.g},
		part{name: "placed", values: m.placed, counts: true, most: 1})
}

// forget drops all pairs and the point before.
func (m *lbfgsMemory) forget() {
	m.pairs.Reset()
	m.placed[0] = 0
}

// redrawn forgets: the pairs all belong to the objective before.
func (m *lbfgsMemory) redrawn() { m.forget() }

// direct stores −H·g in dir after the pair from the previous accepted point has
// joined H; see director. A pair without curvature is left out; see Pairs.Push.
func (m *lbfgsMemory) direct(loc *optimize.Location, dir []float64) (step float64, ok bool) {
	if m.placed[0] == 1 {
		floats.SubTo(m.s, loc.X, m.x)
		floats.SubTo(m.y, loc.Gradient, m.g)
		m.pairs.Push(m.s, m.y)
	}
	copy(m.x, loc.X)
	copy(m.g, loc.Gradient)
	m.placed[0] = 1
	if m.pairs.Len() == 0 {
		return 0, false
	}
	m.pairs.Apply(dir, loc.Gradient)
	floats.Scale(-1, dir)
	return 1, true
}
