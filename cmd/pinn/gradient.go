package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"pinn/pinn/solve"
)

// gradientReport compares the gradient with central differences.
type gradientReport struct {
	Components int     `json:"components"`
	Step       float64 `json:"step"`
	Error      float64 `json:"error"`     // max |fd − g| / ‖g‖∞
	Tolerance  float64 `json:"tolerance"` // what rounding allows
	Holds      bool    `json:"holds"`
}

func (g *gradientReport) String() string {
	verdict := "agrees with"
	if !g.Holds {
		verdict = "DIFFERS from"
	}
	return fmt.Sprintf("%s central differences in %d components: largest difference %.1e of the largest component (tolerance %.0e)",
		verdict, g.Components, g.Error, g.Tolerance)
}

const (
	// fdStep balances the error h²·L'''/6 of a central difference against its
	// rounding ε·L/h; both are about 1e-10 of a gradient of the size of L.
	fdStep = 6e-6
	// fdTolerance is relative to the largest component. Stiff losses have third
	// derivatives and values far above their gradient, hence four digits more
	// than the 1e-10 of a well scaled one; a wrong derivative shows in the first.
	fdTolerance  = 1e-6
	fdComponents = 200
)

// checkGradient compares up to fdComponents random components of the gradient at
// the first parameters.
func checkGradient(run *solve.Run, seed uint64) *gradientReport {
	theta, loss := run.Theta(), run.Loss()
	grad := make([]float64, len(theta))
	loss.ValueGrad(grad, theta)
	largest := 0.0
	for _, g := range grad {
		largest = max(largest, math.Abs(g))
	}
	r := &gradientReport{Step: fdStep, Tolerance: fdTolerance}
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(theta))
	for _, i := range order[:min(fdComponents, len(order))] {
		was := theta[i]
		theta[i] = was + fdStep
		up := loss.Value(theta)
		theta[i] = was - fdStep
		down := loss.Value(theta)
		theta[i] = was
		r.Error = max(r.Error, math.Abs((up-down)/(2*fdStep)-grad[i])/largest)
		r.Components++
	}
	r.Holds = r.Error <= r.Tolerance
	return r
}
