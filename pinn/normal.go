package pinn

import "pinn/internal/kernel"

// NormalEquations returns L = |r|² at θ over all points and stores the matrix and
// the gradient of the Gauss-Newton model |r + Jp|² = L + 2g·p + p·Ap:
//
//	A = JᵀJ   in the upper triangle of a, Dim × Dim row-major; the rest is left alone
//	g = Jᵀr = ½∇L
//
// J is never stored whole: panels of some hundred rows are computed and consumed
// in turn, each by all threads, in an order that does not depend on their number.
func (l *Loss) NormalEquations(a, g, theta []float64) float64 {
	n := l.Dim()
	if len(a) != n*n || len(g) != n {
		panic("pinn: bad size of the normal equations")
	}
	l.at(theta)
	l.sums.begin(l.full)
	for i := range n {
		clear(a[i*n+i : (i+1)*n])
	}
	clear(l.terms)
	p := l.rows()
	l.normal = normal{panel: p, a: a, chunks: l.sums.chunks}
	for tile := 0; tile < l.full.tiles; {
		tile = p.fill(tile, theta)
		l.engine.run(&l.normal, (n+normalColumns-1)/normalColumns)
		for _, c := range p.cells {
			l.terms[c.term] += c.square
		}
	}
	l.sums.grad(g)
	l.summed = 2
	return l.meanTerms()
}

// meanTerms divides the sums in l.terms by their numbers of points and returns L.
func (l *Loss) meanTerms() float64 {
	sum := 0.0
	for _, s := range l.sets {
		for _, m := range s.terms {
			l.terms[m] /= float64(s.pts.N)
			sum += l.weights[m] * l.terms[m]
		}
	}
	return sum
}

// normalColumns is how many columns of A one unit of work adds to: what
// kernel.SyrkAddColumns packs at a time.
const normalColumns = 96

// normal is the job that adds a panel to the normal equations. A unit is a stripe
// of columns of A, down to the diagonal; the longest come first.
type normal struct {
	panel  *panel
	a      []float64
	chunks []chunk // Jᵀr goes to the chunk of its tile, as in sums
}

func (q *normal) unit(_ *worker, i int) {
	p, n := q.panel, len(q.chunks[0].grad)
	first := (n - 1) / normalColumns * normalColumns
	first -= i * normalColumns
	end := min(n, first+normalColumns)
	kernel.SyrkAddColumns(n, first, end, p.width, p.jt, p.stride, q.a, n)
	for j := first; j < end; j++ {
		p.addTo(q.chunks, j)
	}
}
