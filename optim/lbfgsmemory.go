package optim

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// minCosine is the least s·y/(‖s‖‖y‖) of a curvature pair worth holding. It is
// relative: an absolute bound would freeze the memory once steps are tiny.
const minCosine = 1e-10

// lbfgsMemory is gonum's L-BFGS direction behind the curvature guard. gonum hides
// its pairs, so the memory also keeps the last History accepted points with their
// gradients: replay walks a new optimize.LBFGS along them, and the next direction
// has the same History pairs bit for bit.
type lbfgsMemory struct {
	gonum   *optimize.LBFGS
	dim     int
	history int
	x, g    []float64 // rings of history rows
	seen    []float64 // one value: points stored since the memory was emptied
	scratch []float64
	shown   optimize.Location
}

func (m *lbfgsMemory) init(dim, history int) {
	*m = lbfgsMemory{
		dim:     dim,
		history: history,
		x:       make([]float64, history*dim),
		g:       make([]float64, history*dim),
		seen:    make([]float64, 1),
		scratch: make([]float64, dim),
	}
}

func (m *lbfgsMemory) parts() []part {
	return []part{
		{name: "points", values: m.x}, {name: "gradients", values: m.g},
		{name: "seen", values: m.seen, counts: true},
	}
}

// row returns the i-th point ever stored, if it is among the newest.
func (m *lbfgsMemory) row(i int) (x, g []float64) {
	at := i % m.history * m.dim
	return m.x[at : at+m.dim], m.g[at : at+m.dim]
}

// forget empties the memory. A new struct is needed: gonum's InitDirection clears
// s and y but not ρ, and an old infinite ρ would give 0·Inf.
func (m *lbfgsMemory) forget() {
	m.gonum = nil
	m.seen[0] = 0
}

// redrawn empties the memory too: its pairs all belong to the old objective.
func (m *lbfgsMemory) redrawn() { m.forget() }

// direct stores −H·g in dir after the pair from the previous accepted point has
// joined H; see director.
func (m *lbfgsMemory) direct(loc *optimize.Location, dir []float64) (step float64, ok bool) {
	if m.seen[0] > 0 && !m.sound(loc) {
		m.forget()
	}
	step, ok = m.show(loc, dir)
	x, g := m.row(int(m.seen[0]))
	copy(x, loc.X)
	copy(g, loc.Gradient)
	m.seen[0]++
	return step, ok
}

// show gives gonum the next accepted point.
func (m *lbfgsMemory) show(loc *optimize.Location, dir []float64) (step float64, ok bool) {
	if m.gonum == nil {
		m.gonum = &optimize.LBFGS{Store: m.history}
		m.gonum.InitDirection(loc, dir)
		return 0, false
	}
	return m.gonum.NextDirection(loc, dir), true
}

// sound reports whether the step to loc makes a pair with s·y > 1e-10·‖s‖‖y‖.
func (m *lbfgsMemory) sound(loc *optimize.Location) bool {
	x, g := m.row(int(m.seen[0]) - 1)
	return soundPair(floats.SubTo(m.scratch, loc.X, x), loc.Gradient, g)
}

func soundPair(s, g1, g0 []float64) bool {
	var sy, ss, yy float64
	for i, si := range s {
		y := g1[i] - g0[i]
		sy += si * y
		ss += si * si
		yy += y * y
	}
	return sy > minCosine*math.Sqrt(ss)*math.Sqrt(yy)
}

// replay rebuilds gonum's pairs from the points held.
func (m *lbfgsMemory) replay() {
	m.gonum = nil
	seen := int(m.seen[0])
	for i := max(0, seen-m.history); i < seen; i++ {
		m.shown.X, m.shown.Gradient = m.row(i)
		m.show(&m.shown, m.scratch)
	}
}
