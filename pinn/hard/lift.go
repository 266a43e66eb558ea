package hard

import (
	"pinn/pde"
	"pinn/pde/expr"
)

// Lift is how the hard conditions of one field are met: u = G + Phi·N, whatever the
// function N is. G meets the conditions, and Phi is 0 where they hold. Both are
// expressions of the axes. A Lift with neither is u = N.
type Lift struct {
	Field int
	G     *expr.Expr // nil for 0
	Phi   *expr.Expr // nil for 1
}

// Started returns the lift of a field that starts at rest on a box: at the first time t₀
// of the axis of time u and its first m − 1 derivatives by time are 0, for any N. With T
// the length of that axis it is
//
//	u = G − Σ_{k<m} (t−t₀)^k/k! ∂_t^k G(·, t₀) + φ·((t−t₀)/T)^m·N.
//
// The lift must have no data at the first time itself. It is an error if the derivatives
// of G do not fit into the graph.
func (l Lift) Started(g *expr.Graph, box pde.Box, m int) (Lift, error) {
	time := box.Time()
	b := blender{g: g, axis: time, on: box.Axes[time]}
	if l.Phi == nil {
		l.Phi = g.Const(1)
	}
	for range m {
		l.Phi = g.Mul(l.Phi, b.done())
	}
	if l.G == nil {
		return l, nil
	}
	slope, start := l.G, g.Const(0)
	factor := g.Const(1)
	for k := range m {
		start = g.Add(start, g.Mul(factor, b.at(slope, b.on.From)))
		factor = g.Div(g.Mul(factor, b.past()), g.Const(float64(k+1)))
		var err error
		if slope, err = g.Diff(slope, time); err != nil {
			return l, err
		}
	}
	l.G = g.Sub(l.G, start)
	return l, nil
}

// blend returns the lift that meets the data u, which agree where faces meet. From g = 0
// on it goes through the axes; for each axis i it adds to g what g still lacks of the data
// on the faces of that axis, carried into the box by a projector P_i:
//
//	g ← g + P_i(u − g).
//
// At the end g = [I − Π(I − P_i)]u, the boolean sum of the projectors: for two axes it is
// P_x + P_t − P_x P_t. P_i interpolates linearly between the data of two faces, continues
// those of one face as a constant, and a value g_0 with a velocity g_1 as g_0 + (t−t₀)g_1.
// Phi is the product over the axes of 4(x−a)(b−x)/(b−a)² for two faces, (x−a)/(b−a) or
// its mirror image for one, and ((t−t₀)/(T−t₀))² for a value with a velocity, each at
// most 1.
//
// Gordon, SIAM J. Numer. Anal. 8 (1971) 158: transfinite interpolation.
func blend(g *expr.Graph, box pde.Box, field int, data []datum) (Lift, error) {
	sum, phi := g.Const(0), g.Const(1)
	for axis := range box.Axes {
		var on axisData
		for _, d := range data {
			if d.axis == axis {
				on.put(d)
			}
		}
		if on == (axisData{}) {
			continue
		}
		b := blender{g: g, axis: axis, on: box.Axes[axis]}
		add, err := b.project(on, sum)
		if err != nil {
			return Lift{}, err
		}
		sum = g.Add(sum, add)
		phi = g.Mul(phi, b.factor(on))
	}
	l := Lift{Field: field, G: sum, Phi: phi}
	if v, ok := phi.Const(); ok && v == 1 {
		return Lift{Field: field}, nil
	}
	if v, ok := sum.Const(); ok && v == 0 {
		l.G = nil
	}
	return l, nil
}

// axisData are the data on one axis: at its first end, at its last, and the
// velocity at the first.
type axisData struct{ from, to, velocity *expr.Expr }

func (a *axisData) put(d datum) {
	switch {
	case d.velocity:
		a.velocity = d.value
	case d.end < 0:
		a.from = d.value
	default:
		a.to = d.value
	}
}

// blender builds the projector P_i and the factor of φ for one axis [a, b].
type blender struct {
	g    *expr.Graph
	axis int
	on   pde.Axis
}

// project returns P(u − g) for the data u on this axis and g = sum.
func (b blender) project(on axisData, sum *expr.Expr) (*expr.Expr, error) {
	g := b.g
	lack := func(data *expr.Expr, at float64) *expr.Expr { return g.Sub(data, b.at(sum, at)) }
	switch {
	case on.velocity != nil:
		slope, err := g.Diff(sum, b.axis)
		if err != nil {
			return nil, err
		}
		rate := g.Sub(on.velocity, b.at(slope, b.on.From))
		return g.Add(lack(on.from, b.on.From), g.Mul(b.past(), rate)), nil
	case on.from != nil && on.to != nil:
		first := g.Mul(b.left(), lack(on.from, b.on.From))
		return g.Add(first, g.Mul(b.done(), lack(on.to, b.on.To))), nil
	case on.from != nil:
		return lack(on.from, b.on.From), nil
	}
	return lack(on.to, b.on.To), nil
}

// factor returns the factor of φ that vanishes on the faces with data on this axis.
func (b blender) factor(on axisData) *expr.Expr {
	g := b.g
	switch {
	case on.velocity != nil:
		return g.Mul(b.done(), b.done())
	case on.from != nil && on.to != nil:
		return g.Mul(g.Const(4), g.Mul(b.done(), b.left()))
	case on.from != nil:
		return b.done()
	}
	return b.left()
}

// at returns e with the coordinate of the axis set to v.
func (b blender) at(e *expr.Expr, v float64) *expr.Expr { return substitute(b.g, e, b.axis, v) }

// past returns x − a.
func (b blender) past() *expr.Expr { return b.g.Sub(b.g.Axis(b.axis), b.g.Const(b.on.From)) }

// done returns (x − a)/(b − a), which is exactly 0 and 1 at the ends, as left is 1 and 0.
func (b blender) done() *expr.Expr { return b.g.Div(b.past(), b.g.Const(b.on.Length())) }

// left returns (b − x)/(b − a).
func (b blender) left() *expr.Expr {
	return b.g.Div(b.g.Sub(b.g.Const(b.on.To), b.g.Axis(b.axis)), b.g.Const(b.on.Length()))
}

// substitute returns e with the coordinate of the axis replaced by v.
func substitute(g *expr.Graph, e *expr.Expr, axis int, v float64) *expr.Expr {
	return g.Replace(e, func(leaf *expr.Expr) *expr.Expr {
		if leaf.Op() != expr.OpAxis {
			return nil
		}
		if k, _ := leaf.Index(); k == axis {
			return g.Const(v)
		}
		return nil
	})
}
