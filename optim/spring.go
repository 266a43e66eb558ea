package optim

import (
	"math"

	"pinn/internal/kernel"
	"pinn/internal/kernel/triangle"
	"pinn/optim/internal/memory"
)

// SPRING is a Gauss-Newton method for minibatches of n residuals and many more
// parameters. It keeps the direction φ and corrects it by what the batch at hand says,
//
//	ζ = −r − μ·Jφ,   φ ← μφ + Jᵀ(JJᵀ + λI)⁻¹ζ,   θ += min(α, √C/‖φ‖)·φ,
//
// which is the φ nearest to μφ that fits r + Jφ = 0, with μ the Momentum, λ the
// Damping, α the learning rate and C the NormConstraint. With μ = 0 it is ENGD-W, and
// φ = −(JᵀJ + λI)⁻¹Jᵀr in the form of Woodbury. The objective must be a Rows; its
// points should change from step to step. Restart keeps φ.
//
// A Step costs n²p + 2n·p + n³/6 multiplications beside J and holds n² + 2p numbers.
// Where JJᵀ + λI is not positive definite in float64, λ is raised a hundredfold, again
// and again, for that step.
//
// Sources: Guzmán-Cordero, Dangel, Goldshlager, Zeinhofer, arXiv 2505.12149 (2025);
// SPRING is due to Goldshlager, Abrahamsen, Lin, J. Comput. Phys. 516 (2024). Unlike
// there α is bounded by √C/‖φ‖ for μ = 0, too.
type SPRING struct {
	LearningRate   Schedule // α
	Momentum       float64  // μ, in [0, 1)
	Damping        float64  // λ, in units of JJᵀ
	NormConstraint float64  // C: a step is no longer than √C
	Threads

	direction []float64 // φ
	count     []float64 // one value: updates made since Init
	next      []float64 // φ to come, and scratch
	zeta      []float64
	factor    *triangle.Cholesky // of JJᵀ + λI
}

// DefaultSPRING returns α = 0.05, μ = 0.9, λ = 1e-8 and C = 1e-2.
func DefaultSPRING() *SPRING {
	return &SPRING{LearningRate: Constant(0.05), Momentum: 0.9, Damping: 1e-8, NormConstraint: 1e-2}
}

// Rate returns the learning rate; see RateOf.
func (s *SPRING) Rate() *Schedule { return &s.LearningRate }

// Settings lists the hyperparameters.
func (s *SPRING) Settings() []Setting {
	return []Setting{
		{Key: "momentum", Float: &s.Momentum, Range: fraction},
		{Key: "damping", Float: &s.Damping, Range: positive},
		{Key: "norm_constraint", Float: &s.NormConstraint, Range: positive},
	}
}

// Check returns the hyperparameters that are out of range.
func (s *SPRING) Check() Faults {
	return append(checkSchedule(s.LearningRate), checkSettings(s.Settings())...)
}

// Init prepares for θ of length dim.
func (s *SPRING) Init(dim int) {
	mustBeSound(dim, s)
	s.direction, s.next, s.count = make([]float64, dim), make([]float64, dim), make([]float64, 1)
}

// Restart keeps everything: the direction outlives its points.
func (s *SPRING) Restart() {}

// State returns the direction and the count; see Stateful.
func (s *SPRING) State() []Vector { return memory.Save(s.parts()) }

// SetState restores what State returned; see Stateful.
func (s *SPRING) SetState(state []Vector) error { return memory.Load(s.parts(), state) }

func (s *SPRING) parts() []memory.Part {
	return []memory.Part{{Name: "direction", Values: s.direction}, {Name: "count", Values: s.count, Counts: true}}
}

// Step makes one update of theta; see Method. GradNorm is 2‖Jᵀr‖.
func (s *SPRING) Step(theta []float64, f Objective) (StepInfo, error) {
	mustFit(theta, f, len(s.direction))
	info := StepInfo{Clip: 1}
	rows, ok := f.(Rows)
	if !ok {
		return info, ErrNoRows
	}
	k := int(s.count[0])
	value, b := rows.Rows(theta)
	info.Value, info.LossEvals, info.GradEvals = value, 1, 1
	for i := range s.next {
		s.next[i] = 2 * kernel.Dot(b.Column(i), b.R)
	}
	norm, bad := checkFinite(k, value, s.next)
	if info.GradNorm = norm; bad != nil {
		return refuse(info, bad)
	}
	if info.Damping, bad = s.factorise(b); bad != nil {
		return refuse(info, bad)
	}
	s.turn(b)
	length := math.Sqrt(kernel.Dot(s.next, s.next))
	if !finite(length) {
		return refuse(info, firstNotFinite(k, Parameter, s.next, length))
	}
	info.LearningRate = s.LearningRate.At(k)
	step := math.Min(info.LearningRate, math.Sqrt(s.NormConstraint)/length)
	info.StepNorm = step * length
	kernel.Axpy(theta, step, s.next)
	copy(s.direction, s.next)
	s.count[0]++
	return info, nil
}

// factorise computes the factor of JJᵀ + λI and returns λ.
func (s *SPRING) factorise(b RowBlock) (lambda float64, bad *NotFiniteError) {
	n := len(b.R)
	if s.factor == nil || s.factor.N != n {
		s.factor, s.zeta = triangle.NewCholesky(n, s.Threads.count()), make([]float64, n)
	}
	for lambda = s.Damping; ; lambda *= 100 {
		trace, ok := s.factor.FactorGram(len(s.next), b.JT, b.Stride, lambda)
		if ok {
			return lambda, nil
		}
		if !(lambda <= trace) || !finite(trace) {
			return lambda, &NotFiniteError{Step: int(s.count[0]), What: Matrix, Index: -1, Value: trace}
		}
	}
}

// turn stores in next the direction φ for the batch.
func (s *SPRING) turn(b RowBlock) {
	kernel.Scale(s.zeta, -1, b.R)
	for k, phi := range s.direction {
		kernel.Axpy(s.zeta, -s.Momentum*phi, b.Column(k))
	}
	s.factor.Solve(s.zeta)
	for k, phi := range s.direction {
		s.next[k] = s.Momentum*phi + kernel.Dot(b.Column(k), s.zeta)
	}
}
