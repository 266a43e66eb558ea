package lab

import (
	"fmt"
	"math"

	"pinn/cmd/pinn/internal/figure"
	"pinn/optim"
)

var decay = Experiment{
	Name:  "decay",
	Title: "Weight decay: L2 inside Adam is not it",
	Claim: "Decoupled decay shrinks every parameter alike, whatever its gradients; L2 inside Adam shrinks a parameter the less, the larger its gradients are.",
	Essay: `Parameters start at 1 and see gradients ±s in turn, s from 1e-4 to 1e2: nothing pulls
them but decay. AdamW multiplies each by (1 − αλ) at every step. L2 adds λθ to the
gradient, and Adam divides it by √v̂ ≈ √(s² + λ²θ²), so that for short steps

    dθ/dt = −αλθ/√(s² + λ²θ²).

With u = λθ/s this is integrated in closed form: √(1+u²) + ln(u/(1 + √(1+u²))) falls by
αλ/s per step. Where s is large that is exp(−αλt/s); where s is small θ walks to 0 in
steps of α whatever λ is. The form takes v for what it tends to; below s ≈ λθ, where v
falls with θ, its memory of a thousand steps makes θ lag behind.`,
	Run: runDecay,
}

const (
	decayRate  = 1e-3
	decayLevel = 0.1
	decaySteps = 2000
)

// shrink returns θ after n steps of m from θ = 1 under gradients ±s in turn.
func shrink(m *optim.Adam, scales []float64, n int) []float64 {
	f := &given{dim: len(scales), grad: func(call int, grad []float64) {
		sign := float64(1 - 2*(call%2))
		for i, s := range scales {
			grad[i] = sign * s
		}
	}}
	m.LearningRate, m.WeightDecay, m.Epsilon = optim.Constant(decayRate), decayLevel, 1e-12
	theta := make([]float64, len(scales))
	for i := range theta {
		theta[i] = 1
	}
	m.Init(len(theta))
	for range n {
		m.Step(theta, f)
	}
	return theta
}

// shrunk is the closed form of L2 inside Adam, found by bisection in ln u:
//
//	F(u) = √(1+u²) + ln(u/(1 + √(1+u²))),   F(u(n)) = F(u(0)) − αλn/s.
func shrunk(s float64, n int) float64 {
	f := func(u float64) float64 { r := math.Hypot(1, u); return r + math.Log(u) - math.Log(1+r) }
	want := f(decayLevel/s) - decayRate*decayLevel*float64(n)/s
	lo, hi := -1e6, math.Log(decayLevel/s)
	for range 200 {
		mid := (lo + hi) / 2
		value := mid + 1 - math.Ln2 // F for tiny u, where exp underflows
		if mid > -300 {
			value = f(math.Exp(mid))
		}
		if value < want {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Exp(lo) * s / decayLevel
}

func runDecay(s Setup) (*Outcome, error) {
	var scales, n []float64
	for k := -16; k <= 8; k++ {
		scales = append(scales, math.Pow(10, float64(k)/4))
	}
	w, l2 := shrink(optim.DefaultAdamW(), scales, decaySteps), shrink(optim.DefaultAdam(), scales, decaySteps)
	if err := s.over(); err != nil {
		return nil, err
	}
	exact := math.Pow(1-decayRate*decayLevel, decaySteps)
	form, worst, spread, offL2 := make([]float64, len(scales)), 0.0, 0.0, 0.0
	o := &Outcome{Table: Table{Header: []string{"gradient", "adamw", "adamw_closed_form", "adam_l2", "adam_l2_closed_form"}}}
	var large, rate []float64
	for i, g := range scales {
		form[i] = shrunk(g, decaySteps)
		worst = math.Max(worst, math.Abs(w[i]/exact-1))
		spread = math.Max(spread, math.Abs(w[i]/w[0]-1))
		if g >= 2*decayLevel { // elsewhere v remembers what θ no longer is
			offL2 = math.Max(offL2, math.Abs(l2[i]-form[i]))
		}
		n = append(n, exact)
		o.Table.add(g, w[i], exact, l2[i], form[i])
		if g >= 1 {
			large, rate = append(large, g), append(rate, -math.Log(l2[i]/l2At0(g)))
		}
	}
	o.Findings = []Finding{
		atMost(0.01, spread, "adamw: spread of what is left over six decades of gradients"),
		atMost(0.01, worst, "adamw: relative difference from (1 − αλ)ⁿ"),
		atMost(0.01, offL2, "L2 inside adam: difference from the closed form, of a parameter that began at 1, for s ≥ 2λθ"),
		atLeast(0.9, -exponent(large, rate), "L2: its decay rate falls with the gradient, as an exponent for s ≥ 1 (theory: 1)"),
		atLeast(0.9, l2[len(l2)-1], "L2: what is left of a parameter with gradients of 100 (AdamW leaves the same of all)"),
	}
	o.Notes = []string{fmt.Sprintf("After %d steps with α = %g and λ = %g adamw leaves %s of every parameter. L2 leaves %s where gradients are 1e-4, %s at 0.1 and %s at 100.",
		decaySteps, decayRate, decayLevel, short(w[0]), short(l2[0]), short(l2[12]), short(l2[len(l2)-1]))}
	o.Sheets = []figure.Sheet{{Name: "shrinkage", Title: "What decay leaves of a parameter, by the size of its gradients",
		Below: fmt.Sprintf("%d steps, α = %g, λ = %g; dots are measured, lines are closed forms", decaySteps, decayRate, decayLevel),
		Rows: [][]figure.Plot{{{Height: 240, X: figure.Side{Label: "size of the gradients, s", Log: true}, Y: figure.Side{Label: "θ after / θ before", Min: -0.05, Max: 1.05},
			Marks: []figure.Mark{
				{Name: "(1 − αλ)ⁿ", X: scales, Y: n}, {Kind: figure.Dots, Name: "adamw", X: scales, Y: w, Bold: true},
				{Name: "closed form of L2", X: scales, Y: form, Ink: 1}, {Kind: figure.Dots, Name: "adam with L2", X: scales, Y: l2, Ink: 1, Bold: true},
			}}}}}}
	return o, nil
}

// l2At0 is what the alternating gradients alone leave of a parameter: with β₁ = 0.9
// they move it by a bounded amount of order α, which the decay rate must not contain.
func l2At0(g float64) float64 {
	f := &given{dim: 1, grad: func(call int, grad []float64) { grad[0] = float64(1-2*(call%2)) * g }}
	m := optim.DefaultAdam()
	m.LearningRate, m.Epsilon = optim.Constant(decayRate), 1e-12
	theta := []float64{1}
	m.Init(1)
	for range decaySteps {
		m.Step(theta, f)
	}
	return theta[0]
}
