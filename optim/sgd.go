package optim

import "pinn/optim/internal/memory"

// SGD is gradient descent, plain or with momentum. Per coordinate,
//
//	sgd        θ −= α·g
//	momentum   buf = g on the first step, then buf = μ·buf + (1−τ)·g;   θ −= α·buf
//	nesterov   the same buffer;                                         θ −= α·(g + μ·buf)
//
// with μ Momentum and τ Dampening. Restart keeps the buffer.
//
// Source: PyTorch 1.13, torch/optim/sgd.py. Dampening does not act on the first
// step. α multiplies outside the buffer: unlike Sutskever et al. (2013), a change
// of α reaches the whole buffer at once. optax's trace agrees for τ = 0.
type SGD struct {
	FirstOrder
	Momentum  float64 // μ; 0 needs no buffer and is plain descent
	Dampening float64 // τ; must be 0 with Nesterov
	Nesterov  bool    // needs μ > 0

	run    descent
	buffer []float64
	filled []float64 // one value: 1 once the buffer holds a gradient
}

// DefaultSGD returns plain gradient descent, α = 1e-3.
func DefaultSGD() *SGD {
	return &SGD{FirstOrder: FirstOrder{LearningRate: Constant(1e-3)}}
}

// DefaultMomentum returns descent with μ = 0.9, α = 1e-3. (PyTorch's own default
// μ is 0.)
func DefaultMomentum() *SGD {
	s := DefaultSGD()
	s.Momentum = 0.9
	return s
}

// DefaultNesterov returns DefaultMomentum with Nesterov's look ahead.
func DefaultNesterov() *SGD {
	s := DefaultMomentum()
	s.Nesterov = true
	return s
}

// Settings lists the hyperparameters.
func (s *SGD) Settings() []Setting {
	return s.settings(
		Setting{Key: "momentum", Float: &s.Momentum, Range: fraction},
		Setting{Key: "dampening", Float: &s.Dampening, Range: unitClosed},
		Setting{Key: "nesterov", Bool: &s.Nesterov})
}

// Check returns the hyperparameters that are out of range.
func (s *SGD) Check() Faults {
	f := append(checkSchedule(s.LearningRate), checkSettings(s.Settings())...)
	if s.Nesterov && s.Momentum == 0 {
		f = append(f, Fault{Key: "momentum", Must: "be positive with nesterov", Got: 0})
	}
	if s.Nesterov && s.Dampening != 0 {
		f = append(f, Fault{Key: "dampening", Must: "be 0 with nesterov", Got: s.Dampening})
	}
	return f
}

// Init prepares for θ of length dim.
func (s *SGD) Init(dim int) {
	mustBeSound(dim, s)
	s.run.init(dim, &s.FirstOrder)
	s.buffer, s.filled = make([]float64, dim), make([]float64, 1)
}

// Step makes one update of theta; see Method.
func (s *SGD) Step(theta []float64, f Objective) (StepInfo, error) {
	return s.run.step(theta, f, &s.FirstOrder, s)
}

// Restart keeps everything: the buffer forgets by itself in 1/(1−μ) steps.
func (s *SGD) Restart() {}

// State returns the buffer and counters; see Stateful.
func (s *SGD) State() []Vector { return memory.Save(s.parts()) }

// SetState restores what State returned; see Stateful.
func (s *SGD) SetState(state []Vector) error { return memory.Load(s.parts(), state) }

func (s *SGD) parts() []memory.Part {
	return s.run.parts(memory.Part{Name: "buffer", Values: s.buffer},
		memory.Part{Name: "filled", Values: s.filled, Counts: true})
}

func (s *SGD) update(theta, g []float64, lr float64) {
	if s.Momentum == 0 {
		for i := range theta {
			theta[i] -= lr * g[i]
		}
		return
	}
	mu, share := s.Momentum, 1-s.Dampening
	if s.filled[0] == 0 {
		mu, share = 0, 1
		s.filled[0] = 1
	}
	for i, gi := range g {
		b := mu*s.buffer[i] + share*gi
		s.buffer[i] = b
		if s.Nesterov {
			b = gi + s.Momentum*b
		}
		theta[i] -= lr * b
	}
}
