package pde

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pinn/pde/expr"
)

// bracketed writes a tree with brackets around every operation.
func bracketed(s *Syntax) string {
	var args []string
	for _, a := range s.args {
		args = append(args, bracketed(a))
	}
	switch {
	case s.kind == syntaxCall:
		return s.text + "(" + strings.Join(args, ", ") + ")"
	case s.kind == syntaxOperation && len(args) == 1:
		return "(" + map[expr.Op]string{expr.OpNeg: "-", expr.OpNot: "not "}[s.op] + args[0] + ")"
	case s.kind == syntaxOperation:
		op := s.op.String()
		if s.swapped {
			op = ">" + op[1:]
		}
		return "(" + args[0] + op + args[1] + ")"
	}
	return s.text
}

func TestPrecedence(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"a+b*c", "(a+(b*c))"},
		{"a*b+c", "((a*b)+c)"},
		{"a-b-c", "((a-b)-c)"},
		{"a/b/c", "((a/b)/c)"},
		{"a/b*c", "((a/b)*c)"},
		{"-x^2", "(-(x^2))"},
		{"(-x)^2", "((-x)^2)"},
		{"2^-x", "(2^(-x))"},
		{"2^-x^2", "(2^(-(x^2)))"},
		{"2^-x*3", "((2^(-x))*3)"},
		{"2^3^2", "(2^(3^2))"},
		{"2**3**2", "(2^(3^2))"},
		{"-a*b", "((-a)*b)"},
		{"a*-b", "(a*(-b))"},
		{"a*-b^c*d", "((a*(-(b^c)))*d)"},
		{"a--b", "(a-(-b))"},
		{"--x", "(-(-x))"},
		{"+1.5", "1.5"},
		{"a-+b", "(a-b)"},
		{".5+1.", "(.5+1.)"},
		{"1e-3*1E+2*2.e3", "((1e-3*1E+2)*2.e3)"},
		{"sin(x)^2", "(sin(x)^2)"},
		{"-sin(pi*x)", "(-sin((pi*x)))"},
		{"max(a, b+1, c)", "max(a, (b+1), c)"},
		{"f()", "f()"},
		{"if(x<1 and not y>=2 or a=b, 1, 2)", "if((((x<1)and(not (y>=2)))or(a=b)), 1, 2)"},
		{" \t\n( a )\r\n", "a"},
		{"λ_x*Δ2", "(λ_x*Δ2)"},
	} {
		t.Run(c.src, func(t *testing.T) {
			s, faults := ParseExpr(c.src)
			if faults != nil {
				t.Fatalf("faults: %v", faults)
			}
			if got := bracketed(s); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			again, faults := ParseExpr(s.String())
			if faults != nil || !again.Equal(s) {
				t.Errorf("%s printed as %s reads as %s, faults %v", c.src, s, bracketed(again), faults)
			}
		})
	}
}

func TestParsePredicatePrecedence(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"x = -1 or x = 1", "((x=(-1))or(x=1))"},
		{"a<1 or b<2 and c<3", "((a<1)or((b<2)and(c<3)))"},
		{"(a<1 or b<2) and c<3", "(((a<1)or(b<2))and(c<3))"},
		{"not a<1 and b<2", "((not (a<1))and(b<2))"},
		{"not not a<1", "(not (not (a<1)))"},
		{"boundary and not hole", "(boundaryand(not hole))"},
		{"x+1 > 2*y", "((x+1)>(2*y))"},
		{"x^2 + y^2 >= 0.25**2", "(((x^2)+(y^2))>=(0.25^2))"},
	} {
		t.Run(c.src, func(t *testing.T) {
			s, faults := ParsePredicate(c.src)
			if faults != nil {
				t.Fatalf("faults: %v", faults)
			}
			if got := bracketed(s); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// marked cuts the | out of a source text and returns their offsets.
func marked(src string) (text string, at []int) {
	for {
		before, after, found := strings.Cut(src, "|")
		text += before
		if !found {
			return text, at
		}
		at = append(at, len(text))
		src = after
	}
}

// checkFaults compares faults with the offsets marked in the source and with
// parts of their messages.
func checkFaults(t *testing.T, faults Faults, at []int, messages []string) {
	t.Helper()
	if len(faults) != len(at) {
		t.Fatalf("got %d faults %v, want %d at %v", len(faults), faults, len(at), at)
	}
	for i, f := range faults {
		if f.Offset != at[i] {
			t.Errorf("fault %d (%s): at %d, want %d", i, f.Message, f.Offset, at[i])
		}
		if i < len(messages) && !strings.Contains(f.Message, messages[i]) {
			t.Errorf("fault %d: %q, want %q in it", i, f.Message, messages[i])
		}
	}
}

func TestParseFaults(t *testing.T) {
	long := strings.Repeat("x+", maxSource/2) + "x"
	for _, c := range []struct {
		src      string // a | before each character at fault
		messages []string
	}{
		{"u_t + u*|)u_x", []string{"expected a number, a name or (, got )"}},
		{"u_t + |", []string{"got the end"}},
		{"|", []string{"got the end"}},
		{"2|x = 1", []string{"before x; products are written with *"}},
		{"2 |(x) = 1", []string{"products are written with *"}},
		{"(a)|(b) = 1", []string{"products are written with *"}},
		{"u |v = 1", []string{"before v"}},
		{"|u", []string{"= is missing"}},
		{"u = 0 |= 1", []string{"only one ="}},
		{"u |== 0", []string{"unknown operator ==; write ="}},
		{"|= 0", []string{"got ="}},
		{"u = |", []string{"got the end"}},
		{"u + (v |= 0", []string{"expected ) before ="}},
		{"u = |(v + 1", []string{"never closed"}},
		{"u = v + 1|)", []string{"expected an operator, got )"}},
		{"u = sin(|)", nil},
		{"u = sin|(x", []string{"never closed"}},
		{"u*(3 |4) + |) = |* 2", []string{"before 4", "got )", "got *"}},
		{"u |< 2 = 1", []string{"< stands only in at, in inside"}},
		{"u |and v = 1", []string{"and stands only"}},
		{"|not u = 1", []string{"got not"}},
		{"u = if(|x, 1, 2)", []string{"expected a comparison"}},
		{"u = if(x < 1, |y < 2, 2)", []string{"y < 2"}},
		{"u = (x |< 1)", []string{"< stands only"}},
		{"u = if(|(x < 1) + 2 < 1, 1, 2)", []string{"expected a number, got a comparison"}},
		{"u = if(0 < x |< 1, 1, 2)", []string{"do not chain"}},
		{"u = |$", []string{`unknown character "$"`}},
		{"u |≤ 2 = 1", []string{"write <="}},
		{"u = 2|·x", []string{"write *"}},
		{"u = x|²", []string{"write ^2"}},
		{"u = |_x", []string{"unknown character"}},
		{"u = |1e999", []string{"too large"}},
		{"u = \xff|\xff", nil},
		{strings.Repeat("(", maxDepth) + "|" + strings.Repeat("(", 1e4), []string{"nested more than 1000"}},
		{strings.Repeat("-", maxDepth) + "|" + strings.Repeat("-", 1e4), []string{"nested more than 1000"}},
		{strings.Repeat("2^", maxDepth) + "|" + strings.Repeat("2^", 1e4) + "2", []string{"nested more than 1000"}},
		{long[:maxSource] + "|" + long[maxSource:], []string{"longer than"}},
	} {
		name := c.src[:min(len(c.src), 40)]
		t.Run(name, func(t *testing.T) {
			src, at := marked(c.src)
			left, right, faults := ParseStatement(src)
			if left == nil || right == nil {
				t.Error("a tree is nil")
			}
			switch name {
			case "u = sin(|)": // an empty list is for the resolver to judge
				at = nil
			case "u = if(x < 1, |y < 2, 2)": // the comparison itself is out of place
				at[0] += 2
				c.messages = []string{"< stands only"}
			case "u = \xff|\xff":
				at[0]--
			}
			checkFaults(t, faults, at, c.messages)
		})
	}
}

func TestParseHuge(t *testing.T) {
	for _, unit := range []string{"(", "-", "sin(", "if(x<", "2^", "not ", "u+", "((x^2)^2)", "d(", "1,", "=", ")", "x"} {
		src := strings.Repeat(unit, 1e6/len(unit))
		if _, _, faults := ParseStatement(src); len(faults) == 0 {
			t.Errorf("a million bytes of %q: no fault", unit)
		}
		if _, faults := ParsePredicate(src); len(faults) == 0 {
			t.Errorf("a million bytes of %q as a predicate: no fault", unit)
		}
	}
}

func TestFaultsBounded(t *testing.T) {
	s := testScope(t)
	_, faults := s.Residual(strings.Repeat("foo+", 1000)+"1 = 0", Context{})
	if len(faults) != maxFaults {
		t.Errorf("%d faults, want %d", len(faults), maxFaults)
	}
}

func TestFaultsError(t *testing.T) {
	var err error = Faults{{Offset: 3, Message: "a"}, {Offset: 7, Message: "b"}}
	if got, want := fmt.Sprint(err), "offset 3: a; offset 7: b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// randomSyntax draws a tree with about size operations; a truth value if logic.
func randomSyntax(t *rapid.T, size int, logic bool) *Syntax {
	draw := func(logic bool) *Syntax { return randomSyntax(t, (size-1)/2, logic) }
	operation := func(op expr.Op, swapped bool, args ...*Syntax) *Syntax {
		return &Syntax{kind: syntaxOperation, op: op, swapped: swapped, args: args}
	}
	switch {
	case logic && size > 0:
		switch op := rapid.SampledFrom([]expr.Op{expr.OpAnd, expr.OpOr, expr.OpNot}).Draw(t, "logical"); op {
		case expr.OpNot:
			return operation(op, false, randomSyntax(t, size-1, true))
		default:
			return operation(op, false, draw(true), draw(true))
		}
	case logic:
		op := rapid.SampledFrom([]expr.Op{expr.OpLess, expr.OpLessEq, expr.OpEqual}).Draw(t, "comparison")
		return operation(op, op != expr.OpEqual && rapid.Bool().Draw(t, "swapped"), draw(false), draw(false))
	case size <= 0:
		if rapid.Bool().Draw(t, "number") {
			return &Syntax{kind: syntaxNumber, text: rapid.SampledFrom([]string{"2", ".5", "1.", "1e-3"}).Draw(t, "digits")}
		}
		return &Syntax{kind: syntaxName, text: rapid.SampledFrom([]string{"x", "u_x", "λ"}).Draw(t, "name")}
	}
	op := rapid.SampledFrom([]expr.Op{expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpDiv, expr.OpPow, expr.OpNeg, expr.OpSin, expr.OpIf}).Draw(t, "op")
	switch op {
	case expr.OpNeg:
		return operation(op, false, randomSyntax(t, size-1, false))
	case expr.OpSin:
		return &Syntax{kind: syntaxCall, text: "sin", args: []*Syntax{randomSyntax(t, size-1, false)}}
	case expr.OpIf:
		return &Syntax{kind: syntaxCall, text: "if", args: []*Syntax{draw(true), draw(false), draw(false)}}
	}
	return operation(op, false, draw(false), draw(false))
}

// TestSyntaxRoundTrip: a tree reads from what it prints and from the same text with
// brackets around every operation; and no brackets of what it prints can be left out.
func TestSyntaxRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parse, logic := ParseExpr, rapid.Bool().Draw(t, "logic")
		if logic {
			parse = ParsePredicate
		}
		s := randomSyntax(t, rapid.IntRange(0, 12).Draw(t, "size"), logic)
		text := s.String()
		for _, src := range []string{text, bracketed(s)} {
			if again, faults := parse(src); faults != nil || !again.Equal(s) {
				t.Fatalf("%s reads as %s, faults %v", src, bracketed(again), faults)
			}
		}
		for open, c := range text {
			if c != '(' || open > 0 && (text[open-1] == 'n' || text[open-1] == 'f') { // sin( and if(
				continue
			}
			end := open
			for depth := 1; depth > 0; {
				end++
				depth += strings.Count(text[end:end+1], "(") - strings.Count(text[end:end+1], ")")
			}
			bare := text[:open] + " " + text[open+1:end] + " " + text[end+1:]
			if again, faults := parse(bare); faults == nil && again.Equal(s) {
				t.Fatalf("%s has brackets that %s does without", text, bare)
			}
		}
	})
}

// TestSyntaxEqual: trees that differ in one thing are not equal.
func TestSyntaxEqual(t *testing.T) {
	texts := []string{"x", "y", "2", "x + y", "y + x", "x - y", "sin(x)", "sin(y)", "cos(x)", "f(x, y)", "f()", "if(x < y, 1, 2)", "if(x > y, 1, 2)", "if(x <= y, 1, 2)"}
	for i, a := range texts {
		for j, b := range texts {
			s, _ := ParseExpr(a)
			other, _ := ParseExpr(" " + b)
			if s.Equal(other) != (i == j) {
				t.Errorf("%s equals %s: %v", a, b, i != j)
			}
		}
	}
}

// TestSyntaxGaps: a tree with faults prints a question mark where something is missing.
func TestSyntaxGaps(t *testing.T) {
	for src, want := range map[string]string{"x + ": "x + ?", "sin()": "sin()", "(": "?", "2*$": "2*?"} {
		if s, _ := ParseExpr(src); s.String() != want {
			t.Errorf("%q prints as %s, want %s", src, s, want)
		}
	}
}
