package expr_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"pinn/pde"
	"pinn/pde/expr"
)

func TestHashConsing(t *testing.T) {
	g := expr.NewGraph()
	x, u := g.Axis(0), g.Partial(expr.Partial{Field: 0})
	if g.Add(x, u) != g.Add(u, x) || g.Mul(x, u) != g.Mul(u, x) || g.Sub(x, u) == g.Sub(u, x) || g.Div(x, u) == g.Div(u, x) {
		t.Error("operands are exchanged where they must not be, or not where they may")
	}
	if g.Const(0) != g.Const(math.Copysign(0, -1)) {
		t.Error("two zeros")
	}
	if first, second := g.Const(math.NaN()), g.Const(math.NaN()); first != second {
		t.Error("two NaN")
	}
	first, second := g.Column(1, "b"), g.Column(1, "b")
	if g.Column(0, "a") == g.Column(0, "b") || g.Column(0, "a") == g.Column(1, "a") || first != second {
		t.Error("columns")
	}
	n := g.Len()
	g.Sub(g.Mul(u, x), g.Func(expr.OpSin, g.Add(u, x)))
	added := g.Len() - n
	g.Sub(g.Mul(x, u), g.Func(expr.OpSin, g.Add(x, u)))
	if g.Len() != n+added || added != 2 { // the sine and the difference
		t.Errorf("%d nodes, then %d more; want 2 and 0", added, g.Len()-n-added)
	}
}

func TestTraits(t *testing.T) {
	s := testScope(t)
	for _, r := range []struct {
		src                                                         string
		partials, params, normals, columns, onlyAxes, smooth, place bool
		axes                                                        []int
	}{
		{src: "x*sin(t)", onlyAxes: true, smooth: true, place: true, axes: []int{0, 2}},
		{src: "u", partials: true, smooth: true},
		{src: "k*y", params: true, smooth: true, axes: []int{1}},
		{src: "n_x*obs", normals: true, columns: true, smooth: true, place: true},
		{src: "abs(u)", partials: true},
		{src: "if(x < 1, 1, 2)", onlyAxes: true, place: true, axes: []int{0}},
	} {
		w := residual(t, s, "p = "+r.src, pde.Context{Normals: true, DataColumns: []string{"obs"}})
		e := w.Args(nil)[1]
		got := []bool{e.HasPartials(), e.HasParams(), e.HasNormals(), e.HasColumns(), e.OnlyAxes(), e.Smooth(), e.PlaceOnly()}
		for i, want := range []bool{r.partials, r.params, r.normals, r.columns, r.onlyAxes, r.smooth, r.place} {
			if got[i] != want {
				t.Errorf("%s: trait %d is %v", r.src, i, got[i])
			}
		}
		for axis := range 3 {
			want := false
			for _, a := range r.axes {
				want = want || a == axis
			}
			if e.UsesAxis(axis) != want {
				t.Errorf("%s: uses axis %d: %v", r.src, axis, !want)
			}
		}
	}
}

func TestPartials(t *testing.T) {
	s := testScope(t)
	e := residual(t, s, "u_t + u*u_x + v_xy = lap(u) + sin(v_xy)", pde.Context{})
	want := []expr.Partial{
		{0, expr.Multi{}}, {0, expr.Multi{1}}, {0, expr.Multi{0, 0, 1}}, {0, expr.Multi{2}}, {0, expr.Multi{0, 2}}, {1, expr.Multi{1, 1}},
	}
	got := e.Partials()
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("partial %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestReplace(t *testing.T) {
	s := testScope(t)
	g := s.Graph()
	e := residual(t, s, "u_t + u*u_x = x*t", pde.Context{})
	u := residual(t, s, "u = 0", pde.Context{})
	got := g.Replace(e, func(leaf *expr.Expr) *expr.Expr {
		if leaf == g.Axis(2) {
			return g.Const(3)
		}
		if leaf == u {
			return g.Const(2)
		}
		return nil
	})
	if want := residual(t, s, "u_t + 2*u_x = x*3", pde.Context{}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGraphFull(t *testing.T) {
	g := expr.NewGraph()
	lift := g.Limit(10)
	g.Limit(100)() // inside a limit: neither widens nor lifts it
	var last *expr.Expr
	e := g.Axis(0)
	for range 20 {
		if e.Finite() {
			last = e
		}
		e = g.Func(expr.OpSin, e)
	}
	if !g.Full() || e.Finite() || g.Len() != 10 {
		t.Errorf("full %v, %d nodes, got %s", g.Full(), g.Len(), e)
	}
	if _, err := g.Diff(last, 0); err == nil {
		t.Error("Diff: no error from a full graph")
	}
	lift()
	if d, err := g.Diff(last, 0); g.Full() || err != nil || !d.Finite() {
		t.Errorf("once lifted: full %v, %v, %v", g.Full(), d, err)
	}
}

func TestMulti(t *testing.T) {
	a, b := expr.Multi{2, 0, 1}, expr.Multi{1, 0, 1}
	if a.Order() != 3 || a.Sub(b) != expr.Unit(0) || a.Plus(b) != (expr.Multi{3, 0, 2}) || b.Add(1) != (expr.Multi{1, 1, 1}) {
		t.Error("arithmetic")
	}
	if !b.Le(a) || a.Le(b) || !a.Le(a) {
		t.Error("order")
	}
	if got := (expr.Multi{4, 2}).Binom(expr.Multi{2, 1}); got != 12 {
		t.Errorf("C((4,2), (2,1)) = %v, want 6·2", got)
	}
	if got := a.Binom(expr.Multi{0, 1}); got != 0 {
		t.Errorf("got %v, want 0", got)
	}
	sum := 0.0 // Σ_β C(α, β) = 2^|α|
	for i := range uint8(5) {
		for j := range uint8(4) {
			sum += (expr.Multi{4, 3}).Binom(expr.Multi{i, j})
		}
	}
	if sum != 128 {
		t.Errorf("Σ C(α, β) = %v, want 128", sum)
	}
	if a.String() != "[2,0,1]" || (expr.Multi{}).String() != "[]" {
		t.Errorf("%v %v", a, expr.Multi{})
	}
	defer func() {
		if recover() == nil {
			t.Error("Sub: no panic")
		}
	}()
	b.Sub(a)
}

// TestPrintRoundTrip: what is printed reads as the same node, derivatives too. It
// reads w = e, since a statement must contain an unknown.
func TestPrintRoundTrip(t *testing.T) {
	all := pde.Context{Normals: true, DataColumns: randomColumns}
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			s := randomScope()
			w := s.Graph().Partial(expr.Partial{Field: 2})
			e := everything.expr(t, s.Graph(), rapid.IntRange(0, 30).Draw(t, "size"))
			both := []*expr.Expr{e}
			if d, err := s.Graph().Diff(e, 0); err == nil {
				both = append(both, d)
			}
			for _, e := range both {
				if !e.Finite() || e.Size() > 5000 {
					continue
				}
				want := s.Graph().Sub(w, e)
				if again, faults := s.Residual("w = "+e.String(), all); again != want {
					t.Fatalf("w - (%s) reads as %v, faults %v", e, again, faults)
				}
			}
		}
	})
}

// TestOps: every operation has a text, and how tightly it binds follows the order
// of the language.
func TestOps(t *testing.T) {
	for op := expr.OpConst; op <= expr.OpIf; op++ {
		if op.String() == "" {
			t.Errorf("operation %d has no text", op)
		}
	}
	order := []expr.Op{
		expr.OpOr, expr.OpAnd, expr.OpNot, expr.OpLess, expr.OpAdd, expr.OpMul, expr.OpNeg, expr.OpPow, expr.OpSin,
	}
	for i, op := range order[1:] {
		if order[i].Power() >= op.Power() {
			t.Errorf("%s binds as tightly as %s", order[i], op)
		}
	}
	for _, same := range [][2]expr.Op{
		{expr.OpAdd, expr.OpSub}, {expr.OpMul, expr.OpDiv}, {expr.OpLess, expr.OpEqual}, {expr.OpSin, expr.OpPartial}, {expr.OpIf, expr.OpMin},
	} {
		if same[0].Power() != same[1].Power() {
			t.Errorf("%s and %s differ", same[0], same[1])
		}
	}
}

// TestGraphPanics: what only a mistake of ours can ask for is refused at once.
func TestGraphPanics(t *testing.T) {
	g := expr.NewGraph()
	x := g.Axis(0)
	for name, f := range map[string]func(){
		"negative axis":     func() { g.Axis(-1) },
		"axis beyond":       func() { g.Axis(expr.MaxAxes) },
		"normal beyond":     func() { g.Normal(expr.MaxAxes) },
		"order":             func() { g.Partial(expr.Partial{Order: expr.Multi{3, 2}}) },
		"field":             func() { g.Partial(expr.Partial{Field: -1}) },
		"another graph":     func() { g.Add(x, expr.NewGraph().Axis(0)) },
		"not a function":    func() { g.Func(expr.OpMin, x) },
		"not a comparison":  func() { g.Compare(expr.OpAnd, x, x) },
		"larger multi":      func() { expr.Unit(0).Sub(expr.Unit(1)) },
		"unknown operation": func() { g.Raw(expr.OpConst, g.Const(1), g.Const(2), nil).Eval(expr.Env{}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}
