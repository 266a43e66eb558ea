package pinn

import (
	"math"
	"math/rand/v2"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
)

// stated builds problems for tests from statements of the language.
type stated struct {
	tb    testing.TB
	scope *pde.Scope
	*pde.Problem
}

// state begins a problem on the given axes.
func state(tb testing.TB, axes []pde.Axis, fields ...string) *stated {
	tb.Helper()
	g := expr.NewGraph()
	var names []string
	for _, a := range axes {
		names = append(names, a.Name)
	}
	p := &pde.Problem{Graph: g, Box: pde.Box{Axes: axes}, Fields: fields}
	return &stated{tb, pde.NewScope(g, names, fields), p}
}

// span returns an axis that is not periodic.
func span(name string, from, to float64) pde.Axis { return pde.Axis{Name: name, From: from, To: to} }

// ring returns a periodic axis.
func ring(name string, from, to float64) pde.Axis {
	return pde.Axis{Name: name, From: from, To: to, Periodic: true}
}

// on returns the pieces where an axis has one of the values.
func on(axis int, values ...float64) []pde.Piece {
	var ps []pde.Piece
	for _, v := range values {
		ps = append(ps, pde.Piece{Fixed: []pde.Fixed{{Axis: axis, Value: v}}})
	}
	return ps
}

func (s *stated) parameter(p pde.Param) *stated {
	s.tb.Helper()
	if err := s.scope.Parameter(p.Name); err != nil {
		s.tb.Fatal(err)
	}
	s.Params = append(s.Params, p)
	return s
}

func (s *stated) residual(text string, c pde.Context) *expr.Expr {
	s.tb.Helper()
	r, faults := s.scope.Residual(text, c)
	if len(faults) > 0 {
		s.tb.Fatalf("%s: %v", text, faults)
	}
	return r
}

func (s *stated) equation(text string) *stated {
	s.tb.Helper()
	s.Equations = append(s.Equations, pde.Equation{Name: text, Residual: s.residual(text, pde.Context{}), Weight: 1})
	return s
}

func (s *stated) condition(text string, at []pde.Piece, more ...func(*pde.Condition)) *stated {
	s.tb.Helper()
	r := s.residual(text, pde.Context{Normals: true})
	c := pde.Condition{Name: text, Pieces: at, Residual: r, Weight: 1}
	for _, f := range more {
		f(&c)
	}
	s.Conditions = append(s.Conditions, c)
	return s
}

func soft(c *pde.Condition) { c.Enforce = pde.Soft }
func hard(c *pde.Condition) { c.Enforce = pde.Hard }

func weight(w float64) func(*pde.Condition) { return func(c *pde.Condition) { c.Weight = w } }

// data adds a data set whose columns after the axes have the given names.
func (s *stated) data(text string, columns []string, rows [][]float64) *stated {
	s.tb.Helper()
	d := pde.Data{Name: text, Residual: s.residual(text, pde.Context{DataColumns: columns}), Weight: 1}
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

// build lifts the conditions and makes the loss.
func (s *stated) build(spec NetSpec, o LossOptions) *built {
	s.tb.Helper()
	lifts, soft, notes, err := BuildLifts(s.Problem)
	if err != nil {
		s.tb.Fatal(err)
	}
	net := NewMLP(s.Box, len(s.Fields), spec)
	l, err := NewLoss(s.Problem, net, lifts, soft, o)
	if err != nil {
		s.tb.Fatal(err)
	}
	b := &built{Loss: l, net: net, lifts: lifts, notes: notes, theta: make([]float64, l.Dim())}
	l.Start(b.theta, rand.New(rand.NewPCG(11, 12)))
	// Biases that are not 0 make every derivative matter.
	rng := rand.New(rand.NewPCG(13, 14))
	for i, decays := range l.Decays() {
		if !decays && i < net.Size() {
			b.theta[i] = 0.3 * rng.NormFloat64()
		}
	}
	return b
}

// built is a loss at a start.
type built struct {
	*Loss
	net   *MLP
	lifts []Lift
	notes []Note
	theta []float64
}

// The problems below cover what problems can be made of.

func burgers(tb testing.TB) *stated {
	return state(tb, []pde.Axis{span("x", -1, 1), span("t", 0, 1)}, "u").
		equation("u_t + u*u_x = 0.01/pi*u_xx").
		condition("u = -sin(pi*x)", on(1, 0)).
		condition("u = 0", on(0, -1, 1))
}

func plate(tb testing.TB) *stated {
	return state(tb, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u", "v").
		equation("2*u_xx + 1.5*v_xy + 0.5*u_yy + sin(pi*x)*y = 0").
		equation("0.5*v_xx + 1.5*u_xy + 2*v_yy + cos(pi*y) = 0").
		condition("v = 0", on(0, 0, 1)).
		condition("2*u_x + v_y = 0", on(0, 0, 1)).
		condition("u = 0", on(1, 0, 1), weight(3)).
		condition("v = 0", on(1, 0)).
		condition("dn(v) + 0.5*u_x = sin(pi*x)", on(1, 1))
}

func kdv(tb testing.TB) *stated {
	return state(tb, []pde.Axis{ring("x", -1, 1), span("t", 0, 1)}, "u").
		equation("u_t + u*u_x + 0.022^2*u_xxx = 0").
		condition("u = cos(pi*x)", on(1, 0))
}

func beam(tb testing.TB) *stated {
	return state(tb, []pde.Axis{span("x", 0, 1)}, "u").
		equation("u_xxxx + 1 = 0").
		condition("u = 0", on(0, 0)).
		condition("u_x = 0", on(0, 0)).
		condition("u_xx = 0", on(0, 1)).
		condition("u_xxx = 0", on(0, 1))
}

func wave(tb testing.TB) *stated {
	return state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
		equation("u_tt = 4*u_xx").
		condition("u = sin(pi*x)", on(1, 0)).
		condition("u_t = 0", on(1, 0)).
		condition("u = 0", on(0, 0, 1))
}

func heat2d(tb testing.TB) *stated {
	return state(tb, []pde.Axis{span("x", 0, 1), span("y", 0, 2), span("t", 0, 1)}, "u").
		equation("u_t = 0.1*lap(u)").
		condition("u = sin(pi*x)*sin(pi*y/2)", on(2, 0)).
		condition("u = 0", append(on(0, 0, 1), on(1, 0, 2)...))
}

// inverse has unknown parameters of every kind of bound, and data.
func inverse(tb testing.TB) *stated {
	inf := math.Inf(1)
	s := state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
		parameter(pde.Param{Name: "k", Start: 0.5, Min: 0, Max: inf}).
		parameter(pde.Param{Name: "a", Start: 1, Min: -1, Max: 2}).
		parameter(pde.Param{Name: "b", Start: -0.2, Min: -inf, Max: inf}).
		parameter(pde.Param{Name: "c", Start: 0.1, Min: -inf, Max: 1}).
		equation("u_t = k*u_xx + a*sin(c*u)").
		condition("u_x = b", on(0, 0))
	var rows [][]float64
	for i := range 11 {
		x, t := float64(i)/10, float64(i*i%11)/10
		rows = append(rows, []float64{x, t, math.Sin(3 * x * t)})
	}
	return s.data("u - c = obs", []string{"obs"}, rows)
}

// problems is the table of the above.
var problems = []struct {
	name  string
	state func(tb testing.TB) *stated
}{
	{"burgers", burgers}, {"plate", plate}, {"kdv", kdv}, {"beam", beam},
	{"wave", wave}, {"heat2d", heat2d}, {"inverse", inverse},
}
