package hybrid

import "fmt"

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

func (r *LossLevel) fit(shape) (refusal, doubt error) {
	if !(r.Below >= 0 && r.Fall >= 0 && r.Below+r.Fall > 0) {
		return fmt.Errorf("rule loss: must have a positive threshold or fall, got %g and %g", r.Below, r.Fall), nil
	}
	return nil, nil
}
