package optim

import "math"

// Adagrad gives every coordinate a step that falls with its accumulated squared
// gradients,
//
//	s += g²;   θ −= α/(1 + (t−1)·d)·g/(√s + ε),
//
// with t = 1, 2, … the step and d RateDecay. Restart keeps s and t.
//
// Source: Duchi, Hazan, Singer, JMLR 12 (2011), in the form of PyTorch 1.13,
// torch/optim/adagrad.py. Unlike here, optax starts s at 0.1 and has ε inside the
// root.
type Adagrad struct {
	FirstOrder
	RateDecay   float64 // d
	Accumulator float64 // s before the first step
	Epsilon     float64 // ε, outside the root

	run   descent
	sum   []float64 // s
	steps []float64 // one value: t
}

// DefaultAdagrad returns α = 1e-2, d = 0, s = 0, ε = 1e-10.
func DefaultAdagrad() *Adagrad {
	return &Adagrad{FirstOrder: FirstOrder{LearningRate: Constant(1e-2)}, Epsilon: 1e-10}
}

// Settings lists the hyperparameters.
func (a *Adagrad) Settings() []Setting {
	return a.settings(
		Setting{Key: "rate_decay", Float: &a.RateDecay, Range: notNegative},
		Setting{Key: "accumulator", Float: &a.Accumulator, Range: notNegative},
		Setting{Key: "epsilon", Float: &a.Epsilon, Range: positive})
}

// Check returns the hyperparameters that are out of range.
func (a *Adagrad) Check() Faults {
	return append(checkSchedule(a.LearningRate), checkSettings(a.Settings())...)
}

// Init prepares for θ of length dim.
func (a *Adagrad) Init(dim int) {
	mustBeSound(dim, a)
	a.run.init(dim, &a.FirstOrder)
	a.sum, a.steps = make([]float64, dim), make([]float64, 1)
	for i := range a.sum {
		a.sum[i] = a.Accumulator
	}
}

// Step makes one update of theta; see Method.
func (a *Adagrad) Step(theta []float64, f Objective) (StepInfo, error) {
	return a.run.step(theta, f, &a.FirstOrder, a)
}

// Restart keeps everything: Adagrad has no bias correction to begin anew.
func (a *Adagrad) Restart() {}

// State returns the accumulators and counters; see Stateful.
func (a *Adagrad) State() []Vector { return saveParts(a.parts()) }

// SetState restores what State returned; see Stateful.
func (a *Adagrad) SetState(state []Vector) error { return loadParts(a.parts(), state) }

func (a *Adagrad) parts() []part {
	return a.run.parts(part{name: "sum", values: a.sum},
		part{name: "steps", values: a.steps, counts: true})
}

func (a *Adagrad) update(theta, g []float64, lr float64) {
	rate := lr / (1 + a.steps[0]*a.RateDecay)
	a.steps[0]++
	for i, gi := range g {
		a.sum[i] += gi * gi
		theta[i] -= rate * gi / (math.Sqrt(a.sum[i]) + a.Epsilon)
	}
}
