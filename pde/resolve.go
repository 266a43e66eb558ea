package pde

import (
	"slices"
	"strings"

	"pinn/internal/suggest"
	"pinn/pde/expr"
)

// rules says what a text may contain and, if it contains something else, why
// that is wrong.
type rules struct {
	axes, partials, params, normals, data bool // the leaves that may occur

	clause  string
	columns []string // the names of the data columns
}

var (
	constantRules = rules{
		clause: "a constant expression has only numbers and constants",
	}
	functionRules = rules{
		axes:   true,
		clause: "only axes, constants and definitions without fields can stand here",
	}
	definitionRules = rules{
		axes: true, partials: true, params: true, normals: true,
	}
	equationRules = rules{
		axes: true, partials: true, params: true, data: true,
		clause: "the normal stands only in conditions on a boundary",
	}
)

// resolver turns a syntax tree into an expression. A nil expression stands for
// one with a fault, noted already.
type resolver struct {
	s *Scope
	rules
	faults Faults
	end    func() // ends the text
	stop   bool   // the graph is full: nothing more can be said
}

// resolver begins a text, which may add maxStatement nodes to the graph. A text
// resolved in the course of another shares its limit.
func (s *Scope) resolver(rules rules, faults Faults) *resolver {
	return &resolver{s: s, rules: rules, faults: faults, end: s.g.Limit(maxStatement)}
}

// value resolves a tree that stands for a number.
func (r *resolver) value(t *Syntax) *expr.Expr {
	if r.stop || len(r.faults) >= maxFaults {
		return nil
	}
	var e *expr.Expr
	switch t.kind {
	case syntaxNumber:
		e = r.s.g.Const(t.value)
	case syntaxName:
		e = r.named(t)
	case syntaxCall:
		e = r.call(t)
	case syntaxOperation:
		if t.logical() {
			return nil // the parser has said so
		}
		e = r.operation(t)
	}
	return r.check(t, e)
}

// check notes what is wrong with the value of a tree whose parts are sound.
func (r *resolver) check(t *Syntax, e *expr.Expr) *expr.Expr {
	switch {
	case r.s.g.Full():
		if !r.stop {
			r.faults.add(t.mark, "the expression is too large: more than %d operations once derivatives are taken", maxStatement)
		}
		r.stop = true
		return nil
	case e == nil:
		return nil
	case !e.Finite():
		r.faults.add(t.pos, "%s has no finite value", brief(t))
		return nil
	}
	return e
}

// brief prints a tree, cut to a readable length.
func brief(t *Syntax) string {
	s := []rune(t.String())
	if len(s) > 40 {
		return string(s[:39]) + "…"
	}
	return string(s)
}

// values resolves several trees; ok is false if any is faulty.
func (r *resolver) values(trees []*Syntax) (e []*expr.Expr, ok bool) {
	ok = true
	for _, t := range trees {
		v := r.value(t)
		e = append(e, v)
		ok = ok && v != nil
	}
	return e, ok
}

func (r *resolver) operation(t *Syntax) *expr.Expr {
	e, ok := r.values(t.args)
	if !ok {
		return nil
	}
	return r.s.g.Build(t.op, e[0], at(e, 1), nil)
}

func at(e []*expr.Expr, i int) *expr.Expr {
	if i < len(e) {
		return e[i]
	}
	return nil
}

// truth resolves a tree that stands for a truth value.
func (r *resolver) truth(t *Syntax) *expr.Expr {
	switch {
	case r.stop || t.kind == syntaxBad:
		return nil
	case !t.logical():
		if t.kind == syntaxName && !r.stop {
			r.faults.add(t.pos, "expected a comparison, such as x < 1, got %s", t.text)
		}
		return nil
	case t.op == expr.OpAnd || t.op == expr.OpOr:
		a, b := r.truth(t.args[0]), r.truth(t.args[1])
		if a == nil || b == nil {
			return nil
		}
		return r.check(t, r.s.g.Build(t.op, a, b, nil))
	case t.op == expr.OpNot:
		a := r.truth(t.args[0])
		if a == nil {
			return nil
		}
		return r.check(t, r.s.g.Not(a))
	}
	e, ok := r.values(t.args)
	if !ok {
		return nil
	}
	if t.swapped {
		e[0], e[1] = e[1], e[0]
	}
	return r.check(t, r.s.g.Compare(t.op, e[0], e[1]))
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

// unknown notes an unknown name, with a suggestion if one is near.
func (r *resolver) unknown(offset int, what, name string, candidates []string) {
	r.faults.add(offset, "unknown %s %s%s", what, brief(&Syntax{kind: syntaxName, text: name}), suggest.DidYouMean(name, candidates))
}
