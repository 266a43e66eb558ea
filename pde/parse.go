package pde

import (
	"math"
	"strconv"

	"pinn/pde/expr"
)

const (
	maxDepth  = 1000    // of brackets and prefix operators inside each other
	maxSource = 1 << 16 // bytes of one text
)

const (
	expectedOperand  = "expected a number, a name or ("
	expectedOperator = "expected an operator"
)

// ParseExpr parses an expression, such as nu*u_xx. With faults the tree, which
// is never nil, has gaps.
func ParseExpr(src string) (*Syntax, Faults) {
	p := newParser(src)
	e := p.number(p.expression(0))
	p.sync()
	return e, p.faults.sorted()
}

// ParseStatement parses left = right. With faults the trees, which are never
// nil, have gaps.
func ParseStatement(src string) (left, right *Syntax, faults Faults) {
	p := newParser(src)
	left = p.number(p.expression(0))
	p.sync("=", "==")
	if p.tok.kind == tokenEnd {
		right = p.bad()
		if len(p.faults) == 0 {
			p.faults.add(0, "a statement needs a left and a right side: = is missing")
		}
		return left, right, p.faults.sorted()
	}
	p.operator()
	p.second = true
	right = p.number(p.expression(0))
	p.sync()
	return left, right, p.faults.sorted()
}

// ParsePredicate parses a truth value: comparisons and names joined by and, or
// and not. With faults the tree, which is never nil, has gaps.
func ParsePredicate(src string) (*Syntax, Faults) {
	p := newParser(src)
	p.logic, p.places = true, true
	e := p.truth(p.expression(0))
	p.sync()
	return e, p.faults.sorted()
}

// parser is a Pratt parser over the tokens of one text. Where a mistake stands
// it notes a fault, skips to a place it knows, and goes on.
type parser struct {
	lex    lexer
	tok    token // the next token
	faults Faults
	failed bool // a fault was noted and no known place reached since
	depth  int  // of expressions inside each other
	open   int  // brackets
	second bool // the = of a statement is behind
	logic  bool // comparisons, and, or, not are allowed here
	places bool // a name may be a truth value: the name of a boundary
}

func newParser(src string) *parser {
	p := &parser{lex: lexer{src: src}}
	if len(src) > maxSource {
		p.fail(maxSource, "the text is longer than %d bytes", maxSource)
		p.lex.pos = len(src)
	}
	p.advance()
	return p
}

func (p *parser) advance() { p.tok = p.lex.next() }

func (p *parser) bad() *Syntax { return &Syntax{kind: syntaxBad, pos: p.tok.pos, end: p.tok.pos} }

// expression parses operations that bind at least as tightly as least.
func (p *parser) expression(least int) *Syntax {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail(p.tok.pos, "nested more than %d levels deep", maxDepth)
		p.abandon()
		return p.bad()
	}
	left := p.operand()
	for {
		in, ok := infixes[p.tok.text]
		if !ok || p.tok.kind == tokenNumber || in.power() < least || in.op.Logical() && !p.logic {
			return left
		}
		left = p.infix(in, left)
	}
}

// infix is an operation between two operands; swapped exchanges them.
type infix struct {
	op      expr.Op
	swapped bool
}

// power says how tightly the operation binds.
func (in infix) power() int { return in.op.Power() }

// right returns the least power of what may stand on its right: of equal
// operations the left one binds first, but for powers, as in 2^-x and 2^3^2.
func (in infix) right() int {
	if in.op == expr.OpPow {
		return powerUnary
	}
	return in.power() + 1
}

var infixes = map[string]infix{
	"or":  {expr.OpOr, false},
	"and": {expr.OpAnd, false},
	"<":   {expr.OpLess, false},
	"<=":  {expr.OpLessEq, false},
	">":   {expr.OpLess, true},
	">=":  {expr.OpLessEq, true},
	"=":   {expr.OpEqual, false},
	"+":   {expr.OpAdd, false},
	"-":   {expr.OpSub, false},
	"*":   {expr.OpMul, false},
	"/":   {expr.OpDiv, false},
	"^":   {expr.OpPow, false},
	"**":  {expr.OpPow, false},
	"==":  {expr.OpEqual, false}, // from here on to say what is meant
	"!=":  {expr.OpEqual, false},
	"&&":  {expr.OpAnd, false},
	"||":  {expr.OpOr, false},
}

// infix parses the operator at hand and its right operand.
func (p *parser) infix(in infix, left *Syntax) *Syntax {
	mark := p.tok.pos
	p.operator()
	check := p.number
	if in.power() < powerNot {
		check = p.truth
	}
	left = check(left)
	right := check(p.expression(in.right()))
	if next, ok := infixes[p.tok.text]; ok && in.power() == powerCompare && next.power() == powerCompare {
		p.fail(p.tok.pos, "comparisons do not chain: write a < b and b < c")
	}
	return &Syntax{
		kind: syntaxOperation, op: in.op, swapped: in.swapped, args: []*Syntax{left, right},
		pos: left.pos, end: right.end, mark: mark,
	}
}

// foreign lists operators of other languages and what to write instead.
var foreign = map[string]string{"==": "=", "!=": "not a = b", "&&": "and", "||": "or"}

// operator takes the operator at hand, or the foreign one that was meant to be
// one.
func (p *parser) operator() {
	if want, ok := foreign[p.tok.text]; ok {
		p.faults.add(p.tok.pos, "unknown operator %s; write %s", p.tok.text, want)
	}
	p.advance()
}

// operand parses a number, a name, a call, an expression in brackets, or an
// operand with a sign or not before it.
func (p *parser) operand() *Syntax {
	t := p.tok
	switch {
	case t.kind == tokenNumber:
		p.advance()
		return p.literal(t)
	case t.is("not") && p.logic:
		p.advance()
		return p.prefix(expr.OpNot, t, p.truth(p.expression(powerNot)))
	case t.is("and"), t.is("or"), t.is("not"):
		p.unexpected(expectedOperand)
		return p.bad()
	case t.kind == tokenName:
		p.advance()
		if p.tok.is("(") {
			return p.call(t)
		}
		return &Syntax{kind: syntaxName, text: t.text, pos: t.pos, end: t.end, mark: t.pos}
	case t.is("-"):
		p.advance()
		return p.prefix(expr.OpNeg, t, p.number(p.expression(powerUnary)))
	case t.is("+"):
		p.advance()
		return p.number(p.expression(powerUnary))
	case t.is("("):
		return p.brackets()
	}
	p.unexpected(expectedOperand)
	return p.bad()
}

func (p *parser) prefix(op expr.Op, t token, a *Syntax) *Syntax {
	return &Syntax{kind: syntaxOperation, op: op, args: []*Syntax{a}, pos: t.pos, end: a.end, mark: t.pos}
}

func (p *parser) literal(t token) *Syntax {
	v, err := strconv.ParseFloat(t.text, 64)
	if err != nil || math.IsInf(v, 0) {
		p.faults.add(t.pos, "the number %s is too large", t.text)
	}
	return &Syntax{kind: syntaxNumber, text: t.text, value: v, pos: t.pos, end: t.end, mark: t.pos}
}

func (p *parser) brackets() *Syntax {
	open := p.tok
	p.open++
	p.advance()
	e := p.expression(0)
	e.pos = open.pos
	p.sync(")")
	e.end = p.tok.end
	p.close(open)
	return e
}

// close takes the closing bracket that sync has found.
func (p *parser) close(open token) {
	p.open--
	if p.tok.is(")") {
		p.advance()
		return
	}
	p.fail(open.pos, "this bracket is never closed")
}

// call parses the arguments of f. Only the first one of if may be a truth value.
func (p *parser) call(f token) *Syntax {
	c := &Syntax{kind: syntaxCall, text: f.text, pos: f.pos, mark: f.pos}
	open := p.tok
	p.open++
	p.advance()
	logic, places := p.logic, p.places
	p.places = false
	for !p.tok.is(")") || len(c.args) > 0 {
		p.logic = f.text == "if" && len(c.args) == 0
		a := p.expression(0)
		if !p.logic {
			a = p.number(a)
		} else {
			a = p.truth(a)
		}
		c.args = append(c.args, a)
		p.sync(",", ")")
		if !p.tok.is(",") {
			break
		}
		p.advance()
	}
	p.logic, p.places = logic, places
	c.end = p.tok.end
	if !p.tok.is(")") {
		c.kind = syntaxBad
	}
	p.close(open)
	return c
}

// number notes a fault if s is a truth value.
func (p *parser) number(s *Syntax) *Syntax {
	if s.logical() && !p.failed {
		p.faults.add(s.pos, "expected a number, got a comparison")
	}
	return s
}

// truth notes a fault if s is a number.
func (p *parser) truth(s *Syntax) *Syntax {
	if s.logical() || s.kind == syntaxBad || p.places && s.kind == syntaxName {
		return s
	}
	if !p.failed {
		p.faults.add(s.pos, "expected a comparison, such as x < 1")
	}
	return s
}
