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
