package story

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/hybrid/rules"
)

// advised is what is suggested after a run, joined.
func advised(run rundir.Run, trace *rundir.Table) string {
	if trace == nil {
		trace = &rundir.Table{}
	}
	s := &story{run: run, trace: trace}
	s.advise()
	var texts []string
	for _, t := range s.told {
		texts = append(texts, t.Text)
	}
	return strings.Join(texts, " ")
}

// Each way of ending has its advice, and none has more than two.
func TestAdvice(t *testing.T) {
	yes, no := true, false
	phase := func(ended string) []rundir.Phase {
		return []rundir.Phase{{Method: "lbfgs", Steps: 40, Ended: ended}}
	}
	for _, c := range []struct {
		name, want string
		run        rundir.Run
	}{
		{"interrupted", "--resume", rundir.Run{Phases: phase("interrupted")}},
		{"out of time", "more time: the limit ended lbfgs after 40 steps", rundir.Run{Phases: phase("time")}},
		{"not finite", "a smaller learning_rate", rundir.Run{Phases: phase("not-finite")}},
		{"stuck and short of the target", "a wider network: lbfgs had nothing more to gain (stuck)", rundir.Run{Phases: phase("stuck"), Ratio: 1, Target: &rundir.Target{Met: &no}}},
		{"converged and good", "another seed", rundir.Run{Phases: phase("converged"), Ratio: 1, Target: &rundir.Target{Met: &yes}}},
		{"overfitted", "--set points.interior=200", rundir.Run{Phases: phase("plateau"), Ratio: 30, InteriorPoints: 100}},
		{"never switched", "grow = true in the switch of adamw", rundir.Run{Phases: append([]rundir.Phase{{Method: "adamw", Batch: 8, Steps: 900, Checks: 18, Ended: "budget"}}, phase("converged")...), Ratio: 1, Target: &rundir.Target{Met: &yes}}},
		{"nothing was done", "another seed", rundir.Run{}},
	} {
		if got := advised(c.run, nil); !strings.Contains(got, c.want) || strings.Count(got, "Or: ") > 1 {
			t.Errorf("%s: %q, want %q in it", c.name, got, c.want)
		}
	}
}

// A run whose records lack numbers, or hold none that are finite, can be told.
func TestStoryOfLittle(t *testing.T) {
	nan := rundir.Number(math.NaN())
	for _, run := range []rundir.Run{
		{Problem: "x", Status: rundir.Failed, HeldOut: nan, Ratio: nan},
		{Problem: "x", Status: rundir.Solved, HeldOut: 1, Ratio: nan, Phases: []rundir.Phase{{}, {LossLast: nan, Ended: "budget", Batch: 3, Checks: 1}}},
		{Problem: "x", Status: rundir.Solved, RelL2: rundir.Figures{{Name: "all", Value: nan}}, Target: &rundir.Target{}},
	} {
		for _, s := range Tell(run, nil, &rundir.Table{}) {
			if s.Text == "" || strings.Contains(s.Text, "NaN") || strings.Contains(s.Text, "%!") || !strings.HasSuffix(s.Text, ".") {
				t.Errorf("%q", s.Text)
			}
		}
	}
}

// record is what a scripted run has left.
type record struct {
	run    rundir.Run
	events []rundir.Event
	trace  *rundir.Table
}

// about returns the sentences of one kind that are told of a record, joined.
func (r record) about(what string) string {
	if r.trace == nil {
		r.trace = &rundir.Table{}
	}
	var texts []string
	for _, s := range Tell(r.run, r.events, r.trace) {
		if s.About == what {
			texts = append(texts, s.Text)
		}
	}
	return strings.Join(texts, " ")
}

// told compares the sentences about one thing with those wanted, record by record.
func told(t *testing.T, what string, cases map[string]struct {
	record
	want string
}) {
	t.Helper()
	for name, c := range cases {
		if got := c.about(what); got != c.want {
			t.Errorf("%s: %q\nwant %q", name, got, c.want)
		}
	}
}

// cases are records with the sentences that are told of them.
type cases = map[string]struct {
	record
	want string
}

func figures(v float64) rundir.Figures { return rundir.Figures{{Name: "all", Value: rundir.Number(v)}} }

// TestStart: the methods of the plan stand in the order of their phases, each once, those
// that falling back has inserted and those of later slabs left out.
func TestStart(t *testing.T) {
	plan := []rundir.Phase{{Method: "adamw", GradEvals: 100}, {Method: "lbfgs", GradEvals: 70}, {Method: "adamw", Inserted: true, GradEvals: 50}, {Method: "lbfgs", GradEvals: 110}}
	slabs := []rundir.Phase{{Method: "adamw", Slab: 1}, {Method: "lbfgs", Slab: 1}, {Method: "adamw", Slab: 2}, {Method: "lbfgs", Slab: 2}}
	told(t, "start", cases{
		"a plan":         {record{run: rundir.Run{Problem: "wire", Title: "A wire", NetworkParameters: 19, Seed: 3, Seconds: 12.5, Phases: plan}}, "wire (A wire) was trained with 19 parameters, seed 3, by adamw, then lbfgs, 330 gradients and 12.5 s."},
		"resumed":        {record{run: rundir.Run{Problem: "wire", NetworkParameters: 1, Resumed: 1, Seconds: 2, Phases: plan[:1]}}, "wire was trained with 1 parameter, seed 0, by adamw, 100 gradients and 2 s, and went on 1 time from a kept state."},
		"all slabs":      {record{run: rundir.Run{Problem: "rod", NetworkParameters: 40, Slabs: 2, Phases: slabs}}, "rod was trained with 40 parameters, seed 0, in 2 slabs of time, each by adamw, then lbfgs, 0 gradients and 0 s."},
		"some slabs":     {record{run: rundir.Run{Problem: "rod", NetworkParameters: 40, Slabs: 5, Phases: slabs}}, "rod was trained with 40 parameters, seed 0, in 5 slabs of time, of which 2 began, each by adamw, then lbfgs, 0 gradients and 0 s."},
		"before a phase": {record{run: rundir.Run{Problem: "rod", Slabs: 2}}, "rod was trained with 0 parameters, seed 0, in no phase, 0 gradients and 0 s."},
	})
}

// TestPhase: a phase tells its batch, its checks, its losses, and its end with the reason
// once.
func TestPhase(t *testing.T) {
	trace := &rundir.Table{}
	trace.Add(hybrid.ColPhase, []float64{0, 0, 0, 1})
	trace.Add(hybrid.ColSNR, []float64{0.5, math.NaN(), 2, 9})
	told(t, "phase", cases{
		"minibatches": {record{run: rundir.Run{Phases: []rundir.Phase{{Method: "adamw", Batch: 16, Steps: 100, Seconds: 1.5, LossFirst: 2, LossLast: 0.25, Checks: 2, Ended: "snr", Why: "snr: it stood clear."}}}, trace: trace},
			"adamw on minibatches of 16 points took 100 steps and 1.5 s from a loss of 2 to 0.25 (signal over noise of a batch 2 in the median of 2 checks), and ended by snr: it stood clear."},
		"all points": {record{run: rundir.Run{Phases: []rundir.Phase{{Method: "lbfgs", Steps: 1, LossFirst: 1, LossLast: 1e-6, Ended: "budget", Why: "all steps are done"}}}},
			"lbfgs on all points took 1 step and 0 s from a loss of 1 to 1e-06, and ended by budget: all steps are done."},
		"inserted": {record{run: rundir.Run{Phases: []rundir.Phase{{Method: "adamw", Inserted: true, Batch: 8, Ended: "budget"}}}},
			"adamw, inserted, on minibatches of 8 points took 0 steps and 0 s from a loss of 0 to 0, and ended by budget."},
		"not finite": {record{run: rundir.Run{Phases: []rundir.Phase{{Method: "sgd", LossFirst: 1, LossLast: rundir.Number(math.Inf(1)), Ended: "not-finite"}}}},
			"sgd on all points took 0 steps and 0 s from a loss of 1 to not finite, and ended by not-finite."},
	})
	var indexed []int
	for _, s := range Tell(rundir.Run{Phases: []rundir.Phase{{Method: "a"}, {Method: "b"}, {Method: "c", Slab: 2}}}, nil, trace) {
		if s.Phase != nil {
			indexed = append(indexed, *s.Phase)
		}
	}
	if !slices.Equal(indexed, []int{0, 1}) {
		t.Errorf("sentences about the phases %v, want 0 and 1: later slabs are told together", indexed)
	}
}

// TestSlabs: the slabs after the first are told together, each with the loss at its end.
func TestSlabs(t *testing.T) {
	slab := func(n int, seconds, loss float64) []rundir.Phase {
		return []rundir.Phase{{Slab: n, Seconds: rundir.Number(seconds), LossLast: 9}, {Slab: n, Seconds: rundir.Number(seconds), LossLast: rundir.Number(loss)}}
	}
	told(t, "slabs", cases{
		"one": {record{run: rundir.Run{Phases: slab(1, 1, 0.5)}}, ""},
		"two": {record{run: rundir.Run{Phases: slices.Concat(slab(1, 1, 0.5), slab(2, 2, 0.25))}}, "Slab 2 was solved in the same way, from where the first ended, in 4 s, and ended with a loss of 0.25."},
		"three": {record{run: rundir.Run{Phases: slices.Concat(slab(1, 1, 0.5), slab(2, 2, 0.25), slab(3, 0.5, 0.125))}},
			"Slabs 2 to 3 were solved in the same way, each from where the one before ended, in 1 to 4 s, and ended with losses of 0.25, 0.125."},
	})
}

// TestRedraws: every reason of a redraw has its words and is counted, in the order in which
// they came.
func TestRedraws(t *testing.T) {
	var events []rundir.Event
	for _, cause := range []rules.Reason{hybrid.CauseSchedule, hybrid.CauseAlarm, hybrid.CauseSchedule, hybrid.CauseBegin, hybrid.CauseNoise, hybrid.CauseStuck, "", "whim"} {
		events = append(events, rundir.Event{Kind: string(hybrid.KindResample), Reason: string(cause)})
	}
	told(t, "points", cases{
		"none": {record{}, "The points stayed where they were."},
		"one":  {record{events: events[:1], run: rundir.Run{InteriorPoints: 64}}, "The points were redrawn 1 time, 1 as planned; at the end there were 64 in the interior."},
		"every reason": {record{events: events, run: rundir.Run{InteriorPoints: 64}},
			"The points were redrawn 8 times, 2 as planned, 1 for the overfitting alarm, 1 to begin a phase, 1 for the noise of the full gradient, 1 since the method was stuck, 1 for reasons not recorded, 1 for whim; at the end there were 64 in the interior."},
	})
}

// TestChanges: each kind of change has one sentence, with the first of its events and the
// number of all.
func TestChanges(t *testing.T) {
	for about, c := range map[string]struct {
		kind hybrid.Kind
		want string
	}{
		"batch":     {hybrid.KindGrow, "The batch grew 2 times, first: one."},
		"restarts":  {hybrid.KindRestart, "Training was set back 2 times, first: one."},
		"fall-back": {hybrid.KindFallBack, "A full-batch phase fell back 2 times, first: one."},
		"stage":     {hybrid.KindStage, "A second network began 2 times, first: one."},
		"slab":      {hybrid.KindSlab, "A further slab began 2 times, first: one."},
		"refused":   {hybrid.KindVeto, "What was near to being done and was not, 2 times, the last: two."},
	} {
		r := record{events: []rundir.Event{{Kind: string(c.kind), Why: "one"}, {Kind: "other", Why: "no"}, {Kind: string(c.kind), Why: "two"}}}
		if got := r.about(about); got != c.want {
			t.Errorf("%s: %q, want %q", about, got, c.want)
		}
		if got := (record{}).about(about); got != "" {
			t.Errorf("%s without an event: %q", about, got)
		}
	}
}

// TestWarnings: two warnings are told in full and the others counted.
func TestWarnings(t *testing.T) {
	told(t, "warning", cases{
		"none": {record{}, ""},
		"two":  {record{run: rundir.Run{Warnings: []string{"a.", "b"}}}, "Warning: a. Warning: b."},
		"five": {record{run: rundir.Run{Warnings: []string{"a", "b", "c", "d", "e"}}}, "Warning: a. Warning: b. There were 3 warnings more."},
	})
}

// TestKept: the loss that is kept stands beside the training loss, with what their ratio
// means and where it was reached.
func TestKept(t *testing.T) {
	trace := &rundir.Table{}
	trace.Add(hybrid.ColStep, []float64{0, 40, 90})
	trace.Add(hybrid.ColHeldOut, []float64{1, 0.25, 0.5})
	const lead = "Kept were the parameters with the lowest loss on points that training never saw, "
	run := func(ratio float64) rundir.Run { return rundir.Run{HeldOut: 0.25, Ratio: rundir.Number(ratio)} }
	slabs := run(1)
	slabs.Phases = []rundir.Phase{{Slab: 2}}
	told(t, "kept", cases{
		"even":             {record{run: run(1), trace: trace}, lead + "0.25, reached at step 40; it is 1 times the training loss: no sign of overfitting."},
		"somewhat":         {record{run: run(3)}, lead + "0.25; it is 3 times the training loss: the points were fitted somewhat beyond what the equation asks."},
		"far":              {record{run: run(5)}, lead + "0.25; it is 5 times the training loss: the points were fitted far beyond what the equation asks."},
		"no training loss": {record{run: run(math.NaN())}, lead + "0.25."},
		"slabs":            {record{run: slabs, trace: trace}, lead + "0.25 in the mean over the slabs; it is 1 times the training loss: no sign of overfitting."},
		"nothing":          {record{run: rundir.Run{HeldOut: rundir.Number(math.NaN())}}, "No parameters with a finite held-out loss were found."},
	})
}

// TestJudged: the error against the truth stands with the target, and a run without a
// truth says so.
func TestJudged(t *testing.T) {
	run := func(target *rundir.Target, status rundir.Status) rundir.Run {
		return rundir.Run{Status: status, RelL2: figures(0.02), MaxAbs: figures(0.05), Target: target}
	}
	grid := run(nil, rundir.Solved)
	grid.Grid = &rundir.Grid{Points: 101}
	const lead = "Judged afterwards, the answer has a relative L2 error of 0.02 and is nowhere further off than 0.05"
	told(t, "judged", cases{
		"no truth":      {record{run: rundir.Run{Status: rundir.Solved}}, "Nothing in the problem says what the solution is, so its error is not known; the run is called solved."},
		"no target":     {record{run: run(nil, rundir.Solved)}, lead + ": solved."},
		"a grid":        {record{run: grid}, "Judged afterwards at 101 points, the answer has a relative L2 error of 0.02 and is nowhere further off than 0.05: solved."},
		"met":           {record{run: run(&rundir.Target{RelL2: new(0.1), Met: new(true)}, rundir.Solved)}, lead + "; the target is met (0.1 asked for): solved."},
		"missed":        {record{run: run(&rundir.Target{RelL2: new(0.001), Met: new(false)}, rundir.TargetMissed)}, lead + "; the target is missed (0.001 asked for): target-missed."},
		"largest error": {record{run: run(&rundir.Target{MaxAbs: new(0.1), Met: new(true)}, rundir.Solved)}, lead + "; the target is met: solved."},
		"open":          {record{run: run(&rundir.Target{RelL2: new(0.1)}, rundir.Solved)}, lead + "; the target cannot be judged: solved."},
	})
}

// TestEstimated: an estimate is told where there is a number, and every parameter with its
// error where the truth is known.
func TestEstimated(t *testing.T) {
	told(t, "estimate", cases{
		"none":      {record{}, ""},
		"no number": {record{run: rundir.Run{ErrorEstimate: figures(math.NaN())}}, ""},
		"one":       {record{run: rundir.Run{ErrorEstimate: figures(0.03)}}, "Without the truth, the second stage estimated a relative L2 error of 0.03."},
	})
	told(t, "parameters", cases{
		"none": {record{}, ""},
		"two": {record{run: rundir.Run{Parameters: rundir.Figures{{Name: "k", Value: 1.25}, {Name: "s", Value: -2}}, ParameterErrors: rundir.Figures{{Name: "k", Value: 0.05}}}},
			"Identified: k = 1.25 (off by 0.05), s = -2."},
	})
}

// falling is the trace of one phase of 100 steps with held-out losses at its steps.
func falling(steps, losses []float64) *rundir.Table {
	t := &rundir.Table{}
	t.Add(hybrid.ColPhase, make([]float64, len(steps)))
	t.Add(hybrid.ColPhaseStep, steps)
	t.Add(hybrid.ColHeldOut, losses)
	return t
}

// TestStillFalling: more steps are worth trying where the held-out loss fell by more than a
// tenth over the last fifth of a phase that used up its steps, and its slab alone counts.
func TestStillFalling(t *testing.T) {
	run := func(ended string) rundir.Run {
		return rundir.Run{Phases: []rundir.Phase{{Method: "lbfgs", Steps: 100, Ended: ended}}}
	}
	const more = "more steps for lbfgs: its held-out loss still fell by 50 % over the last fifth of its 100"
	for name, c := range map[string]struct {
		record
		more bool
	}{
		"falling":     {record{run: run("budget"), trace: falling([]float64{0, 80, 100}, []float64{1, 0.5, 0.25})}, true},
		"flat":        {record{run: run("budget"), trace: falling([]float64{0, 80, 100}, []float64{1, 0.5, 0.46})}, false},
		"other end":   {record{run: run("plateau"), trace: falling([]float64{0, 80, 100}, []float64{1, 0.5, 0.25})}, false},
		"no losses":   {record{run: run("budget")}, false},
		"other slabs": {record{run: rundir.Run{Phases: []rundir.Phase{{Slab: 1}, {Method: "lbfgs", Slab: 2, Steps: 100, Ended: "budget"}}}, trace: second(falling([]float64{0, 80, 100}, []float64{1, 0.5, 0.25}))}, true},
	} {
		if got := c.about("try"); strings.Contains(got, more) != c.more {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// second puts a trace into the second of two phases, after a first with a loss of zero.
func second(trace *rundir.Table) *rundir.Table {
	t := &rundir.Table{}
	n := trace.Rows()
	phases := make([]float64, n+1)
	for i := range n {
		phases[i+1] = 1
	}
	t.Add(hybrid.ColPhase, phases)
	for _, name := range []string{hybrid.ColPhaseStep, hybrid.ColHeldOut} {
		t.Add(name, append([]float64{0}, trace.Numbers(name)...))
	}
	return t
}

// TestOrder: the story begins with the start and ends with what is worth trying, of which
// there is the most important first.
func TestOrder(t *testing.T) {
	run := rundir.Run{
		Problem: "x", Status: rundir.Solved, Ratio: 3, InteriorPoints: 10, HeldOut: 1, RelL2: figures(1), MaxAbs: figures(1), ErrorEstimate: figures(1), Warnings: []string{"w"},
		Parameters: figures(2), Phases: []rundir.Phase{{Method: "lbfgs", Steps: 100, Ended: "budget"}},
	}
	var order []string
	for _, s := range Tell(run, []rundir.Event{{Kind: "grow", Why: "g"}, {Kind: "veto", Why: "v"}}, falling([]float64{0, 80, 100}, []float64{1, 0.5, 0.25})) {
		order = append(order, s.About)
		if s.About == "try" && len(order) > 0 && strings.HasPrefix(s.Text, "Or: ") != slices.Contains(order[:len(order)-1], "try") {
			t.Errorf("%q after %q", s.Text, order)
		}
	}
	want := []string{"start", "phase", "points", "batch", "refused", "warning", "kept", "judged", "estimate", "parameters", "try", "try"}
	if !slices.Equal(order, want) {
		t.Errorf("the sentences are about %q, want %q", order, want)
	}
}
