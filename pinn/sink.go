package pinn

import "pinn/internal/kernel"

// sink takes the adjoints of the layers of a network on one tile: z̄ and the
// layer's input a, rows of C·T, C components of T points side by side.
type sink interface {
	layer(l layer, c, t int, zbar, a []float64)
}

// sumSink adds up the points: the gradient.
//
//	W̄ += Σ_points Σ_α z̄_α a_αᵀ,   b̄ += Σ_points z̄_0.
type sumSink struct{ grad []float64 }

func (s *sumSink) layer(l layer, c, t int, zbar, a []float64) {
	ct := c * t
	kernel.GemmNTAdd(l.out, l.in, ct, zbar, ct, a, ct, s.grad[l.w:], l.in)
	for i := range l.out {
		s.grad[l.b+i] += kernel.Sum(zbar[i*ct:][:t])
	}
}

// rowSink keeps the points apart: row j of the block jt, from column col on,
// becomes the derivative by θ_j at each point of the tile.
//
//	∂/∂W_ik = Σ_α z̄_α[i]·a_α[k],   ∂/∂b_i = z̄_0[i].
type rowSink struct {
	jt          []float64
	stride, col int
}

func (s *rowSink) layer(l layer, c, t int, zbar, a []float64) {
	ct := c * t
	for i := range l.out {
		z := zbar[i*ct:][:ct]
		for k := range l.in {
			dst := s.jt[(l.w+i*l.in+k)*s.stride+s.col:][:t]
			in := a[k*ct:][:ct]
			kernel.Mul(dst, z[:t], in[:t])
			for q := t; q < ct; q += t {
				kernel.MulAdd(dst, z[q:q+t], in[q:q+t])
			}
		}
		copy(s.jt[(l.b+i)*s.stride+s.col:][:t], z[:t])
	}
}
