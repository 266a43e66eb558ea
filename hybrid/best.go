package hybrid

import (
	"math"
	"slices"

	"pinn/optim"
)

// Best is the θ of a leg with the lowest held-out loss so far, and the state of the
// method that was there, if it can be saved.
type Best struct {
	Theta   []float64
	HeldOut float64 // +Inf before the first finite one
	Step    int     // of the run
	Phase   int     // of the run
	Saved   bool    // the method's state is known
	Method  []optim.Vector
}

// noBest is the best where nothing has been judged yet.
func noBest(theta []float64) Best { return Best{Theta: slices.Clone(theta), HeldOut: math.Inf(1)} }

// consider keeps theta if its held-out loss is lower, and the method's state
// with it unless that is nil.
func (b *Best) consider(theta []float64, heldOut float64, step, phase int, m optim.Stateful) {
	if !(heldOut < b.HeldOut) {
		return
	}
	copy(b.Theta, theta)
	b.HeldOut, b.Step, b.Phase, b.Saved, b.Method = heldOut, step, phase, false, nil
	if m != nil {
		b.Saved, b.Method = true, m.State()
	}
}
