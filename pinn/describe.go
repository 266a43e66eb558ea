package pinn

// TermPoints returns the number of points that each term is a mean over, in the
// order of TermNames.
func (l *Loss) TermPoints() []int {
	n := make([]int, len(l.names))
	for i, g := range l.groups {
		for _, term := range g.terms {
			n[term] = l.sets[i].pts.N
		}
	}
	return n
}

// Group describes the points that some terms share.
type Group struct {
	Points   int   // N
	Partials int   // C, the components ∂^α u carried at each
	Tile     int   // points of a full tile
	Terms    []int // indices of TermNames
}

// Groups returns the groups of points: that of the equations first, if there are
// any.
func (l *Loss) Groups() []Group {
	gs := make([]Group, len(l.groups))
	for i, g := range l.groups {
		gs[i] = Group{l.sets[i].pts.N, g.trial.set.Len(), g.trial.t, g.terms}
	}
	return gs
}
