package lab

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"pinn/cmd/pinn/internal/figure"
	"pinn/optim"
)

var forgetting = Experiment{
	Name:  "forgetting",
	Title: "Forgetting: what a large gradient leaves behind",
	Claim: "After a large gradient and a long quiet Adam has forgotten it and its effective step has grown back, AMSGrad's has not; and on the convex problem of Reddi, Kale and Kumar Adam goes to the worst point and AMSGrad to the best.",
	Essay: `One coordinate sees gradients of 1e-3, at step 4000 a single one of 10, and then 1e-3
again. Its effective step is α/(√v̂ + ε), what the average gradient is multiplied by; the
recursion v ← β₂v + (1−β₂)g² has a closed form, drawn beside what was measured. The spike
comes late so that the bias correction is over: were it the first gradient, even
AMSGrad's step would grow by 1/√(1−β₂) = 31.6 as the correction fades, because PyTorch
(and this program) takes the maximum over the uncorrected v.

The counterexample is theirs (ICLR 2018, theorem 3): losses C·x at every third step and
−x at the others on [−1, 1], C = 3, so that −1 is best. With β₁ = 0, β₂ = 1/(1+C²) and a
rate falling as 0.5/√t Adam shrinks the rare large gradient so much that the small ones
win. The second one is their experiment: gradients 1010 at every 101st step and −10
otherwise, β = (0.9, 0.99).`,
	Run: runForgetting,
}

// given is an objective whose gradient is a function of the count of calls.
type given struct {
	dim   int
	grad  func(call int, grad []float64)
	calls int
}

// Dim returns the dimension.
func (g *given) Dim() int { return g.dim }

// ValueGrad stores the gradient of this call; the value is 0.
func (g *given) ValueGrad(grad, _ []float64) float64 {
	g.grad(g.calls, grad)
	g.calls++
	return 0
}

// The script of the spike.
const (
	spikeAt  = 4000
	quiet    = 1e-3
	spike    = 10.0
	spikeEnd = 16000
)

// spikeSteps returns α/(√v̂ + ε), α = 1, after each of the scripted gradients.
func spikeSteps(m *optim.Adam, steps int) []float64 {
	f := &given{dim: 1, grad: func(call int, grad []float64) {
		grad[0] = quiet
		if call == spikeAt {
			grad[0] = spike
		}
	}}
	m.LearningRate = optim.Constant(1e-3)
	theta, w, out := []float64{0}, []float64{0}, make([]float64, steps)
	m.Init(1)
	for k := range out {
		m.Step(theta, f)
		m.Preconditioner(w)
		out[k] = w[0]
	}
	return out
}

// spikeForm is the closed form of spikeSteps for Adam: with t = k+1,
//
//	v = q²(1 − β₂ᵗ) + (1−β₂)(G² − q²)β₂^(k−K) for k ≥ K,   v̂ = v/(1 − β₂ᵗ).
func spikeForm(beta2, epsilon float64, k int) float64 {
	left := 1 - math.Pow(beta2, float64(k+1))
	v := quiet * quiet * left
	if k >= spikeAt {
		v += (1 - beta2) * (spike*spike - quiet*quiet) * math.Pow(beta2, float64(k-spikeAt))
	}
	return 1 / (math.Sqrt(v/left) + epsilon)
}

// falling is the rate α/√t.
type falling float64

// At returns the rate of a step counted from 0.
func (f falling) At(step int) float64 { return float64(f) / math.Sqrt(float64(step+1)) }

// counterexample returns x after each step of the periodic linear losses, projected on
// [−1, 1].
func counterexample(m *optim.Adam, large, small float64, period, steps int) []float64 {
	f := &given{dim: 1, grad: func(call int, grad []float64) {
		grad[0] = small
		if call%period == 0 {
			grad[0] = large
		}
	}}
	x, out := []float64{0}, make([]float64, steps)
	m.Init(1)
	for k := range out {
		m.Step(x, f)
		x[0] = math.Min(1, math.Max(-1, x[0]))
		out[k] = x[0]
	}
	return out
}

// reddi returns Adam or AMSGrad with the constants of the counterexamples.
func reddi(amsgrad bool, beta1, beta2, alpha float64) *optim.Adam {
	m := optim.DefaultAdam()
	m.AMSGrad, m.Beta1, m.Beta2, m.LearningRate = amsgrad, beta1, beta2, falling(alpha)
	return m
}

// course is a named sequence of x.
type course struct {
	name string
	x    []float64
}

func runForgetting(s Setup) (*Outcome, error) {
	adam, amsgrad := spikeSteps(optim.DefaultAdam(), spikeEnd), spikeSteps(optim.DefaultAMSGrad(), spikeEnd)
	form, off := make([]float64, spikeEnd), 0.0
	for k := range form {
		form[k] = spikeForm(0.999, 1e-8, k)
		off = math.Max(off, math.Abs(adam[k]/form[k]-1))
	}
	if err := s.over(); err != nil {
		return nil, err
	}
	steps := pick(s, 100000, 5000)
	courses := []course{
		{"theorem 3, adam", counterexample(reddi(false, 0, 0.1, 0.5), 3, -1, 3, steps)},
		{"theorem 3, amsgrad", counterexample(reddi(true, 0, 0.1, 0.5), 3, -1, 3, steps)},
		{"experiment, adam", counterexample(reddi(false, 0.9, 0.99, 0.5), 1010, -10, 101, steps)},
		{"experiment, amsgrad", counterexample(reddi(true, 0.9, 0.99, 0.5), 1010, -10, 101, steps)},
	}
	last := spikeEnd - 1
	o := &Outcome{Findings: []Finding{
		atLeast(10, adam[last]/adam[spikeAt], "growth of adam's effective step in the quiet after the spike"),
		atMost(1.01, amsgrad[last]/amsgrad[spikeAt], "the same for amsgrad"),
		atMost(1e-9, off, "adam's effective step against its closed form, largest relative difference"),
	}}
	o.Table.Header = []string{"what", "value"}
	for i, p := range courses {
		end, place, x := 1.0, "worst", tailMean(p.x) // Adam goes to the worst point
		if i%2 == 1 {
			end, place = -1, "best"
		}
		o.Findings = append(o.Findings, atMost(0.1, math.Abs(x-end), fmt.Sprintf("%s: distance of the last x from %+.0f, the %s point", p.name, end, place)))
		o.Table.add(p.name+", mean of the last tenth of x", x)
	}
	for _, k := range []int{spikeAt - 1, spikeAt, spikeAt + 1000, spikeAt + 4000, last} {
		o.Table.add(fmt.Sprintf("adam, 1/(√v̂+ε) after step %d", k+1), adam[k])
		o.Table.add(fmt.Sprintf("closed form after step %d", k+1), form[k])
		o.Table.add(fmt.Sprintf("amsgrad, after step %d", k+1), amsgrad[k])
	}
	o.Notes = []string{fmt.Sprintf("The spike cuts adam's effective step from %s to %s; %d steps later it stands at %s, amsgrad's at %s.",
		short(adam[spikeAt-1]), short(adam[spikeAt]), last-spikeAt, short(adam[last]), short(amsgrad[last]))}
	o.Sheets = []figure.Sheet{forgettingSheet(adam, form, amsgrad, courses)}
	return o, nil
}

// forgettingSheet shows the effective steps and the courses of the counterexamples.
func forgettingSheet(adam, form, amsgrad []float64, courses []course) figure.Sheet {
	t := floats.Span(make([]float64, spikeEnd), 1, spikeEnd)
	left := figure.Plot{Title: "a spike at step 4000", Height: 210, X: figure.Side{Label: "step"}, Y: figure.Side{Label: "1/(√v̂ + ε)", Log: true},
		Marks: []figure.Mark{{Name: "adam", X: t, Y: adam}, {Name: "closed form", X: t, Y: form, Ink: figure.Black, Dash: 2}, {Name: "amsgrad", X: t, Y: amsgrad, Ink: 1}}}
	right := figure.Plot{Title: "the convex counterexamples", Height: 210, X: figure.Side{Label: "step", Log: true}, Y: figure.Side{Label: "x, best at −1", Min: -1.08, Max: 1.08}}
	for i, p := range courses {
		m := figure.Mark{Name: p.name, Ink: figure.Ink(i % 2), Dash: i / 2}
		for k := 1.0; k <= float64(len(p.x)); k *= 1.02 { // even in log k
			m.X, m.Y = append(m.X, k), append(m.Y, p.x[int(k)-1])
		}
		right.Marks = append(right.Marks, m)
	}
	return figure.Sheet{Name: "forgetting", Title: "What Adam forgets and AMSGrad does not",
		Below: "left: the factor on one coordinate's average gradient; right: losses 3x, −x, −x, … and 1010x, −10x, … on [−1, 1]",
		Rows:  [][]figure.Plot{{left, right}}}
}

// tailMean is the mean of the last tenth.
func tailMean(x []float64) float64 { return stat.Mean(x[len(x)-len(x)/10:], nil) }
