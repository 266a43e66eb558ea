// Package pinntest states problems for the tests of pinn and of the packages below it.
package pinntest

import (
	"math"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
)

// Stated is a problem in the making: each method adds one statement and returns it. A
// statement that is not understood fails the test.
type Stated struct {
	TB    testing.TB
	Scope *pde.Scope
	*pde.Problem
}

// State begins a problem on the given axes.
func State(tb testing.TB, axes []pde.Axis, fields ...string) *Stated {
	tb.Helper()
	g := expr.NewGraph()
	var names []string
	for _, a := range axes {
		names = append(names, a.Name)
	}
	p := &pde.Problem{Graph: g, Box: pde.Box{Axes: axes}, Fields: fields}
	return &Stated{tb, pde.NewScope(g, names, fields), p}
}

// Span returns an axis that is not periodic.
func Span(name string, from, to float64) pde.Axis { return pde.Axis{Name: name, From: from, To: to} }

// Ring returns a periodic axis.
func Ring(name string, from, to float64) pde.Axis {
	return pde.Axis{Name: name, From: from, To: to, Periodic: true}
}

// On returns the pieces where an axis has one of the values.
func On(axis int, values ...float64) []pde.Piece {
	var ps []pde.Piece
	for _, v := range values {
		ps = append(ps, pde.Piece{Fixed: []pde.Fixed{{Axis: axis, Value: v}}})
	}
	return ps
}

// Parameter adds an unknown parameter.
func (s *Stated) Parameter(p pde.Param) *Stated {
	s.TB.Helper()
	if err := s.Scope.Parameter(p.Name); err != nil {
		s.TB.Fatal(err)
	}
	s.Params = append(s.Params, p)
	return s
}

// Residual returns a statement as a residual, left side − right side.
func (s *Stated) Residual(text string, c pde.Context) *expr.Expr {
	s.TB.Helper()
	r, faults := s.Scope.Residual(text, c)
	if len(faults) > 0 {
		s.TB.Fatalf("%s: %v", text, faults)
	}
	return r
}

// Equation adds an equation of weight 1.
func (s *Stated) Equation(text string) *Stated {
	s.TB.Helper()
	s.Equations = append(s.Equations, pde.Equation{Name: text, Residual: s.Residual(text, pde.Context{}), Weight: 1})
	return s
}

// Condition adds a condition of weight 1 that may be hard; more changes it.
func (s *Stated) Condition(text string, at []pde.Piece, more ...func(*pde.Condition)) *Stated {
	s.TB.Helper()
	r := s.Residual(text, pde.Context{Normals: true})
	c := pde.Condition{Name: text, Pieces: at, Residual: r, Weight: 1}
	for _, f := range more {
		f(&c)
	}
	s.Conditions = append(s.Conditions, c)
	return s
}

// Soft makes a condition a term of the loss.
func Soft(c *pde.Condition) { c.Enforce = pde.Soft }

// Hard demands that a condition is met by construction.
func Hard(c *pde.Condition) { c.Enforce = pde.Hard }

// Weight gives a condition a weight.
func Weight(w float64) func(*pde.Condition) { return func(c *pde.Condition) { c.Weight = w } }

// Observe adds a data set whose columns after the axes have the given names.
func (s *Stated) Observe(text string, columns []string, rows [][]float64) *Stated {
	s.TB.Helper()
	d := pde.Data{Name: text, Residual: s.Residual(text, pde.Context{DataColumns: columns}), Weight: 1}
	d.Points.D = s.Box.Dim()
	d.Columns = make([][]float64, len(columns))
	for _, r := range rows {
		d.Points.N++
		d.Points.X = append(d.Points.X, r[:d.Points.D]...)
		for k, v := range r[d.Points.D:] {
			d.Columns[k] = append(d.Columns[k], v)
		}
	}
	s.Data = append(s.Data, d)
	return s
}

// Burgers is nonlinear, of first order in time, and all its conditions can be hard.
func Burgers(tb testing.TB) *Stated {
	return State(tb, []pde.Axis{Span("x", -1, 1), Span("t", 0, 1)}, "u").
		Equation("u_t + u*u_x = 0.01/pi*u_xx").
		Condition("u = -sin(pi*x)", On(1, 0)).
		Condition("u = 0", On(0, -1, 1))
}

// Plate is elasticity: two fields, mixed derivatives, weights, and soft conditions with
// normals.
func Plate(tb testing.TB) *Stated {
	return State(tb, []pde.Axis{Span("x", 0, 1), Span("y", 0, 1)}, "u", "v").
		Equation("2*u_xx + 1.5*v_xy + 0.5*u_yy + sin(pi*x)*y = 0").
		Equation("0.5*v_xx + 1.5*u_xy + 2*v_yy + cos(pi*y) = 0").
		Condition("v = 0", On(0, 0, 1)).
		Condition("2*u_x + v_y = 0", On(0, 0, 1)).
		Condition("u = 0", On(1, 0, 1), Weight(3)).
		Condition("v = 0", On(1, 0)).
		Condition("dn(v) + 0.5*u_x = sin(pi*x)", On(1, 1))
}

// KdV is periodic and of third order in space.
func KdV(tb testing.TB) *Stated {
	return State(tb, []pde.Axis{Ring("x", -1, 1), Span("t", 0, 1)}, "u").
		Equation("u_t + u*u_x + 0.022^2*u_xxx = 0").
		Condition("u = cos(pi*x)", On(1, 0))
}

// Beam is an ordinary equation of fourth order, with soft conditions up to the third.
func Beam(tb testing.TB) *Stated {
	return State(tb, []pde.Axis{Span("x", 0, 1)}, "u").
		Equation("u_xxxx + 1 = 0").
		Condition("u = 0", On(0, 0)).
		Condition("u_x = 0", On(0, 0)).
		Condition("u_xx = 0", On(0, 1)).
		Condition("u_xxx = 0", On(0, 1))
}

// Wave is of second order in time and has an initial velocity.
func Wave(tb testing.TB) *Stated {
	return State(tb, []pde.Axis{Span("x", 0, 1), Span("t", 0, 1)}, "u").
		Equation("u_tt = 4*u_xx").
		Condition("u = sin(pi*x)", On(1, 0)).
		Condition("u_t = 0", On(1, 0)).
		Condition("u = 0", On(0, 0, 1))
}

// Heat2D has two axes of space.
func Heat2D(tb testing.TB) *Stated {
	return State(tb, []pde.Axis{Span("x", 0, 1), Span("y", 0, 2), Span("t", 0, 1)}, "u").
		Equation("u_t = 0.1*lap(u)").
		Condition("u = sin(pi*x)*sin(pi*y/2)", On(2, 0)).
		Condition("u = 0", append(On(0, 0, 1), On(1, 0, 2)...))
}

// Inverse has unknown parameters of every kind of bound, and data.
func Inverse(tb testing.TB) *Stated {
	inf := math.Inf(1)
	s := State(tb, []pde.Axis{Span("x", 0, 1), Span("t", 0, 1)}, "u").
		Parameter(pde.Param{Name: "k", Start: 0.5, Min: 0, Max: inf}).
		Parameter(pde.Param{Name: "a", Start: 1, Min: -1, Max: 2}).
		Parameter(pde.Param{Name: "b", Start: -0.2, Min: -inf, Max: inf}).
		Parameter(pde.Param{Name: "c", Start: 0.1, Min: -inf, Max: 1}).
		Equation("u_t = k*u_xx + a*sin(c*u)").
		Condition("u_x = b", On(0, 0))
	var rows [][]float64
	for i := range 11 {
		x, t := float64(i)/10, float64(i*i%11)/10
		rows = append(rows, []float64{x, t, math.Sin(3 * x * t)})
	}
	return s.Observe("u - c = obs", []string{"obs"}, rows)
}

// Problems are the problems above, which together have all that problems can be made of.
var Problems = []struct {
	Name  string
	State func(tb testing.TB) *Stated
}{
	{"burgers", Burgers}, {"plate", Plate}, {"kdv", KdV}, {"beam", Beam},
	{"wave", Wave}, {"heat2d", Heat2D}, {"inverse", Inverse},
}

// Fill makes a graph full, so that no further expression fits: it asks for one that is
// higher than any graph allows.
func Fill(g *expr.Graph) {
	for e := g.Axis(0); !g.Full(); {
		e = g.Func(expr.OpSin, e)
	}
}

// Panics fails the test unless every function panics; the keys name them.
func Panics(tb testing.TB, functions map[string]func()) {
	tb.Helper()
	for name, f := range functions {
		func() {
			defer func() {
				if recover() == nil {
					tb.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// Agrees fails the test unless every difference is within tol of the largest element of want,
// or of 1 if that is smaller.
func Agrees(tb testing.TB, what string, got, want []float64, tol float64) {
	tb.Helper()
	scale := 1.0
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*scale) {
			tb.Fatalf("%s[%d] = %v, want %v (tol %g of %g)", what, i, got[i], want[i], tol, scale)
		}
	}
}
