package pinn

// Residuals returns the number of residuals, the rows of J: each equation counts
// at each of its points.
func (l *Loss) Residuals() int {
	n := 0
	for _, s := range l.sets {
		n += s.pts.N * len(s.terms)
	}
	return n
}

// JacobianBlock is some consecutive rows of J = ∂r/∂θ and of r, with the rows of
// term m scaled by √(w_m/N_m), so that |r|² = L and 2Jᵀr = ∇L.
type JacobianBlock struct {
	First  int       // index of the first row
	N      int       // number of rows
	Term   int       // that they belong to, an index of TermNames
	Stride int       // ≥ N
	JT     []float64 // Jᵀ, Dim × N with leading dimension Stride
	R      []float64 // r, length N
}

// Jacobian calls visit with every row of the Jacobian at θ, block by block in
// order: the points of a tile for one term, then for the next, tile by tile. The
// order depends on the points only. A block is valid during its call.
func (l *Loss) Jacobian(theta []float64, visit func(b JacobianBlock)) {
	l.at(theta)
	p := l.rows()
	first := 0
	for tile := 0; tile < l.full.tiles; {
		tile = p.fill(tile, theta)
		for _, c := range p.cells {
			visit(JacobianBlock{
				First: first, N: c.n, Term: c.term,
				Stride: p.stride, JT: p.jt[c.col:], R: p.r[c.col:][:c.n],
			})
			first += c.n
		}
	}
}
