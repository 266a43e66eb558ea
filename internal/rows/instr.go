package rows

import "pinn/internal/kernel"

// Code is what an instruction does; s is its scalar.
type Code uint8

// The instructions. Where a row is both read and written, every number is read
// before it is overwritten.
const (
	Fill     Code = iota // dst = s
	Scale                // dst = s·a
	Axpy                 // dst += s·a
	AddConst             // dst = a + s
	Copy                 // dst = a
	Add                  // dst = a + b
	Mul                  // dst = a·b
	MulC                 // dst = s·a·b
	MulAdd               // dst += a·b
	MulAddC              // dst += s·a·b
	Guard                // dst = s·a·b, 0 where a = 0
	GuardAdd             // dst += s·a·b where a ≠ 0
	Inverse              // dst = 1/a
	Apply                // dst = Func(a, b, c)
)

// Func stores a function of the numbers of a, b and c in dst, point by point.
// Operands that an instruction lacks are nil.
type Func func(dst, a, b, c []float64)

// Instr is one instruction.
type Instr struct {
	Code         Code
	S            int32 // index of the scalar
	Dst, A, B, C Ref
	Func         Func // of Apply
}

// One is the index of the number 1 among the scalars of every program.
const One int32 = 0

// Product returns the instruction dst = s·a·b if first, otherwise dst += s·a·b.
// Where b is missing the product is s·a.
func Product(first bool, dst Ref, s int32, a, b Ref) Instr {
	in := Instr{Dst: dst, S: s, A: a, B: b}
	pair, one := !b.Missing(), s == One
	switch {
	case pair && one && first:
		in.Code = Mul
	case pair && one:
		in.Code = MulAdd
	case pair && first:
		in.Code = MulC
	case pair:
		in.Code = MulAddC
	case one && first:
		in.Code = Copy
	case one:
		in.Code, in.A, in.B = Add, dst, a
	case first:
		in.Code = Scale
	default:
		in.Code = Axpy
	}
	return in
}

// Run executes the instructions on rows of n numbers. It does not allocate.
func Run(code []Instr, b *Banks, scalars []float64, n int) {
	for i := range code {
		in := &code[i]
		dst := b.Row(in.Dst, n)
		switch in.Code {
		case Fill:
			kernel.Fill(dst, scalars[in.S])
		case Scale:
			kernel.Scale(dst, scalars[in.S], b.Row(in.A, n))
		case Axpy:
			kernel.Axpy(dst, scalars[in.S], b.Row(in.A, n))
		case AddConst:
			kernel.AddConst(dst, scalars[in.S], b.Row(in.A, n))
		case Copy:
			copy(dst, b.Row(in.A, n))
		case Add:
			kernel.Add(dst, b.Row(in.A, n), b.Row(in.B, n))
		case Mul:
			kernel.Mul(dst, b.Row(in.A, n), b.Row(in.B, n))
		case MulC:
			kernel.MulC(dst, scalars[in.S], b.Row(in.A, n), b.Row(in.B, n))
		case MulAdd:
			kernel.MulAdd(dst, b.Row(in.A, n), b.Row(in.B, n))
		case MulAddC:
			kernel.MulAddC(dst, scalars[in.S], b.Row(in.A, n), b.Row(in.B, n))
		case Guard:
			guard(dst, scalars[in.S], b.Row(in.A, n), b.Row(in.B, n))
		case GuardAdd:
			guardAdd(dst, scalars[in.S], b.Row(in.A, n), b.Row(in.B, n))
		case Inverse:
			for j, v := range b.Row(in.A, n) {
				dst[j] = 1 / v
			}
		case Apply:
			in.Func(dst, b.operand(in.A, n), b.operand(in.B, n), b.operand(in.C, n))
		}
	}
}

// operand returns a row, nil for a missing one.
func (b *Banks) operand(r Ref, n int) []float64 {
	if r.Missing() {
		return nil
	}
	return b.Row(r, n)
}

// guard computes dst = s·a·b where a is not 0, and 0 elsewhere: what nothing asks
// for is 0, even if b is infinite or NaN there.
func guard(dst []float64, s float64, a, b []float64) {
	for j, v := range a {
		p := 0.0
		if v != 0 {
			p += s * v * b[j]
		}
		dst[j] = p
	}
}

// guardAdd adds s·a·b to dst where a is not 0.
func guardAdd(dst []float64, s float64, a, b []float64) {
	for j, v := range a {
		if v != 0 {
			dst[j] += s * v * b[j]
		}
	}
}
