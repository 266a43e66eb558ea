package pde

import (
	"math"

	"pinn/internal/kernel"
)

// A machine runs instructions on rows: each takes rows of n numbers and writes
// one. Rows live in banks; a bank is a block with a row every stride numbers.

// bank names a block.
type bank uint8

const (
	bankNone     bank = iota
	bankValue         // results of instructions, kept for the adjoint sweep
	bankStatic        // parts that depend on the place only
	bankPartial       // fields and their derivatives
	bankCoord         // coordinates, normals, data columns
	bankSeed          // adjoints of the outputs
	bankAdjoint       // adjoints on their way down
	bankDPartial      // adjoints of the partials
	bankDParam        // adjoints of the unknown parameters
	numBanks
)

// ref names a row of a bank.
type ref struct {
	bank bank
	row  int32
}

// block is a bank at work.
type block struct {
	rows   []float64
	stride int
}

type banks [numBanks]block

// row returns the first n numbers of a row.
func (b *banks) row(r ref, n int) []float64 {
	k := &b[r.bank]
	o := int(r.row) * k.stride
	return k.rows[o : o+n : o+n]
}

// code is what an instruction does. s is its scalar.
type code uint8

const (
	codeFill     code = iota // dst = s
	codeScale                // dst = s·a
	codeAxpy                 // dst += s·a
	codeAddConst             // dst = a + s
	codeCopy                 // dst = a
	codeAdd                  // dst = a + b
	codeMul                  // dst = a·b
	codeMulC                 // dst = s·a·b
	codeMulAdd               // dst += a·b
	codeMulAddC              // dst += s·a·b
	codeGuard                // dst = s·a·b, 0 where a = 0
	codeGuardAdd             // dst += s·a·b, where a ≠ 0
	codeInverse              // dst = 1/a
	codeApply                // dst = op(a, b, c)
	codeSlope                // dst = ∂op(a, b)/∂a, or ∂/∂b if s ≠ 0; c = op(a, b)
)

// instr is one instruction. Missing operands have bankNone.
type instr struct {
	code         code
	op           Op // of codeApply and codeSlope
	dst, a, b, c ref
	s            int32 // index of the scalar
}

// run executes the instructions on rows of n numbers.
func run(program []instr, bk *banks, scalars []float64, n int) {
	for i := range program {
		in := &program[i]
		dst := bk.row(in.dst, n)
		switch in.code {
		case codeFill:
			kernel.Fill(dst, scalars[in.s])
		case codeScale:
			kernel.Scale(dst, scalars[in.s], bk.row(in.a, n))
		case codeAxpy:
			kernel.Axpy(dst, scalars[in.s], bk.row(in.a, n))
		case codeAddConst:
			kernel.AddConst(dst, scalars[in.s], bk.row(in.a, n))
		case codeCopy:
			copy(dst, bk.row(in.a, n))
		case codeAdd:
			kernel.Add(dst, bk.row(in.a, n), bk.row(in.b, n))
		case codeMul:
			kernel.Mul(dst, bk.row(in.a, n), bk.row(in.b, n))
		case codeMulC:
			kernel.MulC(dst, scalars[in.s], bk.row(in.a, n), bk.row(in.b, n))
		case codeMulAdd:
			kernel.MulAdd(dst, bk.row(in.a, n), bk.row(in.b, n))
		case codeMulAddC:
			kernel.MulAddC(dst, scalars[in.s], bk.row(in.a, n), bk.row(in.b, n))
		case codeGuard:
			clear(dst)
			guardAdd(dst, scalars[in.s], bk.row(in.a, n), bk.row(in.b, n))
		case codeGuardAdd:
			guardAdd(dst, scalars[in.s], bk.row(in.a, n), bk.row(in.b, n))
		case codeInverse:
			for j, v := range bk.row(in.a, n) {
				dst[j] = 1 / v
			}
		case codeApply:
			in.apply(bk, dst, n)
		case codeSlope:
			in.slope(bk, dst, n, scalars[in.s] != 0)
		}
	}
}

// guardAdd adds s·a·b to dst where a is not 0: what no one asks for is 0, even if
// b is infinite or NaN there.
func guardAdd(dst []float64, s float64, a, b []float64) {
	for j, v := range a {
		if v != 0 {
			dst[j] += s * v * b[j]
		}
	}
}

// apply stores op(a, b, c) in dst.
func (in *instr) apply(bk *banks, dst []float64, n int) {
	a := bk.row(in.a, n)
	switch in.op {
	case OpSin:
		kernel.Sin(dst, a)
		return
	case OpCos:
		kernel.Cos(dst, a)
		return
	case OpTanh:
		kernel.Tanh(dst, a)
		return
	case OpExp:
		kernel.Exp(dst, a)
		return
	}
	switch {
	case in.b.bank == bankNone:
		for j, v := range a {
			dst[j] = apply(in.op, v, 0, 0)
		}
	case in.c.bank == bankNone:
		b := bk.row(in.b, n)
		for j, v := range a {
			dst[j] = apply(in.op, v, b[j], 0)
		}
	default:
		b, c := bk.row(in.b, n), bk.row(in.c, n)
		for j, v := range a {
			dst[j] = apply(in.op, v, b[j], c[j])
		}
	}
}

// slope stores the derivative of op by its first operand, or its second one, in
// dst.
func (in *instr) slope(bk *banks, dst []float64, n int, second bool) {
	a, v := bk.row(in.a, n), bk.row(in.c, n)
	if in.op == OpTanh {
		for j, t := range v {
			dst[j] = 1 - t*t
		}
		return
	}
	if in.b.bank == bankNone {
		for j, x := range a {
			dst[j] = slope(in.op, x, v[j])
		}
		return
	}
	b := bk.row(in.b, n)
	for j, x := range a {
		p, q := slope2(in.op, x, b[j], v[j])
		if second {
			p = q
		}
		dst[j] = p
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
	panic("pde: no slope for this operation")
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
	panic("pde: no slope for this operation")
}
