// Package hard finds what of a problem u = g + φN can meet by construction, whatever the
// network N is: hard conditions (Lifts), which give g and φ, and mirror symmetries of all
// fields (Mirrors). It reads statements of package pde and knows no network.
//
//  1. Each condition is read as data of one field on faces of the box, or there is a
//     reason why it cannot be (hard.go).
//  2. The data of a field must agree where faces meet and across periods (agree.go).
//  3. What agrees is blended into g, and φ vanishes there (lift.go).
//  4. Statements and lifts are compared with their mirror images (mirror.go).
package hard

import (
	"fmt"
	"strings"

	"pinn/pde"
	"pinn/pde/expr"
)

// Note says why a condition is soft although the problem leaves the choice open.
type Note struct {
	Condition int    // index in Problem.Conditions
	Message   string // the reason, such as "its data are not smooth"

	// Fallback is true if statements of this kind can be hard, and only the data of this
	// condition or of others prevent it. It is false for a kind that is always soft, such
	// as a Neumann condition.
	Fallback bool
}

// Error says that a condition cannot be hard although the problem demands it.
type Error struct {
	Condition int // index in Problem.Conditions
	Reason    string
}

// Error names the key of the problem file and the reason.
func (e Error) Error() string {
	return fmt.Sprintf("condition[%d].enforce: cannot be hard: %s", e.Condition, e.Reason)
}

// Errors are the errors of all such conditions, in their order.
type Errors []Error

// Error returns one line per condition.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Lifts decides which conditions of the problem are hard. It returns one Lift per
// field, the indices of the conditions that stay soft, and a note for each of these
// that might have been hard.
//
// A condition can be hard if it says number·field = expression of the axes on whole faces
// of the box, and the expression is smooth. It may say so of the velocity u_t at the
// initial time, if the value of u is hard there too. Where faces meet, its data must agree
// with the other data of the field to 1e-8 of their scale; across the period of a periodic
// axis, their value and slope must not jump. Where the data of two conditions disagree,
// the earlier one is hard, but those that must be hard come before those that may be.
//
// The error is an Errors, or says that the graph of the problem is full.
func Lifts(p *pde.Problem) (lifts []Lift, soft []int, notes []Note, err error) {
	pl := &planner{p: p, kept: make([][]datum, len(p.Fields)), against: make([]objection, len(p.Conditions))}
	pl.choose()
	var impossible Errors
	for i, c := range p.Conditions {
		switch {
		case c.Enforce == pde.Soft:
			soft = append(soft, i)
		case pl.against[i].text == "":
		case c.Enforce == pde.Hard:
			impossible = append(impossible, Error{i, pl.against[i].text})
		default:
			soft = append(soft, i)
			notes = append(notes, Note{i, pl.against[i].text, pl.against[i].data})
		}
	}
	if impossible != nil {
		return nil, nil, nil, impossible
	}
	for f, data := range pl.kept {
		l, err := blend(p.Graph, p.Box, f, data)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("hard conditions of %s: %w", p.Fields[f], err)
		}
		lifts = append(lifts, l)
	}
	return lifts, soft, notes, nil
}

// objection says why a condition cannot be hard; the zero value says that it can. data
// is true if its data are the reason, not the kind of its statement.
type objection struct {
	text string
	data bool
}

// planner decides which conditions are hard.
type planner struct {
	p       *pde.Problem
	kept    [][]datum   // per field, the data that lifts will meet
	against []objection // per condition
}

// choose admits the conditions one by one: values before velocities, which need a value
// on their face, and of each those that must be hard before those that may be.
func (pl *planner) choose() {
	claims := make([]claim, len(pl.p.Conditions))
	for i, c := range pl.p.Conditions {
		if c.Enforce != pde.Soft {
			claims[i], pl.against[i] = pl.claim(c)
		}
	}
	for _, velocity := range []bool{false, true} {
		for _, enforce := range []pde.Enforce{pde.Hard, pde.Auto} {
			for i, c := range pl.p.Conditions {
				if pl.against[i].text == "" && c.Enforce == enforce && claims[i].velocity == velocity {
					pl.against[i] = objection{pl.admit(i, claims[i]), true}
				}
			}
		}
	}
}

// admit keeps the data of condition i, or says which data that are kept exclude them.
func (pl *planner) admit(i int, c claim) (why string) {
	kept := pl.kept[c.field]
	for _, d := range c.data {
		d.condition = i
		if why := pl.opposed(d, kept); why != "" {
			return why
		}
		if !given(kept, d) {
			kept = append(kept, d)
		}
	}
	pl.kept[c.field] = kept
	return ""
}

// given reports whether the values, or velocities, on the face of d are kept already.
func given(kept []datum, d datum) bool {
	for _, k := range kept {
		if k.axis == d.axis && k.end == d.end && k.velocity == d.velocity {
			return true
		}
	}
	return false
}

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

// claim reads a condition as data, or says why it cannot be hard even if it were the only
// one.
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

// face returns the axis and the end of it at which the piece is a whole face, or says
// why it is none.
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
