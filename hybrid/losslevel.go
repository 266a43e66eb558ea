package hybrid

import "fmt"

// LossLevel leaves as soon as the held-out loss is measured at Below or less.
// If the held-out loss is not measured, the training loss of the check counts.
type LossLevel struct {
	Below float64
}

// Reset does nothing: the rule has no memory.
func (r *LossLevel) Reset() {}

// Observe compares the loss with Below.
func (r *LossLevel) Observe(c Check) Decision {
	name, loss := "held-out", c.HeldOut
	if loss != loss {
		name, loss = "training", c.Loss
	}
	if !(loss <= r.Below) {
		return Decision{}
	}
	return Decision{Leave: true, Reason: ReasonLoss,
		Why: fmt.Sprintf("loss: the %s loss %.3g has come down to %.3g, at step %d", name, loss, r.Below, c.Step)}
}

func (r *LossLevel) fit(shape) (refusal, doubt error) {
	if !(r.Below > 0) {
		return fmt.Errorf("rule loss: must be positive, got %g", r.Below), nil
	}
	return nil, nil
}
