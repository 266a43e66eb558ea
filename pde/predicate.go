package pde

// Predicate is a condition on a place, such as x^2 + y^2 > 0.25^2. A nil
// *Predicate holds everywhere.
type Predicate struct {
	holds func(x []float64) bool
}

// Holds reports whether the predicate is true at the point x, one coordinate
// per axis. A nil receiver holds everywhere.
func (p *Predicate) Holds(x []float64) bool {
	return p == nil || p.holds(x)
}
