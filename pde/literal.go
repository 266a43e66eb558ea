package pde

import (
	"fmt"
	"slices"

	"pinn/pde/expr"
)

// A place is brought into alternatives ("or") of literals that all hold ("and").

// maxAlternatives bounds how many alternatives a place may have.
const maxAlternatives = 256

// literal is the smallest statement about a place.
type literal struct {
	kind  literalKind
	axis  int // of literalAxis: the axis stands in relation rel to value
	rel   relation
	value float64
	cond  *expr.Expr // of literalCondition
	name  string     // of literalBoundary: on it, or not on it
	not   bool
	word  bool // it comes from the word boundary
	pos   int
}

type literalKind uint8

const (
	literalAxis literalKind = iota
	literalCondition
	literalBoundary
)

// relation is how an axis stands to a value.
type relation uint8

const (
	relEqual relation = iota
	relOther          // not equal
	relLess
	relMoreEq
	relMore
	relLessEq
)

// opposite returns the relation that holds where r does not.
func (r relation) opposite() relation { return r ^ 1 }

// mirrored returns the relation of b to a, given that of a to b.
func (r relation) mirrored() relation {
	switch r {
	case relLess:
		return relMore
	case relMore:
		return relLess
	case relLessEq:
		return relMoreEq
	case relMoreEq:
		return relLessEq
	}
	return r
}

// alternatives returns the alternatives of a tree, or of its opposite if not.
func (p *placer) alternatives(t *Syntax, not bool) [][]literal {
	switch {
	case p.stop || t.kind == syntaxBad:
		return nil
	case t.kind == syntaxName:
		return p.place(t, not)
	case !t.logical():
		return nil // the parser has said so
	case t.op == expr.OpNot:
		return p.alternatives(t.args[0], !not)
	case t.op == expr.OpAnd || t.op == expr.OpOr:
		a, b := p.alternatives(t.args[0], not), p.alternatives(t.args[1], not)
		if (t.op == expr.OpOr) != not {
			return p.bounded(t, append(a, b...))
		}
		return p.bounded(t, all(a, b))
	}
	if l, ok := p.comparison(t, not); ok {
		return [][]literal{{l}}
	}
	return nil
}

// all returns the alternatives in which one of a and one of b hold.
func all(a, b [][]literal) [][]literal {
	var out [][]literal
	for _, x := range a {
		for _, y := range b {
			if len(out) > maxAlternatives {
				return out
			}
			out = append(out, slices.Concat(x, y))
		}
	}
	return out
}

// bounded notes a fault if there are too many alternatives.
func (p *placer) bounded(t *Syntax, either [][]literal) [][]literal {
	if len(either) > maxAlternatives {
		p.faults.add(t.mark, "the place has more than %d alternatives", maxAlternatives)
		p.stop = true
		return nil
	}
	return either
}

// place returns the alternatives of the name of a boundary.
func (p *placer) place(t *Syntax, not bool) [][]literal {
	if slices.Contains(p.boundaries, t.text) {
		return [][]literal{{{kind: literalBoundary, name: t.text, not: not, pos: t.pos}}}
	}
	if t.text != "boundary" {
		if p.s.declared(t.text) {
			p.faults.add(t.pos, "expected a comparison, such as %s = 0, got %s", p.s.axes[0], t.text)
			return nil
		}
		p.unknown(t.pos, "boundary", t.text, append(slices.Clone(p.boundaries), "boundary"))
		return nil
	}
	if len(p.s.spatial) == 0 {
		p.faults.add(t.pos, "there is no boundary where t is the only axis")
		return nil
	}
	var parts []literal
	for _, f := range p.box.Faces() {
		l := literal{kind: literalAxis, axis: f.Fixed[0].Axis, value: f.Fixed[0].Value, word: true, pos: t.pos}
		if not {
			l.rel = relOther
		}
		parts = append(parts, l)
	}
	for _, name := range p.boundaries {
		parts = append(parts, literal{kind: literalBoundary, name: name, not: not, word: true, pos: t.pos})
	}
	if not {
		return [][]literal{parts}
	}
	var either [][]literal
	for _, l := range parts {
		either = append(either, []literal{l})
	}
	return p.bounded(t, either)
}

// comparison returns the literal of a comparison, or of its opposite.
func (p *placer) comparison(t *Syntax, not bool) (l literal, ok bool) {
	cond := p.truth(t)
	if cond == nil {
		return l, false
	}
	if not {
		cond = p.s.g.Not(cond)
	}
	l = literal{kind: literalCondition, cond: cond, pos: t.pos}
	e, _ := p.values(t.args) // sound, since cond is
	rel := map[expr.Op]relation{expr.OpEqual: relEqual, expr.OpLess: relLess, expr.OpLessEq: relLessEq}[t.op]
	if t.swapped {
		rel = rel.mirrored()
	}
	if e[0].Op() != expr.OpAxis {
		e[0], e[1], rel = e[1], e[0], rel.mirrored()
	}
	v, number := e[1].Const()
	switch {
	case e[0].Op() != expr.OpAxis || !number:
		if _, folded := cond.Const(); t.op == expr.OpEqual && !folded {
			p.faults.add(t.pos, "an equality must set one axis to a constant, such as %s = 0", p.s.axes[0])
		}
		return l, true
	case not:
		rel = rel.opposite()
	}
	l.kind, l.rel = literalAxis, rel
	l.axis, _ = e[0].Index()
	a := p.box.Axes[l.axis]
	l.value = snap(a, v)
	return l, p.reachable(t, l, a, fmt.Sprintf("%s = %v", a.Name, v))
}

// reachable notes a fault if a literal fixes an axis where no condition can be:
// outside the domain, or at an end of a periodic axis.
func (p *placer) reachable(t *Syntax, l literal, a Axis, what string) bool {
	fixes := l.rel == relEqual || l.rel == relLessEq && l.value == a.From || l.rel == relMoreEq && l.value == a.To
	switch {
	case l.rel == relEqual && (l.value < a.From || l.value > a.To):
		p.faults.add(t.pos, "%s lies outside the domain: %s runs from %v to %v", what, a.Name, a.From, a.To)
		return false
	case fixes && a.Periodic && (l.value == a.From || l.value == a.To):
		p.faults.add(t.pos, "%s is an end of a periodic axis: nothing can be asked there", what)
		return false
	}
	return true
}
