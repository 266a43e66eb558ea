package expr

import "math"

// Op is the operation of a node of a Graph.
type Op uint8

// The operations. A comparison or a logical operation is 1 where it holds and 0
// elsewhere; it stands only under other logical operations, as the first
// operand of OpIf, or at the root of a predicate.
const (
	OpConst   Op = iota // a number
	OpAxis              // the coordinate along an axis
	OpPartial           // a derivative of a field
	OpParam             // an unknown parameter
	OpNormal            // a component of the outward unit normal
	OpColumn            // a column of a data set

	OpNeg
	OpAdd
	OpSub
	OpMul
	OpDiv
	OpPow
	OpMin
	OpMax
	OpAtan2

	OpSin
	OpCos
	OpTan
	OpAsin
	OpAcos
	OpAtan
	OpSinh
	OpCosh
	OpTanh
	OpExp
	OpLog
	OpSqrt
	OpAbs
	OpSign
	OpStep
	OpErf

	OpLess
	OpLessEq
	OpEqual
	OpAnd
	OpOr
	OpNot
	OpIf // condition, value where it holds, value elsewhere
)

// kinked reports whether the operation has a kink or a jump.
func (o Op) kinked() bool {
	switch o {
	case OpMin, OpMax, OpAbs, OpSign, OpStep, OpIf:
		return true
	}
	return false
}

// Logical reports whether the operation yields a truth value.
func (o Op) Logical() bool { return o >= OpLess && o <= OpNot }

// commutes reports whether the two operands may be exchanged.
func (o Op) commutes() bool {
	switch o {
	case OpAdd, OpMul, OpMin, OpMax, OpEqual, OpAnd, OpOr:
		return true
	}
	return false
}

// apply returns the value of an operation with operands a, b and c; operations
// of fewer operands ignore the rest. It is the one definition of every operation
// at a point: folding, Expr.Eval and the slow loops of Program use it.
func apply(op Op, a, b, c float64) float64 {
	switch op {
	case OpNeg:
		return -a
	case OpAdd:
		return a + b
	case OpSub:
		return a - b
	case OpMul:
		return a * b
	case OpDiv:
		return a / b
	case OpPow:
		return math.Pow(a, b)
	case OpMin:
		return math.Min(a, b)
	case OpMax:
		return math.Max(a, b)
	case OpAtan2:
		return math.Atan2(a, b)
	case OpIf:
		if a != 0 {
			return b
		}
		return c
	}
	if op.Logical() {
		return truth(holds(op, a, b))
	}
	return unary(op, a)
}

// unary returns f(a) for a function of one argument.
func unary(op Op, a float64) float64 {
	switch op {
	case OpSin:
		return math.Sin(a)
	case OpCos:
		return math.Cos(a)
	case OpTan:
		return math.Tan(a)
	case OpAsin:
		return math.Asin(a)
	case OpAcos:
		return math.Acos(a)
	case OpAtan:
		return math.Atan(a)
	case OpSinh:
		return math.Sinh(a)
	case OpCosh:
		return math.Cosh(a)
	case OpTanh:
		return math.Tanh(a)
	case OpExp:
		return math.Exp(a)
	case OpLog:
		return math.Log(a)
	case OpSqrt:
		return math.Sqrt(a)
	case OpAbs:
		return math.Abs(a)
	case OpSign:
		return sign(a)
	case OpStep:
		return step(a)
	case OpErf:
		return math.Erf(a)
	}
	panic("expr: unknown operation")
}

// holds returns the truth of a comparison or logical operation.
func holds(op Op, a, b float64) bool {
	switch op {
	case OpLess:
		return a < b
	case OpLessEq:
		return a <= b
	case OpEqual:
		return a == b
	case OpAnd:
		return a != 0 && b != 0
	case OpOr:
		return a != 0 || b != 0
	}
	return a == 0 // OpNot
}

// truth returns 1 for true and 0 for false.
func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// sign returns −1, 0 or 1, and NaN for NaN.
func sign(a float64) float64 {
	switch {
	case a > 0:
		return 1
	case a < 0:
		return -1
	}
	return a // 0 or NaN
}

// step returns 0 left of 0 and 1 from 0 on, and NaN for NaN.
func step(a float64) float64 {
	switch {
	case a >= 0:
		return 1
	case a < 0:
		return 0
	}
	return a
}
