package rules

import (
	"errors"
	"fmt"
	"math"

	"pinn/internal/words"
)

// SNR is the primary rule: it hands over to a full-batch method once the gradient over
// all points stands clear of its noise while that of a minibatch is mostly noise.
// It leaves when, over the last Window checks,
//
//	SNR_N = SNR_b·√(N/b) ≥ Threshold   in at least Votes of them, and
//	median SNR_b ≤ Exhausted,
//
// after MinSteps updates. Then the difference of two full gradients is curvature and not
// sampling noise, so that curvature pairs can be trusted, while one minibatch gradient
// carries at least as much noise as signal.
//
// The second condition is on the median and not on each check: both ratios come from the
// same SNR_b, so a check could meet both only in the band
// Threshold·√(b/N) ≤ SNR_b ≤ Exhausted, which scatter leaves again and again. A signal
// that is not resolved never votes, however large N/b is.
//
// With Of = OfBatch the rule is SNR_b ≥ Threshold in Votes of Window checks.
//
// With Confidence a check votes only if its ratio minus two standard errors (Stats.Band)
// is at least Threshold.
//
// With Grow the rule asks for a larger batch where a minibatch is exhausted and the
// full set is not clear either: median SNR_b ≤ Exhausted and SNR_N < Threshold in
// Votes of Window checks, after MinSteps.
//
// The window is emptied when the median of the ratio voted on falls below Threshold/√2;
// the distance to Threshold keeps scatter from doing that.
// The window also starts anew after a clipped step, a redraw of the points, a value that
// is not finite, or a change of the batch, since only comparable checks are counted together.
type SNR struct {
	Threshold  float64 // 1/θ of the norm test
	Exhausted  float64 // not used with OfBatch
	Of         Form
	Window     int  // checks that are looked at together
	Votes      int  // of them that must be for leaving
	MinSteps   int  // updates before the rule may leave
	Confidence bool // count the error of the statistics
	Grow       bool // ask for a larger batch where neither gradient is clear

	window window
	above  bool // the median of the full window stood at Threshold/√2 or more
	held   bool // the votes carried, but a minibatch was not exhausted
}

// Form says which gradient's signal a rule is about.
type Form string

// The forms of the SNR rule.
const (
	OfFull  Form = "full"  // SNR_N, of the gradient over all points
	OfBatch Form = "batch" // SNR_b, of one minibatch gradient
)

// DefaultSNR returns threshold 1, exhausted 1, 7 votes of 9, after 300 steps. The
// threshold was fitted on half of the gallery: results/README.md.
func DefaultSNR() *SNR {
	return &SNR{Threshold: 1, Exhausted: 1, Of: OfFull, Window: 9, Votes: 7, MinSteps: 300}
}

// Reset empties the window.
func (r *SNR) Reset() {
	r.window.reset()
	r.above, r.held = false, false
}

// near: see statistical. With Grow a low SNR_N is near, too.
func (r *SNR) near() bool {
	return r.window.anyNear(func(c Check) bool {
		if r.Of == OfBatch {
			return c.Stats.SNR() >= r.Threshold/nearBy
		}
		return c.Stats.SNR() <= nearBy*r.Exhausted && (r.Grow || r.ratio(c) >= r.Threshold/nearBy)
	})
}

// Observe counts the votes and decides.
func (r *SNR) Observe(c Check) Decision {
	had, checks := r.window.count(r.vote), r.window.len()
	ok, o := r.window.admit(c, r.Window)
	d := Decision{Reason: ReasonSNR, Note: sentences(lost(ReasonSNR, had, r.Votes, checks, o.cause, c.Step), r.window.starved(ReasonSNR, o, c.Step))}
	if r.window.len() == 0 {
		r.above, r.held = false, false
	}
	if !ok {
		return d
	}
	d.Vote, d.Votes, d.Window = r.vote(c), r.window.count(r.vote), r.window.len()
	if r.window.len() < r.Window {
		return d
	}
	ratio := r.window.median(r.ratio)
	fell := r.above && ratio < r.Threshold/math.Sqrt2
	r.above = ratio >= r.Threshold/math.Sqrt2
	if fell {
		d.Note = lost(ReasonSNR, d.Votes, r.Votes, d.Window,
			fmt.Sprintf("their median fell to %s, below %.3g/√2", words.Rough(ratio), r.Threshold), c.Step)
		r.window.empty()
		return d
	}
	if c.Step >= r.MinSteps {
		r.decide(&d, c, ratio)
	}
	return d
}

// decide looks at a full window after MinSteps.
func (r *SNR) decide(d *Decision, c Check, ratio float64) {
	batch := r.window.median(func(c Check) float64 { return c.Stats.SNR() })
	exhausted := r.Of == OfBatch || batch <= r.Exhausted
	carried, held := d.Votes >= r.Votes, r.held
	r.held = carried && !exhausted
	switch {
	case carried && exhausted:
		d.Leave, d.Why = true, r.why(c, d.Votes, ratio, batch)
	case r.held && !held:
		d.Note = fmt.Sprintf("snr: %d of %d checks are for leaving, but a batch of %d still carries %s, more than %.3g, at step %d",
			d.Votes, d.Window, c.Stats.Batch, words.Rough(batch), r.Exhausted, c.Step)
	case r.Grow && exhausted && d.Window-d.Votes >= r.Votes:
		d.Grow, d.Why = true, fmt.Sprintf("snr: in %d of %d checks the full-set signal did not stand at %.3g times its noise (median %s for N = %d), and a batch of %d carried no more than %s, at step %d",
			d.Window-d.Votes, d.Window, r.Threshold, words.Rough(ratio), c.Points, c.Stats.Batch, words.Rough(batch), c.Step)
	}
}

func (r *SNR) vote(c Check) bool {
	if !r.Confidence {
		return r.ratio(c) >= r.Threshold
	}
	points := c.Points
	if r.Of == OfBatch {
		points = c.Stats.Batch
	}
	lo, _ := c.Stats.BandAt(points)
	return lo >= r.Threshold
}

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
	stood := "stood"
	if r.Confidence {
		stood = "surely stood"
	}
	if r.Of == OfBatch {
		return fmt.Sprintf("snr: in %d of %d checks the signal of a batch of %d %s ≥ %.3g times its noise (median %s), at step %d",
			votes, r.window.len(), c.Stats.Batch, stood, r.Threshold, words.Rough(ratio), c.Step)
	}
	return fmt.Sprintf("snr: in %d of %d checks the full-set signal %s ≥ %.3g times its noise (median %s for N = %d) while a batch of %d carried %s, at step %d",
		votes, r.window.len(), stood, r.Threshold, words.Rough(ratio), c.Points, c.Stats.Batch, words.Rough(batch), c.Step)
}

// fit refuses a phase in which Threshold ≤ SNR_N and SNR_b ≤ Exhausted leave no
// room: SNR_N = SNR_b·√(N/b), so N/b < (Threshold/Exhausted)² can never fire.
func (r *SNR) fit(s Shape) (refusal, doubt error) {
	if !s.Statistics {
		return fmt.Errorf("rule snr: needs minibatches to compare, but the phase has fewer than 2 of %d points", s.Batch), nil
	}
	if err := votable(ReasonSNR, r.Window, r.Votes, r.Confidence, s); err != nil {
		return err, nil
	}
	if r.Of != OfFull && r.Of != OfBatch {
		return fmt.Errorf("rule snr: of: must be %q or %q, got %q", OfFull, OfBatch, r.Of), nil
	}
	if !(r.Threshold > 0) || !(r.Exhausted > 0) && r.Of == OfFull {
		return fmt.Errorf("rule snr: threshold and exhausted must be positive, got %g and %g", r.Threshold, r.Exhausted), nil
	}
	need := r.Threshold / r.Exhausted * r.Threshold / r.Exhausted
	if have := float64(s.Points) / float64(s.Batch); r.Of == OfFull && have < need {
		return fmt.Errorf("rule snr: can never fire: %d points are %.3g batches of %d, but threshold %g over exhausted %g needs %.3g",
			s.Points, have, s.Batch, r.Threshold, r.Exhausted, need), nil
	}
	return nil, tooShort(ReasonSNR, max(r.MinSteps, r.Window*s.Every), s.Steps)
}

func (r *SNR) memory() Memory {
	m := r.window.memory()
	m.Beyond, m.Held = r.above, r.held
	return m
}

func (r *SNR) recall(m Memory) error {
	r.above, r.held = m.Beyond, m.Held
	return errors.Join(m.forgetful(true, false), r.window.recall(m, r.Window))
}
