package optim

import "math"

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
func (r *RMSprop) State() []Vector { return saveParts(r.parts()) }

// SetState restores what State returned; see Stateful.
func (r *RMSprop) SetState(state []Vector) error { return loadParts(r.parts(), state) }

func (r *RMSprop) parts() []part {
	return r.run.parts(part{name: "m", values: r.m}, part{name: "v", values: r.v},
		part{name: "buffer", values: r.buffer})
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
