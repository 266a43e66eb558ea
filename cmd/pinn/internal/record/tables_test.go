package record

import (
	"math"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pinn/solve"
)

// TestSolutionZero: a zero in solution.csv has no sign, whichever way it came about.
func TestSolutionZero(t *testing.T) {
	minus := math.Copysign(0, -1)
	p := &pde.Problem{Box: pde.Box{Axes: []pde.Axis{{Name: "x", From: 0, To: 1}}}, Fields: []string{"u"}}
	u := [][]float64{{minus, -1}}
	var b strings.Builder
	if err := Solution(p, pde.Points{N: 2, D: 1, X: []float64{minus, 1}}, u).Encode(&b); err != nil || b.String() != "x,u\n0,0\n1,-1\n" {
		t.Errorf("%v, wrote\n%s", err, &b)
	}
	if !math.Signbit(u[0][0]) {
		t.Error("the answer itself was changed")
	}
}

// TestErrors: the table of the error along a run has a row for every place that is known.
func TestErrors(t *testing.T) {
	if Errors(nil) != nil {
		t.Error("a run without a truth has a table of errors")
	}
	table := Errors([]solve.Along{{Step: 3, GradEvals: 4, Passes: 0.5, Seconds: 0.25, RelL2: 1e-3}})
	var b strings.Builder
	if err := table.Encode(&b); err != nil || b.String() != "step,grad_evals,passes,wall_s,rel_l2\n3,4,0.5,0.25,0.001\n" {
		t.Errorf("%v, wrote\n%s", err, &b)
	}
}
