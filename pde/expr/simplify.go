package expr

import "math"

// The constructors below simplify as they build: numbers are folded, 0 and 1
// vanish, factors that are numbers move to the front of a product, signs move
// outwards. Where all operands are numbers the result is one too, NaN or
// infinite if it has no value; such a number is never simplified away again.

// fold returns the number op(a, b, c) if all operands present are numbers.
func (g *Graph) fold(op Op, args ...*Expr) (*Expr, bool) {
	var v [3]float64
	for i, a := range args {
		if a.op != OpConst {
			return nil, false
		}
		v[i] = a.val
	}
	return g.Const(apply(op, v[0], v[1], v[2])), true
}

// is reports whether e is the number v.
func (e *Expr) is(v float64) bool { return e.op == OpConst && e.val == v }

// Neg returns −a.
func (g *Graph) Neg(a *Expr) *Expr {
	if v, ok := g.fold(OpNeg, a); ok {
		return v
	}
	switch {
	case a.op == OpNeg:
		return a.arg[0]
	case a.op == OpSub:
		return g.Sub(a.arg[1], a.arg[0])
	case a.op == OpMul && a.arg[0].op == OpConst:
		return g.Mul(g.Const(-a.arg[0].val), a.arg[1])
	}
	return g.node(OpNeg, a, nil, nil)
}

// Add returns a + b.
func (g *Graph) Add(a, b *Expr) *Expr {
	if v, ok := g.fold(OpAdd, a, b); ok {
		return v
	}
	switch {
	case a.is(0):
		return b
	case b.is(0):
		return a
	case a == b:
		return g.Mul(g.Const(2), a)
	case b.op == OpNeg:
		return g.Sub(a, b.arg[0])
	case a.op == OpNeg:
		return g.Sub(b, a.arg[0])
	case b.op == OpConst && b.val < 0:
		return g.Sub(a, g.Const(-b.val))
	case a.op == OpConst && a.val < 0:
		return g.Sub(b, g.Const(-a.val))
	}
	return g.node(OpAdd, a, b, nil)
}

// Sub returns a − b.
func (g *Graph) Sub(a, b *Expr) *Expr {
	if v, ok := g.fold(OpSub, a, b); ok {
		return v
	}
	switch {
	case b.is(0):
		return a
	case a.is(0):
		return g.Neg(b)
	case a == b && a.Finite():
		return g.Const(0)
	case b.op == OpNeg:
		return g.Add(a, b.arg[0])
	case b.op == OpConst && b.val < 0:
		return g.Add(a, g.Const(-b.val))
	}
	return g.node(OpSub, a, b, nil)
}

// Mul returns a·b. A product has at most one number, as its first factor.
func (g *Graph) Mul(a, b *Expr) *Expr {
	if v, ok := g.fold(OpMul, a, b); ok {
		return v
	}
	if b.op == OpConst {
		a, b = b, a
	}
	if a.op == OpConst {
		return g.scale(a.val, b)
	}
	if a.op == OpNeg {
		return g.Neg(g.Mul(a.arg[0], b))
	}
	if b.op == OpNeg {
		return g.Neg(g.Mul(a, b.arg[0]))
	}
	if a.op == OpMul && a.arg[0].op == OpConst {
		return g.Mul(a.arg[0], g.Mul(a.arg[1], b))
	}
	if b.op == OpMul && b.arg[0].op == OpConst {
		return g.Mul(b.arg[0], g.Mul(a, b.arg[1]))
	}
	p, m := base(a)
	q, n := base(b)
	if p == q && m+n <= maxPower {
		return g.Pow(p, g.Const(m+n))
	}
	return g.node(OpMul, a, b, nil)
}

// maxPower bounds the exponents that are added or multiplied into one.
const maxPower = 1 << 10

// base returns b, n where e = bⁿ for a whole n ≥ 1; n is 1 for most expressions.
func base(e *Expr) (b *Expr, n float64) {
	if e.op == OpPow && e.arg[1].op == OpConst {
		if n := e.arg[1].val; n >= 1 && n == math.Trunc(n) {
			return e.arg[0], n
		}
	}
	return e, 1
}

// scale returns c·b for b that is not a number.
func (g *Graph) scale(c float64, b *Expr) *Expr {
	switch {
	case c == 0 && b.Finite():
		return g.Const(0)
	case c == 1:
		return b
	case c == -1:
		return g.Neg(b)
	case b.op == OpNeg:
		return g.scale(-c, b.arg[0])
	case b.op == OpMul && b.arg[0].op == OpConst:
		if p := c * b.arg[0].val; p != 0 && !math.IsInf(p, 0) {
			return g.scale(p, b.arg[1])
		}
	}
	return g.node(OpMul, g.Const(c), b, nil)
}

// Div returns a/b.
func (g *Graph) Div(a, b *Expr) *Expr {
	if v, ok := g.fold(OpDiv, a, b); ok {
		return v
	}
	switch {
	case a.is(0) && b.Finite() && b.op != OpConst:
		return a
	case b.is(1):
		return a
	case b.is(-1):
		return g.Neg(a)
	case a.op == OpNeg:
		return g.Neg(g.Div(a.arg[0], b))
	case b.op == OpNeg:
		return g.Neg(g.Div(a, b.arg[0]))
	}
	return g.node(OpDiv, a, b, nil)
}

// Pow returns a^b. The result is NaN where a is negative and b is not whole.
func (g *Graph) Pow(a, b *Expr) *Expr {
	if v, ok := g.fold(OpPow, a, b); ok {
		return v
	}
	switch {
	case b.is(0) && a.Finite():
		return g.Const(1)
	case b.is(1):
		return a
	case a.is(1) && b.Finite():
		return a
	}
	if b.op == OpConst && b.val == math.Trunc(b.val) {
		// (pᵐ)ⁿ = pᵐⁿ for whole m, n, and (−p)ⁿ = ±pⁿ
		if p, m := base(a); m > 1 && math.Abs(m*b.val) <= maxPower {
			return g.Pow(p, g.Const(m*b.val))
		}
		if a.op == OpNeg {
			p := g.Pow(a.arg[0], b)
			if math.Mod(b.val, 2) != 0 {
				p = g.Neg(p)
			}
			return p
		}
	}
	return g.node(OpPow, a, b, nil)
}

// Build returns op(a, b, c), simplified as the constructor of op does. Operands that
// the operation does not have are nil.
func (g *Graph) Build(op Op, a, b, c *Expr) *Expr {
	switch op {
	case OpNeg:
		return g.Neg(a)
	case OpAdd:
		return g.Add(a, b)
	case OpSub:
		return g.Sub(a, b)
	case OpMul:
		return g.Mul(a, b)
	case OpDiv:
		return g.Div(a, b)
	case OpPow:
		return g.Pow(a, b)
	case OpMin, OpMax:
		return g.extreme(op, a, b)
	case OpAtan2:
		return g.Atan2(a, b)
	case OpLess, OpLessEq, OpEqual:
		return g.Compare(op, a, b)
	case OpAnd:
		return g.And(a, b)
	case OpOr:
		return g.Or(a, b)
	case OpNot:
		return g.Not(a)
	case OpIf:
		return g.If(a, b, c)
	}
	return g.Func(op, a)
}

// Replace returns e with every leaf for which by returns an expression replaced
// by it; by returns nil for a leaf that stays.
func (g *Graph) Replace(e *Expr, by func(leaf *Expr) *Expr) *Expr {
	done := map[*Expr]*Expr{}
	var down func(*Expr) *Expr
	down = func(n *Expr) *Expr {
		if n == nil {
			return nil
		}
		if r, ok := done[n]; ok {
			return r
		}
		r := n
		if n.arg[0] != nil {
			r = g.Build(n.op, down(n.arg[0]), down(n.arg[1]), down(n.arg[2]))
		} else if s := by(n); s != nil {
			r = s
		}
		done[n] = r
		return r
	}
	return down(e)
}
