package record

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/pinn/solve"
)

// names lists the names of figures in their order.
func names(fs rundir.Figures) (list []string) {
	for _, f := range fs {
		list = append(list, f.Name)
	}
	return list
}

// TestRunOfStages: run.json of an inverse problem with two stages says what the answer
// says, field by field.
func TestRunOfStages(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains and draws")
	}
	a := solved(t, statement(t, inverse))
	r := Run(a, 1)
	if r.Problem != "rod" || r.Title != "A rod of unknown conductivity" || r.Slabs != 0 || r.NetworkParameters != a.NetworkParameters || r.InteriorPoints != 32 {
		t.Errorf("%+v", r)
	}
	if float64(r.Loss) != a.Loss || float64(r.HeldOut) != a.HeldOut || float64(r.Ratio) != a.HeldOut/a.Loss {
		t.Errorf("losses %v, %v, %v, want %v and %v", r.Loss, r.HeldOut, r.Ratio, a.Loss, a.HeldOut)
	}
	for name, c := range map[string]struct {
		figures rundir.Figures
		answer  map[string]float64
	}{"rel_l2": {r.RelL2, a.Errors}, "max_abs": {r.MaxAbs, a.MaxAbs}, "error_estimate": {r.ErrorEstimate, a.Estimate}} {
		if got := names(c.figures); !slices.Equal(got, []string{"u", "all"}) {
			t.Errorf("%s lists %q, want u and all", name, got)
		}
		for _, f := range c.figures {
			if want := c.answer[f.Name]; float64(f.Value) != want && !math.IsNaN(want) {
				t.Errorf("%s of %s is %v, want %v", name, f.Name, f.Value, want)
			}
		}
	}
	stages(t, r, a)
	phases(t, r, a)
}

// stages compares the stages of a run with those of its answer.
func stages(t *testing.T, r rundir.Run, a *solve.Answer) {
	t.Helper()
	if len(r.Stages) != 2 || len(a.Stages) != 2 {
		t.Fatalf("%d stages, %d of the answer, want 2", len(r.Stages), len(a.Stages))
	}
	first, second := r.Stages[0], r.Stages[1]
	if first.Modes != nil || first.Scale != nil || first.Change != nil || first.Fall != 0 {
		t.Errorf("the first stage has what only the second has: %+v", first)
	}
	if got := names(second.Modes); !slices.Equal(got, []string{"x", "t"}) {
		t.Errorf("modes along %q, want x and t", got)
	}
	for i, axis := range []string{"x", "t"} {
		if m, _ := second.Modes.Get(axis); m != float64(a.Stages[1].Modes[i]) {
			t.Errorf("modes along %s: %v, want %d", axis, m, a.Stages[1].Modes[i])
		}
	}
	if scale, ok := second.Scale.Get("u"); !ok || scale != a.Stages[1].Scale[0] {
		t.Errorf("scale %v, want %v", scale, a.Stages[1].Scale)
	}
	if float64(second.Fall) != a.Stages[1].Fall || second.NetworkParameters != a.Stages[1].Parameters {
		t.Errorf("the second stage is %+v, want %+v", second, a.Stages[1])
	}
}

// phases compares the phases of a run with those of its answer.
func phases(t *testing.T, r rundir.Run, a *solve.Answer) {
	t.Helper()
	if len(r.Phases) != 3 {
		t.Fatalf("%d phases, want 3", len(r.Phases))
	}
	for i, p := range r.Phases {
		q := a.Phases[i]
		if p.Method != q.Method || p.Stage != q.Stage || p.Slab != 0 || p.Batch != q.Batch || p.Steps != q.Steps || p.GradEvals != q.GradEvals || p.LossEvals != q.LossEvals {
			t.Errorf("phase %d is %+v, want %+v", i, p, q)
		}
		if float64(p.LossLast) != q.LossLast || float64(p.HeldOutLast) != q.HeldOutLast || p.Ended != string(q.Ended) || p.Why != q.Why || p.Checks != q.Checks {
			t.Errorf("phase %d ends as %+v, want %+v", i, p, q)
		}
	}
	if r.Phases[0].Batch != 8 || r.Phases[2].Stage != 2 {
		t.Errorf("phases %+v", r.Phases)
	}
}

// TestRunOfParameters: each parameter has its value, and its truth and the error relative
// to it where the problem gives one; the target holds the bounds of the file.
func TestRunOfParameters(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains and draws")
	}
	a := solved(t, statement(t, inverse))
	r := Run(a, 1)
	if got := names(r.Parameters); !slices.Equal(got, []string{"k", "s"}) {
		t.Errorf("parameters %q, want k and s", got)
	}
	k, _ := r.Parameters.Get("k")
	truth, _ := r.ParameterTruths.Get("k")
	off, _ := r.ParameterErrors.Get("k")
	if k != a.Parameters["k"] || truth != 0.1 || off != math.Abs(k-0.1)/0.1 {
		t.Errorf("k = %v, truth %v, off by %v", k, truth, off)
	}
	if len(r.ParameterTruths) != 1 || len(r.ParameterErrors) != 1 {
		t.Errorf("truths %v and errors %v, want those of k alone", r.ParameterTruths, r.ParameterErrors)
	}
	bound, _ := r.Target.Parameters.Get("k")
	if *r.Target.RelL2 != 1e-12 || *r.Target.MaxAbs != 2 || bound != 0.5 || len(r.Target.Parameters) != 1 {
		t.Errorf("the target is %+v", r.Target)
	}
	if r.Status != rundir.TargetMissed || r.Target.Met == nil || *r.Target.Met {
		t.Errorf("status %s, met %v, want a missed target", r.Status, r.Target.Met)
	}
}

// TestRunOfSlabs: a run in slabs of time says how many there are and to which each phase
// belongs; without a truth it has no errors and no target.
func TestRunOfSlabs(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains and draws")
	}
	a := solved(t, statement(t, marched))
	r := Run(a, 1)
	if r.Slabs != 2 || len(r.Phases) != 2 || r.Phases[0].Slab != 1 || r.Phases[1].Slab != 2 || r.Stages != nil {
		t.Errorf("%d slabs, phases %+v, stages %v", r.Slabs, r.Phases, r.Stages)
	}
	if r.RelL2 != nil || r.MaxAbs != nil || r.ErrorEstimate != nil || r.Parameters != nil || r.Target != nil || r.Status != rundir.Solved {
		t.Errorf("judged by nothing: %+v", r)
	}
	if g := r.Grid; g == nil || g.Kind != "even" || !slices.Equal(g.Axes, []string{"x", "t"}) || len(g.PerAxis) != 2 || g.PerAxis[0]*g.PerAxis[1] != g.Points {
		t.Errorf("the grid is %+v", r.Grid)
	}
}

// TestRunStatus: what ended a run goes before what it reached.
func TestRunStatus(t *testing.T) {
	a := solved(t, statement(t, marched))
	a.Resumed = 2
	a.Warnings = []error{errors.New("odd")}
	for status, want := range map[hybrid.Status]rundir.Status{
		hybrid.Finished: rundir.Solved, hybrid.Interrupted: rundir.Interrupted, hybrid.Failed: rundir.Failed,
	} {
		a.Status = status
		if r := Run(a, 1); r.Status != want || r.Resumed != 2 || !slices.Equal(r.Warnings, []string{"odd"}) {
			t.Errorf("%v: status %s, resumed %d, warnings %q, want %s", status, r.Status, r.Resumed, r.Warnings, want)
		}
	}
}

// TestNotes: a condition that cannot be built in is named with the reason.
func TestNotes(t *testing.T) {
	a := solved(t, statement(t, inverse))
	r := Run(a, 1)
	if !slices.Contains(r.Notes, "left is soft: it gives the derivative u_x") {
		t.Errorf("notes %q", r.Notes)
	}
}

// TestGridOfOtherPoints: points without an even grid are named by where they come from.
func TestGridOfOtherPoints(t *testing.T) {
	a := solved(t, statement(t, marched))
	a.Judged.Kind = "sobol"
	if g := grid(a); g.PerAxis != nil || g.File != "" || g.Kind != "sobol" {
		t.Errorf("the grid is %+v", g)
	}
}
