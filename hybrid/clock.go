package hybrid

import "time"

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
