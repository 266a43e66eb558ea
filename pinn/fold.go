package pinn

import (
	"pinn/internal/kernel"
	"pinn/pinn/jet"
)

// Mirror is a mirror symmetry of all fields: with x → σx = a + b − x on the axis
// [a, b], u_f(σx) = Signs[f]·u_f(x).
type Mirror struct {
	Axis  int
	Signs []float64 // +1 (even) or −1 (odd), per field
}

// fold makes the network's outputs symmetric under the mirrors of its
// description. With M = 2^k images of every place, σ_m being the composition of
// the mirrors whose bits are set in m,
//
//	N_f ← (1/M) Σ_m s_mf·N_f∘σ_m,   ∂^α: (1/M) Σ_m s_mf·(−1)^{α·m}·(∂^α N_f)(σ_m x),
//
// where s_mf is the product of the signs and α·m the order of ∂^α in the mirrored
// axes. The images stand side by side in every row of a unit, M·C components
// wide: for the layers they are more points, for the residual there is one.
type fold struct {
	images int
	scale  [][]float64 // per field, M·C factors in the order of the row
}

func newFold(mirrors []Mirror, set *jet.Set, fields int) fold {
	f := fold{images: 1 << len(mirrors)}
	for field := range fields {
		var scale []float64
		for m := range f.images {
			for _, alpha := range set.All() {
				s := 1 / float64(f.images)
				for k, mirror := range mirrors {
					if m>>k&1 == 1 {
						s *= mirror.Signs[field] * parity(alpha[mirror.Axis])
					}
				}
				scale = append(scale, s)
			}
		}
		f.scale = append(f.scale, scale)
	}
	return f
}

// parity is (−1)^n.
func parity(n uint8) float64 { return 1 - 2*float64(n%2) }

// image returns the coordinate of image m of a place on one axis, whose middle is
// mid.
func image(mirrors []Mirror, m, axis int, mid, x float64) float64 {
	for k, mirror := range mirrors {
		if m>>k&1 == 1 && mirror.Axis == axis {
			x = 2*mid - x
		}
	}
	return x
}

// forward stores the folded outputs in u, rows f·C + α, from the blocks of M·C
// components of each field in wide.
func (f *fold) forward(u, wide []float64, c, t, n int) {
	for field, scale := range f.scale {
		for i, s := range scale {
			dst, src := u[(field*c+i%c)*t:][:n], wide[(field*len(scale)+i)*t:][:n]
			if i < c {
				kernel.Scale(dst, s, src)
			} else {
				kernel.Axpy(dst, s, src)
			}
		}
	}
}

// adjoint stores in wide the derivatives by the outputs at every image, given
// those by the folded outputs.
func (f *fold) adjoint(wide, ubar []float64, c, t, n int) {
	for field, scale := range f.scale {
		for i, s := range scale {
			kernel.Scale(wide[(field*len(scale)+i)*t:][:n], s, ubar[(field*c+i%c)*t:][:n])
		}
	}
}
