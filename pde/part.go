package pde

import (
	"fmt"
	"math"
	"slices"

	"pinn/pde/expr"
)

// part is a piece in the making: the interval that is left of every axis, what
// else must hold, and the boundary it lies on, if any.
type part struct {
	interval [expr.MaxAxes]interval
	cond     *expr.Expr // nil: nothing else
	boundary string
}

// interval is lo ≤ x ≤ hi; an open end leaves the equality out.
type interval struct {
	lo, hi         float64
	openLo, openHi bool
}

// empty reports whether nothing lies in the interval.
func (v interval) empty() bool {
	return v.lo > v.hi || v.lo == v.hi && (v.openLo || v.openHi)
}

// above cuts off what is below c, and c itself if open.
func (v *interval) above(c float64, open bool) {
	if c > v.lo || c == v.lo && open {
		v.lo, v.openLo = c, open
	}
}

// below cuts off what is above c, and c itself if open.
func (v *interval) below(c float64, open bool) {
	if c < v.hi || c == v.hi && open {
		v.hi, v.openHi = c, open
	}
}

// cut keeps the part of the interval in the given relation to c.
func (v *interval) cut(r relation, c float64) {
	switch r {
	case relEqual:
		v.above(c, false)
		v.below(c, false)
	case relLess, relLessEq:
		v.below(c, r == relLess)
	case relMore, relMoreEq:
		v.above(c, r == relMore)
	}
}

// tolerance is the distance within which two coordinates are equal.
func tolerance(a Axis) float64 { return 1e-12 * a.Length() }

// snap moves a value onto the end of the axis that it equals.
func snap(a Axis, v float64) float64 {
	switch {
	case math.Abs(v-a.From) <= tolerance(a):
		return a.From
	case math.Abs(v-a.To) <= tolerance(a):
		return a.To
	}
	return v
}

// fixed reports whether a single value of the axis is left.
func (q *part) fixed(axis int) bool { return q.interval[axis].lo == q.interval[axis].hi }

// covers reports whether q lies on the face, in the domain or on the boundary
// that w is a part of, and their intervals meet.
func (w *part) covers(q *part) bool {
	if w.boundary != q.boundary {
		return false
	}
	for i := range w.interval {
		a, b := w.interval[i], q.interval[i]
		if w.fixed(i) && a != b {
			return false
		}
		a.cut(relMoreEq, b.lo)
		a.cut(relLessEq, b.hi)
		if a.empty() {
			return false
		}
	}
	return true
}

// part returns the part of the domain where all literals hold, and whether there
// can be one.
func (p *placer) part(all []literal) (q part, ok bool) {
	for i, a := range p.box.Axes {
		q.interval[i] = interval{lo: a.From, hi: a.To}
	}
	for _, l := range all {
		if l.kind == literalAxis {
			q.interval[l.axis].cut(l.rel, l.value)
		}
	}
	for i := range p.box.Axes {
		if q.interval[i].empty() {
			return q, false
		}
	}
	for _, l := range all {
		if l.kind == literalAxis && l.rel == relOther && q.fixed(l.axis) &&
			math.Abs(q.interval[l.axis].lo-l.value) <= tolerance(p.box.Axes[l.axis]) {
			return q, false
		}
	}
	p.condition(&q, all)
	return q, p.onBoundary(&q, all) && !(q.cond != nil && isNumber(q.cond, 0))
}

// condition collects what must hold on the face of a part: the intervals of axes
// that are cut, and all other inequalities.
func (p *placer) condition(q *part, all []literal) {
	g := p.s.g
	cond := g.Const(1)
	for i, a := range p.box.Axes {
		v := q.interval[i]
		if v.lo == v.hi {
			continue
		}
		if v.lo > a.From {
			cond = g.And(cond, g.Compare(less(v.openLo), g.Const(v.lo), g.Axis(i)))
		}
		if v.hi < a.To {
			cond = g.And(cond, g.Compare(less(v.openHi), g.Axis(i), g.Const(v.hi)))
		}
	}
	for _, l := range all {
		if l.kind == literalCondition {
			cond = g.And(cond, p.at(l.cond, q))
		}
	}
	if !isNumber(cond, 1) {
		q.cond = cond
	}
}

// isNumber reports whether e is the number v.
func isNumber(e *expr.Expr, v float64) bool {
	c, ok := e.Const()
	return ok && c == v
}

// less returns the comparison that leaves the equality out, or not.
func less(open bool) expr.Op {
	if open {
		return expr.OpLess
	}
	return expr.OpLessEq
}

// onBoundary sets the boundary of a part and reports whether the literals agree
// on it. Two boundaries, or a boundary and a value of a spatial axis, have only
// single points in common: asking for that is a fault.
func (p *placer) onBoundary(q *part, all []literal) bool {
	for _, l := range all {
		if l.kind != literalBoundary || l.not {
			continue
		}
		with := q.boundary
		for _, i := range p.s.spatial {
			if q.fixed(i) {
				with = fmt.Sprintf("%s = %v", p.s.axes[i], q.interval[i].lo)
			}
		}
		if with != "" && with != l.name {
			if !l.word {
				p.faults.add(l.pos, "%s and %s have only single points in common", l.name, with)
			}
			return false
		}
		q.boundary = l.name
	}
	return !slices.ContainsFunc(all, func(l literal) bool {
		return l.kind == literalBoundary && l.not && l.name == q.boundary
	})
}
