package expr

import (
	"math"

	"pinn/internal/kernel"
	"pinn/internal/rows"
)

// emitter writes the instructions of a program.
type emitter struct {
	*lowering
	code    []rows.Instr
	scalars []*Expr // what the scalars are
	slot    map[*Expr]int32
	values  int        // rows of bankValue
	fixed   []rows.Ref // rows that hold a number once and for all
	numbers []int32
}

// scalar returns the index of a scalar.
func (m *emitter) scalar(e *Expr) int32 {
	i, ok := m.slot[e]
	if !ok {
		i = int32(len(m.scalars))
		m.scalars = append(m.scalars, e)
		m.slot[e] = i
	}
	return i
}

func (m *emitter) emit(in rows.Instr) { m.code = append(m.code, in) }

// value returns a new row of bankValue.
func (m *emitter) value() rows.Ref {
	m.values++
	return rows.At(bankValue, m.values-1)
}

// forward writes the instructions that compute the outputs and returns where
// these are. Every output gets a row of bankValue.
func (m *emitter) forward(outs []*row) []rows.Ref {
	needed := make([]bool, len(m.rows))
	var mark func(r *row)
	mark = func(r *row) {
		if r == nil || needed[r.number] {
			return
		}
		needed[r.number] = true
		for _, a := range r.arg {
			mark(a)
		}
		for _, t := range r.terms {
			mark(t.x)
			mark(t.y)
		}
	}
	for _, r := range outs {
		mark(r)
	}
	for _, r := range m.rows {
		if needed[r.number] {
			m.compute(r)
		}
	}
	var at []rows.Ref
	for _, r := range outs {
		w := r.at
		if w.Bank != bankValue {
			w = m.value()
			m.emit(rows.Instr{Code: rows.Copy, Dst: w, A: r.at})
		}
		at = append(at, w)
	}
	return at
}

// compute writes the instructions for one row.
func (m *emitter) compute(r *row) {
	if r.kind == rowInput || r.kind == rowStatic {
		return
	}
	r.at = m.value()
	switch r.kind {
	case rowUniform:
		if r.e.op == OpConst {
			m.fixed = append(m.fixed, r.at)
			m.numbers = append(m.numbers, m.scalar(r.e))
			return
		}
		m.emit(rows.Instr{Code: rows.Fill, Dst: r.at, S: m.scalar(r.e)})
	case rowSum:
		m.sum(r)
	case rowProduct:
		m.emit(rows.Instr{Code: rows.Mul, Dst: r.at, A: r.arg[0].at, B: r.arg[1].at})
	case rowInverse:
		m.emit(rows.Instr{Code: rows.Inverse, Dst: r.at, A: r.arg[0].at})
	case rowApply:
		in := rows.Instr{Code: rows.Apply, Func: applied(r.op), Dst: r.at, A: r.arg[0].at}
		if len(r.arg) > 1 {
			in.B = r.arg[1].at
		}
		if len(r.arg) > 2 {
			in.C = r.arg[2].at
		}
		m.emit(in)
	}
}

// sum writes a linear combination: one instruction per term but for two plain
// terms, or one plain term and a number, which begin the sum together.
func (m *emitter) sum(r *row) {
	var begin, plain, rest []term
	var number *Expr
	for _, t := range r.terms {
		switch {
		case t.x == nil:
			number = t.coef
		case t.y == nil && t.coef.is(1):
			plain = append(plain, t)
		case len(begin) == 0:
			begin = append(begin, t)
		default:
			rest = append(rest, t)
		}
	}
	dst := r.at
	switch {
	case number != nil && len(plain) > 0:
		m.emit(rows.Instr{Code: rows.AddConst, Dst: dst, A: plain[0].x.at, S: m.scalar(number)})
		number, plain = nil, plain[1:]
		rest = append(begin, rest...)
	case len(begin) > 0:
		m.term(dst, begin[0], true)
	case len(plain) > 1:
		m.emit(rows.Instr{Code: rows.Add, Dst: dst, A: plain[0].x.at, B: plain[1].x.at})
		plain = plain[2:]
	default:
		panic("expr: a sum of one plain term")
	}
	for _, t := range append(plain, rest...) {
		m.term(dst, t, false)
	}
	if number != nil {
		m.emit(rows.Instr{Code: rows.AddConst, Dst: dst, A: dst, S: m.scalar(number)})
	}
}

// term writes dst = coef·x·y, or dst += coef·x·y.
func (m *emitter) term(dst rows.Ref, t term, first bool) {
	y := rows.Ref{}
	if t.y != nil {
		y = t.y.at
	}
	m.accumulate(dst, t.coef, t.x.at, y, first)
}

// accumulate writes dst = coef·x·y if first, otherwise dst += coef·x·y; without
// a y it is coef·x.
func (m *emitter) accumulate(dst rows.Ref, coef *Expr, x, y rows.Ref, first bool) {
	m.emit(rows.Product(first, dst, m.scalar(coef), x, y))
}

// The banks of a program.
const (
	bankValue    rows.Bank = iota + 1 // results of instructions, kept for the adjoint sweep
	bankStatic                        // parts that depend on the place only
	bankPartial                       // fields and their derivatives
	bankCoord                         // coordinates, normals, data columns
	bankSeed                          // adjoints of the outputs
	bankAdjoint                       // adjoints on their way down
	bankDPartial                      // adjoints of the partials
	bankDParam                        // adjoints of the unknown parameters
)

// applied returns the function of rows that computes op(a, b, c). Sine, cosine, tanh
// and exp are vector kernels, all others go point by point.
func applied(op Op) rows.Func {
	switch op {
	case OpSin:
		return rows.Unary(kernel.Sin)
	case OpCos:
		return rows.Unary(kernel.Cos)
	case OpTanh:
		return rows.Unary(kernel.Tanh)
	case OpExp:
		return rows.Unary(kernel.Exp)
	}
	return func(dst, a, b, c []float64) {
		switch {
		case b == nil:
			for j, v := range a {
				dst[j] = apply(op, v, 0, 0)
			}
		case c == nil:
			for j, v := range a {
				dst[j] = apply(op, v, b[j], 0)
			}
		default:
			for j, v := range a {
				dst[j] = apply(op, v, b[j], c[j])
			}
		}
	}
}

// sloped returns the function of rows that computes the derivative of op(a, b) by a,
// or by b if second, given c = op(a, b).
func sloped(op Op, second bool) rows.Func {
	if op == OpTanh {
		return func(dst, _, _, c []float64) {
			for j, v := range c {
				dst[j] = 1 - v*v
			}
		}
	}
	return func(dst, a, b, c []float64) {
		if b == nil {
			for j, x := range a {
				dst[j] = slope(op, x, c[j])
			}
			return
		}
		for j, x := range a {
			p, q := slope2(op, x, b[j], c[j])
			if second {
				p = q
			}
			dst[j] = p
		}
	}
}

// slope returns f'(a) for a function of one argument with the value v = f(a).
// Sine, cosine and exp have no need of it.
func slope(op Op, a, v float64) float64 {
	switch op {
	case OpTan:
		return 1 + v*v
	case OpAsin:
		return 1 / math.Sqrt(1-a*a)
	case OpAcos:
		return -1 / math.Sqrt(1-a*a)
	case OpAtan:
		return 1 / (1 + a*a)
	case OpSinh:
		return math.Cosh(a)
	case OpCosh:
		return math.Sinh(a)
	case OpLog:
		return 1 / a
	case OpSqrt:
		return 0.5 / v
	case OpAbs:
		return sign(a)
	case OpErf:
		return 2 / math.SqrtPi * math.Exp(-a*a)
	}
	panic("expr: no slope for this operation")
}

// slope2 returns the derivatives of v = op(a, b) by a and by b.
func slope2(op Op, a, b, v float64) (da, db float64) {
	switch op {
	case OpPow:
		if a != 0 {
			db = v * math.Log(a)
		}
		return b * math.Pow(a, b-1), db
	case OpMin:
		da = truth(a <= b)
		return da, 1 - da
	case OpMax:
		da = truth(b <= a)
		return da, 1 - da
	case OpAtan2:
		r := b*b + a*a
		return b / r, -a / r
	}
	panic("expr: no slope for this operation")
}
