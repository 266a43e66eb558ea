package pinn

import "pinn/internal/kernel"

// The rows of one unit that a pass may name. Each bank holds its rows side by
// side, every row T points wide.
type bank uint8

const (
	bankZ    bank = iota // z_α, the unit's input; in an adjoint h̄_α, then z̄_α
	bankH                // h_α, the unit's output
	bankS                // S_β = ∂^β s'(z), which the adjoint needs
	bankWork             // rows of no use after the unit is done
	banks
)

// row names row i of a bank.
type row struct {
	bank bank
	i    int
}

type op uint8

const (
	opMul     op = iota // dst = a·b
	opMulC              // dst = c·a·b
	opMulAdd            // dst += a·b
	opMulAddC           // dst += c·a·b
	opScale             // dst = c·a
	opAxpy              // dst += c·a
	opShift             // dst = a + c
	opFunc              // dst = fn(a)
)

// pass is one sweep over T points.
type pass struct {
	op        op
	dst, a, b row
	c         float64
	fn        func(dst, src []float64)
}

// passes is a straight program of sweeps over the rows of one unit. Every
// formula of this package that is applied to each unit of a layer (activation,
// adjoint) is written as such a program, once per jet set.
type passes struct {
	list []pass
	work int // rows of the work bank in use
}

func (p *passes) add(q pass) { p.list = append(p.list, q) }

// product appends dst = c·a·b, or dst += c·a·b unless first.
func (p *passes) product(first bool, dst row, c float64, a, b row) {
	q := pass{dst: dst, a: a, b: b, c: c}
	switch {
	case first && c == 1:
		q.op = opMul
	case first:
		q.op = opMulC
	case c == 1:
		q.op = opMulAdd
	default:
		q.op = opMulAddC
	}
	p.add(q)
}

func (p *passes) mul(dst, a, b row)               { p.product(true, dst, 1, a, b) }
func (p *passes) scale(dst row, c float64, a row) { p.add(pass{op: opScale, dst: dst, c: c, a: a}) }
func (p *passes) axpy(dst row, c float64, a row)  { p.add(pass{op: opAxpy, dst: dst, c: c, a: a}) }
func (p *passes) shift(dst row, c float64, a row) { p.add(pass{op: opShift, dst: dst, c: c, a: a}) }
func (p *passes) apply(fn func(dst, src []float64), dst, a row) {
	p.add(pass{op: opFunc, fn: fn, dst: dst, a: a})
}

// temp reserves a row of the work bank.
func (p *passes) temp() row {
	p.work++
	return row{bankWork, p.work - 1}
}

// run executes the program at n points on rows that are t apart. mem holds one
// slice per bank that starts at its row 0.
func (p *passes) run(mem *[banks][]float64, t, n int) {
	for i := range p.list {
		q := &p.list[i]
		dst := mem[q.dst.bank][q.dst.i*t:][:n]
		a := mem[q.a.bank][q.a.i*t:][:n]
		switch q.op {
		case opMul:
			kernel.Mul(dst, a, mem[q.b.bank][q.b.i*t:][:n])
		case opMulC:
			kernel.MulC(dst, q.c, a, mem[q.b.bank][q.b.i*t:][:n])
		case opMulAdd:
			kernel.MulAdd(dst, a, mem[q.b.bank][q.b.i*t:][:n])
		case opMulAddC:
			kernel.MulAddC(dst, q.c, a, mem[q.b.bank][q.b.i*t:][:n])
		case opScale:
			kernel.Scale(dst, q.c, a)
		case opAxpy:
			kernel.Axpy(dst, q.c, a)
		case opShift:
			kernel.AddConst(dst, q.c, a)
		case opFunc:
			q.fn(dst, a)
		}
	}
}
