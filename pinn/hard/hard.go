package hard

import (
	"fmt"
	"strings"

	"pinn/pde"
)

// Note tells why a condition that was left to the program's choice stays soft;
// Message is that reason, such as "its data are not smooth".
// Fallback reports that its statement could be built in and only its data, or
// those of other conditions, stand against it; otherwise the statement is of a
// kind that is always soft, such as a Neumann condition.
type Note struct {
	Condition int // index in Problem.Conditions
	Message   string
	Fallback  bool
}

// Error says that a condition cannot be enforced as its statement demands.
type Error struct {
	Condition int // index in Problem.Conditions
	Reason    string
}

// Error names the key of the problem file and the reason.
func (e Error) Error() string {
	return fmt.Sprintf("condition[%d].enforce: cannot be hard: %s", e.Condition, e.Reason)
}

// Errors are all the conditions that cannot be hard but have to, in order.
type Errors []Error

// Error returns one line per condition.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Lifts decides which conditions of the problem are built into the network
// and returns one Lift per field, the indices of the conditions that stay soft,
// and a note for each of these whose enforcement was left open.
//
// A condition can be hard if it says field = expression of the axes, perhaps
// multiplied by a number, with smooth data on whole faces of the box. It may say the
// same of the velocity u_t at the initial time where u is given too. Its data must agree,
// to 1e-8 of their scale, with the other data of the field where faces meet, and in value
// and slope across the period of each periodic axis. Where the data of two conditions
// disagree, the earlier one is kept; but one that has to be hard comes before one that
// may be.
//
// The error is a Errors, or says that the graph of the problem is full.
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

// objection says why a condition cannot be hard; the zero value is none. data
// tells that the fault lies with its data, not with the kind of its statement.
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

// choose goes through the conditions in the order of their claims: values before
// velocities, which need them, and demands before choices.
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

// admit keeps the data of condition i unless something speaks against it.
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

// given reports whether the data of a face are there already.
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
	value     *pde.Expr
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
func (pl *planner) solve(r *pde.Expr) (value *pde.Expr, cl claim, why string) {
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
	if time := pl.p.Box.Time(); cl.velocity && (time < 0 || p.Order != pde.Unit(time)) {
		return nil, cl, fmt.Sprintf("it gives the derivative %s", g.Partial(p))
	}
	factor, ok := g.DiffPartial(r, p).Const()
	if !ok || factor == 0 {
		return nil, cl, "it is not linear in the field with a constant factor"
	}
	rest := g.Replace(r, func(leaf *pde.Expr) *pde.Expr {
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
