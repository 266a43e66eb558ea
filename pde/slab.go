package pde

import "slices"

// During returns the problem on the slab of its domain between two times, both within
// it. Of each condition the slab keeps the pieces that reach into it; a condition at the
// initial time belongs to the slab that begins then. Conditions without such a piece are
// dropped. which holds the index in p.Conditions of each that is kept. Conditions of p at
// a fixed time must be at the initial one. Both problems share the graph.
//
// It panics if no axis is time.
func (p *Problem) During(from, to float64) (slab *Problem, which []int) {
	time := p.Box.Time()
	if time < 0 {
		panic("pde: a slab of a problem without time")
	}
	cut := *p
	cut.Box.Axes = slices.Clone(p.Box.Axes)
	whole := p.Box.Axes[time]
	cut.Box.Axes[time].From, cut.Box.Axes[time].To = from, to
	cut.Conditions = nil
	for i, c := range p.Conditions {
		var pieces []Piece
		for _, q := range c.Pieces {
			if cut.Box.during(q, time, whole) {
				pieces = append(pieces, q)
			}
		}
		if pieces != nil {
			c.Pieces = pieces
			cut.Conditions, which = append(cut.Conditions, c), append(which, i)
		}
	}
	return &cut, which
}

// during reports whether a piece of a place belongs to a slab of a domain whose time
// is whole.
func (b Box) during(q Piece, time int, whole Axis) bool {
	for _, f := range q.Fixed {
		if f.Axis == time && whole.End(b.Axes[time].From) >= 0 {
			return false
		}
	}
	return q.Boundary != "" || b.part(q).share() >= minShare
}
