package hybrid

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// back is a plan's phase to fall back to.
func back(most int) *FallBack {
	return &FallBack{Phase: Phase{Name: "adamw", Method: adamw(1e-4), Steps: 20}, Most: most}
}

// shortly is what the phases of a run were, with their steps and endings.
func shortly(res *Result) (out []string) {
	for _, p := range res.Phases {
		out = append(out, fmt.Sprintf("%d %s/%d %d %s %v", p.Index, p.Method, p.Batch, p.Steps, p.Ended, p.Inserted))
	}
	return out
}

// An interrupted phase has left what it did not use, and its own points are not drawn
// again.
func TestFallBackLeaves(t *testing.T) {
	var f fallBack
	ph, b := f.left(Phase{Steps: 50, Points: 9}, rules.Budget{Time: time.Minute})
	if ph.Steps != 50 || ph.Points != 9 || b.Steps != 50 || b.Time != time.Minute {
		t.Errorf("before any fall-back %+v, %+v", ph, b)
	}
	f.begin(20, 10*time.Second)
	f.begin(5, 15*time.Second)
	ph, b = f.left(Phase{Steps: 50, Points: 9}, rules.Budget{Time: time.Minute})
	if ph.Steps != 25 || ph.Points != 0 || b.Steps != 25 || b.Time != 35*time.Second || f.kept.Fallen != 2 || !f.kept.Inserted {
		t.Errorf("after two %+v, %+v, %+v", ph, b, f.kept)
	}
	f.begin(1, time.Hour)
	if _, b = f.left(Phase{}, rules.Budget{Time: time.Minute}); b.Time != 1 || b.Steps != 0 {
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

// A held-out loss that rises tenfold on new points sends the phase back to AdamW, as
// often as the plan allows, and each time it goes on with what it has left.
func TestFallBackAfterRise(t *testing.T) {
	loss := newScored(newToy(256, 4, 0.5, 10, 1), 50)
	crawler := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		switch step {
		case 45, 85, 125: // after the redraws of steps 30, 80 and 120
			loss.factor = 20 * max(loss.factor, 1)
		}
		return crawl(step, theta, f)
	}}
	res := run(t, loss, Plan{FallBack: back(2), Phases: []Phase{
		{Name: "crawl", Method: crawler, Steps: 200, Resample: &Resample{Method: "uniform", Every: 30}},
		{Name: "end", Method: &scripted{do: crawl}, Steps: 5},
	}}, start(loss.toy))
	want := []string{"0 crawl/0 50 fall-back false", "0 adamw/32 20 budget true", "0 crawl/0 40 fall-back false", "0 adamw/32 20 budget true",
		"0 crawl/0 110 budget false", "1 end/0 5 budget false"}
	if got := shortly(res); !slices.Equal(got, want) {
		t.Fatalf("phases\n%q, want\n%q", got, want)
	}
	if crawler.inits != 3 {
		t.Errorf("the method was entered %d times, want 3", crawler.inits)
	}
	falls, vetoes := of(res, KindFallBack), of(res, KindVeto)
	if len(falls) != 2 || falls[0].Reason != rules.ReasonFallBack || falls[0].Phase != 0 || falls[1].Phase != 2 ||
		!strings.Contains(falls[0].Why, "times what it was when the points were redrawn, more than 10, at step 50; adamw takes 20 steps with minibatches of 32 of 256 points, from the best θ") ||
		!strings.HasSuffix(falls[0].Why, ", and crawl then goes on") {
		t.Errorf("falls %v", falls)
	}
	if len(vetoes) != 1 || !strings.HasSuffix(vetoes[0].Why, "; the run has fallen back 2 times already") {
		t.Errorf("vetoes %v", vetoes)
	}
	if again := of(res, KindSwitch)[0]; !strings.Contains(again.Why, "crawl now minimises the loss over all 256 points, with the 150 steps that it has left") || again.Phase != 1 {
		t.Errorf("first switch %v", again)
	}
	for _, r := range res.Trace.Rows {
		if p := res.Phases[r.Phase]; p.Method != r.Method || p.Batch > 0 && p.Batch != r.Batch {
			t.Fatalf("row %+v is of another phase than %+v", r, p)
		}
	}
}

// Within ten times, without new points, or without a held-out loss nothing happens.
func TestNoFallBack(t *testing.T) {
	for name, c := range map[string]struct {
		factor  float64
		every   int
		blind   bool
		without bool
	}{
		"below ten times":     {factor: 8, every: 30},
		"no redraw":           {factor: 100},
		"no held-out loss":    {factor: 100, every: 30, blind: true},
		"not in the plan":     {factor: 100, every: 30, without: true},
		"nothing has changed": {factor: 1, every: 30},
	} {
		t.Run(name, func(t *testing.T) {
			loss := newScored(newToy(256, 4, 0.5, 10, 1), 50)
			m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
				if step == 45 {
					loss.factor = c.factor
				}
				return crawl(step, theta, f)
			}}
			plan := Plan{FallBack: back(2), Phases: []Phase{{Name: "crawl", Method: m, Steps: 100, Resample: &Resample{Method: "uniform", Every: c.every}}}}
			if c.without {
				plan.FallBack = nil
			}
			var l Batched = loss
			if c.blind {
				l = loss.toy
			}
			if res := run(t, l, plan, start(loss.toy)); len(res.Phases) != 1 || res.Phases[0].Steps != 100 {
				t.Errorf("phases %q", shortly(res))
			}
		})
	}
}

// A method that is stuck gets new points twice, and falls back the third time; at
// once where no points are redrawn; and without a phase to fall back to it ends.
func TestFallBackWhenStuck(t *testing.T) {
	for _, c := range []struct {
		name     string
		fallBack *FallBack
		resample *Resample
		redraws  int
		want     []string
	}{
		{"with new points", back(1), &Resample{Method: "rad", Every: 40}, 3, []string{"0 lm/0 12 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 48 budget false"}},
		{"without", back(2), nil, 0, []string{"0 lm/0 4 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 4 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 4 stuck false"}},
		{"nothing to fall back to", nil, &Resample{Method: "rad", Every: 40}, 0, []string{"0 lm/0 4 stuck false"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss := newScored(newToy(256, 4, 0.5, 10, 1), 50)
			m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
				if step%5 == 0 && step < 20 {
					return optim.StepInfo{Value: 2, Status: optim.Stuck, Note: "no damping lowers the loss"}, nil
				}
				return crawl(step, theta, f)
			}}
			theta := start(loss.toy)
			res := run(t, loss, Plan{FallBack: c.fallBack, Phases: []Phase{{Name: "lm", Method: m, Steps: 60, Resample: c.resample}}}, theta)
			got := shortly(res)
			if !slices.Equal(got, c.want) || len(loss.redrawn) != c.redraws {
				t.Errorf("phases %q with %d redraws, want %q with %d: %v", got, len(loss.redrawn), c.want, c.redraws, res.Events)
			}
		})
	}
}

// The time of a phase goes on counting over what is inserted, a phase to fall back to
// is checked with the plan, and the state of a run that has fallen back can be kept.
func TestFallBackChecked(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	wrong := back(-1)
	wrong.Phase.Steps, wrong.Phase.Batch = 0, 999
	_, err := Run(context.Background(), one(loss, Plan{FallBack: wrong, Phases: []Phase{{Name: "m", Method: &scripted{do: crawl}, Steps: 3}}}, start(loss)), Options{})
	match(t, "error", err, "fall-back: must not be negative, got -1")
	match(t, "error", err, "fall-back (adamw): steps: must be positive")
	match(t, "error", err, "fall-back (adamw): batch: must lie between 1 and the 256 points, got 999")
}

// How often a run may fall back counts over its legs.
func TestFallBacksOfAllLegs(t *testing.T) {
	make := func() Leg {
		loss := newScored(newToy(256, 4, 0.5, 10, 1), 50)
		m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
			if step == 5 || step == 15 {
				return optim.StepInfo{Value: 2, Status: optim.Stuck}, nil
			}
			return crawl(step, theta, f)
		}}
		return Leg{Loss: loss, Plan: Plan{FallBack: back(3), Phases: []Phase{{Name: "lm", Method: m, Steps: 60}}}, Theta: start(loss.toy), Kind: KindSlab}
	}
	next := make()
	first := make()
	first.Kind = ""
	res, err := Run(context.Background(), first, Options{Next: func(_ LegResult, all []LegResult) (*Leg, error) {
		if len(all) == 2 {
			return nil, nil
		}
		return &next, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"0 lm/0 4 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 9 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 47 budget false",
		"0 lm/0 4 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 9 stuck false"}
	if got := shortly(res); !slices.Equal(got, want) {
		t.Errorf("phases %q, want %q", got, want)
	}
	if v := of(res, KindVeto); len(v) != 1 || !strings.HasSuffix(v[0].Why, "the run has fallen back 3 times already") {
		t.Errorf("vetoes %v", v)
	}
}

func TestResumeFallenBack(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	want := resumes(t, func() (Batched, Plan) {
		loss := newScored(newToy(96, 4, 0.5, 10, 1), 20)
		loss.rise = func(calls int) float64 { return 1 + 49*float64(min(calls/10, 1)) }
		return loss, Plan{Seed: 5, HeldOutEvery: 2, FallBack: back(2), Phases: []Phase{
			{Name: "crawl", Method: adamw(1e-4), Steps: 30, Resample: &Resample{Method: "rad", Every: 4}},
			{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 4},
		}}
	})
	if got := shortly(want); len(got) != 4 || want.Phases[1].Inserted != true || want.Phases[0].Steps+want.Phases[2].Steps != 30 {
		t.Fatalf("phases %q", got)
	}
}
