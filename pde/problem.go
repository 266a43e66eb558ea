package pde

import (
	"math"
	"slices"

	"pinn/pde/expr"
)

// Problem is everything that training may see: the domain, the fields, the
// equations, conditions and data, and the unknown parameters. Whatever judges
// the answer (package judging, targets, true values of parameters) is kept apart from it.
type Problem struct {
	Graph      *expr.Graph // owns every Residual below
	Box        Box
	Fields     []string // the unknown functions; Partial.Field is an index of it
	Params     []Param  // the unknown scalars, in the order of the leaves Param(k)
	Constants  map[string]float64
	Equations  []Equation
	Conditions []Condition
	Data       []Data
}

// Param is an unknown scalar that is identified together with the fields. Min
// and Max bound it; -Inf and +Inf are no bound.
type Param struct {
	Name            string
	Start, Min, Max float64
}

// Bounded reports whether the parameter has a finite lower and upper bound.
func (p Param) Bounded() (below, above bool) {
	return !math.IsInf(p.Min, -1), !math.IsInf(p.Max, 1)
}

// Equation is a residual r = left − right on all of Ω, in the loss as
// Weight·mean r².
type Equation struct {
	Name     string
	Residual *expr.Expr
	Weight   float64
}

// Condition is a residual on a part of the boundary, at the initial time or at
// a point; boundary and initial conditions are the same type. Points is how many
// points a soft condition gets, 0 if the program chooses.
type Condition struct {
	Name, At string
	Pieces   []Piece
	Residual *expr.Expr
	Enforce  Enforce
	Weight   float64
	Points   int
}

// NeedsNormal reports whether every point of the condition must have a normal,
// because the residual contains it.
func (c Condition) NeedsNormal() bool { return c.Residual != nil && c.Residual.HasNormals() }

// Data is a residual at given places: Columns[k][i] is the value at point i of
// the leaf Column(k) of Residual.
type Data struct {
	Name     string
	Points   Points
	Columns  [][]float64
	Residual *expr.Expr
	Weight   float64
}

// Enforce says whether a condition is built into the network (hard), is a term
// of the loss (soft), or is hard wherever it can be (auto, the zero value).
type Enforce uint8

// The ways to enforce a condition.
const (
	Auto Enforce = iota
	Hard
	Soft
)

var enforceNames = [...]string{"auto", "hard", "soft"}

// String returns the word of the problem file: auto, hard or soft.
func (e Enforce) String() string { return enforceNames[e] }

// ParseEnforce returns the value of a word of the problem file; the empty word
// means auto.
func ParseEnforce(word string) (Enforce, bool) {
	for e, name := range enforceNames {
		if word == name {
			return Enforce(e), true
		}
	}
	return Auto, word == ""
}

// During returns the problem on the slab of its domain between two times, both within
// it. Of each condition the slab keeps the pieces that reach into it; a condition at the
// initial time belongs to the slab that begins then. Conditions without such a piece are
// dropped. which holds the index in p.Conditions of each that is kept. Conditions of p at
// a fixed time must be at the initial one. Both problems share the graph.
//
// It panics if no axis is time.
func (p *Problem) During(from, to float64) (slab *Problem, which []int) {
	time := p.Box.Time()
	if time < 0 {
		panic("pde: a slab of a problem without time")
	}
	cut := *p
	cut.Box.Axes = slices.Clone(p.Box.Axes)
	whole := p.Box.Axes[time]
	cut.Box.Axes[time].From, cut.Box.Axes[time].To = from, to
	cut.Conditions = nil
	for i, c := range p.Conditions {
		var pieces []Piece
		for _, q := range c.Pieces {
			if cut.Box.during(q, time, whole) {
				pieces = append(pieces, q)
			}
		}
		if pieces != nil {
			c.Pieces = pieces
			cut.Conditions, which = append(cut.Conditions, c), append(which, i)
		}
	}
	return &cut, which
}

// during reports whether a piece of a place belongs to a slab of a domain whose time
// is whole.
func (b Box) during(q Piece, time int, whole Axis) bool {
	for _, f := range q.Fixed {
		if f.Axis == time && whole.End(b.Axes[time].From) >= 0 {
			return false
		}
	}
	return q.Boundary != "" || b.part(q).share() >= minShare
}
