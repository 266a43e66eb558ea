package problems

import (
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
)

// TestBuilderFaults: all that is wrong with a problem is told at once, each with the text
// that it stands in.
func TestBuilderFaults(t *testing.T) {
	b := NewBuilder(pde.Box{Axes: []pde.Axis{{Name: "x", From: 0, To: 1}}}, "u")
	b.Constant("e", "2")
	b.Define("flux", "k*u_x")
	b.Define("bad", "q + 1")
	b.Parameter(pde.Param{Name: "k", Start: 1})
	b.Parameter(pde.Param{Name: "k", Start: 1})
	b.Equation("u_xx")
	b.Condition("x = 2", "u = 0")
	b.Condition("x = 0", "v = 0")
	b.Data("u = seen", pde.Points{N: 1, D: 1, X: []float64{0.5}}, []string{"saw"}, [][]float64{{1}})
	b.Exact("w", "x")
	_, err := b.Problem()
	if err == nil {
		t.Fatal("nothing is wrong with it")
	}
	for _, want := range []string{"constant e: ", "parameter k: ", "definition bad: unknown name q", "u_xx: ", "x = 2: ", "v = 0: ", "u = seen: ", "exact solution: w is no field"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told of in\n%v", want, err)
		}
	}
}

// TestBuilder: what is stated is in the problem, and the truth beside it.
func TestBuilder(t *testing.T) {
	b := NewBuilder(pde.Box{Axes: []pde.Axis{{Name: "x", From: 0, To: 1}}}, "u")
	if b.Truth() != nil {
		t.Error("a truth that nobody has given")
	}
	b.Constant("f", "1 + 1")
	b.Parameter(pde.Param{Name: "k", Start: 1})
	b.Equation("k*u_xx = f")
	b.Condition("boundary", "dn(u) = 0")
	b.Data("u = seen", pde.Points{N: 1, D: 1, X: []float64{0.5}}, []string{"seen"}, [][]float64{{1}})
	b.Exact("u", "x^2")
	p, err := b.Problem()
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Equations) != 1 || len(p.Conditions) != 1 || len(p.Conditions[0].Pieces) != 2 || len(p.Data) != 1 || p.Constants["f"] != 2 || p.Params[0].Name != "k" || b.Truth() == nil {
		t.Errorf("%+v", p)
	}
	env := expr.Env{X: []float64{0.5}, Params: []float64{3}, U: func(expr.Partial) float64 { return 7 }}
	if got := p.Equations[0].Residual.Eval(env); got != 3*7-2 {
		t.Errorf("the residual is %v, want 19", got)
	}
}
