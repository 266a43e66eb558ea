package pinn

import (
	"math"

	"pinn/internal/kernel"
	"pinn/internal/kernel/qr"
)

// Residuals returns the number of rows of J: one per term and point of the term.
func (l *Loss) Residuals() int {
	n := 0
	for _, s := range l.sets {
		n += s.pts.N * len(s.terms)
	}
	return n
}

// JacobianBlock is some consecutive rows of J = ∂r/∂θ and of r, all of one term m. They are
// scaled by √(w_m/N_m), so that |r|² = L and 2Jᵀr = ∇L over all rows.
type JacobianBlock struct {
	First  int       // index of the first row
	N      int       // number of rows
	Term   int       // m, the number of the loss's own term
	Stride int       // ≥ N
	JT     []float64 // Jᵀ, Dim × N: ∂r_i/∂θ_j is JT[j·Stride+i]
	R      []float64 // r, length N
}

// Jacobian calls visit with the rows of the Jacobian at θ, block by block: tile after tile,
// and for each tile one term after the other. The order depends on the points only. A block
// is valid during its call.
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

// panel holds the rows of the Jacobian at some consecutive tiles, as columns of Jᵀ, and is
// the job that computes them. A unit is a tile; it fills one cell for each of its terms. The
// columns of points that are copies are zero.
type panel struct {
	jt     []float64 // Jᵀ, Dim × stride
	r      []float64 // r, one element per column
	stride int
	room   int // largest number of columns
	cells  []cell
	first  []int // per tile, its first cell
	width  int   // columns in use

	loss  *Loss
	over  *selection // the tiles are of this one
	from  int        // number of the first tile
	theta []float64
}

// cell is the columns of one tile and one of its terms m.
type cell struct {
	term   int     // m
	chunk  int     // of the tile
	col, n int     // first column, number of points
	square float64 // Σ r², not scaled
	weight float64 // w_m
	points int     // N_m
}

const (
	// panelWidth is about the number of columns of a panel, so many that adding the product
	// JᵀJ of a panel to the normal equations is limited by arithmetic, not by memory.
	panelWidth = 1024
	cacheLine  = 8 // numbers in a line of the cache
)

// rows returns the panel of the loss, for tiles over all points. An even number of tiles of
// the first group fills it, so that two threads have equal work.
func (l *Loss) rows() *panel {
	if l.panel == nil {
		p := &panel{loss: l}
		g := l.groups[0]
		pair := 2 * len(g.terms) * g.ansatz.t
		p.room = max(1, panelWidth/pair) * pair
		for _, g := range l.groups {
			p.room = max(p.room, len(g.terms)*g.ansatz.t)
		}
		p.allot()
		l.panel = p
	}
	l.panel.over = l.full
	return l.panel
}

// newPanel returns a panel for all rows of a selection at once.
func newPanel(l *Loss, s *selection) *panel {
	p := &panel{loss: l, over: s}
	for i := range s.tiles {
		part, number := s.locate(i)
		p.room += len(part.terms) * part.ansatz.extent(part.count(number)).n
	}
	p.allot()
	return p
}

// allot makes the memory for room columns. The distance of rows is an odd number of cache
// lines, so that they do not fall on the same few sets of a cache.
func (p *panel) allot() {
	p.stride = (p.room/cacheLine | 1) * cacheLine
	p.r = make([]float64, p.room)
	p.jt = kernel.Aligned(p.stride * p.loss.Dim())
}

// fill computes as many tiles as there is room for, from the given one on, and returns the
// number of the next one. Loss.at must have been called with θ.
func (p *panel) fill(from int, theta []float64) (next int) {
	full := p.over
	p.cells, p.first, p.width = p.cells[:0], p.first[:0], 0
	chunk := 0
	for next = from; next < full.tiles; next++ {
		for full.chunks[chunk].to <= next {
			chunk++
		}
		part, number := full.locate(next)
		n := part.count(number)
		columns := part.ansatz.extent(n).n
		if p.width+len(part.terms)*columns > p.room {
			break
		}
		p.first = append(p.first, len(p.cells))
		for o, m := range part.terms {
			p.cells = append(p.cells, cell{term: m, chunk: chunk, col: p.width, n: n, weight: part.weights[o], points: part.points})
			p.width += columns
		}
	}
	p.from, p.theta = from, theta
	p.loss.engine.run(p, next-from)
	return next
}

// unit computes the rows of one tile, one term after the other. With the seed √(w_m/N_m) at
// every point, and the points kept apart, the adjoint gives each point's row.
func (p *panel) unit(w *worker, i int) {
	l := p.loss
	part, number := p.over.locate(p.from + i)
	x := w.forward(part, number, p.theta, l.params, true)
	for o := range part.terms {
		c := &p.cells[p.first[i]+o]
		scale := math.Sqrt(c.weight / float64(c.points))
		r := x.residual(o)
		c.square = kernel.Dot(r, r)
		clear(p.r[c.col:][:x.n])
		kernel.Scale(p.r[c.col:][:x.valid], scale, r)
		clear(x.seeds)
		kernel.Fill(x.seed(o), scale)
		w.rows = rowSink{jt: p.jt, stride: p.stride, col: c.col}
		w.adjoint(&x, p.theta, l.params, &w.rows)
		for k, slope := range l.slopes {
			kernel.Scale(p.jt[(l.net.size+k)*p.stride+c.col:][:x.n], slope, x.param(k))
		}
	}
}

// addTo adds what the panel contributes to element j of Jᵀr to the chunks of its tiles.
func (p *panel) addTo(chunks []chunk, j int) {
	row := p.jt[j*p.stride:]
	for _, c := range p.cells {
		chunks[c.chunk].grad[j] += kernel.Dot(row[c.col:][:c.n], p.r[c.col:][:c.n])
	}
}

// NormalEquations returns L = |r|² at θ over all points and stores the matrix and
// the gradient of the Gauss-Newton model |r + Jp|² = L + 2g·p + p·Ap:
//
//	A = JᵀJ   in the upper triangle of a, Dim × Dim row-major; the rest is left alone
//	g = Jᵀr = ½∇L
//
// J is never stored whole: panels of about a thousand rows are computed and used up one
// after the other, each by all threads. The order of the sums does not depend on the number
// of threads.
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

// meanTerms divides the sums of squares in l.terms by the numbers of points and returns L.
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

// normalColumns is the number of columns of A in one unit of work, as many as
// kernel.SyrkAddColumns copies together at a time.
const normalColumns = 96

// normal is the job that adds a panel to the normal equations. A unit is some columns of
// the upper triangle of A; the last and longest ones come first, which shares work evenly.
type normal struct {
	panel  *panel
	a      []float64
	chunks []chunk // Jᵀr goes to the chunks of the tiles, as in sums
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

// Triangle returns L = |r|² at θ over all points and stores the triangle and the
// right-hand side of the Gauss-Newton model |r + Jp|² = |Rp + c|² + (L − |c|²):
//
//	R   in the upper triangle of r, Dim × Dim row-major; the rest is left alone
//	c   of length Dim
//
// RᵀR = JᵀJ and Rᵀc = Jᵀr. R is found by reflections of the rows of J (a QR
// decomposition), so that it keeps small singular values, which rounding drowns in JᵀJ. It
// costs about twice the arithmetic of NormalEquations. As there, J is never stored whole, and
// the result does not depend on the number of threads.
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
