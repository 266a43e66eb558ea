package pinn

import "pinn/internal/kernel/qr"

// Triangle returns L = |r|² at θ over all points and stores the triangle and the
// right-hand side of the Gauss-Newton model |r + Jp|² = |Rp + c|² + (L − |c|²):
//
//	R   in the upper triangle of r, Dim × Dim row-major; the rest is left alone
//	c   of length Dim
//
// RᵀR = JᵀJ and Rᵀc = Jᵀr, but the triangle is found by reflections of the rows of J
// and keeps the small singular values that JᵀJ has lost. It costs about twice the
// arithmetic of NormalEquations. As there, J is never stored whole, and the order does
// not depend on the number of threads.
func (l *Loss) Triangle(r, c, theta []float64) float64 {
	n := l.Dim()
	if len(r) != n*n || len(c) != n {
		panic("pinn: bad size of the triangle")
	}
	if l.folder == nil {
		l.folder = qr.New(n, l.options.Threads)
	}
	l.at(theta)
	clear(c)
	for i := range n {
		clear(r[i*n+i : (i+1)*n])
	}
	l.sums.begin(l.full)
	l.summed = 2
	clear(l.terms)
	p := l.rows()
	for tile := 0; tile < l.full.tiles; {
		tile = p.fill(tile, theta)
		for _, c := range p.cells {
			l.terms[c.term] += c.square
		}
		for j := range n {
			p.addTo(l.sums.chunks, j)
		}
		l.folder.Fold(r, c, p.jt, p.stride, p.width, p.r)
	}
	return l.meanTerms()
}
