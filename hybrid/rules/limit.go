package rules

import (
	"fmt"
	"time"
)

// LossLevel leaves as soon as the held-out loss is measured at Below or less, or
// at Fall times that of the start of the leg or less; 0 is no limit.
// If the held-out loss is not measured, the training loss of the check counts
// against Below.
type LossLevel struct {
	Below float64
	Fall  float64
}

// Reset does nothing: the rule has no memory.
func (r *LossLevel) Reset() {}

// Observe compares the loss with Below.
func (r *LossLevel) Observe(c Check) Decision {
	name, loss := "held-out", c.HeldOut
	if loss != loss {
		name, loss = "training", c.Loss
	}
	if r.Fall > 0 && c.HeldOut <= r.Fall*c.First {
		return Decision{Leave: true, Reason: ReasonLoss,
			Why: fmt.Sprintf("loss: the held-out loss %.3g has come down to %.3g times the %.3g of the start, at step %d", c.HeldOut, r.Fall, c.First, c.Step)}
	}
	if !(loss <= r.Below) || r.Below == 0 {
		return Decision{}
	}
	return Decision{Leave: true, Reason: ReasonLoss,
		Why: fmt.Sprintf("loss: the %s loss %.3g has come down to %.3g, at step %d", name, loss, r.Below, c.Step)}
}

func (r *LossLevel) fit(Shape) (refusal, doubt error) {
	if !(r.Below >= 0 && r.Fall >= 0 && r.Below+r.Fall > 0) {
		return fmt.Errorf("rule loss: must have a positive threshold or fall, got %g and %g", r.Below, r.Fall), nil
	}
	return nil, nil
}

// Budget leaves after Steps updates or after Time in the phase; 0 means no
// limit. Run puts one before every step of every phase, so that it need not be
// listed among a phase's rules. It is the only rule that looks at the clock.
type Budget struct {
	Steps int
	Time  time.Duration
	Run   time.Duration // of which Time is a share; for the sentence only
}

// Reset does nothing: the rule has no memory.
func (r *Budget) Reset() {}

// Observe compares the check's step and time with the budget.
func (r *Budget) Observe(c Check) Decision {
	d := Decision{Reason: ReasonBudget}
	switch {
	case r.Steps > 0 && c.Step >= r.Steps:
		d.Leave, d.Why = true, fmt.Sprintf("budget: all %d steps of the phase are done", r.Steps)
	case r.Time > 0 && c.Elapsed >= r.Time:
		d.Leave, d.Why = true, fmt.Sprintf("budget: the phase has used its %.3g s%s, at step %d", r.Time.Seconds(), r.share(), c.Step)
	default:
		return Decision{}
	}
	return d
}

func (r *Budget) share() string {
	if r.Run <= 0 {
		return ""
	}
	return fmt.Sprintf(", %.3g %% of %.3g s", 100*r.Time.Seconds()/r.Run.Seconds(), r.Run.Seconds())
}
