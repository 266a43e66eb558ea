package expr_test

import (
	"math"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"

	"pgregory.net/rapid"
)

// shifted returns the value of e at a point moved by h along an axis; the fields
// move with it.
func shifted(e *expr.Expr, env expr.Env, axis int, h float64) float64 {
	env.X = append([]float64(nil), env.X...)
	env.X[axis] += h
	env.U = fieldAt(env.X)
	return e.Eval(env)
}

// difference returns the central difference of e along an axis with step h.
func difference(e *expr.Expr, env expr.Env, axis int, h float64) float64 {
	return (shifted(e, env, axis, h) - shifted(e, env, axis, -h)) / (2 * h)
}

// tolDiff bounds |fd − exact|/(1 + |exact|) for central differences with h = 1e-5
// of expressions whose parts stay below 10 and 0.1 away from kinks and poles.
// Theory: h²/6·f‴ + ε·10/h ≈ 2e-10 + 2e-11·f‴, and f‴ can reach 1e3. Worst of
// 100 000 random comparisons: 4.6e-8 (linux/amd64, go1.26). Margin 20.
const tolDiff = 1e-6

func TestDiffFunctions(t *testing.T) {
	for _, src := range []string{
		"sin(u)", "cos(u)", "tan(u)", "asin(u/2)", "acos(u/2)", "atan(u)", "atan2(u, v)", "atan2(x, u)",
		"sinh(u)", "cosh(u)", "tanh(u)", "exp(u)", "log(2 + u)", "sqrt(2 + u)", "abs(u)", "sign(u)*x", "step(u)*x",
		"min(u, v, x)", "max(u, v, x)", "erf(u)", "if(u < v, x*u, y*v)", "if(not u < v and x < 1 or y = 2, x*u, y*v)",
		"u + v", "u - v", "u*v", "u/(2 + v)", "-u", "u^2", "u^3", "u^-2", "(2 + u)^2.5", "(2 + u)^v", "2^u", "abs(u)^1.5", "x^3*y^2", "(x*y)^4",
		"d(u*v, x)", "u_x*u_xy", "lap(u)*v", "k*u^2",
	} {
		t.Run(src, func(t *testing.T) {
			s := randomScope()
			g := s.Graph()
			e := formula(t, s, src)
			for _, x := range [][]float64{{0.3, 0.6}, {-0.6, 0.4}, {1.1, -0.7}, {0.05, 1.4}} {
				env := expr.Env{X: x, U: fieldAt(x), Params: []float64{0.7, 1.3}}
				if _, margin := extent(env, e); margin < 0.02 {
					t.Fatalf("%v is too near to a kink: %v", x, margin)
				}
				for axis := range 2 {
					d, err := g.Diff(e, axis)
					if err != nil {
						t.Fatal(err)
					}
					got, want := d.Eval(env), difference(e, env, axis, 1e-5)
					if math.Abs(got-want) > tolDiff*(1+math.Abs(want)) {
						t.Errorf("∂/∂%s at %v = %v, want %v (tol %g: differences)", "xy"[axis:axis+1], x, got, want, tolDiff)
					}
				}
			}
		})
	}
}

// TestDiffAtKinks pins the value at the kinks themselves: one of the one-sided
// derivatives or, for abs, their mean; and no infinite slope where a step jumps.
func TestDiffAtKinks(t *testing.T) {
	s := pde.NewScope(expr.NewGraph(), []string{"x"}, nil)
	for _, c := range []struct {
		src     string
		x, want float64
	}{
		{"abs(x)", 0, 0}, {"abs(x)", 2, 1}, {"abs(x)", -2, -1},
		{"sign(x)", 0, 0}, {"step(x)", 0, 0}, {"step(x)*x^2", 3, 6}, {"step(x)*x^2", -3, 0},
		{"min(x, 2*x)", 0, 1}, {"max(x, 2*x)", 0, 1}, {"max(x, 0)", 1, 1}, {"max(x, 0)", -1, 0}, {"max(x, 0)^2", 0, 0},
		{"if(x < 0, 0, x)", 0, 1}, {"if(x < 0, 0, 1)", 0, 0},
		{"x^1.5", 0, 0}, {"x^2.5", 0, 0}, {"x^2", 0, 0}, {"x^3", 0, 0}, {"0^(x^2 + 1)", 1, 0}, {"(x - 1)^x", 1, 1},
	} {
		e, faults := s.Function(c.src)
		if faults != nil {
			t.Fatal(faults)
		}
		d, err := s.Graph().Diff(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Eval(expr.Env{X: []float64{c.x}}); got != c.want {
			t.Errorf("d(%s, x) at %v = %v, want %v", c.src, c.x, got, c.want)
		}
	}
}

func TestDiffOrderLimit(t *testing.T) {
	g := expr.NewGraph()
	e := g.Partial(expr.Partial{Order: expr.Multi{2, 2}})
	if _, err := g.Diff(g.Func(expr.OpSin, e), 1); err == nil {
		t.Error("no error beyond order 4")
	}
	if d, err := g.Diff(g.Func(expr.OpSin, g.Axis(0)), 1); err != nil || d != g.Const(0) {
		t.Errorf("got %v, %v, want 0", d, err)
	}
	x := g.Func(expr.OpExp, g.Axis(0)) // axes alone have no limit
	for range 100 {
		d, err := g.Diff(x, 0)
		if err != nil || d != x {
			t.Fatalf("%v, %v", d, err)
		}
	}
}

// TestDiffRandom compares the symbolic derivatives of random smooth expressions
// with central differences: along an axis, by a partial and by a parameter.
func TestDiffRandom(t *testing.T) {
	worst, tried := 0.0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := randomScope()
		g := s.Graph()
		e := analytic.expr(t, g, rapid.IntRange(1, 10).Draw(t, "size"))
		for range 10 {
			env := randomEnv(t)
			compare := func(what string, d *expr.Expr, moved func(h float64) float64) {
				if largest, margin := extent(env, e, d); largest > 10 || margin < 0.1 {
					return
				}
				got, want := d.Eval(env), (moved(1e-5)-moved(-1e-5))/2e-5
				bad := math.Abs(got-want) / (1 + math.Abs(want))
				worst, tried = max(worst, bad), tried+1
				if !(bad <= tolDiff) {
					t.Fatalf("derivative of %s by %s = %v, want %v (tol %g: differences)", e, what, got, want, tolDiff)
				}
			}
			for axis := range 2 {
				d, err := g.Diff(e, axis)
				if err != nil {
					t.Fatal(err)
				}
				compare("xy"[axis:axis+1], d, func(h float64) float64 { return shifted(e, env, axis, h) })
			}
			for _, p := range e.Partials() {
				compare(g.Partial(p).String(), g.DiffPartial(e, p), func(h float64) float64 {
					moved := env
					moved.U = func(q expr.Partial) float64 {
						if q == p {
							return env.U(q) + h
						}
						return env.U(q)
					}
					return e.Eval(moved)
				})
			}
			for k := range 2 {
				compare("km"[k:k+1], g.DiffParam(e, k), func(h float64) float64 {
					moved := env
					moved.Params = append([]float64(nil), env.Params...)
					moved.Params[k] += h
					return e.Eval(moved)
				})
			}
		}
	})
	t.Logf("%d comparisons, worst %.1e", tried, worst)
}

// tolChain bounds |one derivative − another| relative to the largest part of both,
// at points 1e-3 away from kinks and poles. Theory as for tolProgram: the same
// slopes, rounded in another order. Worst of 1 900 000 comparisons: 4.5e-14
// (linux/amd64, go1.26). Margin 20.
const tolChain = 1e-12

// TestDiffChainRule: the total derivative along an axis is the sum of the derivatives
// by the leaves,
//
//	de/dx = ∂e/∂x + Σ_α ∂e/∂u_α · u_{α+x} .
func TestDiffChainRule(t *testing.T) {
	compareDerivatives(t, func(g *expr.Graph, e *expr.Expr) (*expr.Expr, *expr.Expr) {
		total, err := g.Diff(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		sum := g.DiffLeaf(e, g.Axis(0))
		for _, p := range e.Partials() {
			slope := g.DiffPartial(e, p)
			p.Order = p.Order.Add(0)
			sum = g.Add(sum, g.Mul(slope, g.Partial(p)))
		}
		return total, sum
	})
}

// TestDiffCommutes: derivatives along two axes may be taken in either order.
func TestDiffCommutes(t *testing.T) {
	compareDerivatives(t, func(g *expr.Graph, e *expr.Expr) (*expr.Expr, *expr.Expr) {
		twice := func(first, second int) *expr.Expr {
			d, err := g.Diff(e, first)
			if err == nil {
				d, err = g.Diff(d, second)
			}
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		return twice(0, 1), twice(1, 0)
	})
}

// compareDerivatives compares two ways to differentiate random smooth expressions.
func compareDerivatives(t *testing.T, ways func(*expr.Graph, *expr.Expr) (*expr.Expr, *expr.Expr)) {
	worst, tried := 0.0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := randomScope().Graph()
		e := analytic.expr(t, g, rapid.IntRange(1, 8).Draw(t, "size"))
		a, b := ways(g, e)
		for range 10 {
			env := randomEnv(t)
			largest, margin := extent(env, e, a, b)
			if largest > 1e3 || margin < 1e-3 {
				continue
			}
			got, want := a.Eval(env), b.Eval(env)
			bad := math.Abs(got-want) / largest
			worst, tried = max(worst, bad), tried+1
			if !(bad <= tolChain) {
				t.Fatalf("derivatives of %s: %v and %v (tol %g·%g)", e, got, want, tolChain, largest)
			}
		}
	})
	t.Logf("%d comparisons, worst %.1e", tried, worst)
}
