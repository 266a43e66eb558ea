package pde

import (
	"math"

	"pgregory.net/rapid"
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

// randomGraph returns a graph whose leaves have names.
func randomScope() *Scope {
	s := NewScope(NewGraph(), []string{"x", "y"}, []string{"u", "v"})
	s.Parameter("k")
	s.Parameter("m")
	return s
}

var randomColumns = []string{"obs", "force"}

// expr draws an expression with about size operations.
func (l language) expr(t *rapid.T, g *Graph, size int) *Expr {
	if size <= 0 {
		return l.leaf(t, g)
	}
	draw := func() *Expr { return l.expr(t, g, (size-1)/2) }
	ops := []Op{OpAdd, OpSub, OpMul, OpMul, OpAdd, OpDiv, OpPow, OpNeg}
	if l.kinks {
		ops = append(ops, OpMin, OpMax, OpIf)
	}
	for f := OpSin; f <= OpErf; f++ {
		if l.kinks || !f.kinked() {
			ops = append(ops, f)
		}
	}
	ops = append(ops, OpAtan2)
	op := rapid.SampledFrom(ops).Draw(t, "op")
	switch op {
	case OpNeg:
		return g.Neg(draw())
	case OpPow:
		n := rapid.SampledFrom([]float64{2, 3, 4, -1, -2, 0.5, 2.5}).Draw(t, "n")
		if rapid.IntRange(0, 4).Draw(t, "general") == 0 {
			return g.Pow(draw(), draw())
		}
		return g.Pow(draw(), g.Const(n))
	case OpIf:
		return g.If(l.condition(t, g, size/3), draw(), draw())
	case OpAdd, OpSub, OpMul, OpDiv, OpMin, OpMax, OpAtan2:
		return g.build(op, draw(), draw(), nil)
	}
	return g.Func(op, l.expr(t, g, size-1))
}

func (l language) condition(t *rapid.T, g *Graph, size int) *Expr {
	op := rapid.SampledFrom([]Op{OpLess, OpLessEq, OpEqual, OpAnd, OpOr, OpNot}).Draw(t, "logical")
	if size <= 0 && op > OpEqual {
		op = OpLess
	}
	switch op {
	case OpAnd, OpOr:
		return g.build(op, l.condition(t, g, size/2), l.condition(t, g, size/2), nil)
	case OpNot:
		return g.Not(l.condition(t, g, size-1))
	}
	return g.Compare(op, l.expr(t, g, size/2), l.expr(t, g, size/2))
}

func (l language) leaf(t *rapid.T, g *Graph) *Expr {
	kinds := []Op{OpConst, OpAxis}
	if l.partials {
		kinds = append(kinds, OpPartial, OpPartial)
	}
	if l.params {
		kinds = append(kinds, OpParam)
	}
	if l.normals {
		kinds = append(kinds, OpNormal, OpColumn)
	}
	i := rapid.IntRange(0, 1).Draw(t, "index")
	switch rapid.SampledFrom(kinds).Draw(t, "leaf") {
	case OpConst:
		return g.Const(float64(rapid.IntRange(-8, 8).Draw(t, "const")) / 4)
	case OpAxis:
		return g.Axis(i)
	case OpPartial:
		return g.Partial(Partial{i, rapid.SampledFrom([]Multi{{}, {1}, {0, 1}, {2}}).Draw(t, "order")})
	case OpParam:
		return g.Param(i)
	case OpNormal:
		return g.Normal(i)
	}
	return g.Column(i, randomColumns[i])
}

// fieldAt returns the value at x of the derivatives of the fields
//
//	u_f = sin(a·x₀ + b·x₁ + c),   a, b, c by f .
func fieldAt(x []float64) func(Partial) float64 {
	coef := [2][3]float64{{0.9, -0.7, 0.3}, {-0.5, 1.1, 1.2}}
	return func(p Partial) float64 {
		c := coef[p.Field]
		amp := math.Pow(c[0], float64(p.Order[0])) * math.Pow(c[1], float64(p.Order[1]))
		// the n-th derivative of sin is a shift by n·π/2
		return amp * math.Sin(c[0]*x[0]+c[1]*x[1]+c[2]+float64(p.Order.Order())*math.Pi/2)
	}
}

// randomEnv draws a point, and values for all that the point does not fix.
func randomEnv(t *rapid.T) Env {
	number := rapid.Float64Range(-2, 2)
	x := []float64{number.Draw(t, "x"), number.Draw(t, "y")}
	pair := func(name string) []float64 {
		return []float64{number.Draw(t, name+"0"), number.Draw(t, name+"1")}
	}
	return Env{X: x, N: pair("n"), U: fieldAt(x), Params: pair("param"), Columns: pair("column")}
}

// extent returns the largest absolute value of all parts of the expressions, and
// the least distance of any part from a kink or from the edge of where it is
// defined.
func extent(env Env, es ...*Expr) (largest, margin float64) {
	largest, margin = 1, math.Inf(1)
	walk(func(n *Expr) {
		v := n.Eval(env)
		if math.IsNaN(v) {
			largest = math.Inf(1)
			return
		}
		largest = max(largest, math.Abs(v))
		if n.arg[0] == nil {
			return
		}
		a := n.arg[0].Eval(env)
		b := 0.0
		if n.arg[1] != nil {
			b = n.arg[1].Eval(env)
		}
		switch n.op {
		case OpMin, OpMax, OpLess, OpLessEq, OpEqual:
			margin = min(margin, math.Abs(a-b))
		case OpSign, OpStep, OpAbs, OpLog, OpSqrt:
			margin = min(margin, math.Abs(a))
		case OpPow:
			if _, k, ok := wholePower(n); !ok || k < 0 {
				margin = min(margin, math.Abs(a))
			}
		case OpDiv:
			margin = min(margin, math.Abs(b))
		case OpAtan2:
			margin = min(margin, math.Abs(a))
		case OpAsin, OpAcos:
			margin = min(margin, 1-math.Abs(a))
		case OpTan:
			margin = min(margin, math.Abs(math.Cos(a)))
		}
	}, es...)
	return largest, margin
}
