package hybrid

import (
	"fmt"
	"math"
)

// SNR is the primary rule: hand over to a full-batch method once the signal of
// the full set stands clear of its noise while a minibatch no longer adds much.
// It leaves when, over the last Window checks,
//
//	SNR_N = SNR_b·√(N/b) ≥ Threshold   in at least Votes of them, and
//	median SNR_b ≤ Exhausted,
//
// after MinSteps updates. Then the difference of two full gradients is
// curvature and not sampling noise, so that secant pairs can be trusted, while
// one minibatch gradient carries at least as much noise as signal. Both sides
// come from the same check, so asking for both in each check would leave only
// the band Threshold·√(b/N) ≤ SNR_b ≤ Exhausted, which scatter leaves again and
// again: hence the median. A signal that is not resolved never votes, however
// large N/b.
//
// With Of = OfBatch the rule is SNR_b ≥ Threshold in Votes of Window checks.
//
// Hysteresis: the window is emptied when the median of the ratio voted on falls
// below Threshold/√2. Vetoes: see window.admit.
type SNR struct {
	Threshold float64 // 2 is the norm test with θ = 0.5
	Exhausted float64 // not used with OfBatch
	Of        Form
	Window    int
	Votes     int
	MinSteps  int

	window window
	above  bool // the median of the full window stood at Threshold/√2 or more
}

// Form says which gradient's signal a rule is about.
type Form string

// The forms of the SNR rule.
const (
	OfFull  Form = "full"  // SNR_N, of the gradient over all points
	OfBatch Form = "batch" // SNR_b, of one minibatch gradient
)

// DefaultSNR returns threshold 2, exhausted 1, 7 votes of 9, after 300 steps.
func DefaultSNR() *SNR {
	return &SNR{Threshold: 2, Exhausted: 1, Of: OfFull, Window: 9, Votes: 7, MinSteps: 300}
}

// Reset empties the window.
func (r *SNR) Reset() {
	r.window.reset()
	r.above = false
}

func (r *SNR) byStatistics() {}

// Observe counts the votes and decides.
func (r *SNR) Observe(c Check) Decision {
	if !r.window.admit(c, r.Window) {
		if r.window.len() == 0 {
			r.above = false
		}
		return Decision{}
	}
	votes, ratio := r.window.count(r.vote), r.window.median(r.ratio)
	d := Decision{Vote: r.vote(c), Votes: votes, Window: r.window.len()}
	if r.window.len() < r.Window {
		return d
	}
	fell := r.above && ratio < r.Threshold/math.Sqrt2
	r.above = ratio >= r.Threshold/math.Sqrt2
	if fell {
		r.window.empty()
		return d
	}
	batch := r.window.median(func(c Check) float64 { return c.Stats.SNR() })
	exhausted := r.Of == OfBatch || batch <= r.Exhausted
	if c.Step >= r.MinSteps && votes >= r.Votes && exhausted {
		d.Leave, d.Reason, d.Why = true, ReasonSNR, r.why(c, votes, ratio, batch)
	}
	return d
}

func (r *SNR) vote(c Check) bool { return r.ratio(c) >= r.Threshold }

// ratio is the signal-to-noise ratio voted on, 0 where it is not resolved.
func (r *SNR) ratio(c Check) float64 {
	switch {
	case !c.Stats.Resolved():
		return 0
	case r.Of == OfBatch:
		return c.Stats.SNR()
	}
	return c.Stats.SNRAt(c.Points)
}

func (r *SNR) why(c Check, votes int, ratio, batch float64) string {
	if r.Of == OfBatch {
		return fmt.Sprintf("snr: in %d of %d checks the signal of a batch of %d stood ≥ %.3g above its noise (median %s), at step %d",
			votes, r.window.len(), c.Stats.Batch, r.Threshold, two(ratio), c.Step)
	}
	return fmt.Sprintf("snr: in %d of %d checks the full-set signal stood ≥ %.3g above its noise (median %s for N = %d) while a batch of %d carried %s, at step %d",
		votes, r.window.len(), r.Threshold, two(ratio), c.Points, c.Stats.Batch, two(batch), c.Step)
}

// fit refuses a phase in which Threshold ≤ SNR_N and SNR_b ≤ Exhausted leave no
// room: SNR_N = SNR_b·√(N/b), so N/b < (Threshold/Exhausted)² can never fire.
func (r *SNR) fit(s shape) (refusal, doubt error) {
	if !s.statistics {
		return fmt.Errorf("rule snr: needs minibatches to compare, but the phase has fewer than 2 of %d points", s.batch), nil
	}
	if err := votable("snr", r.Window, r.Votes); err != nil {
		return err, nil
	}
	if r.Of != OfFull && r.Of != OfBatch {
		return fmt.Errorf("rule snr: of: must be %q or %q, got %q", OfFull, OfBatch, r.Of), nil
	}
	if !(r.Threshold > 0) || !(r.Exhausted > 0) && r.Of == OfFull {
		return fmt.Errorf("rule snr: threshold and exhausted must be positive, got %g and %g", r.Threshold, r.Exhausted), nil
	}
	need := r.Threshold / r.Exhausted * r.Threshold / r.Exhausted
	if have := float64(s.points) / float64(s.batch); r.Of == OfFull && have < need {
		return fmt.Errorf("rule snr: can never fire: %d points are %.3g batches of %d, but threshold %g over exhausted %g needs %.3g",
			s.points, have, s.batch, r.Threshold, r.Exhausted, need), nil
	}
	return nil, tooShort("snr", max(r.MinSteps, r.Window*s.every), s.steps)
}

// votable checks 1 ≤ votes ≤ window.
func votable(rule string, window, votes int) error {
	if window < 1 || votes < 1 || votes > window {
		return fmt.Errorf("rule %s: votes must lie between 1 and window, got %d of %d", rule, votes, window)
	}
	return nil
}

// tooShort returns an error if a rule cannot fire before step earliest and the
// phase ends before that.
func tooShort(rule string, earliest, steps int) error {
	if steps == 0 || earliest <= steps {
		return nil
	}
	return fmt.Errorf("rule %s: cannot fire before step %d, but the phase ends at step %d", rule, earliest, steps)
}
