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

// policy is that of a plan whose second phase has points of its own, on a set of 100.
func policy() (*points, *toy) {
	loss := newToy(100, 2, 0.5, 10, 1)
	plan := &Plan{Phases: []Phase{{}, {Points: 300}, {}}}
	s := newPoints(loss, plan, newStreams(1).points)
	s.enter()
	return &s, loss
}

// Points are due for the alarm, on schedule, or for a noisy gradient, in this order, and
// not twice at one step.
func TestPointsDue(t *testing.T) {
	noisy := func(s *points) {
		for range len(noise.Ratios{}) {
			s.kept.Ratios.Add(0.5)
		}
	}
	alarmed := func(s *points) { s.kept.Asked, s.kept.Alarm.On = true, true }
	for name, c := range map[string]struct {
		r               Resample
		step, restarted int
		before          func(*points)
		cause           rules.Reason // "" for none
		points          int
		why             string
	}{
		"on schedule":           {r: Resample{Every: 10}, step: 20, restarted: 10, cause: CauseSchedule, why: "as every 10 steps"},
		"not yet":               {r: Resample{Every: 10}, step: 19, restarted: 10},
		"at once":               {r: Resample{Every: 10}, step: 0, restarted: -1},
		"drawn in this step":    {r: Resample{Every: 10}, step: 20, restarted: 20},
		"no schedule":           {step: 20, restarted: -1},
		"the alarm":             {r: Resample{Every: 10}, step: 3, restarted: -1, before: alarmed, cause: CauseAlarm, points: 150, why: "because of the overfitting alarm, 150 of them in the interior instead of 100"},
		"the alarm comes first": {r: Resample{Every: 10, Noise: 0.1}, step: 20, restarted: -1, before: func(s *points) { alarmed(s); noisy(s) }, cause: CauseAlarm, points: 150, why: "alarm"},
		"noise":                 {r: Resample{Noise: 0.4}, step: 3, restarted: -1, before: noisy, cause: CauseNoise, why: "stood at 0.5 of its signal, in power, in the median of 9 rows, more than 0.4"},
		"little noise":          {r: Resample{Noise: 0.6}, step: 3, restarted: -1, before: noisy},
		"noise that is allowed": {step: 3, restarted: -1, before: noisy},
		"noise on schedule":     {r: Resample{Every: 10, Noise: 0.4}, step: 10, restarted: 10, before: noisy, cause: CauseNoise, why: "stood at 0.5"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := policy()
			if c.before != nil {
				c.before(s)
			}
			on := s.kept.Alarm.On
			o, ok := s.due(&c.r, 0, c.step, c.restarted)
			if ok != (c.cause != "") || o.cause != c.cause || o.points != c.points || !strings.Contains(o.why, c.why) {
				t.Errorf("order %+v, %v", o, ok)
			}
			if s.kept.Asked || on && (c.cause == CauseSchedule || c.cause == CauseNoise) && s.kept.Alarm.On {
				t.Errorf("the alarm is left as %+v", s.kept)
			}
		})
	}
}

// The set grows by half, up to twice the size that the plan gave it.
func TestEnlarged(t *testing.T) {
	s, loss := policy()
	for _, c := range []struct{ now, phase, want int }{
		{100, 0, 150}, {150, 0, 200}, {200, 0, 0}, {999, 0, 0},
		{300, 1, 450}, {450, 1, 600}, {600, 2, 0}, {400, 2, 600},
	} {
		loss.n = c.now
		if n, why := s.enlarged(c.phase); n != c.want || !strings.HasPrefix(why, "because of the overfitting alarm") {
			t.Errorf("%d points in phase %d grow to %d, want %d: %s", c.now, c.phase, n, c.want, why)
		}
	}
	if s.planned(0) != 100 || s.planned(1) != 300 || s.planned(2) != 300 {
		t.Errorf("the plan gives %d, %d, %d points", s.planned(0), s.planned(1), s.planned(2))
	}
}

// The alarm is worth a warning as often as it sounds, but only once where the set cannot
// grow any more; what is no number never sounds it.
func TestOverfits(t *testing.T) {
	s, loss := policy()
	sound := func(loss, heldOut float64, redraws bool) bool {
		s.kept.Alarm.On = false
		return s.overfits(loss, heldOut, redraws, 0, 7)
	}
	for _, c := range []struct{ loss, heldOut float64 }{{1, 3}, {0, 3}, {nan, 9}, {-1, 9}, {1, nan}, {1, math.Inf(1)}} {
		if sound(c.loss, c.heldOut, true) || s.kept.Asked {
			t.Errorf("losses %g and %g sound the alarm", c.loss, c.heldOut)
		}
	}
	if !sound(1, 9, true) || !s.kept.Asked || s.kept.Largest || s.kept.Alarm.Worst != 9 || s.kept.Alarm.Step != 7 {
		t.Errorf("a ratio of 9: %+v", s.kept)
	}
	loss.n = 200
	if !sound(1, 9, true) || !s.kept.Largest || sound(1, 9, true) || !sound(1, 9, false) {
		t.Errorf("at the largest size: %+v", s.kept)
	}
	s.enter()
	if s.kept.Largest || s.kept.Asked || s.kept.Alarm.Worst != 9 || s.kept.First != 100 || !math.IsInf(s.kept.DrawnAt, 1) {
		t.Errorf("in the next phase: %+v", s.kept)
	}
}

// A method that is stuck gets new points twice, if points are redrawn at all.
func TestStuck(t *testing.T) {
	s, _ := policy()
	redrawn := Phase{Name: "lm", Resample: &Resample{Every: 5}}
	for i, want := range []string{"since lm was stuck on the old ones, 1 of 3 times", "since lm was stuck on the old ones, 2 of 3 times", "", ""} {
		if o, ok := s.stuck(redrawn); ok != (want != "") || o.why != want || s.kept.Stuck != i+1 {
			t.Errorf("time %d: %+v, %v", i, o, ok)
		}
	}
	for _, ph := range []Phase{{Name: "lm"}, {Name: "lm", Resample: &Resample{}}} {
		s.enter()
		if o, ok := s.stuck(ph); ok {
			t.Errorf("a set that stays: %+v", o)
		}
	}
}

// A redraw for a method that has no more to gain must have paid, and is not for the last
// step of a phase nor for a set that is meant to stay.
func TestSpent(t *testing.T) {
	s, _ := policy()
	ph := Phase{Name: "lbfgs", Steps: 100, Resample: &Resample{Every: 500}}
	still := Phase{Name: "lbfgs", Steps: 100, Resample: &Resample{}}
	for _, c := range []struct {
		ph              Phase
		step, restarted int
		want            bool
	}{
		{ph, 20, -1, true}, {ph, 19, -1, false}, {ph, 50, 30, true}, {ph, 49, 30, false}, {ph, 100, -1, false},
		{still, 50, -1, false}, {Phase{Name: "lbfgs"}, 50, -1, false},
	} {
		o, ok := s.spent(c.ph, optim.LineSearch, c.step, c.restarted)
		if ok != c.want || ok && (o.cause != CauseStuck || o.why != "since lbfgs had no more to gain on the old ones (line-search)") {
			t.Errorf("step %d after %d: %+v, %v, want %v", c.step, c.restarted, o, ok, c.want)
		}
	}
}

func TestRedraw(t *testing.T) {
	loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
	m := &scripted{do: crawl}
	full := &scripted{do: crawl}
	var seen []int
	watch := &spy{observe: func(c rules.Check) { seen = append(seen, c.SinceRestart) }}
	plan := Plan{Phases: []Phase{
		{Name: "mini", Method: m, Batch: 32, Steps: 300, Checks: Checks{Every: 50}, Rules: []rules.Rule{watch}, Resample: &Resample{Method: "rad", Every: 100, K: 1, C: 1}},
		{Name: "full", Method: full, Steps: 50, Resample: &Resample{Method: "uniform", Every: 20}},
		{Name: "fixed", Method: &scripted{do: crawl}, Steps: 50},
	}}
	res := run(t, loss, plan, start(loss.toy))
	// Not after the last step of a phase: 300 and 50 are ends.
	if want := []string{"rad", "rad", "uniform", "uniform"}; !slices.Equal(loss.redrawn, want) {
		t.Errorf("redrawn = %v, want %v", loss.redrawn, want)
	}
	if m.restarts != 2 || full.restarts != 2 || m.inits != 1 {
		t.Errorf("restarts = %d and %d, want 2 and 2", m.restarts, full.restarts)
	}
	if want := []int{rules.Never, rules.Never, 50, 100, 50, 100}; !slices.Equal(seen, want) {
		t.Errorf("rules saw redraws %v updates ago, want %v", seen, want)
	}
	var steps []int
	for _, e := range of(res, KindResample) {
		steps = append(steps, e.Step)
		if !strings.Contains(e.Why, "drew 1024 points as every ") {
			t.Errorf("why = %q", e.Why)
		}
	}
	if want := []int{100, 200, 320, 340}; !slices.Equal(steps, want) {
		t.Errorf("redrawn at %v, want %v", steps, want)
	}
}

// A phase with points of its own draws them as it begins, and goes by them.
func TestPhaseDrawsItsOwnPoints(t *testing.T) {
	loss := newScored(newToy(256, 4, 0.5, 10, 1), 300)
	plan := Plan{Phases: []Phase{
		{Name: "first", Method: adamw(1e-2), Batch: 300, Points: 600, Steps: 10},
		{Name: "polish", Method: &scripted{do: crawl}, Steps: 100, Points: 900, Resample: &Resample{Method: "rad"}},
	}}
	res := run(t, loss, plan, start(loss.toy))
	if want := []string{"uniform", "rad"}; !slices.Equal(loss.redrawn, want) {
		t.Errorf("redrawn = %v, want %v", loss.redrawn, want)
	}
	if a, b := res.Phases[0].Points, res.Phases[1].Points; a != 600 || b != 900 {
		t.Errorf("phases ended with %d and %d points, want 600 and 900", a, b)
	}
	events := of(res, KindResample)
	if len(events) != 2 || events[1].Step != 10 || !strings.HasPrefix(events[1].Why, "resample: rad drew 900 points for the phase, to begin with; the loss over them is ") {
		t.Errorf("events = %v", events)
	}
	if why := of(res, KindSwitch)[0].Why; !strings.HasSuffix(why, "polish now minimises the loss over points drawn for it") {
		t.Errorf("why = %q", why)
	}
	plan.Phases[0].Batch = 601
	if _, err := Run(t.Context(), one(loss, plan, start(loss.toy)), Options{}); err == nil || !strings.Contains(err.Error(), "the 600 points") {
		t.Errorf("a batch of 601 of 600 points: %v", err)
	}
}

// A method that is stuck goes on with new points if nothing follows it and the
// last redraw was worth something.
func TestStuckMethodGetsNewPoints(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	stuck := func() *scripted {
		return &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
			if step%30 == 0 || step > 90 {
				return optim.StepInfo{Value: 1, Status: optim.LineSearch}, nil
			}
			return crawl(step, theta, f)
		}}
	}
	phase := func(name string) Phase {
		return Phase{Name: name, Method: stuck(), Steps: 1000, Resample: &Resample{Method: "rad", Every: 500}}
	}
	res := run(t, loss, Plan{Phases: []Phase{phase("first"), phase("second")}}, start(loss))
	if p := res.Phases[0]; p.Ended != rules.ReasonLineSearch || p.Steps != 29 {
		t.Errorf("first phase ended %q after %d steps, want line-search after 29", p.Ended, p.Steps)
	}
	if p := res.Phases[1]; p.Ended != rules.ReasonLineSearch || p.Steps != 3*29 || len(loss.redrawn) != 3 {
		t.Errorf("second phase ended %q after %d steps and %d redraws, want line-search after 87 and 3", p.Ended, p.Steps, len(loss.redrawn))
	}
	if why := of(res, KindResample)[0].Why; !strings.Contains(why, "drew 256 points since second had no more to gain on the old ones (line-search); the loss over them is ") {
		t.Errorf("why = %q", why)
	}
}

func TestAlarmHysteresis(t *testing.T) {
	var o Alarm
	ratios := []float64{1, 5, 6, 3, 5, 1.9, 4.1, math.Inf(1), 1, nan, 4}
	want := []bool{false, true, false, false, false, false, true, false, false, false, false}
	for i, r := range ratios {
		if got := o.sound(r, i); got != want[i] {
			t.Errorf("ratio %d = %v: alarm %v, want %v", i, r, got, want[i])
		}
	}
	if o.Worst != 6 || o.Step != 2 {
		t.Errorf("worst = %v at %d, want 6 at 2", o.Worst, o.Step)
	}
}

func TestOverfittingAlarm(t *testing.T) {
	for _, redraw := range []bool{false, true} {
		t.Run(fmt.Sprint("redraw=", redraw), func(t *testing.T) {
			loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
			loss.factor = 10
			plan := Plan{Phases: []Phase{{Name: "full", Method: &scripted{do: crawl}, Steps: 100}}}
			if redraw {
				plan.Phases[0].Resample = &Resample{Method: "rad"}
			}
			res := run(t, loss, plan, start(loss.toy))
			w := of(res, KindWarning)
			if len(w) != 1 || w[0].Step != 10 || !strings.HasPrefix(w[0].Why, "overfitting: the held-out loss ") {
				t.Errorf("warnings = %v, want one at step 10", w)
			}
			if !hasWarning(res, "times the training loss") {
				t.Errorf("warnings of the result = %v", res.Warnings)
			}
			if want := map[bool]int{true: 1}[redraw]; len(loss.redrawn) != want {
				t.Errorf("redrawn %d times, want %d", len(loss.redrawn), want)
			}
			if want := map[bool]int{true: 1536, false: 1024}[redraw]; loss.n != want {
				t.Errorf("%d points at the end, want %d", loss.n, want)
			}
		})
	}
}

// Every alarm enlarges the set by half, up to twice what the plan gave it.
func TestAlarmEnlargesTheSet(t *testing.T) {
	loss := newScored(newToy(100, 4, 0.5, 10, 1), 300)
	loss.factor = 10
	plan := Plan{Phases: []Phase{
		{Name: "own", Method: &scripted{do: crawl}, Steps: 45, Points: 64, Resample: &Resample{Method: "rad", Every: 5}},
		{Name: "next", Method: &scripted{do: crawl}, Steps: 35, Resample: &Resample{Method: "rad", Every: 5}},
	}}
	res := run(t, loss, plan, start(loss.toy))
	var sizes []string
	for _, e := range of(res, KindResample) {
		if i := strings.Index(e.Why, "alarm, "); i >= 0 {
			sizes = append(sizes, strings.Fields(e.Why[i:])[1])
		}
	}
	// The scheduled redraws arm the alarm again before each of its looks, every ten steps.
	if want := []string{"96", "128"}; !slices.Equal(sizes, want) {
		t.Errorf("the alarm drew %v points, want %v; events %v", sizes, want, of(res, KindResample))
	}
	if n := loss.InteriorPoints(); n != 128 {
		t.Errorf("%d points at the end, want 2 × 64", n)
	}
	// Each growth is warned of, and once in each phase that the set can grow no more.
	if n := len(of(res, KindWarning)); n != 4 {
		t.Errorf("%d warnings, want 4: %v", n, of(res, KindWarning))
	}
}

// A full-batch phase enters R_N in its measured rows and redraws the points where the
// median of nine exceeds what the plan allows; then it counts anew.
func TestNoisyGradientRedraws(t *testing.T) {
	train := func(r func(int) float64, how *Resample) (*Result, sighted) {
		loss := sighted{newScored(newToy(256, 4, 0.5, 10, 1), 50), r}
		res := run(t, loss, Plan{HeldOutEvery: 2, Phases: []Phase{
			{Name: "adamw", Method: adamw(1e-4), Batch: 32, Steps: 60, Resample: how},
			{Name: "crawl", Method: &scripted{do: crawl}, Steps: 60, Resample: how},
		}}, start(loss.toy))
		return res, loss
	}
	steady := func(r float64) func(int) float64 { return func(int) float64 { return r } }
	// Nine rows of two steps: redraws after steps 18, 36 and 54.
	res, loss := train(steady(0.4), &Resample{Method: "rad", Noise: 0.25})
	drawn := of(res, KindResample)
	if len(drawn) != 3 || len(loss.redrawn) != 3 || drawn[0].Phase != 1 || drawn[0].Step != 78 ||
		!strings.Contains(drawn[0].Why, "rad drew 256 points since the noise of the full gradient stood at 0.4 of its signal, in power, in the median of 9 rows, more than 0.25; ") {
		t.Errorf("redraws %v", drawn)
	}
	for _, r := range res.Trace.Rows {
		measured := r.Phase == 1 && r.PhaseStep > 0 && r.PhaseStep%2 == 0
		if measured != finite(r.FullR) || measured && math.Abs(r.FullR-0.4) > 1e-12 {
			t.Fatalf("R_N of row %+v is %v", r, r.FullR)
		}
	}
	spikes := func(calls int) float64 { return []float64{0.1, 40, 0.1}[calls%3] }
	for name, c := range map[string]struct {
		r   func(int) float64
		how *Resample
	}{
		"below":        {steady(0.2), &Resample{Method: "rad", Noise: 0.25}},
		"not known":    {steady(nan), &Resample{Method: "rad", Noise: 0.25}},
		"not asked":    {steady(50), &Resample{Method: "rad"}},
		"never redraw": {steady(50), nil},
		"a few spikes": {spikes, &Resample{Method: "rad", Noise: 0.25}},
	} {
		if res, _ := train(c.r, c.how); len(of(res, KindResample)) != 0 {
			t.Errorf("%s: %v", name, of(res, KindResample))
		}
	}
	// A loss without chunks has no ratio.
	plain := newScored(newToy(256, 4, 0.5, 10, 1), 50)
	if res := run(t, plain, Plan{Phases: []Phase{{Name: "crawl", Method: &scripted{do: crawl}, Steps: 20, Resample: &Resample{Method: "rad", Noise: 1e-9}}}}, start(plain.toy)); len(of(res, KindResample)) != 0 {
		t.Errorf("%v", of(res, KindResample))
	}
}
