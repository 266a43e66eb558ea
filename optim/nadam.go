package optim

import "math"

// NAdam is Adam with Nesterov's look ahead. With t = 1, 2, …,
//
//	μ_t = β₁·(1 − ½·0.96^(ψ·t)),   Π_t = μ_1·…·μ_t
//	m = β₁·m + (1−β₁)·g,           v = β₂·v + (1−β₂)·g²
//	θ −= α·[(1−μ_t)/(1−Π_t)·g + μ_{t+1}/(1−Π_t·μ_{t+1})·m]/(√(v/(1−β₂ᵗ)) + ε),
//
// ψ being MomentumDecay. Restart begins t and Π anew and keeps m and v.
//
// Source: Dozat, ICLR workshop 2016, as documented by PyTorch, torch.optim.NAdam.
// Unlike PyTorch 1.13's code, which multiplies one μ_t too many into the second
// product. Unlike optax, which has no schedule in μ.
type NAdam struct {
	FirstOrder
	Beta1, Beta2  float64 // β₁, β₂ in [0, 1)
	Epsilon       float64 // ε
	MomentumDecay float64 // ψ

	run     descent
	moments moments
	product []float64 // one value: Π_t
}

// DefaultNAdam returns α = 2e-3, β = (0.9, 0.999), ε = 1e-8, ψ = 0.004.
func DefaultNAdam() *NAdam {
	return &NAdam{FirstOrder: FirstOrder{LearningRate: Constant(2e-3)},
		Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, MomentumDecay: 4e-3}
}

// Settings lists the hyperparameters.
func (n *NAdam) Settings() []Setting {
	return n.settings(
		Setting{Key: "beta1", Float: &n.Beta1, Range: fraction},
		Setting{Key: "beta2", Float: &n.Beta2, Range: fraction},
		Setting{Key: "epsilon", Float: &n.Epsilon, Range: positive},
		Setting{Key: "momentum_decay", Float: &n.MomentumDecay, Range: notNegative})
}

// Check returns the hyperparameters that are out of range.
func (n *NAdam) Check() Faults {
	return append(checkSchedule(n.LearningRate), checkSettings(n.Settings())...)
}

// Init prepares for θ of length dim.
func (n *NAdam) Init(dim int) {
	mustBeSound(dim, n)
	n.run.init(dim, &n.FirstOrder)
	n.moments = newMoments(dim, false)
	n.product = []float64{1}
}

// Step makes one update of theta; see Method.
func (n *NAdam) Step(theta []float64, f Objective) (StepInfo, error) {
	return n.run.step(theta, f, &n.FirstOrder, n)
}

// Restart begins t and Π anew and keeps m and v.
func (n *NAdam) Restart() {
	n.moments.restart()
	if n.product != nil {
		n.product[0] = 1
	}
}

// State returns the moments and counters; see Stateful.
func (n *NAdam) State() []Vector { return saveParts(n.parts()) }

// SetState restores what State returned; see Stateful.
func (n *NAdam) SetState(state []Vector) error { return loadParts(n.parts(), state) }

func (n *NAdam) parts() []part {
	return append(n.run.parts(n.moments.parts()...), part{name: "product", values: n.product})
}

func (n *NAdam) update(theta, g []float64, lr float64) {
	s := &n.moments
	s.t[0]++
	mu, next := n.mu(s.t[0]), n.mu(s.t[0]+1)
	n.product[0] *= mu
	onGrad := lr * (1 - mu) / (1 - n.product[0])
	onMean := lr * next / (1 - n.product[0]*next)
	bias := 1 - math.Pow(n.Beta2, s.t[0])
	for i, gi := range g {
		s.m[i] = n.Beta1*s.m[i] + (1-n.Beta1)*gi
		s.v[i] = n.Beta2*s.v[i] + (1-n.Beta2)*gi*gi
		theta[i] -= (onGrad*gi + onMean*s.m[i]) / (math.Sqrt(s.v[i]/bias) + n.Epsilon)
	}
}

func (n *NAdam) mu(t float64) float64 {
	return n.Beta1 * (1 - 0.5*math.Pow(0.96, n.MomentumDecay*t))
}
