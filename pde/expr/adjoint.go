package expr

import "pinn/internal/rows"

// The adjoint sweep walks the rows of a program backwards. Row v with the adjoint
// v̄ = Σ_i seed_i ∂out_i/∂v gives each operand a of v = f(a, …) its share
//
//	ā += v̄·∂f/∂a .
//
// Adjoints of partials and unknown parameters are the results.

// view is an adjoint on its way: coef times a row, which may belong to another
// row's adjoint.
type view struct {
	at   rows.Ref
	coef *Expr // one value for all points
}

// reverse writes the instructions of the adjoint sweep.
type reverse struct {
	*emitter
	free    []int32 // unused rows of bankAdjoint
	held    []int   // how many views look at each row of bankAdjoint
	written map[rows.Ref]bool
}

// backward writes the adjoint sweep for the outputs.
func (m *emitter) backward(outs []*row) (code []rows.Instr, temporaries int) {
	forward := m.code
	m.code = nil
	b := &reverse{emitter: m, written: map[rows.Ref]bool{}}
	m.count(outs)
	for i, r := range outs {
		if r.live {
			b.give(r, view{rows.At(bankSeed, i), m.g.Const(1)}, m.g.Const(1), rows.Ref{}, false)
		}
	}
	for i := len(m.rows) - 1; i >= 0; i-- {
		if r := m.rows[i]; r.live && r.kind != rowInput && r.adj.coef != nil {
			b.pass(r)
			b.release(r.adj.at)
		}
	}
	for i := range m.layout.Partials {
		b.zero(rows.At(bankDPartial, i))
	}
	for k := range m.layout.Params {
		b.zero(rows.At(bankDParam, k))
	}
	code, m.code = m.code, forward
	return code, len(b.held)
}

// count finds how many adjoints each row will be given.
func (m *emitter) count(outs []*row) {
	want := func(r *row) {
		if r != nil && r.live {
			r.wants++
		}
	}
	for _, r := range outs {
		want(r)
	}
	for i := len(m.rows) - 1; i >= 0; i-- {
		r := m.rows[i]
		if r.wants == 0 {
			continue
		}
		for _, t := range r.terms {
			want(t.x)
			if t.x != t.y {
				want(t.y)
			}
		}
		for j, a := range r.arg {
			if r.kind == rowApply && !r.differentiable(j) || r.kind == rowProduct && j == 1 && a == r.arg[0] {
				continue
			}
			want(a)
		}
	}
}

// differentiable reports whether a rowApply passes adjoints to operand j.
func (r *row) differentiable(j int) bool {
	return !r.op.Logical() && r.op != OpSign && r.op != OpStep && (r.op != OpIf || j > 0)
}

// zero fills a result that nothing was added to.
func (b *reverse) zero(r rows.Ref) {
	if !b.written[r] {
		b.emit(rows.Instr{Code: rows.Fill, Dst: r, S: b.scalar(b.g.Const(0))})
	}
}

// temporary returns an unused row of bankAdjoint, held once.
func (b *reverse) temporary() rows.Ref {
	if n := len(b.free); n > 0 {
		i := b.free[n-1]
		b.free = b.free[:n-1]
		b.held[i] = 1
		return rows.Ref{Bank: bankAdjoint, Row: i}
	}
	b.held = append(b.held, 1)
	return rows.At(bankAdjoint, len(b.held)-1)
}

// hold makes sure that a row stays until it is released once more.
func (b *reverse) hold(r rows.Ref) {
	if r.Bank == bankAdjoint {
		b.held[r.Row]++
	}
}

func (b *reverse) release(r rows.Ref) {
	if r.Bank != bankAdjoint {
		return
	}
	if b.held[r.Row]--; b.held[r.Row] == 0 {
		b.free = append(b.free, r.Row)
	}
}

// give adds coef·from·times to the adjoint of a row; without times it is
// coef·from. If guarded, points where from is 0 get nothing.
func (b *reverse) give(r *row, from view, coef *Expr, times rows.Ref, guarded bool) {
	if !r.live {
		return
	}
	coef = b.g.Mul(coef, from.coef)
	if r.kind != rowInput && r.wants == 1 && times.Missing() {
		b.hold(from.at)
		r.adj = view{from.at, coef}
		return
	}
	var dst rows.Ref
	first := false
	switch {
	case r.kind == rowInput:
		dst = rows.Ref{Bank: bankDPartial, Row: r.at.Row}
	case r.adj.coef == nil:
		dst, first = b.temporary(), true
		r.adj = view{dst, b.g.Const(1)}
	default:
		dst = r.adj.at
	}
	b.add(dst, coef, from.at, times, first, guarded)
}

// add writes dst += coef·x·y; the first time something is added to a row, it is
// stored. Without a y it is coef·x.
func (b *reverse) add(dst rows.Ref, coef *Expr, x, y rows.Ref, first, guarded bool) {
	if dst.Bank != bankAdjoint {
		first = !b.written[dst]
		b.written[dst] = true
	}
	if !y.Missing() && (guarded || b.guard) {
		c := rows.GuardAdd
		if first {
			c = rows.Guard
		}
		b.emit(rows.Instr{Code: c, Dst: dst, A: x, B: y, S: b.scalar(coef)})
		return
	}
	b.accumulate(dst, coef, x, y, first)
}

// pass hands the adjoint of a row on to its operands.
func (b *reverse) pass(r *row) {
	g, one := b.g, b.g.Const(1)
	switch r.kind {
	case rowUniform:
		b.toParams(r.e, r.adj, rows.Ref{}, rows.Ref{})
	case rowSum:
		for _, t := range r.terms {
			b.passTerm(r.adj, t)
		}
	case rowProduct:
		b.passTerm(r.adj, term{one, r.arg[0], r.arg[1]})
	case rowInverse: // v = 1/a: ā = −v̄·v²
		square := b.temporary()
		b.emit(rows.Instr{Code: rows.Mul, Dst: square, A: r.at, B: r.at})
		b.give(r.arg[0], r.adj, g.Const(-1), square, false)
		b.release(square)
	case rowApply:
		for j, a := range r.arg {
			if a.live && r.differentiable(j) {
				b.passApply(r, j)
			}
		}
	}
}

// passTerm hands v̄ on to the factors of coef·x·y, and to the unknown parameters
// in coef.
func (b *reverse) passTerm(v view, t term) {
	var x, y rows.Ref
	if t.x != nil {
		x = t.x.at
	}
	if t.y != nil {
		y = t.y.at
	}
	switch {
	case t.x != nil && t.x == t.y:
		b.give(t.x, v, b.g.Mul(b.g.Const(2), t.coef), x, false)
	default:
		if t.x != nil {
			b.give(t.x, v, t.coef, y, false)
		}
		if t.y != nil {
			b.give(t.y, v, t.coef, x, false)
		}
	}
	b.toParams(t.coef, v, x, y)
}

// toParams adds v̄·x·y·∂coef/∂k to the adjoint of every unknown parameter k.
func (b *reverse) toParams(coef *Expr, v view, x, y rows.Ref) {
	if !coef.HasParams() {
		return
	}
	at := v.at
	if !y.Missing() {
		at = b.temporary()
		b.add(at, b.g.Const(1), v.at, y, true, false)
	}
	for k := range b.layout.Params {
		slope := b.g.Mul(v.coef, b.g.DiffParam(coef, k))
		if !slope.is(0) {
			b.add(rows.At(bankDParam, k), slope, at, x, false, false)
		}
	}
	if !y.Missing() {
		b.release(at)
	}
}

// passApply hands v̄ on to operand j of v = op(…).
func (b *reverse) passApply(r *row, j int) {
	one := b.g.Const(1)
	a := r.arg[0].at
	in := rows.Instr{Code: rows.Apply, Func: sloped(r.op, j > 0), A: a, C: r.at}
	guarded := false
	switch r.op {
	case OpExp:
		b.give(r.arg[0], r.adj, one, r.at, false)
		return
	case OpSin:
		in = rows.Instr{Code: rows.Apply, Func: applied(OpCos), A: a}
	case OpCos:
		in = rows.Instr{Code: rows.Apply, Func: applied(OpSin), A: a}
		one = b.g.Const(-1)
	case OpIf:
		if j == 1 {
			b.give(r.arg[1], r.adj, one, a, false)
			return
		}
		in = rows.Instr{Code: rows.Apply, Func: applied(OpNot), A: a}
	case OpAsin, OpAcos, OpLog, OpSqrt:
		guarded = true
	case OpPow, OpAtan2:
		guarded = true
		in.B = r.arg[1].at
	case OpMin, OpMax:
		in.B = r.arg[1].at
	}
	in.Dst = b.temporary()
	b.emit(in)
	b.give(r.arg[j], r.adj, one, in.Dst, guarded)
	b.release(in.Dst)
}
