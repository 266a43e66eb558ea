package pinn

import (
	"pinn/internal/kernel"
	"pinn/internal/seam"
)

// Rows returns the loss L = |r|² of minibatch k at theta, r, and J = ∂r/∂θ, with the
// rows of term m scaled by √(w_m/b_m), b_m its points in the minibatch. Some rows, of r
// too, may be zeros. The block is good until the next call and may be overwritten. The
// memory is that of J.
func (b *Batches) Rows(k int, theta []float64) (value float64, block seam.RowBlock) {
	b.choose(k)
	l := b.loss
	l.at(theta)
	if b.panel == nil {
		b.panel = newPanel(l, &b.selection)
	}
	p := b.panel
	p.fill(0, theta)
	for _, c := range p.cells {
		value += c.weight * c.square / float64(c.points)
	}
	return value, seam.RowBlock{R: p.r[:p.width], JT: p.jt, Stride: p.stride}
}

// newPanel returns a panel with room for all rows of a selection.
func newPanel(l *Loss, s *selection) *panel {
	p := &panel{loss: l, over: s}
	for i := range s.tiles {
		part, number := s.locate(i)
		p.room += len(part.terms) * part.trial.extent(part.count(number)).n
	}
	p.allot()
	return p
}

// allot makes the memory for room columns. The stride is an odd number of cache lines,
// which spreads the rows over all sets of the caches.
func (p *panel) allot() {
	p.stride = (p.room/cacheLine | 1) * cacheLine
	p.r = make([]float64, p.room)
	p.jt = kernel.Aligned(p.stride * p.loss.Dim())
}
