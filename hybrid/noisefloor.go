package hybrid

import (
	"fmt"
	"math"
)

// NoiseFloor leaves when the signal of a minibatch has drowned and training no
// longer gets anywhere at this batch size: over the last Window checks,
//
//	SNR_b ≤ Floor   in at least Votes of them (not resolved counts), and
//	the best held-out loss improved by less than Improve.
//
// Both halves are needed: momentum averages over many batches, so a method may
// still gain where a single batch is mostly noise.
//
// Hysteresis: the window is emptied when the median of SNR_b rises above
// √2·Floor. Vetoes: see window.admit.
type NoiseFloor struct {
	Floor   float64
	Improve float64 // a fraction of the held-out loss
	Window  int
	Votes   int

	window window
	best   bestSoFar
	below  bool // the median of the full window stood at √2·Floor or less
}

// DefaultNoiseFloor returns floor 0.5, 10 % improvement, 7 votes of 9.
func DefaultNoiseFloor() *NoiseFloor {
	return &NoiseFloor{Floor: 0.5, Improve: 0.1, Window: 9, Votes: 7}
}

// Reset empties the window.
func (r *NoiseFloor) Reset() {
	r.window.reset()
	r.best.reset()
	r.below = false
}

func (r *NoiseFloor) byStatistics() {}

// Observe counts the votes and decides.
func (r *NoiseFloor) Observe(c Check) Decision {
	r.best.add(c.HeldOut)
	if !r.window.admit(c, r.Window) {
		if r.window.len() == 0 {
			r.below = false
		}
		return Decision{}
	}
	votes, snr := r.window.count(r.vote), r.window.median(func(c Check) float64 { return c.Stats.SNR() })
	d := Decision{Vote: r.vote(c), Votes: votes, Window: r.window.len()}
	if r.window.len() < r.Window {
		return d
	}
	rose := r.below && snr > r.Floor*math.Sqrt2
	r.below = snr <= r.Floor*math.Sqrt2
	if rose {
		r.window.empty()
		return d
	}
	gain := r.best.gain(r.Window - 1)
	if votes >= r.Votes && gain < r.Improve {
		d.Leave, d.Reason, d.Why = true, ReasonNoiseFloor, r.why(c, votes, snr, gain)
	}
	return d
}

func (r *NoiseFloor) vote(c Check) bool { return c.Stats.SNR() <= r.Floor }

func (r *NoiseFloor) why(c Check, votes int, snr, gain float64) string {
	return fmt.Sprintf("noise-floor: in %d of %d checks the signal of a batch of %d stood at ≤ %.3g of its noise (median %s, %d not resolved) and the held-out loss improved by %.1f %% over them, less than %.3g %%, at step %d",
		votes, r.window.len(), c.Stats.Batch, r.Floor, two(snr),
		r.window.count(func(c Check) bool { return !c.Stats.Resolved() }), 100*gain, 100*r.Improve, c.Step)
}

func (r *NoiseFloor) fit(s shape) (refusal, doubt error) {
	if !s.statistics {
		return fmt.Errorf("rule noise-floor: needs minibatches to compare, but the phase has fewer than 2 of %d points", s.batch), nil
	}
	if err := votable("noise-floor", r.Window, r.Votes); err != nil {
		return err, nil
	}
	if least := 1 / math.Sqrt(maxR); r.Floor < least {
		return fmt.Errorf("rule noise-floor: can never fire: noise_floor must be at least %.3g, where a signal counts as not resolved, got %g", least, r.Floor), nil
	}
	return nil, tooShort("noise-floor", r.Window*s.every, s.steps)
}
