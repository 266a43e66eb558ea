package rows

import (
	"math"
	"slices"
)

// Program is a list of instructions whose scalars are numbers. The zero Program
// is empty and ready to be written.
type Program struct {
	Code    []Instr
	Scalars []float64 // Scalars[One] is 1
}

// scalar returns the index of a number among the scalars.
func (p *Program) scalar(c float64) int32 {
	if p.Scalars == nil {
		p.Scalars = []float64{One: 1}
	}
	same := func(v float64) bool { return math.Float64bits(v) == math.Float64bits(c) }
	i := slices.IndexFunc(p.Scalars, same)
	if i < 0 {
		i = len(p.Scalars)
		p.Scalars = append(p.Scalars, c)
	}
	return int32(i)
}

// Product appends dst = c·a·b if first, otherwise dst += c·a·b. Where b is missing
// the product is c·a.
func (p *Program) Product(first bool, dst Ref, c float64, a, b Ref) {
	p.Code = append(p.Code, Product(first, dst, p.scalar(c), a, b))
}

// Mul appends dst = a·b.
func (p *Program) Mul(dst, a, b Ref) { p.Product(true, dst, 1, a, b) }

// Scale appends dst = c·a.
func (p *Program) Scale(dst Ref, c float64, a Ref) { p.Product(true, dst, c, a, Ref{}) }

// Axpy appends dst += c·a.
func (p *Program) Axpy(dst Ref, c float64, a Ref) { p.Product(false, dst, c, a, Ref{}) }

// AddConst appends dst = a + c.
func (p *Program) AddConst(dst Ref, c float64, a Ref) {
	p.Code = append(p.Code, Instr{Code: AddConst, Dst: dst, S: p.scalar(c), A: a})
}

// Apply appends dst = f(a).
func (p *Program) Apply(f func(dst, a []float64), dst, a Ref) {
	p.Code = append(p.Code, Instr{Code: Apply, Dst: dst, A: a, Func: Unary(f)})
}

// Unary returns the Func of a function of one row.
func Unary(f func(dst, a []float64)) Func {
	return func(dst, a, _, _ []float64) { f(dst, a) }
}

// Run executes the program on rows of n numbers. It does not allocate.
func (p *Program) Run(b *Banks, n int) { Run(p.Code, b, p.Scalars, n) }
