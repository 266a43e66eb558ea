package hybrid

import (
	"fmt"
	"math"
)

// judge is what θ is judged by in a leg: the held-out loss, or the loss over all
// points if there is none or it is not finite at the start.
type judge struct {
	loss    Batched
	grad    []float64 // scratch of value
	heldOut bool      // by the loss's own held-out loss
}

func newJudge(loss Batched) judge { return judge{loss: loss, grad: make([]float64, loss.Dim())} }

// choose decides what to judge by, and returns a doubt where that is not the held-out
// loss.
func (j *judge) choose(theta []float64) (doubt error) {
	h, ok := j.loss.(HeldOut)
	if !ok {
		return fmt.Errorf("no held-out loss: the best θ is chosen by the loss over the training points")
	}
	if v := h.HeldOut(theta); !finite(v) {
		return fmt.Errorf("the held-out loss is %g at the start: the best θ is chosen by the loss over the training points", v)
	}
	j.heldOut = true
	return nil
}

// of is the loss that θ is judged by.
func (j *judge) of(theta []float64) float64 {
	if h, ok := j.loss.(HeldOut); ok && j.heldOut {
		return h.HeldOut(theta)
	}
	return j.value(theta)
}

// value is the loss over all points.
func (j *judge) value(theta []float64) float64 {
	if v, ok := j.loss.(valuer); ok {
		return v.Value(theta)
	}
	return j.loss.ValueGrad(j.grad, theta)
}

// both are the loss over all points and the held-out loss, which is the former where
// there is no other.
func (j *judge) both(theta []float64) (loss, heldOut float64) {
	loss = j.value(theta)
	if h, ok := j.loss.(HeldOut); ok {
		return loss, h.HeldOut(theta)
	}
	return loss, loss
}

var nan = math.NaN()

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
