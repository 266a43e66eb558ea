package pde

// During returns the problem on the part of the domain from one time to another,
// both within the domain. It keeps what of each condition lies there: one at the
// initial time in a slab that begins then, one at a later time in the slab that
// holds it or ends with it, and no condition of which nothing is left. which holds
// the index of each condition in p. The graph is shared.
//
// It panics if no axis is time.
func (p *Problem) During(from, to float64) (slab *Problem, which []int) {
	time := p.Box.Time()
	if time < 0 {
		panic("pde: a slab of a problem without time")
	}
	cut := *p
	cut.Box.Axes = append([]Axis(nil), p.Box.Axes...)
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
	slab := b.Axes[time]
	for _, f := range q.Fixed {
		if f.Axis != time {
			continue
		}
		if whole.End(f.Value) < 0 {
			return whole.End(slab.From) < 0
		}
		if slab.End(f.Value) < 0 || f.Value < slab.From || f.Value > slab.To && slab.End(f.Value) == 0 {
			return false
		}
	}
	return q.Boundary != "" || b.part(q).share() >= minShare
}
