package hybrid

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/optim"
)

// notes feeds the checks to a rule and returns what it had to say, with the index of
// the check.
func notes(r Rule, cs []Check) map[int]string {
	r.Reset()
	out := map[int]string{}
	for i, c := range cs {
		if d := r.Observe(c); d.Note != "" {
			out[i] = string(d.Reason) + "|" + d.Note
		}
	}
	return out
}

// With confidence a check counts only if its whole band is on the right side.
func TestConfidence(t *testing.T) {
	sure := atTwo()
	sure.Confidence = true
	floor := DefaultNoiseFloor()
	floor.Confidence = true
	precise := func(cs []Check, se float64) []Check {
		for i := range cs {
			cs[i].Stats.SE = se
		}
		return cs
	}
	for _, c := range []struct {
		name string
		rule Rule
		seq  []Check
		want int
	}{
		// SNR_N = 2.6 with a lower limit of 2.6·e^{−se}: 2.4 and 1.6.
		{"snr, precise", sure, precise(checks(0.9, repeat(12, 0.65)...), 0.1), 8},
		{"snr, rough", sure, precise(checks(0.9, repeat(12, 0.65)...), 0.5), -1},
		{"snr, rough but far above", sure, precise(checks(0.9, repeat(12, 0.95)...), 0.5), 8},
		// An upper limit of 0.4·e^{se}: 0.44 and 0.66.
		{"noise-floor, precise", floor, precise(checks(1, repeat(12, 0.4)...), 0.1), 8},
		{"noise-floor, rough", floor, precise(checks(1, repeat(12, 0.4)...), 0.5), -1},
		{"no error known", sure, precise(checks(0.9, repeat(12, 0.95)...), nan), -1},
	} {
		if at, d := fires(c.rule, c.seq); at != c.want {
			t.Errorf("%s: fires at check %d, want %d", c.name, at, c.want)
		} else if at >= 0 && !strings.Contains(d.Why, "surely stood") {
			t.Errorf("%s: why = %q", c.name, d.Why)
		}
	}
	two := shape{points: 4096, batch: 512, every: 50, k: 2, statistics: true}
	refusal, _ := sure.fit(two)
	match(t, "two gradients", refusal, "confidence needs 3 minibatches to compare, but the phase has 2")
}

// What was near to a decision and came to nothing is told once.
func TestNotes(t *testing.T) {
	join := func(parts ...[]float64) []float64 { return slices.Concat(parts...) }
	clipped := checks(0.9, repeat(20, 0.65)...)
	clipped[6].SinceClip = 3
	few := checks(0.9, repeat(20, 0.65)...)
	few[2].SinceClip = 3
	grown := checks(0.9, repeat(8, 0.65)...)
	for i := 5; i < len(grown); i++ {
		grown[i].Stats.Batch *= 2
	}
	for _, c := range []struct {
		name string
		rule Rule
		seq  []Check
		want map[int]string
	}{
		{"nothing to tell", atTwo(), checks(0.9, repeat(9, 0.65)...), nil},
		{"a veto with votes", atTwo(), clipped,
			map[int]string{6: "snr|snr: the votes, 6 in 6 checks of the 7 needed, are counted anew, since a step was clipped 3 updates ago, at step 350"}},
		{"a veto with few votes", atTwo(), few, nil},
		{"another size, which has an event of its own", atTwo(), grown, nil},
		{"the median falls", atTwo(), checks(0.9, join(repeat(5, 0.65), repeat(5, 0.2))...),
			map[int]string{9: "snr|snr: the votes, 4 in 9 checks of the 7 needed, are counted anew, since their median fell to 0.8, below 2/√2, at step 500"}},
		{"a batch still carries signal", atTwo(), checks(0.9, join(repeat(12, 1.2), repeat(1, 0.9))...),
			map[int]string{8: "snr|snr: 9 of 9 checks are for leaving, but a batch of 512 still carries 1.2, more than 1, at step 450"}},
		{"drowned but still falling", DefaultNoiseFloor(), checks(0.9, repeat(12, 0.3)...),
			map[int]string{8: "noise-floor|noise-floor: in 9 of 9 checks the signal of a batch of 512 stood at ≤ 0.5 of its noise, but the held-out loss improved by 57.0 % over them, at step 450"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := notes(c.rule, c.seq)
			if len(got) != len(c.want) {
				t.Errorf("notes = %v, want %v", got, c.want)
			}
			for i, want := range c.want {
				if got[i] != want {
					t.Errorf("note at check %d = %q, want %q", i, got[i], want)
				}
			}
		})
	}
}

// A rule asks for a larger batch where it is told to and nothing else can be had.
func TestRulesAskToGrow(t *testing.T) {
	snr, floor := atTwo(), DefaultNoiseFloor()
	snr.Grow, floor.Grow = true, true
	for _, c := range []struct {
		name  string
		rule  Rule
		seq   []Check
		at    int // first check at which it asks
		leave bool
		why   string
	}{
		{"neither clear nor strong", snr, checks(0.9, repeat(10, 0.4)...), 8, false,
			"snr: in 9 of 9 checks the full-set signal did not stand at 2 times its noise (median 1.6 for N = 8192), and a batch of 512 carried no more than 0.4, at step 450"},
		{"clear", snr, checks(0.9, repeat(8, 0.65)...), -1, false, ""},
		{"a batch carries signal", snr, checks(0.9, repeat(20, 1.2)...), -1, false, ""},
		{"not told to", atTwo(), checks(0.9, repeat(20, 0.4)...), -1, false, ""},
		{"drowned", floor, checks(1, repeat(12, 0.3)...), 8, true,
			"noise-floor: in 9 of 9 checks the signal of a batch of 512 stood at ≤ 0.5 of its noise (median 0.3, 0 not resolved) and the held-out loss improved by 0.0 % over them, less than 10 %, at step 450"},
		{"drowned but falling", floor, checks(0.9, repeat(12, 0.3)...), -1, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.rule.Reset()
			at := -1
			for i, check := range c.seq {
				if d := c.rule.Observe(check); d.Grow && at < 0 {
					at = i
					if d.Leave != c.leave || d.Why != c.why {
						t.Errorf("leave = %v, why = %q\nwant %v, %q", d.Leave, d.Why, c.leave, c.why)
					}
				}
			}
			if at != c.at {
				t.Errorf("asks at check %d, want %d", at, c.at)
			}
		})
	}
}

// The batch doubles until it would leave fewer minibatches than a check compares;
// then the rule's own decision stands. The path up to then does not change.
func TestGrow(t *testing.T) {
	train := func(grow bool) *Result {
		loss := newJudged(newToy(1024, 4, 5, 10, 1), 300)
		floor := &NoiseFloor{Floor: 1e3, Improve: 2, Window: 3, Votes: 3, Grow: grow}
		return run(t, loss, Plan{Seed: 2, Phases: []Phase{
			{Name: "adamw", Method: adamw(1e-3), Batch: 32, Steps: 2000, Rules: []Rule{floor}},
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
	if !slices.Equal(sizes, []int{32, 64, 128}) || len(grown) != 2 || grown[0].Reason != ReasonNoiseFloor ||
		!strings.HasSuffix(grown[1].Why, "; the batch grows from 64 to 128 of 1024 points") || grown[1].Step != 300 {
		t.Errorf("batches %v, events %v", sizes, res.Events)
	}
	if len(vetoes) != 1 || !strings.HasSuffix(vetoes[0].Why, "; the batch cannot grow to 256: it would leave 4 disjoint minibatches of the 8 that are compared") {
		t.Errorf("vetoes %v", vetoes)
	}
	if p := res.Phases[0]; p.Ended != ReasonNoiseFloor || p.Steps != 450 || p.Batch != 128 {
		t.Errorf("phase %+v, want it to leave once the batch cannot grow", p)
	}
	other := train(false)
	if other.Phases[0].Steps != 150 || other.Trace.Rows[149].Loss != res.Trace.Rows[149].Loss {
		t.Errorf("without grow %+v", other.Phases[0])
	}
}

// A rule that asks to grow and would be impossible with the larger batch stays.
func TestGrowKeepsTheRulesPossible(t *testing.T) {
	loss := newJudged(newToy(1024, 4, 5, 10, 1), 300)
	rule := &SNR{Threshold: 8, Exhausted: 2, Of: OfFull, Window: 3, Votes: 2, Grow: true} // needs N/b ≥ 16
	res := run(t, loss, Plan{Seed: 2, Phases: []Phase{
		{Name: "adamw", Method: adamw(1e-5), Batch: 32, Steps: 900, Checks: Checks{Every: 50}, Rules: []Rule{rule}},
	}}, loss.truth)
	if res.Phases[0].Batch != 64 || res.Phases[0].Ended != ReasonBudget || len(of(res, KindGrow)) != 1 || len(of(res, KindVeto)) != 1 ||
		!strings.Contains(of(res, KindVeto)[0].Why, "the batch cannot grow to 128: rule snr: can never fire") {
		t.Errorf("phase %+v, events %v", res.Phases[0], res.Events)
	}
}

// Checks spread out while every rule is far from firing and come back at once; they
// stay within their share; without rules that look at them, or with a cadence asked
// for, they come evenly.
func TestAdaptiveCadence(t *testing.T) {
	far := func() Rule {
		return &SNR{Threshold: 1e9, Exhausted: 1e9, Of: OfFull, Window: 9, Votes: 7, MinSteps: 300}
	}
	for _, c := range []struct {
		name  string
		rules []Rule
		every int
		want  []int // steps of the first checks
	}{
		{"far", []Rule{far()}, 0, []int{0, 50, 150, 350, 550, 750}},
		{"near", []Rule{&NoiseFloor{Floor: 1e9, Improve: 0, Window: 9, Votes: 7}}, 0, []int{0, 50, 100, 150, 200, 250}},
		{"one far, one near", []Rule{far(), &NoiseFloor{Floor: 1e9, Improve: 0, Window: 9, Votes: 7}}, 0, []int{0, 50, 100, 150}},
		{"nothing that looks at them", []Rule{&Plateau{Improve: 1e-9, Checks: 1000}}, 0, []int{0, 50, 100, 150}},
		{"asked for", []Rule{far()}, 60, []int{0, 60, 120, 180}},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss := newJudged(newToy(1024, 4, 0.5, 10, 1), 300)
			var seen int // checks with or without statistics
			c.rules = append(c.rules, &spy{func(Check) { seen++ }})
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
		want := map[bool]string{true: Plain, false: "adam"}[r.Step == 0]
		if r.K > 0 && r.Metric != want {
			t.Errorf("step %d in the metric %q, want %q", r.Step, r.Metric, want)
		}
	}
}

// Adam's metric changes the length of every gradient and not what a ratio means:
// noise of equal relative size in every coordinate gives the same SNR.
func TestMetricOfRatio(t *testing.T) {
	plain := [][]float64{{1, 200}, {3, 600}, {2, 400}}
	w := []float64{1, 1e-2}
	a, b := Measure(plain, 8, nil, Plain), Measure(plain, 8, w, "adam")
	if math.Abs(a.SNR()-b.SNR()) > 1e-12*a.SNR() || a.Signal == b.Signal {
		t.Errorf("SNR %v and %v, signals %v and %v", a.SNR(), b.SNR(), a.Signal, b.Signal)
	}
}
