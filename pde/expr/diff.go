package expr

import (
	"fmt"
	"math"
)

// diffKey names a derivative that has been taken: of which node, along which
// axis.
type diffKey struct {
	e    *Expr
	axis int
}

// Diff returns the total derivative ∂e/∂x_axis: a field u becomes u_x, a
// coordinate 1 or 0, everything else follows by the chain rule. abs, sign, step,
// min, max and if have the one-sided derivatives away from their kinks and
// nothing is added at them: no delta where a step jumps, sign(0) = 0 where abs
// turns, and the branch that the value comes from for the others.
//
// It is an error if a partial of order above MaxOrder would be needed, if e
// contains the normal or a data column, which are known only point by point, or
// if the graph is full.
func (g *Graph) Diff(e *Expr, axis int) (*Expr, error) {
	d := axisDiff{g: g, axis: axis}
	r := d.diff(e)
	if d.err == nil && g.full {
		d.err = fmt.Errorf("the derivative needs more than %d nodes", g.limit)
	}
	if d.err != nil {
		return nil, d.err
	}
	return r, nil
}

type axisDiff struct {
	g    *Graph
	axis int
	err  error
}

func (d *axisDiff) diff(e *Expr) *Expr {
	if d.err != nil || d.g.full || e.OnlyAxes() && !e.UsesAxis(d.axis) {
		return d.g.Const(0)
	}
	k := diffKey{e, d.axis}
	if r := d.g.diffs[k]; r != nil {
		return r
	}
	var r *Expr
	if e.arg[0] == nil {
		r = d.leaf(e)
	} else {
		r = d.g.chain(e, d.diff)
	}
	if d.err == nil && !d.g.full {
		d.g.diffs[k] = r
	}
	return r
}

func (d *axisDiff) leaf(e *Expr) *Expr {
	g := d.g
	switch e.op {
	case OpAxis: // this axis, or diff would have stopped
		return g.Const(1)
	case OpPartial:
		p := e.partial
		if p.Order = p.Order.Add(d.axis); p.Order.Order() <= MaxOrder {
			return g.Partial(p)
		}
		d.fail("%s is of order %d; derivatives go up to order %d", g.partialName(p), p.Order.Order(), MaxOrder)
	case OpNormal:
		d.fail("the normal %s has no derivative", e)
	case OpColumn:
		d.fail("the data column %s has no derivative", e)
	}
	return g.Const(0)
}

func (d *axisDiff) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// DiffPartial returns ∂e/∂u_α for the partial p = u_α, every other leaf held
// fixed: what the residual e does to the adjoint of u_α.
func (g *Graph) DiffPartial(e *Expr, p Partial) *Expr { return g.DiffLeaf(e, g.Partial(p)) }

// DiffParam returns ∂e/∂k for the unknown parameter k.
func (g *Graph) DiffParam(e *Expr, k int) *Expr { return g.DiffLeaf(e, g.Param(k)) }

// DiffLeaf returns the derivative of e by one leaf, every other leaf held fixed.
func (g *Graph) DiffLeaf(e, leaf *Expr) *Expr {
	done := map[*Expr]*Expr{}
	var diff func(*Expr) *Expr
	diff = func(n *Expr) *Expr {
		switch {
		case n == leaf:
			return g.Const(1)
		case g.full, n.arg[0] == nil, n.has|leaf.has != n.has, n.axes|leaf.axes != n.axes:
			return g.Const(0)
		}
		r, ok := done[n]
		if !ok {
			r = g.chain(n, diff)
			done[n] = r
		}
		return r
	}
	return diff(e)
}

// chain returns the derivative of an operation, given that of its operands.
func (g *Graph) chain(e *Expr, diff func(*Expr) *Expr) *Expr {
	a, b := e.arg[0], e.arg[1]
	switch e.op {
	case OpNeg:
		return g.Neg(diff(a))
	case OpAdd:
		return g.Add(diff(a), diff(b))
	case OpSub:
		return g.Sub(diff(a), diff(b))
	case OpMul: // (ab)' = a'b + ab'
		return g.Add(g.Mul(diff(a), b), g.Mul(a, diff(b)))
	case OpDiv: // (a/b)' = a'/b − (a/b)·b'/b
		da, db := diff(a), diff(b)
		return g.Sub(g.Div(da, b), g.Div(g.Mul(e, db), b))
	case OpPow:
		return g.diffPow(e, diff(a), diff(b))
	case OpMin:
		return g.If(g.Compare(OpLessEq, a, b), diff(a), diff(b))
	case OpMax:
		return g.If(g.Compare(OpLessEq, b, a), diff(a), diff(b))
	case OpAtan2: // (x·y' − y·x')/(x² + y²), y = a, x = b
		top := g.Sub(g.Mul(b, diff(a)), g.Mul(a, diff(b)))
		return g.Div(top, g.Add(g.Mul(b, b), g.Mul(a, a)))
	case OpIf:
		return g.If(a, diff(b), diff(e.arg[2]))
	}
	if e.op.Logical() {
		return g.Const(0)
	}
	if da := diff(a); !da.is(0) {
		return g.diffFunc(e, a, da)
	}
	return g.Const(0)
}

// diffPow returns the derivative of a^b,
//
//	b·a^(b−1)·a' + a^b·log(a)·b',
//
// where the second term is 0 at a = 0 and absent if b has no derivative.
func (g *Graph) diffPow(e, da, db *Expr) *Expr {
	a, b := e.arg[0], e.arg[1]
	r := g.Const(0)
	if !da.is(0) {
		r = g.Mul(g.Mul(b, g.Pow(a, g.Sub(b, g.Const(1)))), da)
	}
	if !db.is(0) {
		slope := g.If(g.Compare(OpEqual, a, g.Const(0)), g.Const(0), g.Mul(e, g.Func(OpLog, a)))
		r = g.Add(r, g.Mul(slope, db))
	}
	return r
}

// diffFunc returns f'(a)·a' for e = f(a). A slope that is a quotient takes a'
// into its numerator.
func (g *Graph) diffFunc(e, a, da *Expr) *Expr {
	one := g.Const(1)
	switch e.op {
	case OpSin:
		return g.Mul(g.Func(OpCos, a), da)
	case OpCos:
		return g.Neg(g.Mul(g.Func(OpSin, a), da))
	case OpTan:
		return g.Mul(g.Add(one, g.Mul(e, e)), da)
	case OpAsin:
		return g.Div(da, g.Func(OpSqrt, g.Sub(one, g.Mul(a, a))))
	case OpAcos:
		return g.Neg(g.Div(da, g.Func(OpSqrt, g.Sub(one, g.Mul(a, a)))))
	case OpAtan:
		return g.Div(da, g.Add(one, g.Mul(a, a)))
	case OpSinh:
		return g.Mul(g.Func(OpCosh, a), da)
	case OpCosh:
		return g.Mul(g.Func(OpSinh, a), da)
	case OpTanh:
		return g.Mul(g.Sub(one, g.Mul(e, e)), da)
	case OpExp:
		return g.Mul(e, da)
	case OpLog:
		return g.Div(da, a)
	case OpSqrt:
		return g.Div(da, g.Mul(g.Const(2), e))
	case OpAbs:
		return g.Mul(g.Func(OpSign, a), da)
	case OpErf: // 2/√π·exp(−a²)
		return g.Mul(g.Mul(g.Const(2/math.Sqrt(math.Pi)), g.Func(OpExp, g.Neg(g.Mul(a, a)))), da)
	}
	return g.Const(0) // sign, step
}
