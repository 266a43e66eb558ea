package hybrid

import (
	"fmt"
	"time"

	"pinn/hybrid/rules"
)

// limits are those of a leg: the time and passes of the run by which it must be over.
type limits struct {
	time   time.Duration // since the run began; 0 for none
	own    time.Duration // what of it is the leg's own, of which phases have shares
	passes float64       // since the run began; 0 for none
}

// newLimits returns those of a leg of a run.
func newLimits(l Leg, o Options) limits {
	to := l.to()
	m := limits{time: time.Duration(to * float64(o.Time)), passes: to * o.Passes}
	if o.Time > 0 {
		m.time = max(1, m.time) // 0 would be none
		m.own = m.time - time.Duration(l.From*float64(o.Time))
	}
	return m
}

// share is the time of phase i of the plan, 0 for no limit of its own.
func (m limits) share(p Plan, i int) time.Duration {
	share := p.Phases[i].Share
	if share == 0 && p.Phases[i].Batch > 0 && i < len(p.Phases)-1 {
		share = defaultShare
	}
	return time.Duration(share * float64(m.own))
}

// before looks at what can end a phase between two steps: that the run was told to
// stop, the time and passes of the leg, the budget of the phase.
func (m limits) before(stop bool, step int, passes float64, c *clock, entered time.Time, b *rules.Budget) (end ending, over bool) {
	if stop {
		return ending{rules.ReasonInterrupted, fmt.Sprintf("interrupted: the run was told to stop, at step %d", step)}, true
	}
	if m.time > 0 && c.since(c.start) >= m.time {
		return ending{rules.ReasonTime, fmt.Sprintf("time: %.3g s of the run are used, at step %d", m.time.Seconds(), step)}, true
	}
	if m.passes > 0 && passes >= m.passes {
		return ending{rules.ReasonPasses, fmt.Sprintf("passes: %.4g passes over all points are made, at step %d", m.passes, step)}, true
	}
	d := b.Observe(rules.Check{Step: step, Elapsed: c.since(entered)})
	return ending{d.Reason, d.Why}, d.Leave
}

// ending says why a phase ended.
type ending struct {
	reason rules.Reason
	why    string
}

// stops reports whether the whole leg ends with the phase.
func (e ending) stops() bool {
	return e.reason == rules.ReasonTime || e.reason == rules.ReasonPasses || e.reason == rules.ReasonInterrupted
}

// clock is the one clock of a run: everything that is told or limited in seconds is
// measured by it.
type clock struct {
	now   func() time.Time
	start time.Time // when the run began
}

// newClock starts at o.Start, or now if that is zero.
func newClock(o Options) *clock {
	c := &clock{now: o.now, start: o.Start}
	if c.now == nil {
		c.now = time.Now
	}
	if c.start.IsZero() {
		c.start = c.now()
	}
	return c
}

// since is the time since t, by a clock that nobody can set.
func (c *clock) since(t time.Time) time.Duration { return c.now().Sub(t) }

// seconds is since in seconds.
func (c *clock) seconds(t time.Time) float64 { return c.since(t).Seconds() }

// wall is the run's time so far in seconds.
func (c *clock) wall() float64 { return c.seconds(c.start) }

// before is the moment that lies so many seconds before t.
func before(t time.Time, seconds float64) time.Time {
	return t.Add(-time.Duration(seconds * float64(time.Second)))
}
