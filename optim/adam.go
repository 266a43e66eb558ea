package optim

import (
	"math"

	"pinn/optim/internal/memory"
)

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
func (a *Adam) State() []Vector { return memory.Save(a.run.parts(a.moments.parts()...)) }

// SetState restores what State returned; see Stateful.
func (a *Adam) SetState(state []Vector) error {
	return memory.Load(a.run.parts(a.moments.parts()...), state)
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

// moments are the moving averages of Adam in all its forms, with t = 1, 2, … counted
// from the last restart. AMSGrad takes the maximum of the raw v, as PyTorch does: over
// the bias-corrected one (optax) the first gradient would never be forgotten.
type moments struct {
	m, v, vmax []float64 // vmax is nil without AMSGrad
	t          []float64 // one value
}

func newMoments(dim int, amsgrad bool) moments {
	s := moments{m: make([]float64, dim), v: make([]float64, dim), t: make([]float64, 1)}
	if amsgrad {
		s.vmax = make([]float64, dim)
	}
	return s
}

func (s *moments) parts() []memory.Part {
	p := []memory.Part{{Name: "m", Values: s.m}, {Name: "v", Values: s.v}}
	if s.vmax != nil {
		p = append(p, memory.Part{Name: "vmax", Values: s.vmax})
	}
	return append(p, memory.Part{Name: "t", Values: s.t, Counts: true})
}

// restart begins the bias correction anew and keeps the averages. The next steps
// are shorter by √(1−β₂ᵗ)/(1−β₁ᵗ), t small (0.32 at the defaults): a warm-up that
// meets the larger gradients of redrawn points with care.
func (s *moments) restart() {
	if s.t != nil {
		s.t[0] = 0
	}
}

// metric stores 1/(√w/√(1−β₂ᵗ) + ε) in dst and reports whether a step has been made
// since the last restart.
func (s *moments) metric(dst []float64, beta2, epsilon float64) bool {
	if s.t == nil || s.t[0] == 0 {
		return false
	}
	w, root := s.v, math.Sqrt(1-math.Pow(beta2, s.t[0]))
	if s.vmax != nil {
		w = s.vmax
	}
	for i := range dst {
		dst[i] = 1 / (math.Sqrt(w[i])/root + epsilon)
	}
	return true
}

func (s *moments) update(theta, g []float64, lr, beta1, beta2, epsilon float64) {
	s.t[0]++
	rate := lr / (1 - math.Pow(beta1, s.t[0]))
	root := math.Sqrt(1 - math.Pow(beta2, s.t[0]))
	m, v := s.m[:len(g)], s.v[:len(g)]
	theta = theta[:len(g)]
	if s.vmax != nil {
		s.updateMax(theta, g, rate, root, beta1, beta2, epsilon)
		return
	}
	for i, gi := range g {
		m[i] = beta1*m[i] + (1-beta1)*gi
		v[i] = beta2*v[i] + (1-beta2)*gi*gi
		theta[i] -= rate * m[i] / (math.Sqrt(v[i])/root + epsilon)
	}
}

func (s *moments) updateMax(theta, g []float64, rate, root, beta1, beta2, epsilon float64) {
	for i, gi := range g {
		s.m[i] = beta1*s.m[i] + (1-beta1)*gi
		s.v[i] = beta2*s.v[i] + (1-beta2)*gi*gi
		s.vmax[i] = max(s.vmax[i], s.v[i])
		theta[i] -= rate * s.m[i] / (math.Sqrt(s.vmax[i])/root + epsilon)
	}
}

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
func (n *NAdam) State() []Vector { return memory.Save(n.parts()) }

// SetState restores what State returned; see Stateful.
func (n *NAdam) SetState(state []Vector) error { return memory.Load(n.parts(), state) }

func (n *NAdam) parts() []memory.Part {
	return append(n.run.parts(n.moments.parts()...), memory.Part{Name: "product", Values: n.product})
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
