package pde

import "slices"

// During returns the problem on the part of the domain from one time to another, both
// within it. It keeps what of each condition lies there: one at the initial time in
// the slab that begins then, and no condition of which nothing is left. which holds the
// index of each in p, whose conditions at fixed times must all be at the initial one.
// The graph is shared.
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
