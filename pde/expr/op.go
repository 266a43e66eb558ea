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

// Env gives the leaves of an expression their values at one point: the
// coordinates X (one per axis), the outward unit normal N (one component per
// axis), the fields and their derivatives U, the unknown parameters and the
// columns of a data set. What an expression does not use may be nil.
type Env struct {
	X, N    []float64
	U       func(Partial) float64
	Params  []float64
	Columns []float64
}

// maxPlain is the tree size up to which Eval repeats shared parts rather than
// remember them.
const maxPlain = 1 << 9

// Eval returns the value of e. It is the plain recursive twin of Program: the
// same functions, one point at a time. Small expressions do not allocate.
func (e *Expr) Eval(env Env) float64 {
	v := evaluator{env: &env}
	if e.size > maxPlain {
		v.seen = map[*Expr]float64{}
	}
	return v.value(e)
}

// evaluator evaluates one expression at one point; seen, if not nil, holds the
// values of the nodes met so far.
type evaluator struct {
	env  *Env
	seen map[*Expr]float64
}

func (v *evaluator) value(e *Expr) float64 {
	if e.arg[0] == nil {
		return v.leaf(e)
	}
	if v.seen != nil {
		if r, ok := v.seen[e]; ok {
			return r
		}
	}
	r := v.operation(e)
	if v.seen != nil {
		v.seen[e] = r
	}
	return r
}

// operation evaluates only the branch of an if that is taken.
func (v *evaluator) operation(e *Expr) float64 {
	a := v.value(e.arg[0])
	if e.op == OpIf {
		if a != 0 {
			return v.value(e.arg[1])
		}
		return v.value(e.arg[2])
	}
	if e.arg[1] == nil {
		return apply(e.op, a, 0, 0)
	}
	return apply(e.op, a, v.value(e.arg[1]), 0)
}

func (v *evaluator) leaf(e *Expr) float64 {
	switch e.op {
	case OpConst:
		return e.val
	case OpAxis:
		return v.env.X[e.index]
	case OpPartial:
		return v.env.U(e.partial)
	case OpParam:
		return v.env.Params[e.index]
	case OpNormal:
		return v.env.N[e.index]
	}
	return v.env.Columns[e.g.columns[e.index].index]
}
