package pinn

import (
	"math"

	"pinn/internal/kernel"
)

// panel is the job that computes the rows of the Jacobian at some consecutive
// tiles. A unit is a tile; it fills one cell for each of its terms. The columns of
// padded points are zero.
type panel struct {
	jt     []float64 // Jᵀ, Dim × stride
	r      []float64 // r, one element per column
	stride int
	room   int // columns there is room for
	cells  []cell
	first  []int // per tile, its first cell
	width  int   // columns in use

	loss  *Loss
	over  *selection // whose tiles it computes
	from  int        // first tile
	theta []float64
}

// cell is where the rows of one tile and one of its terms stand.
type cell struct {
	term   int
	chunk  int     // of the tile
	col, n int     // first column, points that count
	square float64 // Σ r², not scaled
	weight float64 // w_m
	points int     // that the mean is over
}

// A panel has about panelWidth columns: wide enough that adding its product JᵀJ to
// the normal equations is bound by arithmetic.
const (
	panelWidth = 1024
	cacheLine  = 8 // numbers
)

// rows returns the panel of the loss. An even number of tiles of the first group
// fills it, so that two threads share them evenly.
func (l *Loss) rows() *panel {
	if l.panel == nil {
		p := &panel{loss: l}
		g := l.groups[0]
		pair := 2 * len(g.terms) * g.trial.t
		p.room = max(1, panelWidth/pair) * pair
		for _, g := range l.groups {
			p.room = max(p.room, len(g.terms)*g.trial.t)
		}
		p.allot()
		l.panel = p
	}
	l.panel.over = l.full
	return l.panel
}

// fill computes as many tiles as there is room for, from the given one on, and
// returns the next one. The loss must be at θ.
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
		columns := part.trial.extent(n).n
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

// unit computes the rows of one tile, one term after the other: with the seed
// √(w_m/N_m) at each point the adjoint gives that point's row.
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

// addTo adds element j of Jᵀr to the chunks of its tiles.
func (p *panel) addTo(chunks []chunk, j int) {
	row := p.jt[j*p.stride:]
	for _, c := range p.cells {
		chunks[c.chunk].grad[j] += kernel.Dot(row[c.col:][:c.n], p.r[c.col:][:c.n])
	}
}
