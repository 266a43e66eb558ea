package hybrid

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// The recorder counts, replaces the row of the present step and tells of events.
func TestRecorder(t *testing.T) {
	var heard []Event
	r := recorder{clock: newClock(Options{now: ticking(time.Second)}), hear: func(e Event) { heard = append(heard, e) }}
	r.step(optim.StepInfo{LossEvals: 3, GradEvals: 2})
	r.step(optim.StepInfo{LossEvals: 1})
	r.kept.Steps = 2
	r.event(1, KindSwitch, rules.ReasonSNR, "why")
	told := false
	r.veto(&told, 1, rules.ReasonSNR, "refused")
	r.veto(&told, 1, rules.ReasonSNR, "refused again")
	if r.kept.LossEvals != 4 || r.kept.GradEvals != 2 || len(heard) != 2 || !slices.Equal(heard, r.kept.Events) || !told {
		t.Errorf("the record is %+v, heard %v", r.kept, heard)
	}
	if e := heard[0]; e.Step != 2 || e.Phase != 1 || e.Wall <= 0 || e.Kind != KindSwitch || heard[1].Why != "refused" {
		t.Errorf("events %+v", heard)
	}
	if r.at(0, 0) != nil {
		t.Error("an empty trace has a row")
	}
	r.row(Row{Phase: 1, PhaseStep: 4, Loss: 1})
	r.complete(Row{Phase: 1, PhaseStep: 4, Loss: 2})
	r.complete(Row{Phase: 1, PhaseStep: 5, Loss: 3})
	if len(r.kept.Rows) != 2 || r.kept.Rows[0].Loss != 2 || r.at(1, 5).Loss != 3 || r.at(1, 4) != nil || r.at(0, 5) != nil {
		t.Errorf("rows %+v", r.kept.Rows)
	}
	r.warn(nil)
	r.warn(errors.New("a"))
	r.warnOnce(errors.New("a"))
	r.warnOnce(errors.New("b"))
	r.warn(errors.New("a"))
	if got := fmt.Sprint(r.warnings); got != "[a b a]" {
		t.Errorf("warnings %s", got)
	}
}

// A record that is kept is a copy, and so is what is restored of it; warnings keep their
// texts.
func TestRecorderRestores(t *testing.T) {
	r := recorder{clock: newClock(Options{})}
	r.kept = Record{TermNames: []string{"x"}, Rows: []Row{{Step: 1}}, Steps: 1, Passes: 2.5, Best: noBest([]float64{1, 2})}
	r.warn(&RefusedLeg{"slab 2", ErrNoPhase})
	r.phase(PhaseResult{Method: "lm"})
	k := r.snapshot()
	r.kept.Best.Theta[0], r.kept.Rows[0].Step, r.kept.Phases[0].Method = 9, 9, "other"
	back := recorder{clock: r.clock}
	back.restore(k)
	if back.kept.Best.Theta[0] != 1 || back.kept.Rows[0].Step != 1 || back.kept.Phases[0].Method != "lm" || back.kept.Passes != 2.5 || len(back.kept.Warnings) != 0 {
		t.Errorf("restored %+v", back.kept)
	}
	if len(back.warnings) != 1 || back.warnings[0].Error() != "slab 2 could not begin: plan: no phase" {
		t.Errorf("warnings %v", back.warnings)
	}
	back.kept.Best.Theta[1], back.kept.Rows[0].Step = 7, 7
	if k.Best.Theta[1] != 2 || k.Rows[0].Step != 1 {
		t.Error("going on changes what was kept")
	}
}

func TestTexts(t *testing.T) {
	e := Event{Step: 850, Phase: 0, Kind: KindSwitch, Reason: rules.ReasonSNR, Why: "snr: because"}
	for _, c := range []struct{ got, want string }{
		{e.String(), "step 850, phase 0, switch: snr: because"},
		{Finished.String(), "finished"},
		{Interrupted.String(), "interrupted"},
		{Failed.String(), "failed"},
		{Status(7).String(), "Status(7)"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if got := (PhaseResult{Seconds: 4, CheckSeconds: 1}).CheckShare(); got != 0.25 {
		t.Errorf("CheckShare = %v, want 0.25", got)
	}
	if got := (PhaseResult{}).CheckShare(); got != 0 {
		t.Errorf("CheckShare of no time = %v, want 0", got)
	}
}

// Events are heard when they happen, all of them and once, and a resumed run does not
// repeat those before.
func TestEventsAreHeard(t *testing.T) {
	var heard []Event
	steps := map[int]bool{}
	first, o := twice(Options{Event: func(e Event) { heard = append(heard, e) }})
	var kept []*Snapshot
	o.Keep = func(_ bool, take func() *Snapshot) {
		s := take()
		if kept = append(kept, s); len(heard) != len(s.Record.Events) {
			t.Errorf("step %d: %d events heard of %d", s.Steps(), len(heard), len(s.Record.Events))
		}
		steps[len(heard)] = true
	}
	res, err := Run(context.Background(), first, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(heard, res.Events) || len(steps) < 8 {
		t.Errorf("heard %d events, the run has %d", len(heard), len(res.Events))
	}
	s := kept[len(kept)/3]
	heard = nil
	_, o = twice(Options{Event: func(e Event) { heard = append(heard, e) }})
	if res, err = Resume(context.Background(), *legOf(s.Leg), s, o); err != nil || !slices.Equal(heard, res.Events[len(s.Record.Events):]) {
		t.Errorf("resumed: %v, heard %d events after %d of %d", err, len(heard), len(s.Record.Events), len(res.Events))
	}
}

// Progress tells the leg and what the run may still take: of the phase, of those after
// it, of the legs ahead.
func TestProgressOfLegs(t *testing.T) {
	var heard []Progress
	o := Options{now: ticking(time.Second), Watch: func(p Progress) { heard = append(heard, p) }}
	first, o := twice(o)
	first.Ahead = 30
	first.Plan.FallBack = nil
	if _, err := Run(context.Background(), first, o); err != nil {
		t.Fatal(err)
	}
	begun := heard[0]
	if begun.Leg != 0 || begun.LegName != "first" || begun.StepsLeft != 24+6+30 {
		t.Errorf("at first %+v", begun)
	}
	for i, p := range heard {
		if want := max(0, 60-p.Step); p.StepsLeft != want {
			t.Errorf("report %d, leg %d, step %d: %d steps left, want %d", i, p.Leg, p.Step, p.StepsLeft, want)
		}
	}
	if last := heard[len(heard)-1]; last.Leg != 1 || last.LegName != "second" || last.StepsLeft != 0 {
		t.Errorf("at last %+v", last)
	}
}

// What is left of an interrupted phase counts, and one without a limit leaves no number.
func TestStepsLeft(t *testing.T) {
	loss := newToy(64, 2, 0.5, 10, 1)
	make := func(ahead int, phases ...Phase) *phase {
		for i := range phases {
			phases[i].Method = &scripted{do: crawl}
		}
		r := newRunner(Options{Passes: 1})
		l := r.newLeg(Leg{Loss: loss, Plan: Plan{Phases: phases, FallBack: back(2)}, Theta: start(loss), Ahead: ahead})
		return l.prepare(0)
	}
	p := make(7, Phase{Steps: 50}, Phase{Steps: 20})
	if got := p.stepsLeft(); got != 77 {
		t.Errorf("%d steps left, want 77", got)
	}
	p.leg.fall.begin(10, 0)
	if p = p.leg.prepare(0); p.stepsLeft() != 20+40+20+7 {
		t.Errorf("%d steps left of a run that has fallen back after 10 of 50, want 87", p.stepsLeft())
	}
	for i, p := range []*phase{make(-1, Phase{Steps: 5}), make(0, Phase{}), make(0, Phase{Steps: 5}, Phase{})} {
		if got := p.stepsLeft(); got != -1 {
			t.Errorf("case %d: %d steps left without a limit", i, got)
		}
	}
}

// The watcher hears of every phase and cannot change the run.
func TestWatch(t *testing.T) {
	var heard []Progress
	loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
	with := runWith(t, loss, pipeline2(), start(loss.toy), Options{Watch: func(p Progress) { heard = append(heard, p) }})
	loss = newScored(newToy(1024, 6, 0.5, 10, 1), 300)
	without := run(t, loss, pipeline2(), start(loss.toy))
	if !slices.Equal(with.Theta, without.Theta) {
		t.Error("the watcher changed the result")
	}
	first, last := heard[0], heard[len(heard)-1]
	if first.Step != 0 || first.Method != "adamw" || first.Phases != 2 || first.PhaseSteps != 1000 || first.TimeLeft != -1 {
		t.Errorf("first = %+v", first)
	}
	if last.Method != "lbfgs" || last.Step != with.Steps || last.BestHeldOut != with.HeldOut || (last.WorstTerm != "even" && last.WorstTerm != "odd") || !math.IsNaN(last.SNR) {
		t.Errorf("last = %+v", last)
	}
}

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
	loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
	res := run(t, loss, Plan{Seed: 1, Phases: []Phase{
		{Name: "adamw", Method: adamw(1e-3), Batch: 32, Steps: 2999, Checks: Checks{Every: 50}, Rules: []rules.Rule{&spy{func(rules.Check) {}}, &rules.SNR{Threshold: 2, Exhausted: 1, Of: rules.OfFull, Window: 9, Votes: 7, MinSteps: 1e6}}},
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
