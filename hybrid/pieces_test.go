package hybrid

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/optim"
)

// The recorder counts, replaces the row of the present step and tells of events.
func TestRecorder(t *testing.T) {
	var heard []Event
	r := recorder{clock: newClock(Options{now: ticking(time.Second)}), hear: func(e Event) { heard = append(heard, e) }}
	r.step(optim.StepInfo{LossEvals: 3, GradEvals: 2})
	r.step(optim.StepInfo{LossEvals: 1})
	r.kept.Steps = 2
	r.event(1, KindSwitch, ReasonSNR, "why")
	told := false
	r.veto(&told, 1, ReasonSNR, "refused")
	r.veto(&told, 1, ReasonSNR, "refused again")
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

// The best θ is a copy with the method's state where it has one; what is no number is
// never the best.
func TestBest(t *testing.T) {
	b := noBest([]float64{0})
	theta := []float64{1}
	m := adamw(1)
	m.Init(1)
	b.consider(theta, nan, 1, 0, m)
	b.consider(theta, math.Inf(1), 1, 0, m)
	if b.Saved || !math.IsInf(b.HeldOut, 1) || b.Theta[0] != 0 {
		t.Errorf("%+v is the best", b)
	}
	b.consider(theta, 3, 5, 2, m)
	theta[0] = 7
	if b.Theta[0] != 1 || b.HeldOut != 3 || b.Step != 5 || b.Phase != 2 || !b.Saved || len(b.Method) == 0 {
		t.Errorf("best %+v", b)
	}
	b.consider(theta, 3, 6, 2, nil)
	if b.Step != 5 {
		t.Error("an equal loss is better")
	}
	if b.consider(theta, 2, 7, 3, nil); b.Saved || b.Method != nil || b.Theta[0] != 7 {
		t.Errorf("best without a method %+v", b)
	}
}

// The limits are looked at in their order: told to stop, time, passes, budget.
func TestLimits(t *testing.T) {
	began := time.Now()
	c := &clock{now: func() time.Time { return began.Add(10 * time.Second) }, start: began}
	entered := began.Add(4 * time.Second)
	all := limits{time: 10 * time.Second, passes: 3}
	for _, row := range []struct {
		m      limits
		stop   bool
		passes float64
		b      Budget
		reason Reason // "" to go on
		why    string
		stops  bool
	}{
		{all, true, 3, Budget{Steps: 5}, ReasonInterrupted, "interrupted: the run was told to stop, at step 5", true},
		{all, false, 3, Budget{Steps: 5}, ReasonTime, "time: 10 s of the run are used, at step 5", true},
		{limits{time: 11 * time.Second, passes: 3}, false, 3, Budget{Steps: 5}, ReasonPasses, "passes: 3 passes over all points are made, at step 5", true},
		{limits{}, false, 3, Budget{Steps: 5}, ReasonBudget, "budget: all 5 steps of the phase are done", false},
		{limits{}, false, 3, Budget{Time: 6 * time.Second, Run: time.Minute}, ReasonBudget, "budget: the phase has used its 6 s, 10 % of 60 s, at step 5", false},
		{limits{time: 11 * time.Second, passes: 3.1}, false, 3, Budget{Steps: 6, Time: 7 * time.Second}, "", "", false},
	} {
		end, over := row.m.before(row.stop, 5, row.passes, c, entered, &row.b)
		if over != (row.reason != "") || end.reason != row.reason || end.why != row.why || end.stops() != row.stops {
			t.Errorf("%+v: %v, %+v", row, over, end)
		}
	}
}

// An interrupted phase has left what it did not use, and its own points are not drawn
// again.
func TestFallBackLeaves(t *testing.T) {
	var f fallBack
	ph, b := f.left(Phase{Steps: 50, Points: 9}, Budget{Time: time.Minute})
	if ph.Steps != 50 || ph.Points != 9 || b.Steps != 50 || b.Time != time.Minute {
		t.Errorf("before any fall-back %+v, %+v", ph, b)
	}
	f.begin(20, 10*time.Second)
	f.begin(5, 15*time.Second)
	ph, b = f.left(Phase{Steps: 50, Points: 9}, Budget{Time: time.Minute})
	if ph.Steps != 25 || ph.Points != 0 || b.Steps != 25 || b.Time != 35*time.Second || f.kept.Fallen != 2 || !f.kept.Inserted {
		t.Errorf("after two %+v, %+v, %+v", ph, b, f.kept)
	}
	f.begin(1, time.Hour)
	if _, b = f.left(Phase{}, Budget{Time: time.Minute}); b.Time != 1 || b.Steps != 0 {
		t.Errorf("more time used than there was: %+v", b)
	}
	if f.enter(); f.kept != (FallBackState{Fallen: 3}) {
		t.Errorf("the next phase has %+v", f.kept)
	}
	plan := &Plan{Phases: []Phase{{Steps: 0}, {Steps: 10}}, FallBack: back(1)}
	for i, k := range []FallBackState{{SpentSteps: 500}, {SpentSteps: 9, Inserted: true}} {
		if err := f.restore(k, plan, i); err != nil || f.kept != k {
			t.Errorf("%+v: %v", k, err)
		}
	}
	for _, k := range []FallBackState{{Fallen: -1}, {SpentSteps: -1}, {SpentSteps: 10}, {SpentTime: -1}} {
		if err := f.restore(k, plan, 1); err == nil {
			t.Errorf("%+v is taken", k)
		}
	}
}

// A first-order method is set back four times, each with half the steps; any other once.
func TestSetBacks(t *testing.T) {
	loss := newToy(64, 2, 0.5, 10, 1)
	first := newStepper(loss, Phase{Method: adamw(1), Batch: 8}, newStreams(1).batches)
	for i := range scaledSetBacks {
		if allowed, how, over := first.setBack(); over || allowed != scaledSetBacks || how != fmt.Sprintf("with steps scaled by %g", math.Pow(0.5, float64(i+1))) {
			t.Errorf("set-back %d: %d allowed, %s, %v", i, allowed, how, over)
		}
	}
	if _, _, over := first.setBack(); !over || first.kept.Scale != 1./16 {
		t.Errorf("one more: %v, %+v", over, first.kept)
	}
	other := newStepper(loss, Phase{Method: &scripted{do: crawl}}, newStreams(1).batches)
	if _, how, over := other.setBack(); over || how != "with a cleared method" || other.kept.Scale != 1 {
		t.Errorf("a method without a rate: %s, %v", how, over)
	}
	if _, _, over := other.setBack(); !over {
		t.Error("it is set back twice")
	}
}

// A scaled step goes that part of the way and says so in the rate.
func TestScaledStep(t *testing.T) {
	loss := newToy(64, 2, 0.5, 10, 1)
	m := &scripted{do: func(_ int, theta []float64, _ optim.Objective) (optim.StepInfo, error) {
		theta[0], theta[1] = theta[0]+8, theta[1]-4
		return optim.StepInfo{LearningRate: 0.1}, nil
	}}
	s := newStepper(loss, Phase{Method: m, Batch: 8}, newStreams(1).batches)
	s.kept.Scale = 0.25
	theta := []float64{1, 1}
	if info, err := s.step(theta); err != nil || info.LearningRate != 0.025 || !slices.Equal(theta, []float64{3, 0}) {
		t.Errorf("θ = %v, %+v, %v", theta, info, err)
	}
	if s.mini.k != 1 {
		t.Errorf("the next minibatch is number %d, want 1", s.mini.k)
	}
}

// A restored minibatch view deals the same order and goes on with the same minibatch.
func TestMinibatchesRestore(t *testing.T) {
	loss := newToy(64, 2, 0.5, 10, 1)
	a := newMinibatches(loss, 8, newStreams(3).batches)
	for range 13 {
		a.next()
	}
	b := newMinibatches(loss, 8, newStreams(9).batches)
	if err := b.restore(a.snapshot()); err != nil {
		t.Fatal(err)
	}
	ga, gb, theta := make([]float64, 2), make([]float64, 2), start(loss)
	for i := range 20 {
		if va, vb := a.ValueGrad(ga, theta), b.ValueGrad(gb, theta); va != vb || !slices.Equal(ga, gb) || a.Dim() != 2 {
			t.Fatalf("minibatch %d: %v and %v", i, va, vb)
		}
		a.next()
		b.next()
	}
	for _, k := range []BatchState{{}, {Before: a.snapshot().Before, K: -1}, {Before: a.snapshot().Before, K: 8}} {
		if err := b.restore(k); err == nil {
			t.Errorf("%+v is taken", k)
		}
	}
	rows := a.view().(optim.Rows)
	if v, block := rows.Rows(theta); v != rows.ValueGrad(ga, theta) || len(block.R) != 8 || rows.Dim() != 2 {
		t.Errorf("the view with rows gives %v and %d rows", v, len(block.R))
	}
}

// θ is judged by the held-out loss where it is finite at the start, else by that over all
// points, and the reason is a doubt.
func TestJudge(t *testing.T) {
	held := newJudged(newToy(64, 2, 0.5, 10, 1), 10)
	theta := start(held.toy)
	for name, c := range map[string]struct {
		loss  Batched
		doubt string
		of    float64
		held  float64
	}{
		"held out":             {held, "", held.HeldOut(theta), held.HeldOut(theta)},
		"none":                 {held.toy, "no held-out loss", held.Value(theta), held.Value(theta)},
		"none, and no value":   {bare{held.toy}, "no held-out loss", held.Value(theta), held.Value(theta)},
		"not finite at first":  {&judged{toy: held.toy, ha: held.ha, hy: held.hy, factor: nan}, "is NaN at the start", held.Value(theta), nan},
		"without a limit, too": {&judged{toy: held.toy, ha: held.ha, hy: held.hy, factor: math.Inf(1)}, "is +Inf at the start", held.Value(theta), math.Inf(1)},
	} {
		j := newJudge(c.loss)
		match(t, name, j.choose(theta), c.doubt)
		loss, heldOut := j.both(theta)
		// A loss without Value is added up in another order: 64 terms of rounding.
		if got := j.of(theta); math.Abs(got-c.of) > 1e-14*c.of || math.Abs(loss-held.Value(theta)) > 1e-14*loss {
			t.Errorf("%s: judged by %v, want %v", name, got, c.of)
		}
		if !(math.Abs(heldOut-c.held) <= 1e-14*math.Abs(c.held)) && fmt.Sprint(heldOut) != fmt.Sprint(c.held) {
			t.Errorf("%s: held-out loss %v, want %v", name, heldOut, c.held)
		}
	}
}

// The median of the rules is the mean of the middle two, at any number of values.
func TestMedian(t *testing.T) {
	for _, c := range []struct {
		v    []float64
		want float64
	}{{nil, nan}, {[]float64{3}, 3}, {[]float64{3, 1}, 2}, {[]float64{9, 1, 4}, 4}, {[]float64{4, 1, 9, 2}, 3}} {
		if got := median(slices.Clone(c.v)); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("median of %v = %v, want %v", c.v, got, c.want)
		}
	}
	var r Ratios
	r.forget()
	for i := range 3 * ratiosKept {
		if want := i < ratiosKept; math.IsNaN(r.median()) != want {
			t.Errorf("after %d ratios the median is %v", i, r.median())
		}
		r.add(float64(i))
		r.add(nan) // is passed over
	}
	if got := r.median(); got != 3*ratiosKept-1-ratiosKept/2 || r[ratiosKept-1] != 3*ratiosKept-1 {
		t.Errorf("median %v of %v", got, r)
	}
}

// A stream that was kept gives the same numbers.
func TestStreamsRestore(t *testing.T) {
	a, b := newStreams(1), newStreams(2)
	for range 5 {
		a.checks.rng.Uint64()
	}
	if err := b.restore(a.snapshot()); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]stream{{a.batches, b.batches}, {a.checks, b.checks}, {a.points, b.points}} {
		if x, y := pair[0].rng.Uint64(), pair[1].rng.Uint64(); x != y {
			t.Errorf("%d and %d", x, y)
		}
	}
	if a.batches.rng.Uint64() == a.points.rng.Uint64() {
		t.Error("two streams give the same number")
	}
}

// join of sentences leaves the empty ones out.
func TestSentences(t *testing.T) {
	if got := sentences("", "a", "", "b"); got != "a; b" || sentences("", "") != "" || strings.Contains(sentences("a"), ";") {
		t.Errorf("%q", got)
	}
}
