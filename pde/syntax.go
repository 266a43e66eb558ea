package pde

import (
	"strings"

	"pinn/pde/expr"
)

// How tightly operations bind, from loose to tight.
var (
	powerNot     = expr.OpNot.Power()
	powerCompare = expr.OpEqual.Power()
	powerSum     = expr.OpAdd.Power()
	powerUnary   = expr.OpNeg.Power()
	powerAtom    = expr.OpConst.Power()
)

// syntaxKind says what a node of the syntax tree is.
type syntaxKind uint8

const (
	syntaxBad       syntaxKind = iota // where a mistake stands
	syntaxNumber                      // 0.5
	syntaxName                        // u_x
	syntaxOperation                   // an operation of one or two operands
	syntaxCall                        // f(a, b)
)

// Syntax is a parsed text: a tree of numbers, names, operations and calls, each
// with its place in the text. Names have no meaning yet; Scope gives them one.
type Syntax struct {
	kind     syntaxKind
	op       expr.Op // of an operation; > and >= are kept as OpLess and OpLessEq
	swapped  bool    // > or >=: the operands stand in the text's order
	text     string  // of a number or name; the name of a call
	value    float64
	args     []*Syntax
	pos, end int // bytes of the text; for an operation those of all its operands
	mark     int // where the operator stands
}

// Offset returns the byte of the text at which s begins.
func (s *Syntax) Offset() int { return s.pos }

// End returns the byte of the text after the last one of s.
func (s *Syntax) End() int { return s.end }

// logical reports whether s yields a truth value.
func (s *Syntax) logical() bool { return s.kind == syntaxOperation && s.op.Logical() }

// String returns the text of s in the fewest brackets; parsed again it gives an
// equal tree.
func (s *Syntax) String() string {
	var b strings.Builder
	s.print(&b, 0)
	return b.String()
}

func (s *Syntax) power() int {
	if s.kind != syntaxOperation {
		return powerAtom
	}
	return s.op.Power()
}

func (s *Syntax) print(b *strings.Builder, least int) {
	power := s.power()
	if power < least {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch {
	case s.kind == syntaxBad:
		b.WriteByte('?')
	case s.kind == syntaxCall:
		b.WriteString(s.text + "(")
		for i, a := range s.args {
			if i > 0 {
				b.WriteString(", ")
			}
			a.print(b, 0)
		}
		b.WriteByte(')')
	case s.kind != syntaxOperation:
		b.WriteString(s.text)
	case s.op == expr.OpNeg:
		b.WriteByte('-')
		s.args[0].print(b, powerUnary)
	case s.op == expr.OpNot:
		b.WriteString("not ")
		s.args[0].print(b, powerNot)
	case s.op == expr.OpPow:
		s.args[0].print(b, powerAtom)
		b.WriteByte('^')
		s.args[1].print(b, powerUnary)
	default:
		s.printPair(b, power)
	}
}

// printPair writes an operation between two operands.
func (s *Syntax) printPair(b *strings.Builder, power int) {
	left, text := power, s.op.String()
	if power == powerCompare {
		left++
	}
	if s.swapped {
		text = ">" + text[1:]
	}
	s.args[0].print(b, left)
	if power <= powerSum {
		text = " " + text + " "
	}
	b.WriteString(text)
	s.args[1].print(b, power+1)
}

// Equal reports whether two trees are the same but for their places in the text.
func (s *Syntax) Equal(t *Syntax) bool {
	if s.kind != t.kind || s.op != t.op || s.swapped != t.swapped || s.text != t.text || len(s.args) != len(t.args) {
		return false
	}
	for i := range s.args {
		if !s.args[i].Equal(t.args[i]) {
			return false
		}
	}
	return true
}
