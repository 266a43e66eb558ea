// Package judging holds the known solutions that an answer is judged by: exact ones,
// tables, built-in ones; and the errors of an answer against them. Package pinn does not
// import it: training, switching and stopping cannot see what is known.
package judging

import (
	"pinn/pde"
	"pinn/pde/expr"
)

// Truth is a known solution u*. It serves judging only: a Problem does not hold
// one, so training, switching and stopping cannot see it.
type Truth interface {
	// Known tells for each field whether its solution is known.
	Known() []bool
	// Where returns the points on which to judge: the judging grid of the
	// domain, or the points of the file.
	Where() pde.Points
	// Free reports whether At can be asked at any point of the domain, not
	// only at the points of Where.
	Free() bool
	// At returns the values u*, indexed by field and then by point of p, with
	// a nil row for each field that is not known.
	At(p pde.Points) [][]float64
}

// Exact is a solution u* in closed form, for judging only: one expression of
// the axes per field, nil for a field whose solution is not known.
type Exact struct {
	box    pde.Box
	fields []*expr.Expr
}

var _ Truth = (*Exact)(nil)

// NewExact returns the exact solution with the given expression per field, in
// the order of the problem's fields. The expressions must depend on axes only,
// as those of Scope.Function do; at least one must not be nil, or NewExact
// panics.
func NewExact(b pde.Box, fields []*expr.Expr) *Exact {
	for _, e := range fields {
		if e != nil {
			return &Exact{b, fields}
		}
	}
	panic("judging: NewExact: no field has an expression")
}

// Known implements Truth.
func (e *Exact) Known() []bool {
	known := make([]bool, len(e.fields))
	for f, formula := range e.fields {
		known[f] = formula != nil
	}
	return known
}

// Where implements Truth: the judging grid.
func (e *Exact) Where() pde.Points { return e.box.JudgingGrid() }

// Free implements Truth.
func (e *Exact) Free() bool { return true }

// At implements Truth.
func (e *Exact) At(p pde.Points) [][]float64 {
	u := make([][]float64, len(e.fields))
	for f, formula := range e.fields {
		if formula == nil {
			continue
		}
		u[f] = make([]float64, p.N)
		for i := range u[f] {
			u[f][i] = formula.Eval(expr.Env{X: p.At(i)})
		}
	}
	return u
}
