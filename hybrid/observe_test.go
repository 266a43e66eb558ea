package hybrid

import (
	"math"
	"slices"
	"testing"

	"pinn/optim"
)

// hybridPlan is AdamW by the rule given, then L-BFGS, with redraws in both.
func hybridPlan(rule Rule) Plan {
	again := &Resample{Method: "uniform", Every: 20}
	return Plan{Seed: 1, Phases: []Phase{
		{Name: "adamw", Method: adamw(1e-2), Batch: 32, Steps: 200, Rules: []Rule{rule}, Resample: again},
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 35, Resample: again},
	}}
}

// An observer sees the measured rows with the θ that the run would return there,
// and whatever it does to them, the run ends with the same bits.
func TestObserveReachesNothing(t *testing.T) {
	train := func(observe func(Row, []float64)) *Result {
		loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
		o := Options{}
		if observe != nil {
			o.Observe = func(leg int, row Row, best []float64) {
				if leg != 0 {
					t.Errorf("leg %d of a run with one", leg)
				}
				observe(row, best)
			}
		}
		return runWith(t, loss, hybridPlan(DefaultPlateau()), start(loss.toy), o)
	}
	plain := train(nil)
	judge := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	best, last := math.Inf(1), Row{Step: -1}
	observed := train(func(row Row, theta []float64) {
		if !finite(row.HeldOut) || row.Step < last.Step || row.Passes < last.Passes {
			t.Errorf("observed %+v after %+v", row, last)
		}
		if best = min(best, row.HeldOut); judge.HeldOut(theta) != best {
			t.Errorf("step %d: the θ shown has held-out loss %v, want that of the best, %v", row.Step, judge.HeldOut(theta), best)
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

// Passes count evaluations by their points: b/N each in a minibatch phase, with
// the checks if a rule looks at them, and one each over all points.
func TestPasses(t *testing.T) {
	for name, c := range map[string]struct {
		rule   Rule
		checks float64 // counted, of 32/1024 of a pass each
	}{
		"plateau": {&Plateau{Improve: 0.1, Checks: 1000}, 0},
		"snr":     {&SNR{Threshold: 2, Exhausted: 1, Of: OfFull, Window: 9, Votes: 7, MinSteps: 1e6}, 5 * 8},
	} {
		t.Run(name, func(t *testing.T) {
			loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
			plan := hybridPlan(c.rule)
			plan.Phases[0].Checks.Every = 50
			res := run(t, loss, plan, start(loss.toy))
			want := (200+c.checks)*32/1024 + float64(res.Phases[1].LossEvals)
			if got := res.Trace.Rows[len(res.Trace.Rows)-1].Passes; math.Abs(got-want) > 1e-9 {
				t.Errorf("passes = %v, want %v (tol 1e-9: a sum of 250 terms)", got, want)
			}
		})
	}
}

// A limit of passes ends the run, within one step of the limit, by name.
func TestPassesEndTheRun(t *testing.T) {
	loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	res := runWith(t, loss, hybridPlan(DefaultPlateau()), start(loss.toy), Options{Passes: 5})
	if len(res.Phases) != 1 || res.Phases[0].Ended != ReasonPasses || res.Phases[0].Steps != 160 || res.Status != Finished {
		t.Errorf("a run of 5 passes: %+v, want 160 steps of 1/32 pass and the reason passes", res.Phases)
	}
}

// The rows of a Levenberg–Marquardt phase tell of λ, the gain and the length of the step.
func TestRowsOfLevenbergMarquardt(t *testing.T) {
	m := &scripted{do: func(step int, theta []float64, _ optim.Objective) (optim.StepInfo, error) {
		theta[0] -= 0.5
		return optim.StepInfo{Value: 1 / float64(step+1), StepNorm: 0.5, Damping: 1e-3, Gain: 0.9, Trials: 4, LossEvals: 5, GradEvals: 1}, nil
	}}
	loss := newJudged(newToy(64, 4, 0.5, 10, 1), 10)
	res := run(t, loss, Plan{Phases: []Phase{{Name: "lm", Method: m, Steps: 3}}}, start(loss.toy))
	first, last := res.Trace.Rows[0], res.Trace.Rows[3]
	if last.Damping != 1e-3 || last.Gain != 0.9 || last.Trials != 4 || last.StepNorm != 0.5 || last.Passes != 15 {
		t.Errorf("the last row is %+v", last)
	}
	if finite(first.Damping) || finite(first.Gain) || first.Trials != -1 || finite(first.StepNorm) {
		t.Errorf("the first row, before any step, is %+v", first)
	}
}
