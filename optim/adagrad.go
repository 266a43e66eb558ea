package optim

import (
	"math"

	"pinn/optim/internal/memory"
)

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
func (a *Adagrad) State() []Vector { return memory.Save(a.parts()) }

// SetState restores what State returned; see Stateful.
func (a *Adagrad) SetState(state []Vector) error { return memory.Load(a.parts(), state) }

func (a *Adagrad) parts() []memory.Part {
	return a.run.parts(memory.Part{Name: "sum", Values: a.sum},
		memory.Part{Name: "steps", Values: a.steps, Counts: true})
}

func (a *Adagrad) update(theta, g []float64, lr float64) {
	rate := lr / (1 + a.steps[0]*a.RateDecay)
	a.steps[0]++
	for i, gi := range g {
		a.sum[i] += gi * gi
		theta[i] -= rate * gi / (math.Sqrt(a.sum[i]) + a.Epsilon)
	}
}

// RMSprop divides the gradient by a moving root mean square of itself,
//
//	v = a·v + (1−a)·g²
//	v' = v, or if Centred: m = a·m + (1−a)·g;  v' = max(v − m², 0)
//	u = g/(√v' + ε)
//	with momentum: buf = μ·buf + u;  u = buf
//	θ −= α·u,
//
// with a Alpha and μ Momentum. There is no bias correction: the first step has
// size α/√(1−a), ten times α at the default. Restart keeps all moments.
//
// Source: PyTorch 1.13, torch/optim/rmsprop.py. Unlike there, v − m² is clamped
// at 0, which rounding can cross. Unlike here, optax has a = 0.9 and ε inside the
// root.
type RMSprop struct {
	FirstOrder
	Alpha    float64 // a
	Epsilon  float64 // ε, outside the root
	Momentum float64 // μ
	Centred  bool

	run          descent
	m, v, buffer []float64
}

// DefaultRMSprop returns α = 1e-2, a = 0.99, ε = 1e-8, μ = 0, not centred.
func DefaultRMSprop() *RMSprop {
	return &RMSprop{FirstOrder: FirstOrder{LearningRate: Constant(1e-2)}, Alpha: 0.99, Epsilon: 1e-8}
}

// Settings lists the hyperparameters.
func (r *RMSprop) Settings() []Setting {
	return r.settings(
		Setting{Key: "alpha", Float: &r.Alpha, Range: fraction},
		Setting{Key: "epsilon", Float: &r.Epsilon, Range: positive},
		Setting{Key: "momentum", Float: &r.Momentum, Range: fraction},
		Setting{Key: "centred", Bool: &r.Centred})
}

// Check returns the hyperparameters that are out of range.
func (r *RMSprop) Check() Faults {
	return append(checkSchedule(r.LearningRate), checkSettings(r.Settings())...)
}

// Init prepares for θ of length dim.
func (r *RMSprop) Init(dim int) {
	mustBeSound(dim, r)
	r.run.init(dim, &r.FirstOrder)
	r.m, r.v, r.buffer = make([]float64, dim), make([]float64, dim), make([]float64, dim)
}

// Step makes one update of theta; see Method.
func (r *RMSprop) Step(theta []float64, f Objective) (StepInfo, error) {
	return r.run.step(theta, f, &r.FirstOrder, r)
}

// Restart keeps everything: RMSprop has no bias correction to begin anew.
func (r *RMSprop) Restart() {}

// State returns the moments and counters; see Stateful.
func (r *RMSprop) State() []Vector { return memory.Save(r.parts()) }

// SetState restores what State returned; see Stateful.
func (r *RMSprop) SetState(state []Vector) error { return memory.Load(r.parts(), state) }

func (r *RMSprop) parts() []memory.Part {
	return r.run.parts(memory.Part{Name: "m", Values: r.m}, memory.Part{Name: "v", Values: r.v},
		memory.Part{Name: "buffer", Values: r.buffer})
}

func (r *RMSprop) update(theta, g []float64, lr float64) {
	for i, gi := range g {
		r.v[i] = r.Alpha*r.v[i] + (1-r.Alpha)*gi*gi
		square := r.v[i]
		if r.Centred {
			r.m[i] = r.Alpha*r.m[i] + (1-r.Alpha)*gi
			square = math.Max(square-r.m[i]*r.m[i], 0)
		}
		u := gi / (math.Sqrt(square) + r.Epsilon)
		if r.Momentum > 0 {
			r.buffer[i] = r.Momentum*r.buffer[i] + u
			u = r.buffer[i]
		}
		theta[i] -= lr * u
	}
}
