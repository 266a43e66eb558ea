package hybrid

import (
	"context"
	"errors"
	"testing"
	"time"

	"pinn/hybrid/rules"
	"pinn/optim"
)

func TestPlanFaults(t *testing.T) {
	good := func() Phase { return Phase{Name: "m", Method: &scripted{do: crawl}, Batch: 16, Steps: 20} }
	with := func(f func(*Phase)) []Phase { p := good(); f(&p); return []Phase{p} }
	for _, c := range []struct {
		name string
		plan Plan
		o    Options
		want string // part of the error, "" for none
	}{
		{"sound", Plan{Phases: []Phase{good()}}, Options{}, ""},
		{"no phase", Plan{}, Options{}, "plan: no phase"},
		{"negative time", Plan{Phases: []Phase{good()}}, Options{Time: -1}, "plan: time"},
		{"no limit at all", Plan{Phases: with(func(p *Phase) { p.Steps = 0 })}, Options{}, "phase 0 (m): steps: must be positive in a plan without a limit of time or passes, got 0"},
		{"a limit of passes", Plan{Phases: with(func(p *Phase) { p.Steps = 0 })}, Options{Passes: 1}, ""},
		{"passes not a number", Plan{Phases: []Phase{good()}}, Options{Passes: nan}, "plan: time, passes"},
		{"negative steps", Plan{Phases: with(func(p *Phase) { p.Steps = -1 })}, Options{Time: time.Hour}, "steps"},
		{"batch larger than the set", Plan{Phases: with(func(p *Phase) { p.Batch = 257 })}, Options{}, "batch: must lie between 1 and the 256 points, got 257"},
		{"negative batch", Plan{Phases: with(func(p *Phase) { p.Batch = -1 })}, Options{}, "batch"},
		{"share above one", Plan{Phases: with(func(p *Phase) { p.Share = 1.5 })}, Options{}, "share: must lie between 0 and 1, got 1.5"},
		{"share not a number", Plan{Phases: with(func(p *Phase) { p.Share = nan })}, Options{}, "share"},
		{"checks", Plan{Phases: with(func(p *Phase) { p.Checks.Every = -1 })}, Options{}, "checks"},
		{"negative redraws", Plan{Phases: with(func(p *Phase) { p.Resample = &Resample{Every: -1} })}, Options{}, "resample: every"},
		{"rule that cannot fire", Plan{Phases: with(func(p *Phase) { p.Batch, p.Rules = 128, []rules.Rule{atTwo()} })}, Options{}, "phase 0 (m): rule snr: can never fire"},
		{"rule without minibatches", Plan{Phases: with(func(p *Phase) { p.Batch, p.Rules = 0, []rules.Rule{rules.DefaultNoiseFloor()} })}, Options{}, "rule noise-floor: needs minibatches"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss := newToy(256, 4, 0.5, 10, 1)
			res, err := Run(context.Background(), one(loss, c.plan, start(loss)), c.o)
			match(t, "error", err, c.want)
			if (err == nil) != (res != nil) {
				t.Errorf("result = %v with error %v", res, err)
			}
		})
	}
	t.Run("all at once", func(t *testing.T) {
		p := good()
		p.Batch, p.Share = -1, 2
		loss := newToy(256, 4, 0.5, 10, 1)
		_, err := Run(context.Background(), one(loss, Plan{Phases: []Phase{p, p}}, start(loss)), Options{})
		match(t, "error", err, "phase 0 (m): batch")
		match(t, "error", err, "phase 1 (m): share")
	})
	t.Run("sentinel", func(t *testing.T) {
		loss := newToy(256, 4, 0.5, 10, 1)
		if _, err := Run(context.Background(), one(loss, Plan{}, start(loss)), Options{}); !errors.Is(err, ErrNoPhase) {
			t.Errorf("error = %v, want ErrNoPhase", err)
		}
	})
	t.Run("loss without resampling", func(t *testing.T) {
		loss := newToy(256, 4, 0.5, 10, 1)
		_, err := Run(context.Background(), one(bare{loss}, Plan{Phases: with(func(p *Phase) { p.Resample = &Resample{Method: "rad"} })}, start(loss)), Options{})
		match(t, "error", err, "this loss cannot redraw its points")
	})
}

func TestPlanDoubts(t *testing.T) {
	for _, c := range []struct {
		name  string
		batch int
		rule  rules.Rule
		want  string
	}{
		{"three batches", 85, rules.DefaultPlateau(), "batch 85 of 256 points leaves 3 disjoint minibatches, fewer than the 4 that make the gradient's noise known: the checks are rough"},
		{"one batch", 256, rules.DefaultPlateau(), "leaves 1 disjoint minibatches, fewer than the 4 that make the gradient's noise known: the checks take no statistics"},
		{"too short", 16, atTwo(), "rule snr: cannot fire before step 450, but the phase ends at step 20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss := newScored(newToy(256, 4, 0.5, 10, 1), 50)
			res := run(t, loss, Plan{Phases: []Phase{{Name: "m", Method: adamw(1e-3), Batch: c.batch, Steps: 20, Rules: []rules.Rule{c.rule}}}}, start(loss.toy))
			if !hasWarning(res, c.want) {
				t.Errorf("warnings = %v, want %q", res.Warnings, c.want)
			}
		})
	}
}

// A loss that has nothing but its gradient can be trained too.
func TestBareLoss(t *testing.T) {
	loss := newToy(1024, 6, 0.5, 10, 1)
	res := run(t, bare{loss}, Plan{Phases: []Phase{
		{Name: "adamw", Method: adamw(1e-2), Batch: 32, Steps: 200},
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 100},
	}}, start(loss))
	if res.Phases[1].Ended != rules.ReasonConverged || !hasWarning(res, "no held-out loss") || res.Trace.TermNames != nil || res.Trace.Rows[0].Terms != nil {
		t.Errorf("phases %+v, warnings %v", res.Phases, res.Warnings)
	}
}

// The cadence follows from counts of gradients: K/(E+K) ≤ 0.15.
func TestCadence(t *testing.T) {
	for _, c := range []struct {
		checks     Checks
		have       int
		batches, e int
	}{
		{Checks{}, 64, 8, 50},
		{Checks{}, 7, 7, 50},
		{Checks{}, 1, 0, 50},
		{Checks{Batches: 16}, 64, 16, 91},
		{Checks{Every: 25}, 64, 8, 46},
		{Checks{Every: 25, Share: 1}, 64, 8, 25},
		{Checks{Every: 100, Batches: 4}, 64, 4, 100},
	} {
		k := c.checks.batches(c.have)
		if e := c.checks.every(k); k != c.batches || e != c.e {
			t.Errorf("%+v of %d batches: K = %d every %d, want %d every %d", c.checks, c.have, k, e, c.batches, c.e)
		}
	}
}
