package pde

// Points is an n×d row-major block of coordinates; the columns are the axes in
// order. Normals is nil if no point has one, otherwise an n×d block of outward
// unit normals whose rows are zero where a point has none. The time component
// of a normal is always zero.
type Points struct {
	N, D    int
	X       []float64
	Normals []float64
}

// At returns the coordinates of point i as a slice of X.
func (p Points) At(i int) []float64 { return p.X[i*p.D : (i+1)*p.D : (i+1)*p.D] }

// Normal returns the normal at point i as a slice of Normals, or nil if the
// points have no normals at all.
func (p Points) Normal(i int) []float64 {
	if p.Normals == nil {
		return nil
	}
	return p.Normals[i*p.D : (i+1)*p.D : (i+1)*p.D]
}

// MissingNormal returns the index of the first point without a normal, or -1
// if every point has one.
func (p Points) MissingNormal() int {
	for i := range p.N {
		zero := true
		for _, c := range p.Normal(i) {
			zero = zero && c == 0
		}
		if zero {
			return i
		}
	}
	return -1
}
