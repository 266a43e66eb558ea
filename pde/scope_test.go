package pde

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pinn/pde/expr"
)

// testScope has axes x, y, t, fields u, v, p and a few declarations.
func testScope(t testing.TB) *Scope {
	t.Helper()
	s := NewScope(expr.NewGraph(), []string{"x", "y", "t"}, []string{"u", "v", "p"})
	for _, err := range []error{
		s.Constant("nu", "0.01/pi"),
		s.Constant("lambda", "1"),
		s.Constant("mu", "0.5"),
		s.Constant("u_y", "7"), // declared, so no derivative
		s.Define("sxx", "(lambda + 2*mu)*u_x + lambda*v_y"),
		s.Define("kappa", "1 + x^2"),
		s.Define("flux", "dn(u)"),
		s.Parameter("k"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if m := s.Check(); m != nil {
		t.Fatal(m)
	}
	return s
}

// residual is a sound statement's residual.
func residual(t testing.TB, s *Scope, text string, c Context) *expr.Expr {
	t.Helper()
	e, faults := s.Residual(text, c)
	if faults != nil {
		t.Fatalf("%s: %v", text, faults)
	}
	return e
}

func TestConstants(t *testing.T) {
	s := NewScope(expr.NewGraph(), []string{"x", "t"}, []string{"u"})
	s.Constant("c", "a + b") // in any order
	s.Constant("a", "2*b")
	s.Constant("b", "1.5")
	s.Define("w", "a*u")
	if m := s.Check(); m != nil {
		t.Fatal(m)
	}
	if v, ok := s.Value("c"); !ok || v != 4.5 {
		t.Errorf("c = %v, %v, want 4.5", v, ok)
	}
	for _, name := range []string{"w", "x", "nothing"} {
		if _, ok := s.Value(name); ok {
			t.Errorf("%s has a value", name)
		}
	}
	for _, c := range []struct {
		src  string
		want float64
	}{
		{"2*pi", 2 * math.Pi}, {"-c^2", -20.25}, {"if(a < b, 1, 2)", 2}, {"max(1, a, b)", 3}, {"1e3", 1000}, {"+.5", 0.5},
	} {
		if v, faults := s.Number(c.src); faults != nil || v != c.want {
			t.Errorf("%s = %v, %v, want %v", c.src, v, faults, c.want)
		}
	}
	for _, c := range []struct{ src, message string }{
		{"2*|x", "x is an axis; a constant expression"},
		{"|u", "u is a field"},
		{"|u_x", "derivative"},
		{"|w", "w is a definition"},
		{"a + |q", "unknown name q"},
		{"|1/(b - b)", "no finite value"},
		{"|d(2, x)", "a derivative cannot stand here; a constant expression has only numbers"},
		{"1 |= 1", "= stands only between"},
	} {
		src, at := marked(c.src)
		v, faults := s.Number(src)
		if v != 0 {
			t.Errorf("%s = %v", src, v)
		}
		if c.src == "|u_x" {
			checkFaults(t, faults, at, []string{"u is a field"})
			continue
		}
		checkFaults(t, faults, at, []string{c.message})
	}
}

func TestDeclarationMistakes(t *testing.T) {
	s := NewScope(expr.NewGraph(), []string{"x", "t"}, []string{"u"})
	s.Constant("a", "b + 1")
	s.Constant("b", "2*c")
	s.Constant("c", "a")
	s.Constant("bad", "x")
	s.Constant("inf", "1/0")
	s.Constant("uses", "2*bad")
	s.Define("f", "g*u")
	s.Define("g", "f_x")
	s.Define("sound", "u_t")
	s.Define("self", "self + 1")
	s.Parameter("k")
	s.Constant("fromparameter", "k")
	got := map[string]string{}
	for _, m := range s.Check() {
		got[m.Name] = fmt.Sprintf("%s %d %v %s", m.Kind, m.Faults[0].Offset, m.Faults[0].Follows, m.Faults[0].Message)
		if len(m.Faults) != 1 {
			t.Errorf("%s: %v", m.Name, m.Faults)
		}
	}
	for name, want := range map[string]string{
		"a":             "constant 0 true constant b has a fault of its own",
		"b":             "constant 2 true constant c has a fault of its own",
		"c":             "constant 0 false a is defined by itself",
		"bad":           "constant 0 false x is an axis",
		"inf":           "constant 0 false 1/0 has no finite value",
		"uses":          "constant 2 true",
		"f":             "definition 0 true",
		"g":             "definition 0 false f is defined by itself",
		"self":          "definition 0 false self is defined by itself",
		"fromparameter": "constant 0 false k is an unknown parameter",
	} {
		if !strings.HasPrefix(got[name], want) {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("also %v", got)
	}
	_, faults := s.Residual("f + bad*sound = 0", Context{})
	if len(faults) != 2 || !faults[0].Follows || !faults[1].Follows {
		t.Errorf("got %v, want two that follow", faults)
	}
}

func TestDeclareNames(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"alpha_1", ""},
		{"n", ""},
		{"n_r", ""},
		{"x", "declared twice"},
		{"u", "declared twice"},
		{"nu", "declared twice"},
		{"sin", "reserved"}, {"if", "reserved"}, {"pi", "reserved"}, {"e", "reserved"}, {"d", "reserved"},
		{"lap", "reserved"}, {"dn", "reserved"}, {"n_x", "reserved"}, {"and", "reserved"}, {"not", "reserved"}, {"erf", "reserved"},
		{"", "must be letters"}, {"1a", "must be letters"}, {"_a", "must be letters"}, {"a-b", "must be letters"}, {"a b", "must be letters"},
	} {
		declare := map[string]func(s *Scope) error{
			"constant":   func(s *Scope) error { return s.Constant(c.name, "1") },
			"definition": func(s *Scope) error { return s.Define(c.name, "1") },
			"parameter":  func(s *Scope) error { return s.Parameter(c.name) },
		}
		for kind, f := range declare {
			s := NewScope(expr.NewGraph(), []string{"x"}, []string{"u"})
			s.Constant("nu", "1")
			err := f(s)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s %q: %v, want %q", kind, c.name, err, c.want)
			}
		}
	}
}

func TestFunction(t *testing.T) {
	s := testScope(t)
	e, faults := s.Function("exp(-t)*sin(x)*kappa*mu")
	if faults != nil || !e.OnlyAxes() {
		t.Fatalf("%v, %v", e, faults)
	}
	x := []float64{0.3, 0.1, 0.7}
	want := math.Exp(-0.7) * math.Sin(0.3) * 1.09 * 0.5
	if got := e.Eval(expr.Env{X: x}); math.Abs(got-want) > 1e-15 { // a few roundings of numbers below 1
		t.Errorf("got %v, want %v", got, want)
	}
	for _, src := range []string{"|u + 1", "|sxx", "|k*x", "|n_x", "|dn(x)"} {
		src, at := marked(src)
		_, faults := s.Function(src)
		checkFaults(t, faults, at, nil)
	}
}

// TestGrowth checks that texts that would take for ever end in a fault.
func TestGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: half a second of large formulas")
	}
	tower := "x + y"
	for range 40 {
		tower = "sin(" + tower + ")*cos(" + tower + ")"
		if len(tower) > 20000 {
			break
		}
	}
	powers := strings.Repeat("(", 900) + "x+t" + strings.Repeat(")^2+t", 900)
	for name, src := range map[string]string{
		"derivatives": "u = d(exp(x^2*sin(x*t))" + strings.Repeat(", x", 2000) + ")",
		"nested d":    "u = " + strings.Repeat("d(x*", 300) + "exp(sin(x)*x)" + strings.Repeat(", x)", 300),
		"tower":       "u = d(" + tower + strings.Repeat(", x, y", 30) + ")",
		"powers":      "u = d(" + powers + strings.Repeat(", x", 30) + ")",
	} {
		t.Run(name, func(t *testing.T) {
			s := testScope(t)
			_, faults := s.Residual(src, Context{})
			if len(faults) == 0 || !strings.Contains(faults[0].Message, "too large") {
				t.Errorf("got %.200v, want too large", faults)
			}
			if residual(t, s, "u_t = u_xx", Context{}) == nil {
				t.Error("the scope is of no use any more")
			}
		})
	}
	t.Run("definitions", func(t *testing.T) {
		// 2^60 nodes if written out, 120 as they are shared
		s := NewScope(expr.NewGraph(), []string{"x"}, []string{"u"})
		s.Define("a0", "u + x")
		for i := range 60 {
			s.Define(fmt.Sprint("a", i+1), fmt.Sprintf("sin(a%d)*cos(a%d)", i, i))
		}
		e := residual(t, s, "a60 = 0", Context{})
		if v := e.Eval(expr.Env{X: []float64{1}, U: func(expr.Partial) float64 { return 2 }}); math.IsNaN(v) {
			t.Error("NaN")
		}
		if text := e.String(); !strings.HasPrefix(text, "(expression of ") {
			t.Errorf("%.80s", text)
		}
		expr.Compile([]*expr.Expr{e}, expr.Layout{Partials: e.Partials(), Axes: 1})
	})
}

// TestFaultyConstant: a constant with a fault has no value, and repeats its fault
// wherever it is used.
func TestFaultyConstant(t *testing.T) {
	s := NewScope(expr.NewGraph(), []string{"x"}, []string{"u"})
	s.Constant("a", "q")
	if v, ok := s.Value("a"); ok {
		t.Errorf("a is %v", v)
	}
	if _, faults := s.Number("2*a"); len(faults) != 1 || !faults[0].Follows {
		t.Errorf("2*a: %v, want one fault that follows", faults)
	}
}

func TestTooManyAxes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewScope(expr.NewGraph(), make([]string, expr.MaxAxes+1), nil)
}

// TestFunctionTable: every function of the language is written as its operation
// prints and takes as many operands.
func TestFunctionTable(t *testing.T) {
	s := NewScope(expr.NewGraph(), []string{"x", "y"}, nil)
	for _, f := range functions {
		args := []string{"x", "y + x", "2*y"}[:f.min]
		if f.op == expr.OpIf {
			args[0] = "x < y"
		}
		src := f.name + "(" + strings.Join(args, ", ") + ")"
		e, faults := s.Function(src)
		if faults != nil {
			t.Errorf("%s: %v", src, faults)
			continue
		}
		if e.Op() != f.op || len(e.Args(nil)) != f.min || e.String() != src || !isReserved(f.name) {
			t.Errorf("%s is %s of %d operands, prints as %s", src, e.Op(), len(e.Args(nil)), e)
		}
	}
}
