package expr

// Min returns the smaller of a and b.
func (g *Graph) Min(a, b *Expr) *Expr { return g.extreme(OpMin, a, b) }

// Max returns the larger of a and b.
func (g *Graph) Max(a, b *Expr) *Expr { return g.extreme(OpMax, a, b) }

func (g *Graph) extreme(op Op, a, b *Expr) *Expr {
	if v, ok := g.fold(op, a, b); ok {
		return v
	}
	if a == b {
		return a
	}
	return g.node(op, a, b, nil)
}

// Atan2 returns the angle of the point (x, y), in (−π, π].
func (g *Graph) Atan2(y, x *Expr) *Expr {
	if v, ok := g.fold(OpAtan2, y, x); ok {
		return v
	}
	return g.node(OpAtan2, y, x, nil)
}

// Func returns f(a) for one of the functions of one argument, OpSin to OpErf.
func (g *Graph) Func(op Op, a *Expr) *Expr {
	if op < OpSin || op > OpErf {
		panic("expr: not a function of one argument")
	}
	if v, ok := g.fold(op, a); ok {
		return v
	}
	return g.node(op, a, nil, nil)
}

// Compare returns the truth of a < b (OpLess), a ≤ b (OpLessEq) or a = b
// (OpEqual).
func (g *Graph) Compare(op Op, a, b *Expr) *Expr {
	if op < OpLess || op > OpEqual {
		panic("expr: not a comparison")
	}
	if v, ok := g.fold(op, a, b); ok {
		return v
	}
	return g.node(op, a, b, nil)
}

// And returns the truth of a and b.
func (g *Graph) And(a, b *Expr) *Expr {
	switch {
	case a == b, b.op == OpConst && b.val != 0:
		return a
	case a.op == OpConst && a.val != 0:
		return b
	case a.is(0) || b.is(0):
		return g.Const(0)
	}
	return g.node(OpAnd, a, b, nil)
}

// Or returns the truth of a or b.
func (g *Graph) Or(a, b *Expr) *Expr {
	switch {
	case a == b, b.is(0):
		return a
	case a.is(0):
		return b
	case a.op == OpConst || b.op == OpConst:
		return g.Const(1)
	}
	return g.node(OpOr, a, b, nil)
}

// Not returns the truth of not a.
func (g *Graph) Not(a *Expr) *Expr {
	if v, ok := g.fold(OpNot, a); ok {
		return v
	}
	if a.op == OpNot {
		return a.arg[0]
	}
	return g.node(OpNot, a, nil, nil)
}

// If returns a where cond holds and b elsewhere.
func (g *Graph) If(cond, a, b *Expr) *Expr {
	switch {
	case cond.op == OpConst && cond.val != 0:
		return a
	case cond.op == OpConst:
		return b
	case a == b:
		return a
	}
	return g.node(OpIf, cond, a, b)
}
