package rules

import (
	"fmt"
	"math"
	"slices"

	"pinn/hybrid/noise"
	"pinn/internal/words"
)

// NoiseFloor leaves when the signal of a minibatch has drowned in its noise and training
// stands still at this batch size: over the last Window checks,
//
//	SNR_b ≤ Floor   in at least Votes of them, and
//	the best held-out loss improved by less than Improve.
//
// A signal that is not resolved counts as drowned. The second half is needed because
// momentum averages over many batches: a method may still gain where a single batch is
// mostly noise.
//
// With Confidence a check votes only if SNR_b plus two standard errors (Stats.Band) is
// at most Floor. With Grow the rule asks for a larger batch first, and leaves only when
// the batch cannot grow.
//
// The window is emptied when the median of SNR_b rises above √2·Floor; the distance to
// Floor keeps scatter from doing that.
// The window also starts anew after a clipped step, a redraw of the points, a value that
// is not finite, or a change of the batch, since only comparable checks are counted together.
type NoiseFloor struct {
	Floor      float64 // of SNR_b, at least 0.141
	Improve    float64 // a fraction of the held-out loss
	Window     int     // checks that are looked at together
	Votes      int     // of them that must be for leaving
	Confidence bool    // count the error of the statistics
	Grow       bool    // enlarge the batch rather than leave

	window window // its checks have the best held-out loss up to then as HeldOut
	best   bestSoFar
	below  bool // the median of the full window stood at √2·Floor or less
	held   bool // the votes carried, but the held-out loss still improved
}

// DefaultNoiseFloor returns floor 0.5, 10 % improvement, 7 votes of 9.
func DefaultNoiseFloor() *NoiseFloor {
	return &NoiseFloor{Floor: 0.5, Improve: 0.1, Window: 9, Votes: 7}
}

// Reset empties the window.
func (r *NoiseFloor) Reset() {
	r.window.reset()
	r.best.reset()
	r.below, r.held = false, false
}

// near: see statistical.
func (r *NoiseFloor) near() bool {
	return r.window.anyNear(func(c Check) bool { return c.Stats.SNR() <= nearBy*r.Floor })
}

// Observe counts the votes and decides.
func (r *NoiseFloor) Observe(c Check) Decision {
	r.best.add(c.HeldOut)
	c.HeldOut = r.best.now()
	had, checks := r.window.count(r.vote), r.window.len()
	ok, o := r.window.admit(c, r.Window)
	d := Decision{Reason: ReasonNoiseFloor, Note: sentences(lost(ReasonNoiseFloor, had, r.Votes, checks, o.cause, c.Step), r.window.starved(ReasonNoiseFloor, o, c.Step))}
	if r.window.len() == 0 {
		r.below, r.held = false, false
	}
	if !ok {
		return d
	}
	d.Vote, d.Votes, d.Window = r.vote(c), r.window.count(r.vote), r.window.len()
	if r.window.len() < r.Window {
		return d
	}
	snr := r.window.median(func(c Check) float64 { return c.Stats.SNR() })
	rose := r.below && snr > r.Floor*math.Sqrt2
	r.below = snr <= r.Floor*math.Sqrt2
	if rose {
		d.Note = lost(ReasonNoiseFloor, d.Votes, r.Votes, d.Window,
			fmt.Sprintf("their median rose to %s, above √2·%.3g", words.Rough(snr), r.Floor), c.Step)
		r.window.empty()
		return d
	}
	r.decide(&d, c, snr)
	return d
}

// decide looks at a full window.
func (r *NoiseFloor) decide(d *Decision, c Check, snr float64) {
	gain := gained(r.window.checks[0].HeldOut, c.HeldOut)
	carried, held := d.Votes >= r.Votes, r.held
	r.held = carried && gain >= r.Improve
	switch {
	case carried && gain < r.Improve:
		d.Leave, d.Grow, d.Why = true, r.Grow, r.why(c, d.Votes, snr, gain)
	case r.held && !held:
		d.Note = fmt.Sprintf("noise-floor: in %d of %d checks the signal of a batch of %d stood at ≤ %.3g of its noise, but the held-out loss improved by %.1f %% over them, at step %d",
			d.Votes, d.Window, c.Stats.Batch, r.Floor, 100*gain, c.Step)
	}
}

func (r *NoiseFloor) vote(c Check) bool {
	if !r.Confidence {
		return c.Stats.SNR() <= r.Floor
	}
	_, hi := c.Stats.Band()
	return hi <= r.Floor
}

func (r *NoiseFloor) why(c Check, votes int, snr, gain float64) string {
	stood := "stood"
	if r.Confidence {
		stood = "surely stood"
	}
	return fmt.Sprintf("noise-floor: in %d of %d checks the signal of a batch of %d %s at ≤ %.3g of its noise (median %s, %d not resolved) and the held-out loss improved by %.1f %% over them, less than %.3g %%, at step %d",
		votes, r.window.len(), c.Stats.Batch, stood, r.Floor, words.Rough(snr),
		r.window.count(func(c Check) bool { return !c.Stats.Resolved() }), 100*gain, 100*r.Improve, c.Step)
}

func (r *NoiseFloor) fit(s Shape) (refusal, doubt error) {
	if !s.Statistics {
		return fmt.Errorf("rule noise-floor: needs minibatches to compare, but the phase has fewer than 2 of %d points", s.Batch), nil
	}
	if err := votable(ReasonNoiseFloor, r.Window, r.Votes, r.Confidence, s); err != nil {
		return err, nil
	}
	if least := 1 / math.Sqrt(noise.MaxR); r.Floor < least {
		return fmt.Errorf("rule noise-floor: can never fire: noise_floor must be at least %.3g, where a signal counts as not resolved, got %g", least, r.Floor), nil
	}
	return nil, tooShort(ReasonNoiseFloor, r.Window*s.Every, s.Steps)
}

func (r *NoiseFloor) memory() Memory {
	m := r.window.memory()
	m.Best, m.Beyond, m.Held = slices.Clone(r.best.values), r.below, r.held
	return m
}

func (r *NoiseFloor) recall(m Memory) error {
	r.best.values, r.below, r.held = slices.Clone(m.Best), m.Beyond, m.Held
	return r.window.recall(m, r.Window)
}
