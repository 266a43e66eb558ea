package pinn

import "pinn/internal/kernel"

// Rows returns the loss L = |r|² of minibatch k at theta, r, and J = ∂r/∂θ by its
// transpose, element (i, j) of J at jt[j·stride + i], with the rows of term m scaled by
// √(w_m/b_m), b_m its points in the minibatch. Some rows
// of J and r may be zeros. The slices are valid until the next call and may be
// overwritten.
func (b *Batches) Rows(k int, theta []float64) (value float64, r, jt []float64, stride int) {
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
	return value, p.r[:p.width], p.jt, p.stride
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
