package hybrid

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pinn/optim"
)

func TestRecorded(t *testing.T) {
	count := func(from, to int) (n int) {
		for s := from; s <= to; s++ {
			if recorded(s) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct{ from, to, want int }{
		{1, 1000, 1000}, {1001, 2000, 500}, {2001, 4000, 500}, {4001, 8000, 500}, {64001, 128000, 500},
	} {
		if got := count(c.from, c.to); got != c.want {
			t.Errorf("%d rows kept of steps %d to %d, want %d", got, c.from, c.to, c.want)
		}
	}
}

// The rows of a long run join up: starts and ends of phases are there, checks
// are all there, and what was not measured is blank.
func TestTraceRows(t *testing.T) {
	loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	res := run(t, loss, Plan{Seed: 1, Phases: []Phase{
		{Name: "adamw", Method: adamw(1e-3), Batch: 32, Steps: 2999, Checks: Checks{Every: 50}, Rules: []Rule{&spy{func(Check) {}}, &SNR{Threshold: 2, Exhausted: 1, Of: OfFull, Window: 9, Votes: 7, MinSteps: 1e6}}},
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 12},
	}}, start(loss.toy))
	rows := res.Trace.Rows
	checks, last := 0, Row{Step: -1}
	for i, r := range rows {
		if r.Step < last.Step || r.Step == last.Step && r.Phase == last.Phase {
			t.Fatalf("row %d repeats step %d", i, r.Step)
		}
		if r.GradEvals < last.GradEvals || r.Wall < last.Wall {
			t.Fatalf("row %d goes back: %+v after %+v", i, r, last)
		}
		if r.K > 0 {
			checks++
			if r.PhaseStep%50 != 0 || !finite(r.SNR) || r.Floor != 1/math.Sqrt(8) || !(r.SNRLo <= r.SNR && r.SNR <= r.SNRHi) || !finite(r.HeldOut) {
				t.Errorf("check row %d: %+v", i, r)
			}
			if ratio := r.FullSNR / r.SNR; math.Abs(ratio-math.Sqrt(32)) > 1e-12 {
				t.Errorf("SNR_N/SNR_b = %v, want √32", ratio)
			}
			if (r.PhaseStep > 0) != (r.Votes >= 0) || r.Votes > 9 || r.Vote > 1 {
				t.Errorf("votes of row %d: %d, %d", i, r.Vote, r.Votes)
			}
		} else if !math.IsNaN(r.SNR) || !math.IsNaN(r.CheckSeconds) || r.Votes != -1 || r.Metric != "" {
			t.Errorf("row %d has a statistic without a check: %+v", i, r)
		}
		last = r
	}
	if checks != 60 {
		t.Errorf("%d checks in the trace, want 60", checks)
	}
	at := func(phase, step int) Row {
		for _, r := range rows {
			if r.Phase == phase && r.PhaseStep == step {
				return r
			}
		}
		t.Fatalf("no row for step %d of phase %d", step, phase)
		return Row{}
	}
	for _, end := range []Row{at(0, 0), at(0, 2999), at(1, 0), at(1, 12)} {
		if !finite(end.Loss) || !finite(end.HeldOut) || len(end.Terms) != 2 || end.Terms[0] <= 0 {
			t.Errorf("end of a phase: %+v", end)
		}
	}
	if a, b := at(0, 2999), at(1, 0); a.HeldOut != b.HeldOut || a.Step != b.Step || b.Batch != -1 || a.Batch != 32 {
		t.Errorf("phases do not join: %+v, %+v", a, b)
	}
	if r := at(1, 3); !math.IsNaN(r.LearningRate) || !finite(r.StepSize) || r.Method != "lbfgs" {
		t.Errorf("row of a line search: %+v", r)
	}
	if res.Phases[0].LossLast != at(0, 2999).Terms[0]+at(0, 2999).Terms[1] {
		t.Error("the last loss is not the sum of the last terms")
	}
}

// preconditioned is a method with a metric of its own.
type preconditioned struct {
	scripted
	ready bool
}

func (p *preconditioned) Preconditioner(dst []float64) bool {
	for j := range dst {
		dst[j] = float64(1 + j)
	}
	return p.ready
}

func TestMetric(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	theta := start(loss)
	measure := func(m optim.Method, c Checks) Stats {
		mon := newMonitor(loss, Phase{Name: "mine", Method: m, Batch: 16, Checks: c}, newStreams(1).batches, newClock(Options{}))
		s, _, _ := mon.measure(theta)
		return s
	}
	plain := measure(&scripted{}, Checks{})
	own := measure(&preconditioned{ready: true}, Checks{Metric: "mine"})
	if plain.Metric != Plain || own.Metric != "mine" || plain.Signal == own.Signal {
		t.Errorf("metrics %q with signal %v and %q with signal %v", plain.Metric, plain.Signal, own.Metric, own.Signal)
	}
	for name, s := range map[string]Stats{
		"not asked for":       measure(&preconditioned{ready: true}, Checks{}),
		"not ready":           measure(&preconditioned{}, Checks{Metric: "mine"}),
		"the method has none": measure(&scripted{}, Checks{Metric: "mine"}),
	} {
		if s != plain {
			t.Errorf("%s: %+v, want the plain statistics", name, s)
		}
	}
}

// Measuring allocates nothing once the monitor is built.
func TestMonitorDoesNotAllocate(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	theta := start(loss)
	m := newMonitor(loss, Phase{Method: &scripted{}, Batch: 16}, newStreams(1).batches, newClock(Options{}))
	if n := testing.AllocsPerRun(20, func() { m.measure(theta) }); n != 0 {
		t.Errorf("a check allocates %v times, want 0", n)
	}
}

// Between checks a step allocates nothing but the growth of the trace.
func TestStepsDoNotAllocate(t *testing.T) {
	if testing.Short() {
		t.Skip("long: 16 000 steps")
	}
	allocs := func(steps int) float64 {
		return testing.AllocsPerRun(1, func() {
			loss := newJudged(newToy(64, 4, 0.5, 10, 1), 10)
			run(t, loss, Plan{Phases: []Phase{{Name: "adamw", Method: adamw(1e-9), Batch: 8, Steps: steps, Checks: Checks{Every: 1 << 20}}}}, start(loss.toy))
		})
	}
	if extra := allocs(12000) - allocs(4000); extra > 10 {
		t.Errorf("8000 more steps allocate %v times more, want at most the growth of the trace", extra)
	}
}

func BenchmarkMeasure(b *testing.B) {
	g := gradients(newStreams(1).batches.rng, 8, 921, 1)
	a, rows := make([]float64, 64), make([]float64, 8)
	b.ReportAllocs()
	for b.Loop() {
		measure(g, 512, nil, Plain, a, rows)
	}
}

// The columns have the names and the order of trace.csv, those of the terms last.
func TestColumns(t *testing.T) {
	tr := &Trace{TermNames: []string{"heat", "left"}}
	var names []string
	for _, c := range tr.Columns() {
		names = append(names, c.Name)
	}
	want := strings.Fields("step phase method phase_step loss_evals grad_evals wall_s loss heldout grad_norm step_norm step_size learning_rate batch passes points " +
		"damping gain trials metric signal noise snr_raw snr snr_lo snr_hi snr_floor snr_full snr_full_lo snr_full_hi r_full b_noise vote votes check_s term:heat term:left")
	if !slices.Equal(names, want) {
		t.Errorf("columns\n%q, want\n%q", names, want)
	}
}

// Every field of a Row stands in the schema once, with what says that it was not
// measured; a cell is what stands in the row.
func TestSchemaIsComplete(t *testing.T) {
	var filled Row
	v := reflect.ValueOf(&filled).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Int:
			f.SetInt(int64(100 + i))
		case reflect.Float64:
			f.SetFloat(float64(100 + i))
		case reflect.String:
			f.SetString(fmt.Sprint(100 + i))
		}
	}
	seen := map[string]bool{}
	for _, c := range schema {
		cell := ""
		if c.Holds == Words {
			cell = c.Word(&filled)
		} else {
			cell = fmt.Sprint(c.Float(&filled))
		}
		if seen[cell] {
			t.Errorf("column %q shows what another one does", c.Name)
		}
		seen[cell] = true
		switch empty := unmeasured; {
		case c.Holds == Words && c.Word(&empty) != "", c.Holds != Words && !math.IsNaN(c.Float(&empty)):
			t.Errorf("column %q has a value where nothing was measured", c.Name)
		}
	}
	typ := v.Type()
	for i := range typ.NumField() {
		if name := typ.Field(i).Name; name != "Terms" && !seen[fmt.Sprint(100+i)] {
			t.Errorf("Row.%s is not in the schema", name)
		}
		if f := reflect.ValueOf(unmeasured).Field(i); f.Kind() == reflect.Int && f.Int() != -1 {
			t.Errorf("Row.%s is %d where it was not taken", typ.Field(i).Name, f.Int())
		}
	}
	if unmeasured.Terms != nil {
		t.Error("the blank row has terms")
	}
}

// A cell of a term is its number, NaN in a row without terms; a column of numbers has no
// words and the other way round.
func TestCells(t *testing.T) {
	tr := &Trace{TermNames: []string{"heat", "left"}}
	at := map[string]Column{}
	for _, c := range tr.Columns() {
		at[c.Name] = c
	}
	row := Row{Step: 3, Batch: -1, Method: "lm", Wall: 1.5, Terms: []float64{5, 7}}
	if got := at[TermPrefix+"left"].Float(&row); got != 7 {
		t.Errorf("term left = %v, want 7", got)
	}
	if got := at[TermPrefix+"left"].Float(&Row{}); !math.IsNaN(got) {
		t.Errorf("a term not measured = %v, want NaN", got)
	}
	if at[ColStep].Float(&row) != 3 || !math.IsNaN(at[ColBatch].Float(&row)) || at[ColMethod].Word(&row) != "lm" || at[ColWall].Float(&row) != 1.5 {
		t.Errorf("cells of %+v", row)
	}
	if at[ColStep].Holds != Counts || at[ColWall].Holds != Numbers || at[ColMetric].Holds != Words || at[TermPrefix+"heat"].Holds != Numbers {
		t.Error("columns hold other things than they should")
	}
	for _, f := range []func(){func() { at[ColStep].Word(&row) }, func() { at[ColMethod].Float(&row) }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("want a panic")
				}
			}()
			f()
		}()
	}
}
