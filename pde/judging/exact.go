package judging

import (
	"pinn/pde"
	"pinn/pde/expr"
)

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
