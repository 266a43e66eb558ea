package pde

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pinn/internal/seeds"
	"pinn/pde/expr"
)

// texts are texts of every kind, sound and faulty.
var texts = []string{
	"u_t + u*u_x = nu*u_xx", "u = -sin(pi*x)", "x = -1 or x = 1", "x^2 + y^2 > 0.25^2", "boundary and not hole",
	"d(sxx, x) + d(sxy, y) + fx = 0", "d(k(x)*u_x, x) = lap(u)", "-x^2", "2^-x", "2^3^2", "2**.5", "1.", "1e-3", "u_t + u*)u_x", "u_t + ", "2x",
	"u = 0 = 1", "u == 0", "if(x < 1 and not y >= 2 or t = 0, min(u, v, 3), atan2(x, y)) = step(x)*sign(y)*abs(u)",
	"n_x*u_x = dn(v)", "((x^2)^2)^-1 = u", "1/0 = u", "((((", "a=b=c", "0*(1/(x - x))", "e^pi", "u_xxxxx", "sxx_x = 0", "k*u^k = 3",
	"x = 0 and y > 0.5", "x >= 1", "not (x < 1)", "u ≤ 1", "𝛼", "\x00", "-", "f(", "u(x, y, t) = 0", "exp(log(erf(tanh(sinh(cosh(u)))))) = 1",
}

func FuzzParse(f *testing.F) {
	seeds.Add(f, "testdata/fuzz/FuzzParse.txtar", 33)
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) { parseAny(t, src) })
}

func FuzzResolve(f *testing.F) {
	seeds.Add(f, "testdata/fuzz/FuzzResolve.txtar", 41)
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) { resolveAny(t, src) })
}

// TestRandomText strings words of the language together: nearer to what people
// write than the bytes of a fuzzer.
func TestRandomText(t *testing.T) {
	words := []string{
		"u", "v", "x", "y", "t", "k", "nu", "sxx", "u_x", "u_xt", "kappa", "flux", "n_x", "obs", "hole", "boundary", "foo", "pi", "e", "fuzz",
		"1", "0", ".5", "2", "1e3", "+", "-", "*", "/", "^", "**", "(", "(", ")", ")", ",", "=", "=", "<", ">=", "and", "or", "not",
		"sin(", "exp(", "log(", "sqrt(", "abs(", "min(", "atan2(", "if(", "d(", "lap(", "dn(", "(x, y, t)", ", x)", " ",
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			parts := rapid.SliceOfN(rapid.SampledFrom(words), 1, 14).Draw(t, "words")
			src := strings.Join(parts, "")
			if rapid.Bool().Draw(t, "spaced") {
				src = strings.Join(parts, " ")
			}
			parseAny(t, src)
			resolveAny(t, src)
		}
	})
}

// parseAny checks that any text parses or has faults inside it, and that what is
// accepted prints as something that reads the same.
func parseAny(t rapid.TB, src string) {
	t.Helper()
	check := func(kind string, s *Syntax, faults Faults, parse func(string) (*Syntax, Faults)) {
		if s == nil {
			t.Fatalf("%s: nil tree", kind)
		}
		for _, x := range faults {
			if x.Offset < 0 || x.Offset > len(src) || x.Message == "" {
				t.Errorf("%s: fault %+v in %d bytes", kind, x, len(src))
			}
		}
		if len(faults) > 0 {
			return
		}
		if s.Offset() < 0 || s.Offset() >= s.End() || s.End() > len(src) {
			t.Errorf("%s: from %d to %d of %d", kind, s.Offset(), s.End(), len(src))
		}
		again, faults := parse(s.String())
		if faults != nil || !again.Equal(s) {
			t.Errorf("%s: %q reads as %q, %v", kind, s, again, faults)
		}
	}
	s, faults := ParseExpr(src)
	check("expression", s, faults, ParseExpr)
	s, faults = ParsePredicate(src)
	check("predicate", s, faults, ParsePredicate)
	left, right, faults := ParseStatement(src)
	check("left", left, faults, ParseExpr)
	check("right", right, faults, ParseExpr)
}

// resolveAny takes a text for the definition, the residual, the exact solution
// and the place that it may be. What is accepted prints as something that reads
// as the same node, and runs.
func resolveAny(t rapid.TB, src string) {
	t.Helper()
	if len(src) > 2000 {
		return
	}
	s := NewScope(expr.NewGraph(), []string{"x", "y", "t"}, []string{"u", "v", "p"})
	s.Constant("nu", "0.01/pi")
	s.Define("sxx", "2*u_x + v_y")
	s.Define("kappa", "1 + x^2")
	s.Define("flux", "dn(u)")
	s.Parameter("k")
	s.Define("fuzz", src)
	s.Constant("fuzzed", src)
	s.Check()
	for _, c := range []Context{{}, {Normals: true, DataColumns: []string{"obs", "u_x"}}} {
		e, faults := s.Residual(src, c)
		checkResolved(t, src, e, faults)
		if size, height := measure(e); e == nil || size > 1000 || height > 200 {
			continue
		}
		if again, faults := s.Residual(e.String()+" = 0", c); again != e {
			t.Errorf("%s reads as %v, %v", e, again, faults)
		}
		runOnce(e)
	}
	e, faults := s.Function(src)
	checkResolved(t, src, e, faults)
	if v, faults := s.Number(src); faults == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		t.Errorf("%q is the number %v", src, v)
	}
	p, _ := s.Predicate(src)
	p.Holds([]float64{0.1, 0.2, 0.3})
	if len(src) < 200 { // looking for a place in vain takes time
		placeAny(t, s, src)
	}
}

func placeAny(t rapid.TB, s *Scope, src string) {
	t.Helper()
	box := Box{Axes: []Axis{{"x", -1, 1, false}, {"y", 0, 2, true}, {"t", 0, 1, false}}}
	pieces, faults := s.Place(src, box, []string{"hole"})
	if (len(pieces) == 0) != (len(faults) > 0) {
		t.Errorf("place %q: %v, %v", src, pieces, faults)
	}
	for _, q := range pieces {
		for _, f := range q.Fixed {
			if a := box.Axes[f.Axis]; f.Value < a.From || f.Value > a.To {
				t.Errorf("place %q: %v", src, pieces)
			}
		}
	}
}

func checkResolved(t rapid.TB, src string, e *expr.Expr, faults Faults) {
	t.Helper()
	if (e == nil) != (len(faults) > 0) {
		t.Errorf("%q: expression %v, faults %v", src, e, faults)
	}
	if e != nil && !e.Finite() {
		t.Errorf("%q: %s is not finite", src, e)
	}
	for _, x := range faults {
		if x.Offset < 0 || x.Offset > len(src) {
			t.Errorf("%q: fault %+v", src, x)
		}
	}
}

// measure returns how many nodes an expression has if nothing is shared, and its longest
// way down to a leaf.
func measure(e *expr.Expr) (size float64, height int) {
	if e == nil {
		return 0, 0
	}
	sizes, heights := map[*expr.Expr]float64{}, map[*expr.Expr]int{}
	e.Walk(func(n *expr.Expr) {
		sizes[n] = 1
		for _, a := range n.Args(nil) {
			sizes[n] += sizes[a]
			heights[n] = max(heights[n], heights[a]+1)
		}
	})
	return sizes[e], heights[e]
}

// runOnce compiles an expression and runs both sweeps at one point.
func runOnce(e *expr.Expr) {
	layout := expr.Layout{Partials: e.Partials(), Params: 1, Columns: 2, Axes: 3}
	p := expr.Compile([]*expr.Expr{e}, layout)
	coords := []float64{0.3, 0.2, 0.1, 1, 0, 0, 0.5, 0.6}
	statics := make([]float64, p.Statics())
	partials := make([]float64, len(layout.Partials))
	for i := range partials {
		partials[i] = 0.1 * float64(i+1)
	}
	p.FillStatics(statics, 1, coords, 1, 1)
	tape := p.NewTape(1)
	params := []float64{0.7}
	p.Forward(tape, 1, statics, partials, params)
	p.Adjoint(tape, 1, []float64{1}, statics, partials, params, make([]float64, len(partials)), make([]float64, 1))
}
