package pinn

import "time"

// Profile is where the time of an evaluation goes, on one thread.
type Profile struct {
	Products    time.Duration // matrix products of the layers
	Activations time.Duration // biases, activations and their adjoints
	Residual    time.Duration // residual programs
	Rest        time.Duration // lifting, gathering, sums
}

// Total returns the time of the whole evaluation.
func (p Profile) Total() time.Duration { return p.Products + p.Activations + p.Residual + p.Rest }

type stage int

const (
	timeProducts stage = iota
	timeActivations
	timeResidual
	stages
)

// clock adds up the time spent in each stage. A nil clock does nothing.
type clock struct {
	spent [stages]time.Duration
	since time.Time
}

// start begins a stage.
func (c *clock) start() {
	if c != nil {
		c.since = time.Now()
	}
}

// stop counts the time since start, or since the last stop, as stage s.
func (c *clock) stop(s stage) {
	if c != nil {
		now := time.Now()
		c.spent[s] += now.Sub(c.since)
		c.since = now
	}
}
