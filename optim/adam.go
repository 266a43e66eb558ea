package optim

// Adam moves each coordinate by its averaged gradient over its averaged size; the
// formulas are those of AdamW without decay. WeightDecay is L2: it enters the
// gradient and is divided by √v, which is not weight decay; see AdamW. Restart
// begins the bias correction anew and keeps the averages.
//
// Source: Kingma, Ba, ICLR 2015, algorithm 1, and Reddi, Kale, Kumar, ICLR 2018,
// for AMSGrad, as in PyTorch 1.13, torch/optim/adam.py. Unlike the form with
// ε-hat, ε is added after the bias correction.
type Adam struct {
	FirstOrder
	Beta1, Beta2 float64 // β₁, β₂ in [0, 1)
	Epsilon      float64 // ε; gradients far below it see plain descent
	AMSGrad      bool    // divide by the largest v so far

	run     descent
	moments moments
}

// DefaultAdam returns α = 1e-3, β = (0.9, 0.999), ε = 1e-8, no L2.
func DefaultAdam() *Adam {
	return &Adam{FirstOrder: FirstOrder{LearningRate: Constant(1e-3)}, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

// DefaultAMSGrad returns DefaultAdam with AMSGrad set.
func DefaultAMSGrad() *Adam {
	a := DefaultAdam()
	a.AMSGrad = true
	return a
}

// Settings lists the hyperparameters.
func (a *Adam) Settings() []Setting {
	return a.settings(adamSettings(&a.Beta1, &a.Beta2, &a.Epsilon, &a.AMSGrad)...)
}

func adamSettings(beta1, beta2, epsilon *float64, amsgrad *bool) []Setting {
	return []Setting{
		{Key: "beta1", Float: beta1, Range: fraction},
		{Key: "beta2", Float: beta2, Range: fraction},
		{Key: "epsilon", Float: epsilon, Range: positive},
		{Key: "amsgrad", Bool: amsgrad},
	}
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
