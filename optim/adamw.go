package optim

// AdamW is Adam with decoupled weight decay. Per coordinate, with t = 1, 2, …,
//
//	θ ← (1 − α·wd)·θ                       where Decay allows
//	m = β₁·m + (1−β₁)·g
//	v = β₂·v + (1−β₂)·g²
//	AMSGrad: w = max(w, v), else w = v
//	θ −= α/(1−β₁ᵗ)·m/(√w/√(1−β₂ᵗ) + ε).
//
// |Δθ_i| ≤ α·max(1, (1−β₁)/√(1−β₂)) + α·wd·|θ_i|, that is 3.16 α at the defaults,
// reached when a spike follows a long quiet. With wd = 0 it is Adam bit for bit.
// Restart begins the bias correction (t) anew and keeps m and v.
//
// Source: Loshchilov, Hutter, ICLR 2019, algorithm 2, as in PyTorch 1.13,
// torch/optim/adamw.py. Unlike the paper, and like PyTorch and optax, decay is
// coupled to α. Unlike PyTorch (wd = 1e-2) and optax (1e-4), the default wd is 0:
// decay puts a floor under a residual.
type AdamW struct {
	FirstOrder
	Beta1, Beta2 float64 // β₁, β₂ in [0, 1)
	Epsilon      float64 // ε; gradients far below it see plain descent
	AMSGrad      bool    // divide by the largest v so far

	run     descent
	moments moments
}

// DefaultAdamW returns α = 1e-3, β = (0.9, 0.999), ε = 1e-8, wd = 0.
func DefaultAdamW() *AdamW {
	return &AdamW{FirstOrder: FirstOrder{LearningRate: Constant(1e-3)}, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

// Settings lists the hyperparameters.
func (a *AdamW) Settings() []Setting {
	return a.settings(adamSettings(&a.Beta1, &a.Beta2, &a.Epsilon, &a.AMSGrad)...)
}

// Check returns the hyperparameters that are out of range.
func (a *AdamW) Check() Faults {
	return append(checkSchedule(a.LearningRate), checkSettings(a.Settings())...)
}

// Init prepares for θ of length dim.
func (a *AdamW) Init(dim int) {
	mustBeSound(dim, a)
	a.run.init(dim, &a.FirstOrder)
	a.moments = newMoments(dim, a.AMSGrad)
}

// Step makes one update of theta; see Method.
func (a *AdamW) Step(theta []float64, f Objective) (StepInfo, error) {
	return a.run.step(theta, f, &a.FirstOrder, a)
}

// Restart begins the bias correction anew and keeps m and v.
func (a *AdamW) Restart() { a.moments.restart() }

// State returns the moments and counters; see Stateful.
func (a *AdamW) State() []Vector { return saveParts(a.run.parts(a.moments.parts()...)) }

// SetState restores what State returned; see Stateful.
func (a *AdamW) SetState(state []Vector) error {
	return loadParts(a.run.parts(a.moments.parts()...), state)
}

func (a *AdamW) update(theta, g []float64, lr float64) {
	a.moments.update(theta, g, lr, a.Beta1, a.Beta2, a.Epsilon)
}

func (a *AdamW) decoupled() {}
