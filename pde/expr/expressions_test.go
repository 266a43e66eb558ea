package expr_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"pinn/pde"
	"pinn/pde/expr"
)

// Random expressions of two axes, two fields, two unknown parameters, two
// normals and two data columns, and the environments to evaluate them in.

// bounds of the language that a random expression uses.
type language struct {
	kinks, partials, params, normals bool
}

var (
	everything = language{true, true, true, true}
	analytic   = language{false, true, true, false}
)

// randomScope returns a scope for the texts of random expressions. No expression
// contains its field w.
func randomScope() *pde.Scope {
	s := pde.NewScope(expr.NewGraph(), []string{"x", "y"}, []string{"u", "v", "w"})
	s.Parameter("k")
	s.Parameter("m")
	return s
}

var randomColumns = []string{"obs", "force"}

// expr draws an expression with about size operations.
func (l language) expr(t *rapid.T, g *expr.Graph, size int) *expr.Expr {
	if size <= 0 {
		return l.leaf(t, g)
	}
	draw := func() *expr.Expr { return l.expr(t, g, (size-1)/2) }
	ops := []expr.Op{expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpMul, expr.OpAdd, expr.OpDiv, expr.OpPow, expr.OpNeg}
	if l.kinks {
		ops = append(ops, expr.OpMin, expr.OpMax, expr.OpIf)
	}
	for f := expr.OpSin; f <= expr.OpErf; f++ {
		if l.kinks || f != expr.OpAbs && f != expr.OpSign && f != expr.OpStep {
			ops = append(ops, f)
		}
	}
	ops = append(ops, expr.OpAtan2)
	op := rapid.SampledFrom(ops).Draw(t, "op")
	switch op {
	case expr.OpNeg:
		return g.Neg(draw())
	case expr.OpPow:
		n := rapid.SampledFrom([]float64{2, 3, 4, -1, -2, 0.5, 2.5}).Draw(t, "n")
		if rapid.IntRange(0, 4).Draw(t, "general") == 0 {
			return g.Pow(draw(), draw())
		}
		return g.Pow(draw(), g.Const(n))
	case expr.OpIf:
		return g.If(l.condition(t, g, size/3), draw(), draw())
	case expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpDiv, expr.OpMin, expr.OpMax, expr.OpAtan2:
		return g.Build(op, draw(), draw(), nil)
	}
	return g.Func(op, l.expr(t, g, size-1))
}

func (l language) condition(t *rapid.T, g *expr.Graph, size int) *expr.Expr {
	op := rapid.SampledFrom([]expr.Op{expr.OpLess, expr.OpLessEq, expr.OpEqual, expr.OpAnd, expr.OpOr, expr.OpNot}).Draw(t, "logical")
	if size <= 0 && op > expr.OpEqual {
		op = expr.OpLess
	}
	switch op {
	case expr.OpAnd, expr.OpOr:
		return g.Build(op, l.condition(t, g, size/2), l.condition(t, g, size/2), nil)
	case expr.OpNot:
		return g.Not(l.condition(t, g, size-1))
	}
	return g.Compare(op, l.expr(t, g, size/2), l.expr(t, g, size/2))
}

func (l language) leaf(t *rapid.T, g *expr.Graph) *expr.Expr {
	kinds := []expr.Op{expr.OpConst, expr.OpAxis}
	if l.partials {
		kinds = append(kinds, expr.OpPartial, expr.OpPartial)
	}
	if l.params {
		kinds = append(kinds, expr.OpParam)
	}
	if l.normals {
		kinds = append(kinds, expr.OpNormal, expr.OpColumn)
	}
	i := rapid.IntRange(0, 1).Draw(t, "index")
	switch rapid.SampledFrom(kinds).Draw(t, "leaf") {
	case expr.OpConst:
		return g.Const(float64(rapid.IntRange(-8, 8).Draw(t, "const")) / 4)
	case expr.OpAxis:
		return g.Axis(i)
	case expr.OpPartial:
		return g.Partial(expr.Partial{i, rapid.SampledFrom([]expr.Multi{{}, {1}, {0, 1}, {2}}).Draw(t, "order")})
	case expr.OpParam:
		return g.Param(i)
	case expr.OpNormal:
		return g.Normal(i)
	}
	return g.Column(i, randomColumns[i])
}

// fieldAt returns the value at x of the derivatives of the fields
//
//	u_f = sin(a·x₀ + b·x₁ + c),   a, b, c by f .
func fieldAt(x []float64) func(expr.Partial) float64 {
	coef := [2][3]float64{{0.9, -0.7, 0.3}, {-0.5, 1.1, 1.2}}
	return func(p expr.Partial) float64 {
		c := coef[p.Field]
		amp := math.Pow(c[0], float64(p.Order[0])) * math.Pow(c[1], float64(p.Order[1]))
		// the n-th derivative of sin is a shift by n·π/2
		return amp * math.Sin(c[0]*x[0]+c[1]*x[1]+c[2]+float64(p.Order.Order())*math.Pi/2)
	}
}

// randomEnv draws a point, and values for all that the point does not fix.
func randomEnv(t *rapid.T) expr.Env {
	number := rapid.Float64Range(-2, 2)
	x := []float64{number.Draw(t, "x"), number.Draw(t, "y")}
	pair := func(name string) []float64 {
		return []float64{number.Draw(t, name+"0"), number.Draw(t, name+"1")}
	}
	return expr.Env{X: x, N: pair("n"), U: fieldAt(x), Params: pair("param"), Columns: pair("column")}
}

// extent returns the largest absolute value of all parts of the expressions, and
// the least distance of any part from a kink or from the edge of where it is
// defined.
func extent(env expr.Env, es ...*expr.Expr) (largest, margin float64) {
	largest, margin = 1, math.Inf(1)
	visit := func(n *expr.Expr) {
		v := n.Eval(env)
		if math.IsNaN(v) {
			largest = math.Inf(1)
			return
		}
		largest = max(largest, math.Abs(v))
		args := n.Args(nil)
		if len(args) == 0 {
			return
		}
		a := args[0].Eval(env)
		b := 0.0
		if len(args) > 1 {
			b = args[1].Eval(env)
		}
		switch n.Op() {
		case expr.OpMin, expr.OpMax, expr.OpLess, expr.OpLessEq, expr.OpEqual:
			margin = min(margin, math.Abs(a-b))
		case expr.OpSign, expr.OpStep, expr.OpAbs, expr.OpLog, expr.OpSqrt:
			margin = min(margin, math.Abs(a))
		case expr.OpPow:
			if k, ok := args[1].Const(); !ok || k < 0 || k != math.Trunc(k) {
				margin = min(margin, math.Abs(a))
			}
		case expr.OpDiv:
			margin = min(margin, math.Abs(b))
		case expr.OpAtan2:
			margin = min(margin, math.Abs(a))
		case expr.OpAsin, expr.OpAcos:
			margin = min(margin, 1-math.Abs(a))
		case expr.OpTan:
			margin = min(margin, math.Abs(math.Cos(a)))
		}
	}
	for _, e := range es {
		e.Walk(visit)
	}
	return largest, margin
}

// testScope has axes x, y, t, fields u, v, p and a few declarations.
func testScope(t testing.TB) *pde.Scope {
	t.Helper()
	s := pde.NewScope(expr.NewGraph(), []string{"x", "y", "t"}, []string{"u", "v", "p"})
	for _, err := range []error{
		s.Constant("nu", "0.01/pi"),
		s.Constant("lambda", "1"),
		s.Constant("mu", "0.5"),
		s.Define("sxx", "(lambda + 2*mu)*u_x + lambda*v_y"),
		s.Define("kappa", "1 + x^2"),
		s.Parameter("k"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// residual returns the residual of a sound statement.
func residual(t testing.TB, s *pde.Scope, text string, c pde.Context) *expr.Expr {
	t.Helper()
	e, faults := s.Residual(text, c)
	if faults != nil {
		t.Fatalf("%s: %v", text, faults)
	}
	return e
}

// formula returns the expression that a text states: of the axes alone, or with
// an unknown in it.
func formula(t testing.TB, s *pde.Scope, text string) *expr.Expr {
	t.Helper()
	if e, faults := s.Function(text); faults == nil {
		return e
	}
	return residual(t, s, text+" = 0", pde.Context{})
}
