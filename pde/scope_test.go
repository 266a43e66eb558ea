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

func TestResidual(t *testing.T) {
	condition := Context{Normals: true}
	data := Context{DataColumns: []string{"u_obs", "u_t", "force"}}
	for _, c := range []struct {
		src, want string
		context   Context
	}{
		{"u_t + u*u_x = 0", "u_t + u*u_x", Context{}},
		{"u_tx = u_xt", "0", Context{}},
		{"u_y = u", "7 - u", Context{}},
		{"d(u, y) = u_xxyt", "d(u, y) - u_xxyt", Context{}},
		{"sxx = 0", "2*u_x + v_y", Context{}},
		{"sxx_x + d(sxx, y) = 0", "2*u_xx + v_xy + (2*u_xy + v_yy)", Context{}},
		{"sxx_xt = 0", "2*u_xxt + v_xyt", Context{}},
		{"kappa_x*u = kappa_xx*v", "2*(x*u) - 2*v", Context{}},
		{"d(kappa(x)*u_x, x) = 0", "2*x*u_x + (1 + x^2)*u_xx", Context{}},
		{"u(x, y, t) = v(t, y, x)", "u - v", Context{}},
		{"d(u^2, x, x) = 0", "2*(u_x*u_x + u*u_xx)", Context{}},
		{"lap(u) = k*u", "u_xx + u_yy - k*u", Context{}},
		{"lap(lap(u)) = p", "u_xxxx + u_xxyy + (u_xxyy + u_yyyy) - p", Context{}},
		{"u = e^1 - pi*0", "u - 2.718281828459045", Context{}},
		{"u = min(u, v, 3)", "u - min(min(u, v), 3)", Context{}},
		{"u = if(x < 1 and not t >= 2, 0, v)", "u - if(x < 1 and not 2 <= t, 0, v)", Context{}},
		{"dn(u) = n_x*v", "n_x*u_x + n_y*d(u, y) - n_x*v", condition},
		{"flux = 0", "n_x*u_x + n_y*d(u, y)", condition},
		{"u = u_obs", "u - u_obs", data},
		{"u_t = -v_t", "u_t + v_t", data}, // the first is the column
		{"k = 2*force", "k - 2*force", data},
	} {
		t.Run(c.src, func(t *testing.T) {
			s := testScope(t)
			if c.want == "0" {
				_, faults := s.Residual(c.src, c.context)
				checkFaults(t, faults, []int{0}, []string{"contains no unknown"})
				return
			}
			e := residual(t, s, c.src, c.context)
			want := residual(t, s, c.want+" = 0", c.context)
			if e != want {
				t.Errorf("got %s, want %s", e, want)
			}
			if again := residual(t, s, e.String()+" = 0", c.context); again != e {
				t.Errorf("%s reads as %s", e, again)
			}
		})
	}
}

func TestResolveFaults(t *testing.T) {
	for _, c := range []struct {
		src      string // a | before each character at fault
		messages []string
	}{
		{"|u_tt2 = 0", []string{"unknown name u_tt2; did you mean u_tt?"}},
		{"|foo + 2*|bar = |U", []string{"foo", "bar", "did you mean u?"}},
		{"|kapa = u", []string{"did you mean kappa?"}},
		{"|u_z = 0", []string{"did you mean u_"}},
		{"|u_xyzzz = 0", []string{"z is not an axis"}},
		{"|nu_x = u", []string{"nu is neither"}},
		{"|k_x = u", []string{"k is neither"}},
		{"|sine(u) = 0", []string{"unknown function sine; did you mean sin?"}},
		{"|xyzzy(u) = 0", []string{"unknown function xyzzy"}},
		{"|u(v) = 0", []string{"u is not a function; products are written with *"}},
		{"|u(x) = 0", []string{"depends on axes"}},
		{"u = |nu(2)", []string{"not a function"}},
		{"|sin = u", []string{"sin is a function"}},
		{"u = |sin(x, y)", []string{"sin takes one argument, got 2"}},
		{"u = |atan2(x)", []string{"atan2 takes two arguments, got 1"}},
		{"u = |min(|foo)", []string{"min takes two or more arguments, got 1", "foo"}},
		{"u = |if(x < 1, 2)", []string{"if takes three arguments, got 2"}},
		{"u = |d(u)", []string{"d takes two or more arguments, got 1"}},
		{"u = |sin()", []string{"got 0"}},
		{"d(u, |v) = 0", []string{"d expects axes after the expression (x, y, t), got v"}},
		{"d(u, |x*y, |2) = 0", nil},
		{"|u_xxxxx = 0", []string{"u_xxxxx is of order 5; derivatives go up to order 4"}},
		{"|d(u_xxx, x, t) = 0", []string{"order 5"}},
		{"u = |lap(lap(u_x))", []string{"order 5"}},
		{"|sxx_xxxx = 0", []string{"order 5"}},
		{"|n_x*u = 0", []string{"the normal stands only in conditions"}},
		{"|dn(u) = 0", []string{"the normal stands only in conditions"}},
		{"|flux = 0", []string{"a definition with the normal; the normal stands only in conditions"}},
		{"|n_z = u", []string{"z is not an axis"}},
		{"|n_t = u", []string{"only spatial"}},
		{"u = |1/0", []string{"1/0 has no finite value"}},
		{"u = 2 + |log(0)*u", []string{"log(0) has no finite value"}},
		{"u = 0*|sqrt(-1)", []string{"sqrt(-1)"}},
		{"u = x^|(0/0)", []string{"0/0"}},
		{"u = |1e200*1e200", []string{"no finite value"}},
		{"u = if(|1/0 < 2, 1, 2)", []string{"1/0"}},
		{"|u - u = 0", []string{"contains no unknown"}},
		{"|x = 1", []string{"contains no unknown"}},
		{"u = if(|x, 1, |foo)", []string{"comparison", "foo"}},
	} {
		t.Run(c.src, func(t *testing.T) {
			src, at := marked(c.src)
			e, faults := testScope(t).Residual(src, Context{})
			if e != nil {
				t.Errorf("got the expression %s", e)
			}
			checkFaults(t, faults, at, c.messages)
		})
	}
}

func TestConditionFaults(t *testing.T) {
	for _, c := range []struct {
		src      string
		messages []string
	}{
		{"|n_t = u", []string{"only spatial"}},
		{"|d(dn(u), x) = 0", []string{"the normal n_x has no derivative"}},
		{"u = |u_obs", []string{"unknown name u_obs"}},
	} {
		t.Run(c.src, func(t *testing.T) {
			src, at := marked(c.src)
			_, faults := testScope(t).Residual(src, Context{Normals: true})
			checkFaults(t, faults, at, c.messages)
		})
	}
	t.Run("column", func(t *testing.T) {
		_, faults := testScope(t).Residual("d(u_obs*u, x) = 0", Context{DataColumns: []string{"u_obs"}})
		checkFaults(t, faults, []int{0}, []string{"data column u_obs has no derivative"})
	})
}

func TestTimeOnly(t *testing.T) {
	s := NewScope(expr.NewGraph(), []string{"t"}, []string{"u"})
	for src, message := range map[string]string{
		"lap(u) = 0": "no lap where t is the only axis",
		"dn(u) = 0":  "no dn where t is the only axis",
		"n_x = u":    "no normal where t is the only axis",
	} {
		_, faults := s.Residual(src, Context{Normals: true})
		checkFaults(t, faults, []int{0}, []string{message})
	}
	_, faults := s.Place("boundary", Box{Axes: []Axis{{"t", 0, 1, false}}}, nil)
	checkFaults(t, faults, []int{0}, []string{"no boundary where t is the only axis"})
}

func TestFieldNamedN(t *testing.T) {
	s := NewScope(expr.NewGraph(), []string{"x", "r", "t"}, []string{"n"})
	if e := residual(t, s, "n_t + n_r = 0", Context{}); e.HasNormals() {
		t.Errorf("%s has normals, want derivatives of n", e)
	}
	if e := residual(t, s, "n_x*n = 0", Context{Normals: true}); !e.HasNormals() {
		t.Errorf("%s has no normal", e)
	}
	_, faults := s.Residual("n_x = 0", Context{})
	checkFaults(t, faults, []int{0}, []string{"write d(n, x)"})
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

// BenchmarkResolve reports the time from a text to a program.
func BenchmarkResolve(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		s := testScope(b)
		e := residual(b, s, "d(sxx, x) + d(mu*(u_x + v_x), y) + sin(pi*x)*cos(pi*y) = 0", Context{})
		expr.Compile([]*expr.Expr{e}, expr.Layout{Partials: e.Partials(), Axes: 3, Params: 1})
	}
}
