package pdetest

import (
	"math"

	"pinn/pde"
	"pinn/pde/expr"
)

const (
	ratio  = 1.4  // between successive steps
	levels = 15   // steps h₀·ratio^−i; the last is h₀/111
	reach  = 0.05 // of the axis: the largest distance of a node from the point
)

// Derivative estimates ∂^α f at x and the error of the estimate. f must be
// smooth on the box; rounding is the absolute error of its values.
//
// For one derivative of order k along an axis the k-th difference
//
//	h^−k Σ_j (−1)^j C(k, j) f(x + (c − j)h)
//
// is taken, centred (c = k/2) where the axis leaves room on both sides, otherwise
// one-sided into the box (c = k or c = 0); several axes give the product. Its
// error is a series in h² (centred on all axes) or in h, which Richardson
// extrapolation over geometrically falling steps removes term by term. The
// estimated error of an entry of the triangle is its distance from the two it
// was made of, plus the rounding of f carried through the same formulas; the
// entry with the smallest sum is returned (Ridders, Adv. Eng. Software 4 (1982)
// 75, here with the rounding term). f gets a scratch slice and must not keep it.
func Derivative(f func(x []float64) float64, b pde.Box, x []float64, alpha expr.Multi, rounding float64) (value, err float64) {
	order := alpha.Order()
	if order == 0 {
		return f(append([]float64(nil), x...)), rounding
	}
	s := newStencil(b, x, alpha)
	var tri, noise [levels][levels]float64
	err = math.Inf(1)
	for i := range levels {
		h := math.Pow(ratio, -float64(i))
		tri[i][0] = s.difference(f, h)
		noise[i][0] = rounding * math.Pow(2, float64(order)) / s.cell(h)
		for j := 1; j <= i; j++ {
			// T_{i,j} = T_{i,j−1} + (T_{i,j−1} − T_{i−1,j−1})/(ratio^{pj} − 1)
			g := math.Pow(ratio, float64(s.power*j)) - 1
			tri[i][j] = tri[i][j-1] + (tri[i][j-1]-tri[i-1][j-1])/g
			noise[i][j] = noise[i][j-1]*(1+1/g) + noise[i-1][j-1]/g
			e := max(math.Abs(tri[i][j]-tri[i][j-1]), math.Abs(tri[i][j]-tri[i-1][j-1])) + noise[i][j]
			if e < err {
				value, err = tri[i][j], e
			}
		}
	}
	return value, err
}

// stencil is the product of one-dimensional differences around x.
type stencil struct {
	x     []float64
	axes  []stencilAxis
	power int // p of the error series in h^p
}

type stencilAxis struct {
	axis, order int
	shift       float64 // c
	step        float64 // h at scale 1
}

func newStencil(b pde.Box, x []float64, alpha expr.Multi) *stencil {
	s := &stencil{x: append([]float64(nil), x...), power: 2}
	for i, a := range b.Axes {
		k := int(alpha[i])
		if k == 0 {
			continue
		}
		d := stencilAxis{axis: i, order: k, shift: float64(k) / 2, step: 2 * reach * a.Length() / float64(k)}
		room := reach * a.Length()
		switch {
		case a.Periodic:
		case x[i]-a.From < room:
			d.shift, d.step, s.power = float64(k), room/float64(k), 1
		case a.To-x[i] < room:
			d.shift, d.step, s.power = 0, room/float64(k), 1
		}
		s.axes = append(s.axes, d)
	}
	return s
}

// cell returns Π h_i^{α_i} at the given scale.
func (s *stencil) cell(scale float64) float64 {
	c := 1.0
	for _, d := range s.axes {
		c *= math.Pow(d.step*scale, float64(d.order))
	}
	return c
}

// difference returns the product difference with all steps times scale.
func (s *stencil) difference(f func(x []float64) float64, scale float64) float64 {
	x := append([]float64(nil), s.x...)
	var sum func(k int) float64
	sum = func(k int) float64 {
		if k == len(s.axes) {
			return f(x)
		}
		d := s.axes[k]
		total, c := 0.0, 1.0
		for j := 0; j <= d.order; j++ {
			x[d.axis] = s.x[d.axis] + (d.shift-float64(j))*d.step*scale
			total += c * sum(k+1)
			c *= -float64(d.order-j) / float64(j+1)
		}
		x[d.axis] = s.x[d.axis]
		return total
	}
	return sum(0) / s.cell(scale)
}
