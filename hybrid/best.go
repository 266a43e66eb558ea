package hybrid

import (
	"math"

	"pinn/optim"
)

var nan = math.NaN()

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// best is the θ with the lowest held-out loss so far, and the state of the
// method that was there, if it can be saved.
type best struct {
	theta   []float64
	heldOut float64 // +Inf before the first finite one
	step    int     // of the run
	phase   int
	method  []optim.Vector // its state
}

// consider keeps theta if its held-out loss is lower, and the method's state
// with it unless that is nil.
func (b *best) consider(theta []float64, heldOut float64, step, phase int, m optim.Stateful) {
	if !(heldOut < b.heldOut) {
		return
	}
	copy(b.theta, theta)
	b.heldOut, b.step, b.phase, b.method = heldOut, step, phase, nil
	if m != nil {
		b.method = m.State()
	}
}
