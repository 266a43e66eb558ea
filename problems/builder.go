package problems

import (
	"errors"
	"fmt"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pde/judging"
)

// Builder states a pde.Problem in Go as a problem file does: its texts are those of the
// language of equations. What is wrong with them is gathered, and told by Problem.
//
//	b := problems.NewBuilder(pde.Box{Axes: []pde.Axis{{Name: "x", From: 0, To: 1}, {Name: "t", From: 0, To: 1}}}, "u")
//	b.Equation("u_t = 0.1*u_xx")
//	b.Condition("t = 0", "u = sin(pi*x)")
//	b.Condition("x = 0 or x = 1", "u = 0")
//	problem, err := b.Problem()
type Builder struct {
	scope   *pde.Scope
	problem pde.Problem
	exact   []*expr.Expr
	faults  []error
}

// NewBuilder begins a problem on a box with the given fields.
func NewBuilder(box pde.Box, fields ...string) *Builder {
	var axes []string
	for _, a := range box.Axes {
		axes = append(axes, a.Name)
	}
	g := expr.NewGraph()
	return &Builder{
		scope:   pde.NewScope(g, axes, fields),
		problem: pde.Problem{Graph: g, Box: box, Fields: fields, Constants: map[string]float64{}},
		exact:   make([]*expr.Expr, len(fields)),
	}
}

// Constant declares a constant by a constant expression such as "0.01/pi".
func (b *Builder) Constant(name, value string) {
	b.add("constant "+name, b.scope.Constant(name, value))
	if v, ok := b.scope.Value(name); ok {
		b.problem.Constants[name] = v
	}
}

// Define names an expression, which may contain fields and derivatives.
func (b *Builder) Define(name, expression string) {
	b.add("definition "+name, b.scope.Define(name, expression))
}

// Parameter declares an unknown scalar that is identified together with the fields.
func (b *Builder) Parameter(p pde.Param) {
	b.add("parameter "+p.Name, b.scope.Parameter(p.Name))
	b.problem.Params = append(b.problem.Params, p)
}

// Equation states an equation left = right that holds in the domain. Names that it uses
// must be declared before.
func (b *Builder) Equation(is string) {
	r, faults := b.scope.Residual(is, pde.Context{})
	b.addFaults(is, faults)
	b.problem.Equations = append(b.problem.Equations, pde.Equation{Name: is, Residual: r, Weight: 1})
}

// Condition states what holds at a place such as "t = 0" or "boundary". It is built into
// the network where that can be done exactly.
func (b *Builder) Condition(at, is string) {
	pieces, faults := b.scope.Place(at, b.problem.Box, nil)
	b.addFaults(at, faults)
	r, faults := b.scope.Residual(is, pde.Context{Normals: true})
	b.addFaults(is, faults)
	b.problem.Conditions = append(b.problem.Conditions, pde.Condition{
		Name: at, At: at, Pieces: pieces, Residual: r, Weight: 1,
	})
}

// Data states what holds at given points, columns naming its further numbers: column k
// of values belongs to names[k] and has a number per point.
func (b *Builder) Data(is string, points pde.Points, names []string, values [][]float64) {
	r, faults := b.scope.Residual(is, pde.Context{DataColumns: names})
	b.addFaults(is, faults)
	b.problem.Data = append(b.problem.Data, pde.Data{Name: is, Points: points, Columns: values, Residual: r, Weight: 1})
}

// Exact gives the exact solution of a field, an expression of the axes, by which an
// answer can be judged. It is no part of the problem: see Truth.
func (b *Builder) Exact(field, expression string) {
	for f, name := range b.problem.Fields {
		if name == field {
			e, faults := b.scope.Function(expression)
			b.addFaults(expression, faults)
			b.exact[f] = e
			return
		}
	}
	b.add("exact solution", fmt.Errorf("%s is no field", field))
}

// Problem returns the problem, or all that is wrong with it.
func (b *Builder) Problem() (*pde.Problem, error) {
	for _, m := range b.scope.Check() {
		b.addFaults(m.Kind+" "+m.Name, m.Faults)
	}
	if err := errors.Join(b.faults...); err != nil {
		return nil, err
	}
	p := b.problem
	return &p, nil
}

// Truth returns what an answer is judged by, nil if no exact solution is given.
func (b *Builder) Truth() judging.Truth {
	for _, e := range b.exact {
		if e != nil {
			return judging.NewExact(b.problem.Box, b.exact)
		}
	}
	return nil
}

func (b *Builder) add(what string, err error) {
	if err != nil {
		b.faults = append(b.faults, fmt.Errorf("%s: %w", what, err))
	}
}

func (b *Builder) addFaults(what string, faults pde.Faults) {
	for _, f := range faults {
		b.add(what, errors.New(f.Message))
	}
}
