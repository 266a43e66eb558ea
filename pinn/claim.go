package pinn

import (
	"fmt"

	"pinn/pde"
	"pinn/pde/expr"
)

// datum is what one condition gives for one field on one face: its value, or its
// velocity at the initial time, as an expression of the other axes.
type datum struct {
	condition int
	axis      int
	end       int // -1 the first end of the axis, +1 the last
	velocity  bool
	value     *expr.Expr
}

// claim is a condition read as data of one field on faces of the box.
type claim struct {
	field    int
	velocity bool
	data     []datum
}

// claim reads a condition, or says why it cannot be hard whatever the other
// conditions are.
func (pl *planner) claim(c pde.Condition) (claim, objection) {
	value, cl, why := pl.solve(c.Residual)
	if why != "" {
		return cl, objection{text: why}
	}
	for _, piece := range c.Pieces {
		axis, end, why := pl.face(piece, cl.velocity)
		if why != "" {
			return cl, objection{text: why}
		}
		d := datum{axis: axis, end: end, velocity: cl.velocity}
		d.value = pl.restrict(value, d)
		cl.data = append(cl.data, d)
	}
	if len(cl.data) == 0 {
		return cl, objection{text: "it holds on no face of the domain"}
	}
	if !value.Smooth() {
		return cl, objection{"its data are not smooth", true}
	}
	for _, d := range cl.data {
		if why := pl.unfit(d); why != "" {
			return cl, objection{why, true}
		}
	}
	return cl, objection{}
}

// solve solves a residual c·u + rest = 0 for the one partial in it, u or u_t.
func (pl *planner) solve(r *expr.Expr) (value *expr.Expr, cl claim, why string) {
	g := pl.p.Graph
	partials := r.Partials()
	switch {
	case r.HasParams():
		return nil, cl, "it contains an unknown parameter"
	case r.HasNormals():
		return nil, cl, "it contains the normal"
	case r.HasColumns():
		return nil, cl, "it contains a data column"
	case len(partials) == 0:
		return nil, cl, "it contains no field"
	case len(partials) > 1:
		return nil, cl, "it is not of the form field = expression of the axes"
	}
	p := partials[0]
	cl = claim{field: p.Field, velocity: p.Order.Order() > 0}
	if time := pl.p.Box.Time(); cl.velocity && (time < 0 || p.Order != expr.Unit(time)) {
		return nil, cl, fmt.Sprintf("it gives the derivative %s", g.Partial(p))
	}
	factor, ok := g.DiffPartial(r, p).Const()
	if !ok || factor == 0 {
		return nil, cl, "it is not linear in the field with a constant factor"
	}
	rest := g.Replace(r, func(leaf *expr.Expr) *expr.Expr {
		if _, ok := leaf.Partial(); ok {
			return g.Const(0)
		}
		return nil
	})
	return g.Div(g.Neg(rest), g.Const(factor)), cl, ""
}

// face returns the end of the axis that a piece is, if it is a whole face.
func (pl *planner) face(piece pde.Piece, velocity bool) (axis, end int, why string) {
	switch {
	case piece.Boundary != "":
		return 0, 0, "it holds on a curve"
	case len(piece.Fixed) != 1 || piece.Keep != nil:
		return 0, 0, "it does not hold on a whole face"
	}
	at := piece.Fixed[0]
	on := pl.p.Box.Axes[at.Axis]
	end = on.End(at.Value)
	switch {
	case end == 0:
		return 0, 0, fmt.Sprintf("%s = %g is not a face of the domain", on.Name, at.Value)
	case velocity && (at.Axis != pl.p.Box.Time() || end > 0):
		return 0, 0, "a derivative can be hard at the initial time only"
	}
	return at.Axis, end, ""
}
