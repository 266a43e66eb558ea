package record

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/hybrid/rules"
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

// TestTrace: the table has the columns of hybrid.Trace in their order, words as words, and
// a blank cell where nothing was measured.
func TestTrace(t *testing.T) {
	nan := math.NaN()
	tr := &hybrid.Trace{TermNames: []string{"heat"}, Rows: []hybrid.Row{
		{Step: 0, Method: "adamw", Loss: 2, HeldOut: nan, Batch: 8, Metric: "adam", Vote: -1},
		{Step: 7, Phase: 1, Method: "lbfgs", Loss: 0.5, HeldOut: 0.25, Batch: -1, Vote: 1, Terms: []float64{0.125}},
	}}
	table := Trace(tr)
	columns := tr.Columns()
	if len(table.Columns) != len(columns) || table.Rows() != 2 {
		t.Fatalf("%d columns of %d rows, want %d of 2", len(table.Columns), table.Rows(), len(columns))
	}
	for i, c := range columns {
		if table.Columns[i].Name != c.Name {
			t.Errorf("column %d is %s, want %s", i, table.Columns[i].Name, c.Name)
		}
	}
	if got := table.Words(hybrid.ColMethod); !slices.Equal(got, []string{"adamw", "lbfgs"}) {
		t.Errorf("methods %q", got)
	}
	if got := table.Words(hybrid.ColMetric); !slices.Equal(got, []string{"adam", ""}) {
		t.Errorf("metrics %q", got)
	}
	for name, want := range map[string][2]float64{
		hybrid.ColStep: {0, 7}, hybrid.ColLoss: {2, 0.5}, hybrid.ColHeldOut: {nan, 0.25}, hybrid.ColBatch: {8, nan},
		hybrid.ColVote: {nan, 1}, hybrid.TermPrefix + "heat": {nan, 0.125},
	} {
		for i, v := range table.Numbers(name) {
			if v != want[i] && !(math.IsNaN(v) && math.IsNaN(want[i])) {
				t.Errorf("%s in row %d is %v, want %v", name, i, v, want[i])
			}
		}
	}
}

// TestEvents: events are numbered from 1 and keep what they say.
func TestEvents(t *testing.T) {
	got := Events([]hybrid.Event{
		{Step: 20, Wall: 1.5, Phase: 0, Kind: hybrid.KindSwitch, Reason: rules.ReasonBudget, Why: "all steps"},
		{Step: 70, Wall: 2, Phase: 1, Kind: hybrid.KindStop, Why: "over"},
	})
	want := []rundir.Event{
		{Number: 1, Step: 20, Seconds: 1.5, Phase: 0, Kind: "switch", Reason: "budget", Why: "all steps"},
		{Number: 2, Step: 70, Seconds: 2, Phase: 1, Kind: "stop", Why: "over"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
