package pinn

import "pinn/internal/kernel"

// norms is the job that stores in dst the square Σ_o w_o r_o² of every point of a
// selection of one part. A unit is a tile.
type norms struct {
	dst       []float64
	selection *selection
	theta     []float64
	params    []float64
}

func (s *norms) unit(w *worker, i int) {
	p, number := s.selection.locate(i)
	x := w.forward(p, number, s.theta, s.params, false)
	dst := s.dst[number*p.cut:][:x.valid]
	clear(dst)
	for o, weight := range p.weights {
		r := x.residual(o)
		kernel.MulAddC(dst, weight, r, r)
	}
}
