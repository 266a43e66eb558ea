package hybrid

import (
	"math"
	"strings"
	"testing"

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
		for range ratiosKept {
			s.kept.Ratios.add(0.5)
		}
	}
	alarmed := func(s *points) { s.kept.Asked, s.kept.Alarm.On = true, true }
	for name, c := range map[string]struct {
		r               Resample
		step, restarted int
		before          func(*points)
		cause           Reason // "" for none
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
