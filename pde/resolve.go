package pde

import (
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

// unknown notes an unknown name, with a suggestion if one is near.
func (r *resolver) unknown(offset int, what, name string, candidates []string) {
	r.faults.add(offset, "unknown %s %s%s", what, brief(&Syntax{kind: syntaxName, text: name}), suggest.DidYouMean(name, candidates))
}
