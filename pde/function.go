package pde

import (
	"slices"
	"strings"

	"pinn/internal/suggest"
	"pinn/pde/expr"
)

// function is a function of the language.
type function struct {
	name     string
	op       expr.Op
	min, max int // how many arguments; max 0 means any number
}

// of returns the function that an operation is. It is called as the operation
// prints, so that what is printed can be read.
func of(op expr.Op, min, max int) function { return function{op.String(), op, min, max} }

// functions lists the functions of the language. Those of one argument are all
// built by Graph.Func.
var functions = []function{
	of(expr.OpSin, 1, 1),
	of(expr.OpCos, 1, 1),
	of(expr.OpTan, 1, 1),
	of(expr.OpAsin, 1, 1),
	of(expr.OpAcos, 1, 1),
	of(expr.OpAtan, 1, 1),
	of(expr.OpAtan2, 2, 2),
	of(expr.OpSinh, 1, 1),
	of(expr.OpCosh, 1, 1),
	of(expr.OpTanh, 1, 1),
	of(expr.OpExp, 1, 1),
	of(expr.OpLog, 1, 1),
	of(expr.OpSqrt, 1, 1),
	of(expr.OpAbs, 1, 1),
	of(expr.OpMin, 2, 0),
	of(expr.OpMax, 2, 0),
	of(expr.OpSign, 1, 1),
	of(expr.OpStep, 1, 1),
	of(expr.OpErf, 1, 1),
	of(expr.OpIf, 3, 3),
}

// operators lists what looks like a function but works on expressions: d(e, x),
// lap(e) and dn(e).
var operators = []function{
	{name: "d", min: 2},
	{name: "lap", min: 1, max: 1},
	{name: "dn", min: 1, max: 1},
}

// functionNamed returns the function or operator of that name.
func functionNamed(name string) (f function, ok bool) {
	for _, list := range [][]function{functions, operators} {
		for _, f := range list {
			if f.name == name {
				return f, true
			}
		}
	}
	return function{}, false
}

// isReserved reports whether a name belongs to the language and cannot be
// declared.
func isReserved(name string) bool {
	switch name {
	case "pi", "e", "and", "or", "not", "n_x", "n_y", "n_z":
		return true
	}
	_, ok := functionNamed(name)
	return ok
}

// diff differentiates e along the axes in turn.
func (r *resolver) diff(offset int, e *expr.Expr, axes []int) *expr.Expr {
	for _, i := range axes {
		if e == nil {
			return nil
		}
		if !r.axes {
			r.faults.add(offset, "a derivative cannot stand here; %s", r.clause)
			return nil
		}
		d, err := r.s.g.Diff(e, i)
		if err != nil && !r.s.g.Full() {
			r.faults.add(offset, "%s", err)
		}
		e = d
	}
	return e
}

// derivative resolves d(e, x, …).
func (r *resolver) derivative(t *Syntax) *expr.Expr {
	e := r.value(t.args[0])
	var axes []int
	for _, a := range t.args[1:] {
		i := slices.Index(r.s.axes, a.text)
		if a.kind != syntaxName || i < 0 {
			if a.kind != syntaxBad {
				r.faults.add(a.pos, "d expects axes after the expression (%s), got %s", strings.Join(r.s.axes, ", "), brief(a))
			}
			e = nil
			continue
		}
		axes = append(axes, i)
	}
	return r.diff(t.pos, e, axes)
}

// laplacian resolves lap(e) = Σ ∂²e/∂x_i² over the spatial axes.
func (r *resolver) laplacian(t *Syntax) *expr.Expr {
	e := r.value(t.args[0])
	if len(r.s.spatial) == 0 {
		r.faults.add(t.pos, "there is no lap where t is the only axis")
		return nil
	}
	sum := r.s.g.Const(0)
	for _, i := range r.s.spatial {
		d := r.diff(t.pos, e, []int{i, i})
		if d == nil {
			return nil
		}
		sum = r.s.g.Add(sum, d)
	}
	return sum
}

// slope resolves dn(e) = Σ n_i ∂e/∂x_i over the spatial axes.
func (r *resolver) slope(t *Syntax) *expr.Expr {
	e := r.value(t.args[0])
	switch {
	case len(r.s.spatial) == 0:
		r.faults.add(t.pos, "there is no dn where t is the only axis")
		return nil
	case !r.normals:
		r.faults.add(t.pos, "dn needs the normal; %s", r.clause)
		return nil
	}
	sum := r.s.g.Const(0)
	for _, i := range r.s.spatial {
		d := r.diff(t.pos, e, []int{i})
		if d == nil {
			return nil
		}
		sum = r.s.g.Add(sum, r.s.g.Mul(r.s.g.Normal(i), d))
	}
	return sum
}

// call resolves f(…).
func (r *resolver) call(t *Syntax) *expr.Expr {
	f, ok := functionNamed(t.text)
	if !ok || r.s.declared(t.text) {
		return r.applied(t)
	}
	if n := len(t.args); n < f.min || f.max > 0 && n > f.max {
		r.faults.add(t.pos, "%s takes %s, got %d", f.name, f.arity(), n)
		for i, a := range t.args { // what is wrong inside them still counts
			if !a.logical() && (f.name != "d" || i == 0) {
				r.value(a)
			}
		}
		return nil
	}
	switch f.name {
	case "d":
		return r.derivative(t)
	case "lap":
		return r.laplacian(t)
	case "dn":
		return r.slope(t)
	case "if":
		c := r.truth(t.args[0])
		e, ok := r.values(t.args[1:])
		if c == nil || !ok {
			return nil
		}
		return r.s.g.If(c, e[0], e[1])
	}
	e, ok := r.values(t.args)
	if !ok {
		return nil
	}
	v := r.s.g.Build(f.op, e[0], at(e, 1), nil)
	for _, a := range e[min(2, len(e)):] { // min and max of more than two
		v = r.s.g.Build(f.op, v, a, nil)
	}
	return v
}

// applied resolves k(x, t) where k is not a function of the language: a field or
// definition may be followed by the axes it depends on, as it is on paper.
func (r *resolver) applied(t *Syntax) *expr.Expr {
	if !r.s.declared(t.text) && !slices.Contains(r.columns, t.text) {
		var names []string
		for _, f := range slices.Concat(functions, operators) {
			names = append(names, f.name)
		}
		if strings.Contains(t.text, "_") || suggest.Nearest(t.text, names) == "" {
			names = append(names, r.s.fields...)
		}
		r.unknown(t.pos, "function", t.text, names)
		return nil
	}
	name := *t
	name.kind, name.args, name.end = syntaxName, nil, t.pos+len(t.text)
	e := r.named(&name)
	named := make([]bool, len(r.s.axes))
	for _, a := range t.args {
		i := slices.Index(r.s.axes, a.text)
		if a.kind != syntaxName || i < 0 {
			r.faults.add(t.pos, "%s is not a function; products are written with *", t.text)
			return nil
		}
		named[i] = true
	}
	if e == nil {
		return nil
	}
	for i := range named {
		if !named[i] && (e.UsesAxis(i) || e.HasPartials()) {
			r.faults.add(t.pos, "%s depends on axes that its brackets do not name; leave the brackets out", t.text)
			return nil
		}
	}
	return e
}

// arity says how many arguments a function takes.
func (f function) arity() string {
	count := []string{"no", "one", "two", "three"}[f.min]
	switch {
	case f.max == 0:
		return count + " or more arguments"
	case f.min == 1:
		return "one argument"
	}
	return count + " arguments"
}
