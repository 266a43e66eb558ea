package pde

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one mistake in a text of the language. Offset is the byte at which
// it stands, from 0; it is the length of the text where something is missing at
// its end.
type Fault struct {
	Offset  int
	Message string
	// Follows is true if the fault only repeats one that stands in another text:
	// a name is used whose own declaration is faulty.
	Follows bool
}

// Faults is a list of mistakes in one text, in the order of their offsets. An
// empty list means the text is sound. As an error it names all of them.
type Faults []Fault

// maxFaults bounds how many mistakes of one text are kept.
const maxFaults = 20

// Error returns all faults, each with its offset, in one line.
func (f Faults) Error() string {
	var parts []string
	for _, x := range f {
		parts = append(parts, fmt.Sprintf("offset %d: %s", x.Offset, x.Message))
	}
	return strings.Join(parts, "; ")
}

// sorted returns the faults in order of their offsets, the first of each place.
func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int { return cmp.Compare(a.Offset, b.Offset) })
	return slices.CompactFunc(f, func(a, b Fault) bool { return a.Offset == b.Offset })
}

// add appends a fault unless the list is full.
func (f *Faults) add(offset int, format string, args ...any) {
	if len(*f) < maxFaults {
		*f = append(*f, Fault{Offset: offset, Message: fmt.Sprintf(format, args...)})
	}
}

// What the parser does where a text is wrong: note what was expected, skip to a
// place it knows, go on.

// fail notes a fault unless it only follows from the last one.
func (p *parser) fail(offset int, format string, args ...any) {
	if !p.failed {
		p.faults.add(offset, format, args...)
	}
	p.failed = true
}

// abandon skips to the end of the text.
func (p *parser) abandon() {
	p.lex.pos = len(p.lex.src)
	p.advance()
}

// sync makes sure that one of the marks, or the end of the text, comes next. If
// something else does, that is a fault, and the parser skips to one of them. It
// never skips the = of a statement.
func (p *parser) sync(marks ...string) {
	if p.tok.kind != tokenEnd && !slices.ContainsFunc(marks, p.tok.is) {
		p.unexpected(expectedOperator)
	}
	for nested := 0; p.tok.kind != tokenEnd; p.advance() {
		if nested == 0 && slices.ContainsFunc(marks, p.tok.is) {
			break
		}
		if (p.tok.is("=") || p.tok.is("==")) && !p.logic && len(marks) > 0 {
			return // still failed
		}
		if p.tok.is("(") {
			nested++
		} else if p.tok.is(")") && nested > 0 {
			nested--
		}
	}
	if p.tok.kind != tokenEnd || len(marks) == 0 {
		p.failed = false
	}
}

// unexpected notes that the token at hand cannot stand here.
func (p *parser) unexpected(expected string) {
	t := p.tok
	switch {
	case t.kind == tokenEnd:
		p.fail(t.pos, "%s, got the end", expected)
	case t.kind == tokenBad:
		p.fail(t.pos, "%s", badCharacter(t.text))
	case (t.is("=") || t.is("==")) && !p.logic:
		p.unexpectedEquals(expected)
	case infixes[t.text].op.Logical() && !p.logic:
		p.fail(t.pos, "%s stands only in at, in inside and in the first argument of if", t.text)
	case expected == expectedOperator && (t.kind == tokenNumber || t.kind == tokenName || t.is("(")):
		p.fail(t.pos, "expected an operator before %s; products are written with *", t.text)
	default:
		p.fail(t.pos, "%s, got %s", expected, t.text)
	}
}

func (p *parser) unexpectedEquals(expected string) {
	t := p.tok
	switch {
	case expected != expectedOperator:
		p.fail(t.pos, "%s, got %s", expected, t.text)
	case p.open > 0:
		p.fail(t.pos, "expected ) before %s", t.text)
	case p.second:
		p.fail(t.pos, "a statement has only one =")
	default:
		p.fail(t.pos, "= stands only between the two sides of a statement")
	}
}

// badCharacter says what to write instead of a character outside the language.
func badCharacter(c string) string {
	for _, r := range []struct{ bad, good string }{
		{"−–", "-"}, {"·×", "*"}, {"÷", "/"}, {"≤", "<="}, {"≥", ">="}, {"²", "^2"}, {"³", "^3"}, {"[{", "("}, {"]}", ")"},
	} {
		for _, b := range r.bad {
			if string(b) == c {
				return fmt.Sprintf("unknown character %s; write %s", c, r.good)
			}
		}
	}
	return fmt.Sprintf("unknown character %q", c)
}
