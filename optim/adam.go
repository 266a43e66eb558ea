package optim

// Adam moves each coordinate by its averaged gradient over its averaged size. Per
// coordinate, with t = 1, 2, …,
//
//	g ← g + wd·θ, or if Decoupled: θ ← (1 − α·wd)·θ     where Decay allows
//	m = β₁·m + (1−β₁)·g
//	v = β₂·v + (1−β₂)·g²
//	AMSGrad: w = max(w, v), else w = v
//	θ −= α/(1−β₁ᵗ)·m/(√w/√(1−β₂ᵗ) + ε).
//
// Decoupled decay makes it AdamW. Without, wd is L2: it enters the gradient and is
// divided by √v, so that coordinates with large gradients hardly decay. With wd = 0
// both are the same bit for bit.
//
// |Δθ_i| ≤ α·max(1, (1−β₁)/√(1−β₂)), that is 3.16 α at the defaults, reached when a
// spike follows a long quiet; decoupled decay adds α·wd·|θ_i|. Restart begins the bias
// correction (t) anew and keeps m and v: after a redraw of the points the first
// steps are a third as long, which meets the larger gradients with care.
//
// Source: Kingma, Ba, ICLR 2015, algorithm 1; Loshchilov, Hutter, ICLR 2019,
// algorithm 2, for AdamW; Reddi, Kale, Kumar, ICLR 2018, for AMSGrad; as in PyTorch
// 1.13, torch/optim/adam.py and adamw.py. Unlike the form with ε-hat, ε is added after
// the bias correction. Unlike the paper, and like PyTorch and optax, decoupled decay
// is coupled to α. Unlike PyTorch (wd = 1e-2) and optax (1e-4), AdamW's default wd is
// 0: decay puts a floor under a residual.
type Adam struct {
	FirstOrder
	Beta1, Beta2 float64 // β₁, β₂ in [0, 1)
	Epsilon      float64 // ε; gradients far below it see plain descent
	AMSGrad      bool    // divide by the largest v so far
	Decoupled    bool    // decay θ itself; set by the method's name, not a Setting

	run     descent
	moments moments
}

// DefaultAdam returns α = 1e-3, β = (0.9, 0.999), ε = 1e-8, no decay.
func DefaultAdam() *Adam {
	return &Adam{FirstOrder: FirstOrder{LearningRate: Constant(1e-3)}, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

// DefaultAMSGrad returns DefaultAdam with AMSGrad set.
func DefaultAMSGrad() *Adam {
	a := DefaultAdam()
	a.AMSGrad = true
	return a
}

// DefaultAdamW returns DefaultAdam with Decoupled set.
func DefaultAdamW() *Adam {
	a := DefaultAdam()
	a.Decoupled = true
	return a
}

// Settings lists the hyperparameters.
func (a *Adam) Settings() []Setting {
	return a.settings(
		Setting{Key: "beta1", Float: &a.Beta1, Range: fraction},
		Setting{Key: "beta2", Float: &a.Beta2, Range: fraction},
		Setting{Key: "epsilon", Float: &a.Epsilon, Range: positive},
		Setting{Key: "amsgrad", Bool: &a.AMSGrad})
}

// Check returns the hyperparameters that are out of range.
func (a *Adam) Check() Faults {
	return append(checkSchedule(a.LearningRate), checkSettings(a.Settings())...)
}

// Init prepares for θ of length dim.
func (a *Adam) Init(dim int) {
	mustBeSound(dim, a)
	a.run.init(dim, &a.FirstOrder)
	a.moments = newMoments(dim, a.AMSGrad)
}

// Step makes one update of theta; see Method.
func (a *Adam) Step(theta []float64, f Objective) (StepInfo, error) {
	return a.run.step(theta, f, &a.FirstOrder, a)
}

// Restart begins the bias correction anew and keeps m and v.
func (a *Adam) Restart() { a.moments.restart() }

// State returns the moments and counters; see Stateful.
func (a *Adam) State() []Vector { return saveParts(a.run.parts(a.moments.parts()...)) }

// SetState restores what State returned; see Stateful.
func (a *Adam) SetState(state []Vector) error {
	return loadParts(a.run.parts(a.moments.parts()...), state)
}

func (a *Adam) update(theta, g []float64, lr float64) {
	a.moments.update(theta, g, lr, a.Beta1, a.Beta2, a.Epsilon)
}

// Preconditioner stores in dst the diagonal of the metric that the method has built,
// 1/(√w/√(1−β₂ᵗ) + ε), and reports whether there is one: a step since Init or Restart.
func (a *Adam) Preconditioner(dst []float64) bool {
	return a.moments.metric(dst, a.Beta2, a.Epsilon)
}

func (a *Adam) decoupled() bool { return a.Decoupled }
