package pinn

import (
	"fmt"
	"math"
	"slices"
)

// NonFinite says where a residual is NaN or infinite.
type NonFinite struct {
	Term  string
	Point []float64 // one coordinate per axis
	Value float64
}

func (n NonFinite) String() string {
	return fmt.Sprintf("the residual of %s is %g at %v", n.Term, n.Value, n.Point)
}

// FindNonFinite returns the first residual over all points that is not finite at
// θ; ok is false if there is none. It is meant for a report after the loss was
// not finite.
func (l *Loss) FindNonFinite(theta []float64) (n NonFinite, ok bool) {
	l.at(theta)
	w := l.engine.workers[0]
	for i := range l.full.tiles {
		p, number := l.full.locate(i)
		x := w.forward(p, number, theta, l.params, false)
		for o, m := range p.terms {
			for j, r := range x.residual(o) {
				if math.IsNaN(r) || math.IsInf(r, 0) {
					at := p.pts.At(number*p.cut + j)
					return NonFinite{l.names[m], slices.Clone(at), r}, true
				}
			}
		}
	}
	return NonFinite{}, false
}
