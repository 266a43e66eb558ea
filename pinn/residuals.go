package pinn

import (
	"pinn/internal/kernel"
	"pinn/pde"
)

// poolSlice is how many points away from the sets are evaluated at a time.
const poolSlice = 1 << 13

// residuals returns the residuals r_o of a group at points of its kind, by output
// and then by point.
func (l *Loss) residuals(group int, pts pde.Points, theta []float64) [][]float64 {
	rs := make([][]float64, len(l.groups[group].terms))
	for o := range rs {
		rs[o] = make([]float64, pts.N)
	}
	l.at(theta)
	for first := 0; first < pts.N; first += poolSlice {
		n := min(poolSlice, pts.N-first)
		some := pde.Points{N: n, D: pts.D, X: pts.X[first*pts.D : (first+n)*pts.D]}
		s := all([]*pointSet{l.newSet(group, some)})
		l.engine.run(&values{rs, first, s, theta, l.params}, s.tiles)
	}
	return rs
}

// squares returns Σ_o w_o r_o² at each of the points.
func (l *Loss) squares(group int, pts pde.Points, theta []float64) []float64 {
	dst := make([]float64, pts.N)
	for o, r := range l.residuals(group, pts, theta) {
		kernel.MulAddC(dst, l.groups[group].weights[o], r, r)
	}
	return dst
}

// values is the job that stores in dst, from a point on, the residuals of a
// selection of one part. A unit is a tile.
type values struct {
	dst       [][]float64
	first     int
	selection *selection
	theta     []float64
	params    []float64
}

func (v *values) unit(w *worker, i int) {
	p, number := v.selection.locate(i)
	x := w.forward(p, number, v.theta, v.params, false)
	for o, dst := range v.dst {
		copy(dst[v.first+number*p.cut:], x.residual(o))
	}
}
