package hybrid

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/hybrid/noise"
	"pinn/hybrid/rules"
	"pinn/optim"
)

// θ is scored by the held-out loss where it is finite at the start, else by that over all
// points, and the reason is a doubt.
func TestScore(t *testing.T) {
	held := newScored(newToy(64, 2, 0.5, 10, 1), 10)
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
		"not finite at first":  {&scored{toy: held.toy, ha: held.ha, hy: held.hy, factor: nan}, "is NaN at the start", held.Value(theta), nan},
		"without a limit, too": {&scored{toy: held.toy, ha: held.ha, hy: held.hy, factor: math.Inf(1)}, "is +Inf at the start", held.Value(theta), math.Inf(1)},
	} {
		j := newScore(c.loss)
		match(t, name, j.choose(theta), c.doubt)
		loss, heldOut := j.both(theta)
		// A loss without Value is added up in another order: 64 terms of rounding.
		if got := j.of(theta); math.Abs(got-c.of) > 1e-14*c.of || math.Abs(loss-held.Value(theta)) > 1e-14*loss {
			t.Errorf("%s: scored by %v, want %v", name, got, c.of)
		}
		if !(math.Abs(heldOut-c.held) <= 1e-14*math.Abs(c.held)) && fmt.Sprint(heldOut) != fmt.Sprint(c.held) {
			t.Errorf("%s: held-out loss %v, want %v", name, heldOut, c.held)
		}
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

// The best θ is returned, not the last, and an old best is said so.
func TestBestIsKept(t *testing.T) {
	loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
	climb := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		info, err := crawl(step, theta, f)
		if step > 500 {
			for j := range theta {
				theta[j] += 0.1
			}
		}
		return info, err
	}}
	res := run(t, loss, Plan{Phases: []Phase{{Name: "climb", Method: climb, Steps: 700}}}, start(loss.toy))
	if res.BestStep != 500 || loss.HeldOut(res.Theta) != res.HeldOut {
		t.Errorf("best at step %d with held-out loss %v, want step 500", res.BestStep, res.HeldOut)
	}
	if !hasWarning(res, "is that of step 500 of 700") {
		t.Errorf("warnings = %v", res.Warnings)
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
	measure := func(m optim.Method, c Checks) noise.Stats {
		mon := newMonitor(loss, Phase{Name: "mine", Method: m, Batch: 16, Checks: c}, newStreams(1).batches, newClock(Options{}))
		s, _, _ := mon.measure(theta)
		return s
	}
	plain := measure(&scripted{}, Checks{})
	own := measure(&preconditioned{ready: true}, Checks{Metric: "mine"})
	if plain.Metric != noise.Plain || own.Metric != "mine" || plain.Signal == own.Signal {
		t.Errorf("metrics %q with signal %v and %q with signal %v", plain.Metric, plain.Signal, own.Metric, own.Signal)
	}
	for name, s := range map[string]noise.Stats{
		"not asked for":       measure(&preconditioned{ready: true}, Checks{}),
		"not ready":           measure(&preconditioned{}, Checks{Metric: "mine"}),
		"the method has none": measure(&scripted{}, Checks{Metric: "mine"}),
	} {
		if s != plain {
			t.Errorf("%s: %+v, want the plain statistics", name, s)
		}
	}
}

// A metric that the method does not have is refused.
func TestMetricRefused(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	plan := func(m optim.Method) Plan {
		return Plan{Phases: []Phase{{Name: "m", Method: m, Batch: 16, Steps: 100, Checks: Checks{Metric: "adam"}}}}
	}
	_, err := plan(optim.DefaultSGD()).check(loss, Options{})
	match(t, "error", err, "phase 0 (m): checks: m has no metric of its own")
	res := run(t, loss, plan(adamw(1e-3)), start(loss))
	for _, r := range res.Trace.Rows {
		want := map[bool]string{true: noise.Plain, false: "adam"}[r.Step == 0]
		if r.K > 0 && r.Metric != want {
			t.Errorf("step %d in the metric %q, want %q", r.Step, r.Metric, want)
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

// Checks spread out while every rule is far from firing and come back at once; they
// stay within their share; without rules that look at them, or with a cadence asked
// for, they come evenly.
func TestAdaptiveCadence(t *testing.T) {
	far := func() rules.Rule {
		return &rules.SNR{Threshold: 1e9, Exhausted: 1e9, Of: rules.OfFull, Window: 9, Votes: 7, MinSteps: 300}
	}
	for _, c := range []struct {
		name  string
		rules []rules.Rule
		every int
		want  []int // steps of the first checks
	}{
		{"far", []rules.Rule{far()}, 0, []int{0, 50, 150, 350, 550, 750}},
		{"near", []rules.Rule{&rules.NoiseFloor{Floor: 1e9, Improve: 0, Window: 9, Votes: 7}}, 0, []int{0, 50, 100, 150, 200, 250}},
		{"one far, one near", []rules.Rule{far(), &rules.NoiseFloor{Floor: 1e9, Improve: 0, Window: 9, Votes: 7}}, 0, []int{0, 50, 100, 150}},
		{"nothing that looks at them", []rules.Rule{&rules.Plateau{Improve: 1e-9, Checks: 1000}}, 0, []int{0, 50, 100, 150}},
		{"asked for", []rules.Rule{far()}, 60, []int{0, 60, 120, 180}},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss := newScored(newToy(1024, 4, 0.5, 10, 1), 300)
			var seen int // checks with or without statistics
			c.rules = append(c.rules, &spy{func(rules.Check) { seen++ }})
			res := run(t, loss, Plan{Seed: 2, Phases: []Phase{
				{Name: "adamw", Method: adamw(1e-4), Batch: 32, Steps: 800, Checks: Checks{Every: c.every}, Rules: c.rules},
			}}, start(loss.toy))
			var steps []int
			for _, r := range res.Trace.Rows {
				if r.K > 0 {
					steps = append(steps, r.Step)
				}
			}
			if len(steps) < len(c.want) || !slices.Equal(steps[:len(c.want)], c.want) {
				t.Errorf("checks at %v, want %v …", steps, c.want)
			}
			if every := max(c.every, 50); seen != 800/every {
				t.Errorf("rules saw %d held-out losses in 800 steps, want one every %d", seen, every)
			}
			if p := res.Phases[0]; float64(p.CheckGrads-p.CheckBatches) > 0.15*float64(p.GradEvals+p.CheckGrads) {
				t.Errorf("%d gradients went into checks beside %d of training, want less than 15 %% after the first", p.CheckGrads, p.GradEvals)
			}
		})
	}
	m := &monitor{grads: make([][]float64, 8), kept: MonitorState{Stride: 4}}
	m.schedule(700, true)
	if m.kept.Next != 750 {
		t.Errorf("near again: next check at %d, want 750", m.kept.Next)
	}
}

// A clipped step is reported to the rules.
func TestClippedStepIsSeen(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	var seen []int
	m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		info, err := crawl(step, theta, f)
		if step == 95 {
			info.Clip = 0.3
		}
		return info, err
	}}
	run(t, loss, Plan{Phases: []Phase{{Name: "m", Method: m, Batch: 16, Steps: 150, Rules: []rules.Rule{&spy{func(c rules.Check) { seen = append(seen, c.SinceClip) }}}}}}, start(loss))
	if want := []int{rules.Never, 5, 55}; !slices.Equal(seen, want) {
		t.Errorf("rules saw the clipped step %v updates ago, want %v", seen, want)
	}
}

// A run that clips every step can leave by the signal, and has one event about it.
func TestRunThatClipsEveryStep(t *testing.T) {
	loss := newScored(newToy(1024, 4, 0.5, 10, 1), 300)
	m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		info, err := crawl(step, theta, f)
		info.Clip = 0.5
		return info, err
	}}
	rule := &rules.SNR{Threshold: 1e-3, Exhausted: 1e3, Of: rules.OfFull, Window: 4, Votes: 3}
	res := run(t, loss, Plan{Phases: []Phase{{Name: "m", Method: m, Batch: 32, Steps: 2000, Rules: []rules.Rule{rule}}}}, start(loss.toy))
	if p := res.Phases[0]; p.Ended != rules.ReasonSNR || p.Steps != 50*(3+4) {
		t.Errorf("ended by %s after %d steps, want snr after three checks and a window of four", p.Ended, p.Steps)
	}
	if v := of(res, KindVeto); len(v) != 1 || v[0].Reason != rules.ReasonSNR || !strings.Contains(v[0].Why, "held back") {
		t.Errorf("vetoes %v", v)
	}
}

// The batch doubles until it would leave fewer minibatches than a check compares;
// then the rule's own decision stands. The path up to then does not change.
func TestGrow(t *testing.T) {
	train := func(grow bool) *Result {
		loss := newScored(newToy(1024, 4, 5, 10, 1), 300)
		floor := &rules.NoiseFloor{Floor: 1e3, Improve: 2, Window: 3, Votes: 3, Grow: grow}
		return run(t, loss, Plan{Seed: 2, Phases: []Phase{
			{Name: "adamw", Method: adamw(1e-3), Batch: 32, Steps: 2000, Rules: []rules.Rule{floor}},
		}}, start(loss.toy))
	}
	res := train(true)
	var sizes []int
	for _, r := range res.Trace.Rows {
		if r.K > 0 && (len(sizes) == 0 || sizes[len(sizes)-1] != r.Batch) {
			sizes = append(sizes, r.Batch)
		}
	}
	grown, vetoes := of(res, KindGrow), of(res, KindVeto)
	if !slices.Equal(sizes, []int{32, 64, 128}) || len(grown) != 2 || grown[0].Reason != rules.ReasonNoiseFloor ||
		!strings.HasSuffix(grown[1].Why, "; the batch grows from 64 to 128 of 1024 points") || grown[1].Step != 300 {
		t.Errorf("batches %v, events %v", sizes, res.Events)
	}
	if len(vetoes) != 1 || !strings.HasSuffix(vetoes[0].Why, "; the batch cannot grow to 256: it would leave 4 disjoint minibatches of the 8 that are compared") {
		t.Errorf("vetoes %v", vetoes)
	}
	if p := res.Phases[0]; p.Ended != rules.ReasonNoiseFloor || p.Steps != 450 || p.Batch != 128 {
		t.Errorf("phase %+v, want it to leave once the batch cannot grow", p)
	}
	other := train(false)
	if other.Phases[0].Steps != 150 || other.Trace.Rows[149].Loss != res.Trace.Rows[149].Loss {
		t.Errorf("without grow %+v", other.Phases[0])
	}
}

// A rule that asks to grow and would be impossible with the larger batch stays.
func TestGrowKeepsTheRulesPossible(t *testing.T) {
	loss := newScored(newToy(1024, 4, 5, 10, 1), 300)
	rule := &rules.SNR{Threshold: 8, Exhausted: 2, Of: rules.OfFull, Window: 3, Votes: 2, Grow: true} // needs N/b ≥ 16
	res := run(t, loss, Plan{Seed: 2, Phases: []Phase{
		{Name: "adamw", Method: adamw(1e-5), Batch: 32, Steps: 900, Checks: Checks{Every: 50}, Rules: []rules.Rule{rule}},
	}}, loss.truth)
	if res.Phases[0].Batch != 64 || res.Phases[0].Ended != rules.ReasonBudget || len(of(res, KindGrow)) != 1 || len(of(res, KindVeto)) != 1 ||
		!strings.Contains(of(res, KindVeto)[0].Why, "the batch cannot grow to 128: rule snr: can never fire") {
		t.Errorf("phase %+v, events %v", res.Phases[0], res.Events)
	}
}

// The rows of a Levenberg–Marquardt phase tell of λ, the gain and the length of the step.
func TestRowsOfLevenbergMarquardt(t *testing.T) {
	m := &scripted{do: func(step int, theta []float64, _ optim.Objective) (optim.StepInfo, error) {
		theta[0] -= 0.5
		return optim.StepInfo{Value: 1 / float64(step+1), StepNorm: 0.5, Damping: 1e-3, Gain: 0.9, Trials: 4, LossEvals: 5, GradEvals: 1}, nil
	}}
	loss := newScored(newToy(64, 4, 0.5, 10, 1), 10)
	res := run(t, loss, Plan{Phases: []Phase{{Name: "lm", Method: m, Steps: 3}}}, start(loss.toy))
	first, last := res.Trace.Rows[0], res.Trace.Rows[3]
	if last.Damping != 1e-3 || last.Gain != 0.9 || last.Trials != 4 || last.StepNorm != 0.5 || last.Passes != 15 {
		t.Errorf("the last row is %+v", last)
	}
	if finite(first.Damping) || finite(first.Gain) || first.Trials != -1 || finite(first.StepNorm) {
		t.Errorf("the first row, before any step, is %+v", first)
	}
}

// An observer sees the measured rows with the θ that the run would return there,
// and whatever it does to them, the run ends with the same bits.
func TestObserveReachesNothing(t *testing.T) {
	train := func(observe func(Row, []float64)) *Result {
		loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
		o := Options{}
		if observe != nil {
			o.Observe = func(leg int, row Row, best []float64) {
				if leg != 0 {
					t.Errorf("leg %d of a run with one", leg)
				}
				observe(row, best)
			}
		}
		return runWith(t, loss, hybridPlan(rules.DefaultPlateau()), start(loss.toy), o)
	}
	plain := train(nil)
	score := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
	best, last := math.Inf(1), Row{Step: -1}
	observed := train(func(row Row, theta []float64) {
		if !finite(row.HeldOut) || row.Step < last.Step || row.Passes < last.Passes {
			t.Errorf("observed %+v after %+v", row, last)
		}
		if best = min(best, row.HeldOut); score.HeldOut(theta) != best {
			t.Errorf("step %d: the θ shown has held-out loss %v, want that of the best, %v", row.Step, score.HeldOut(theta), best)
		}
		last = row
		for i := range theta {
			theta[i] = nan
		}
		for i := range row.Terms {
			row.Terms[i] = nan
		}
	})
	if last.Step != observed.Steps || best != observed.HeldOut {
		t.Errorf("the last row observed is of step %d with best held-out loss %v, want %d and %v", last.Step, best, observed.Steps, observed.HeldOut)
	}
	if !slices.Equal(plain.Theta, observed.Theta) || plain.HeldOut != observed.HeldOut || len(plain.Trace.Rows) != len(observed.Trace.Rows) {
		t.Errorf("observed: θ = %v, held-out %v; not observed: %v, %v", observed.Theta, observed.HeldOut, plain.Theta, plain.HeldOut)
	}
	for i, a := range plain.Trace.Rows {
		b := observed.Trace.Rows[i]
		if a.Loss != b.Loss && finite(a.Loss) || !slices.Equal(a.Terms, b.Terms) {
			t.Fatalf("row %d: %+v, observed %+v", i, a, b)
		}
	}
}
