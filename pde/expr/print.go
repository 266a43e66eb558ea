package expr

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxPrint is the tree size up to which an expression is printed in full.
const maxPrint = 1 << 16

// How tightly operations bind, from loose to tight.
const (
	powerOr = iota + 1
	powerAnd
	powerNot
	powerCompare
	powerSum
	powerProduct
	powerUnary
	powerPower
	powerAtom
)

// opText is how an operation is written, between its operands, before the only one
// or, for functions, before the brackets.
var opText = [...]string{
	OpConst: "number", OpAxis: "axis", OpPartial: "partial", OpParam: "parameter", OpNormal: "normal", OpColumn: "column",
	OpNeg: "-", OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/", OpPow: "^", OpMin: "min", OpMax: "max", OpAtan2: "atan2",
	OpSin: "sin", OpCos: "cos", OpTan: "tan", OpAsin: "asin", OpAcos: "acos", OpAtan: "atan",
	OpSinh: "sinh", OpCosh: "cosh", OpTanh: "tanh", OpExp: "exp", OpLog: "log", OpSqrt: "sqrt",
	OpAbs: "abs", OpSign: "sign", OpStep: "step", OpErf: "erf",
	OpLess: "<", OpLessEq: "<=", OpEqual: "=", OpAnd: "and", OpOr: "or", OpNot: "not", OpIf: "if",
}

// String returns the operation as the language writes it, such as * or sin; for a
// leaf it says what kind of leaf it is.
func (o Op) String() string { return opText[o] }

// Power says how tightly the operation binds beside others: the more, the larger.
// Functions and leaves bind most tightly.
func (o Op) Power() int {
	switch o {
	case OpNeg:
		return powerUnary
	case OpNot:
		return powerNot
	case OpAnd:
		return powerAnd
	case OpOr:
		return powerOr
	case OpLess, OpLessEq, OpEqual:
		return powerCompare
	case OpAdd, OpSub:
		return powerSum
	case OpMul, OpDiv:
		return powerProduct
	case OpPow:
		return powerPower
	}
	return powerAtom
}

// String returns e as the language writes it; parsed again in the scope it came
// from, it gives the same node. Numbers carry all digits. An expression whose
// tree has more than 65536 nodes is not written out but described.
func (e *Expr) String() string {
	if e.size > maxPrint {
		return fmt.Sprintf("(expression of %d nodes)", e.size)
	}
	var b strings.Builder
	e.print(&b, 0)
	return b.String()
}

// power returns how tightly the outermost operation of the printed form binds.
func (e *Expr) power() int {
	if e.op == OpConst && math.Signbit(e.val) {
		return powerUnary
	}
	return e.op.Power()
}

// print writes e, in brackets if it binds less tightly than least.
func (e *Expr) print(b *strings.Builder, least int) {
	power := e.power()
	if power < least {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch e.op {
	case OpConst:
		b.WriteString(strconv.FormatFloat(e.val, 'g', -1, 64))
	case OpAxis:
		b.WriteString(e.g.axisName(e.index))
	case OpPartial:
		b.WriteString(e.g.partialName(e.partial))
	case OpParam:
		b.WriteString(name(e.g.names.params, e.index, "k"))
	case OpNormal:
		b.WriteString("n_" + e.g.axisName(e.index))
	case OpColumn:
		b.WriteString(e.g.columns[e.index].name)
	case OpNeg:
		b.WriteByte('-')
		e.arg[0].print(b, powerUnary)
	case OpNot:
		b.WriteString("not ")
		e.arg[0].print(b, powerNot)
	case OpPow:
		e.arg[0].print(b, powerAtom)
		b.WriteByte('^')
		e.arg[1].print(b, powerUnary)
	default:
		e.printPair(b, power)
	}
}

// printPair writes an operation between two operands, or a call.
func (e *Expr) printPair(b *strings.Builder, power int) {
	if power == powerAtom {
		b.WriteString(e.op.String())
		sep := "("
		for _, a := range e.Args(nil) {
			b.WriteString(sep)
			a.print(b, 0)
			sep = ", "
		}
		b.WriteByte(')')
		return
	}
	right := power + 1
	if e.op == OpMul && e.arg[0].op == OpConst && e.arg[1].pureProduct() {
		right = power // c·(a·b): reading c·a·b moves c to the front as well
	}
	left := power
	if power == powerCompare {
		left++
	}
	e.arg[0].print(b, left)
	if power <= powerSum {
		b.WriteString(" " + e.op.String() + " ")
	} else {
		b.WriteString(e.op.String())
	}
	e.arg[1].print(b, right)
}

// pureProduct reports whether e prints as a row of factors of which the first is
// neither a number nor a quotient.
func (e *Expr) pureProduct() bool {
	if e.op != OpMul {
		return false
	}
	for e.op == OpMul {
		e = e.arg[0]
	}
	return e.op != OpConst && e.op != OpDiv
}

// name returns names[i], or a name made from the prefix if there is none.
func name(names []string, i int, prefix string) string {
	if i < len(names) {
		return names[i]
	}
	return prefix + strconv.Itoa(i)
}

func (g *Graph) axisName(axis int) string { return name(g.names.axes, axis, "x") }

// FieldName returns the name of a field.
func (g *Graph) FieldName(field int) string { return name(g.names.fields, field, "u") }

// partialName writes a partial: u, u_xx, or d(u, x, x) where the name u_xx is
// declared to be something else.
func (g *Graph) partialName(p Partial) string {
	u := g.FieldName(p.Field)
	var letters []string
	for axis, n := range p.Order {
		letters = append(letters, slices.Repeat([]string{g.axisName(axis)}, int(n))...)
	}
	if len(letters) == 0 {
		return u
	}
	s := u + "_" + strings.Join(letters, "")
	if g.columnNamed(s) || g.names.taken != nil && g.names.taken(s) {
		return "d(" + u + ", " + strings.Join(letters, ", ") + ")"
	}
	return s
}

// columnNamed reports whether some data column has the name.
func (g *Graph) columnNamed(name string) bool {
	return slices.ContainsFunc(g.columns, func(c column) bool { return c.name == name })
}

// String returns the multi-index as its components in brackets, the trailing
// zeros left out.
func (m Multi) String() string {
	n := MaxAxes
	for n > 0 && m[n-1] == 0 {
		n--
	}
	return strings.ReplaceAll(fmt.Sprint([]uint8(m[:n])), " ", ",")
}
