package pdetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pde/judging"
)

// statement is one line of a test problem; an empty place makes it an equation.
type statement struct {
	fixed []pde.Fixed
	is    string
}

// build returns a problem with one unknown parameter k and its exact solution.
func build(t *testing.T, b pde.Box, fields, exact []string, lines []statement) (*pde.Problem, judging.Truth) {
	t.Helper()
	axes := make([]string, b.Dim())
	for i, a := range b.Axes {
		axes[i] = a.Name
	}
	s := pde.NewScope(expr.NewGraph(), axes, fields)
	if err := s.Parameter("k"); err != nil {
		t.Fatal(err)
	}
	p := &pde.Problem{Graph: s.Graph(), Box: b, Fields: fields, Params: []pde.Param{{Name: "k"}}}
	for _, l := range lines {
		r, faults := s.Residual(l.is, pde.Context{Normals: l.fixed != nil})
		if len(faults) > 0 {
			t.Fatalf("%s: %v", l.is, faults)
		}
		if l.fixed == nil {
			p.Equations = append(p.Equations, pde.Equation{Name: l.is, Residual: r})
		} else {
			p.Conditions = append(p.Conditions, pde.Condition{Name: l.is, Pieces: []pde.Piece{{Fixed: l.fixed}}, Residual: r})
		}
	}
	exprs := make([]*expr.Expr, len(fields))
	for f, text := range exact {
		if text == "" {
			continue
		}
		e, faults := s.Function(text)
		if len(faults) > 0 {
			t.Fatalf("%s: %v", text, faults)
		}
		exprs[f] = e
	}
	return p, judging.NewExact(b, exprs)
}

// at fixes one axis.
func at(axis int, v float64) []pde.Fixed { return []pde.Fixed{{Axis: axis, Value: v}} }

var strip = pde.Box{Axes: []pde.Axis{{Name: "x", From: 0, To: 1}, {Name: "t", From: 0, To: 1}}}

// problems are solved by their exact solutions with k = 2: derivatives up to the
// fourth, mixed ones, normals, two fields, an unknown field, a point.
var problems = []struct {
	name          string
	b             pde.Box
	fields, exact []string
	lines         []statement
}{
	{"heat", strip, []string{"u"}, []string{"exp(-0.25*pi^2*t)*sin(pi*x)"}, []statement{
		{nil, "u_t = 0.25*u_xx"}, {at(1, 0), "u = sin(pi*x)"}, {at(0, 0), "u = 0"},
		{at(0, 1), "dn(u) = -pi*exp(-0.25*pi^2*t)"}, {at(0, 0), "dn(u) = -pi*exp(-0.25*pi^2*t)"},
		{[]pde.Fixed{{Axis: 0, Value: 0.5}, {Axis: 1, Value: 0}}, "u = 1"},
	}},
	{"beam", pde.Box{Axes: strip.Axes[:1]}, []string{"u"}, []string{"-x^4/24 + x^3/6 - x^2/4"}, []statement{
		{nil, "u_xxxx + 1 = 0"}, {at(0, 0), "u_x = 0"}, {at(0, 1), "u_xx = 0"}, {at(0, 1), "u_xxx = 0"},
	}},
	{"wave with a parameter", strip, []string{"u"}, []string{"sin(pi*x)*cos(2*pi*t)"}, []statement{
		{nil, "u_tt = k^2*u_xx"}, {at(1, 0), "u_t = 0"}, {at(1, 1), "u = sin(pi*x)"},
	}},
	{"two fields, one unknown", strip, []string{"u", "v"}, []string{"x^2*t", ""}, []statement{
		{nil, "u_xt = k*x"}, {nil, "v_x = u"},
	}},
	{"mixed of order four", strip, []string{"u"}, []string{"sin(3*x)*exp(t)"}, []statement{
		{nil, "u_xxtt + 9*u = 0"}, {nil, "u_xxxt/u = -9*u_x/u"},
	}},
}

func TestCheck(t *testing.T) {
	for _, row := range problems {
		t.Run(row.name, func(t *testing.T) {
			p, truth := build(t, row.b, row.fields, row.exact, row.lines)
			for _, r := range Check(p, truth, []float64{2}, 50, rand.New(rand.NewPCG(1, 1))) {
				t.Logf("%-40s %2d points, residual %.1e, tolerance %.1e of %.1e %s", r.Name, r.Points, r.Worst, r.Tol, r.Scale, r.Skipped)
				if err := r.Err(); err != nil {
					t.Error(err)
				}
				if unknown := strings.Contains(r.Name, "v_x"); (r.Skipped != "") != unknown {
					t.Errorf("%s: skipped: %q", r.Name, r.Skipped)
				}
			}
		})
	}
}

// TestCheckFinds spoils each statement in turn by one part in 10 000 and demands
// that it, and no other, is found.
func TestCheckFinds(t *testing.T) {
	for _, row := range problems {
		for i, l := range row.lines {
			if strings.Contains(l.is, "v_x") {
				continue
			}
			lines := append([]statement(nil), row.lines...)
			lines[i].is = strings.Replace(l.is, "=", "+ 1e-4*(u + 1) =", 1)
			t.Run(fmt.Sprint(row.name, i), func(t *testing.T) {
				p, truth := build(t, row.b, row.fields, row.exact, lines)
				for _, r := range Check(p, truth, []float64{2}, 20, rand.New(rand.NewPCG(1, 1))) {
					if spoiled := strings.Contains(r.Name, "1e-4*(u"); (r.Err() != nil) != spoiled {
						t.Errorf("%s: spoiled %v, found %v", r.Name, spoiled, r.Err())
					}
				}
			})
		}
	}
}

// TestCheckNormal demands that a statement with a normal fails where there is
// none, rather than hold because n = 0.
func TestCheckNormal(t *testing.T) {
	p, truth := build(t, strip, []string{"u"}, []string{"x"}, []statement{{at(0, 0.5), "dn(u) = 0"}})
	if r := Check(p, truth, []float64{2}, 5, rand.New(rand.NewPCG(1, 1)))[0]; r.Err() == nil {
		t.Errorf("no error: %+v", r)
	}
}

// TestCheckPieces demands that every piece of a place is looked at: the statement
// fails only on the last one.
func TestCheckPieces(t *testing.T) {
	p, truth := build(t, strip, []string{"u"}, []string{"x*t"}, []statement{{at(0, 0), "u = 0"}})
	p.Conditions[0].Pieces = append(p.Conditions[0].Pieces, pde.Piece{Fixed: at(1, 0)}, pde.Piece{Fixed: at(0, 1)})
	if r := Check(p, truth, []float64{2}, 5, rand.New(rand.NewPCG(1, 1)))[0]; r.Err() == nil || r.At[0] != 1 {
		t.Errorf("no error at x = 1: %+v", r)
	}
}

// TestBurgers checks the built-in solution against Burgers' equation, the shock
// included.
func TestBurgers(t *testing.T) {
	b := pde.Box{Axes: []pde.Axis{{Name: "x", From: -1, To: 1}, {Name: "t", From: 0, To: 1}}}
	for _, nu := range []string{"0.01/pi", "0.01", "0.2"} {
		t.Run(nu, func(t *testing.T) {
			if testing.Short() && nu != "0.2" {
				t.Skip("short tier: one viscosity is enough")
			}
			p, _ := build(t, b, []string{"u"}, []string{"0"}, []statement{
				{nil, "u_t + u*u_x = " + nu + "*u_xx"}, {at(1, 0), "u = -sin(pi*x)"}, {at(0, -1), "u = 0"}, {at(0, 1), "u = 0"},
				{at(0, 0), "u_t + u*u_x = " + nu + "*u_xx"}, // in the shock
			})
			v, _ := pde.NewScope(expr.NewGraph(), nil, nil).Number(nu)
			truth, err := judging.NewBuiltin("burgers-cole-hopf", b, p.Fields, map[string]float64{"nu": v})
			if err != nil {
				t.Fatal(err)
			}
			TestTruth(t, p, truth, []float64{0})
		})
	}
}
