package pinn

import (
	"pinn/pde"
	"pinn/pde/expr"
)

// Lift is how the hard conditions of one field are built in: u = G + Phi·N with
// the network's output N. G meets the conditions, Phi vanishes where they hold.
// Both are expressions of the axes. Where Base is set, its answer is added to G: the
// network corrects it, see Correct, or goes on from it, see NewSlab. The zero Lift,
// apart from Field, is u = N.
type Lift struct {
	Field int
	G     *expr.Expr // nil for 0
	Phi   *expr.Expr // nil for 1
	Base  *Base      // nil for none; all lifts have the same
}

// Base is a frozen solution that others build on. With a Start it is continued from
// the time Start.At by its Taylor polynomial there,
//
//	Σ_{k<m} (t−At)^k/k! · ∂_t^k u(·, At),   m = Start.Orders[field],
//
// which is 0 for a field with m = 0.
type Base struct {
	*Solution
	Start *Start // nil: as it is
}

// Start is a time at which a solution is continued, the index of the axis of time, and
// of each field the order of its evolution in time.
type Start struct {
	Time   int
	At     float64
	Orders []int
}

// trivial reports whether u = N.
func (l Lift) trivial() bool { return l.G == nil && l.Phi == nil && l.Base == nil }

// blend returns the lift that meets the data, which must agree where faces
// meet. Going from u ≈ 0 through the axes one by one, each is put right by what
// its data lack on what is there already:
//
//	g ← g + P_i(u − g),
//
// which makes g = [I − Π(I − P_i)]u, the boolean sum of the projectors P_i: for
// two axes P_x + P_t − P_x P_t. P_i interpolates linearly between two faces, is
// constant from one, and g_0 + (t−t₀)g_1 from a value and a velocity. Phi is the
// product of 4(x−a)(b−x)/(b−a)², (x−a)/(b−a) or its mirror image, or
// ((t−t₀)/(T−t₀))², each at most 1.
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

// blender builds the projector and the factor of one axis.
type blender struct {
	g    *expr.Graph
	axis int
	on   pde.Axis
}

// project returns P(u − g) for the data u on this axis.
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

// factor returns the part of φ that vanishes on this axis' data.
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

// at returns e with the coordinate fixed.
func (b blender) at(e *expr.Expr, v float64) *expr.Expr { return substitute(b.g, e, b.axis, v) }

// past returns x − a.
func (b blender) past() *expr.Expr { return b.g.Sub(b.g.Axis(b.axis), b.g.Const(b.on.From)) }

// done returns (x − a)/(b − a), left (b − x)/(b − a). Both are exactly 0 and 1 at
// the ends.
func (b blender) done() *expr.Expr { return b.g.Div(b.past(), b.g.Const(b.on.Length())) }

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
