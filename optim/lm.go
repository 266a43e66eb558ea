package optim

import (
	"math"

	"pinn/internal/kernel"
	"pinn/optim/internal/memory"
)

// LM is a Levenberg–Marquardt method for badly conditioned residuals. Of all steps
//
//	p = −(JᵀJ + λI)⁻¹·Jᵀr
//
// it takes the longest, the one of the smallest λ, whose gain ratio
//
//	ρ = (L(θ) − L(θ+p)) / (L(θ) − |r + Jp|²)
//
// is still at or above a small Target. Its steps are longer and fit worse than those of
// the usual rules, and λ sinks by orders of magnitude more, which carries the method
// past plateaus. Once λ has stopped sinking, stage 2 begins, with FinalTarget.
//
// The objective must be a LeastSquares. One Step evaluates the normal equations, or the
// triangle, once, at θ. It then tries about six λ, each with a factorisation and one
// evaluation of the loss: from the λ of the last step down by factors of 4 while ρ
// passes, or up until it does, then four bisections in ln λ between the smallest that
// passed and a quarter of it. If none passes, the first that lowered L is taken. If 15
// λ did not lower L, nothing is accepted, StepNorm is 0, and the next Step begins at a
// hundred times the last λ. L is never raised: θ is the best point seen on the present
// objective.
//
// A Step is refused or ends the run with
//
//	NotFinite        L, g or JᵀJ is not finite at θ, or L was at no trial
//	Stuck            nothing lowered L three times in a row, or at any length
//	ConvergedFloor   the same where the loss is rounding noise
//	ConvergedStep    three short steps; see StopStep
//	Diverged         ‖θ‖ has grown a hundredfold since Init
//
// and the tolerances below; the Note has the numbers. A stopped LM evaluates nothing
// more until Restart or until the caller moves θ. Restart keeps λ, its history and
// the stage: points redrawn are still the same problem.
//
// Where λ falls below 1e-10·tr(JᵀJ), it is lost in the rounding of JᵀJ. From there on a
// Step works with the triangle R of J (LeastSquares.Triangle) and reflects [R; √λI] for
// each trial, which keeps singular values of J down to ε of the largest. Smooth
// residuals need them: the loss of a beam's equation ends at 1e-30 and not at 1e-16.
//
// The memory is 3p² numbers. A trial costs p³/6 multiplications, with the triangle p³/3.
//
// Source: the step rule of Webb, Jerad, Cartis, arXiv 2607.02194 (2026). Unlike the
// source, J is not sketched; λ is found by trials and not from a decomposition; and
// stage 2 also waits until the median of the last 30 λ is a hundredfold below Damping,
// since a λ that pauses high up may sink further. FinalTarget is 0.9 and not 0.5: where
// the model can remove all of L, a step then leaves a tenth of it and not a half.
type LM struct {
	Damping      float64 // λ of the first trial; in units of JᵀJ
	Target       float64 // least ρ in stage 1, in (0, 1)
	FinalTarget  float64 // least ρ in stage 2, in (0, 1)
	StopStep     float64 // stop after three steps with ‖Δθ‖ < StopStep·(1 + ‖θ‖)
	StopGradient float64 // stop when ‖∇L‖∞ is at or below; 0: only where it is 0
	StopChange   float64 // stop after ten relative decreases at or below; 0: 2⁻⁵⁰
	StopValue    float64 // stop when L is at or below; −Inf: never
	Threads

	dim   int
	model lmModel

	x        []float64 // the accepted point
	scalars  []float64 // see the indices below
	counters []float64
	ending   []float64 // one value: the Status
	history  []float64 // ring of log₁₀ λ of the newest accepted steps

	trials lmTrials
}

// DefaultLM returns λ = 1e-2, targets 0.15 and 0.9, StopStep 1e-8 and no other
// tolerances.
func DefaultLM() *LM {
	return &LM{Damping: 1e-2, Target: 0.15, FinalTarget: 0.9, StopStep: 1e-8, StopValue: math.Inf(-1)}
}

// Settings lists the hyperparameters.
func (m *LM) Settings() []Setting {
	return []Setting{
		{Key: "damping", Float: &m.Damping, Range: positive},
		{Key: "target", Float: &m.Target, Range: unitOpen},
		{Key: "final_target", Float: &m.FinalTarget, Range: unitOpen},
		{Key: "stop_step", Float: &m.StopStep, Range: notNegative},
		{Key: "stop_gradient", Float: &m.StopGradient, Range: notNegative},
		{Key: "stop_change", Float: &m.StopChange, Range: notNegative},
		{Key: "stop_value", Float: &m.StopValue, Range: anything},
	}
}

// Check returns the hyperparameters that are out of range.
func (m *LM) Check() Faults { return checkSettings(m.Settings()) }

// Init prepares for θ of length dim. It allocates 3·dim² numbers.
func (m *LM) Init(dim int) {
	mustBeSound(dim, m)
	m.dim = dim
	m.model = newLMModel(dim, m.Threads.count())
	m.trials.init(dim)
	m.initState(dim)
}

// Stage returns 1, or 2 once λ has stopped sinking.
func (m *LM) Stage() int {
	if m.counters != nil && m.counters[final] == 1 {
		return 2
	}
	return 1
}

// Step makes one update of theta, or none; see LM and Method.
func (m *LM) Step(theta []float64, f Objective) (StepInfo, error) {
	mustFit(theta, f, m.dim)
	info := StepInfo{Clip: 1}
	ls, ok := f.(LeastSquares)
	if !ok {
		return info, ErrNotLeastSquares
	}
	if m.status() != Running && equal(theta, m.x) {
		return m.report(info), nil
	}
	if bad := m.enter(theta, ls, &info); bad != nil {
		return refuse(info, bad)
	}
	m.setStatus(m.settledAt())
	var bad *NotFiniteError
	if m.status() == Running {
		if m.search(ls, &info) {
			m.accept(&info)
			copy(theta, m.x)
		} else {
			bad = m.reject(&info)
		}
	}
	info = m.report(info)
	if bad != nil {
		return info, bad
	}
	return info, nil
}

// enter evaluates the model at theta, which becomes the accepted point.
func (m *LM) enter(theta []float64, f LeastSquares, info *StepInfo) *NotFiniteError {
	if !equal(theta, m.x) {
		m.resume()
	}
	v := m.model.evaluate(theta, f, m.scalars[damping] < fineShare*m.scalars[trace])
	info.LossEvals++
	info.GradEvals++
	h, bad := checkFinite(int(m.counters[steps]), v, m.model.g)
	info.Value, info.GradNorm = v, 2*h
	if bad != nil {
		return bad
	}
	rounding := 0.0
	for i, t := range theta {
		d := m.model.diagonal[i]
		if !finite(d) {
			return &NotFiniteError{Step: int(m.counters[steps]), What: Matrix, Index: i, Value: d}
		}
		rounding += d * t * t
	}
	copy(m.x, theta)
	size := math.Sqrt(kernel.Dot(theta, theta))
	if m.counters[begun] == 0 {
		m.counters[begun], m.scalars[origin] = 1, size
	}
	m.scalars[value], m.scalars[norm], m.scalars[trace] = v, 2*h, m.model.trace
	m.trials.begin(v, size, m.model.least(), rounding)
	return nil
}

// Indices into LM.scalars; value, norm and length are those of descender.
const (
	damping = numScalars + iota // λ of the next trial
	proven                      // λ of the last accepted step, at first Damping
	tried                       // λ of the last trial
	origin                      // ‖θ‖ when the first Step was called
	trace                       // tr(JᵀJ) of the newest Step, 0 at first
	lmScalars
)

// Indices into LM.counters.
const (
	steps    = iota // Steps that accepted or rejected, since Init
	accepted        // of these; their λ are in history
	vain            // successive rejections
	short           // successive short steps
	level           // successive steps without a change worth the name
	final           // 1 in stage 2
	begun           // 1 once origin is set
	lmCounters
)

const (
	mostVain   = 3     // rejections in a row that end the run
	mostShort  = 3     // short steps in a row
	divergence = 100.0 // growth of ‖θ‖ that ends the run
)

func (m *LM) initState(dim int) {
	m.x = make([]float64, dim)
	m.scalars = make([]float64, lmScalars)
	m.counters = make([]float64, lmCounters)
	m.ending = make([]float64, 1)
	m.history = make([]float64, trendWindow)
	m.scalars[damping], m.scalars[proven] = m.Damping, m.Damping
}

// Restart keeps λ, its history and the stage; the next Step evaluates anew.
func (m *LM) Restart() {
	if m.counters != nil {
		m.resume()
	}
}

// resume makes the method go on after an ending or on another objective.
func (m *LM) resume() {
	m.setStatus(Running)
	m.counters[vain], m.counters[short], m.counters[level] = 0, 0, 0
	m.scalars[damping] = m.scalars[proven]
}

func (m *LM) status() Status     { return Status(m.ending[0]) }
func (m *LM) setStatus(s Status) { m.ending[0] = float64(s) }

func (m *LM) parts() []memory.Part {
	return []memory.Part{
		{Name: "x", Values: m.x},
		{Name: "scalars", Values: m.scalars},
		{Name: "damping_history", Values: m.history},
		{Name: "counters", Values: m.counters, Counts: true},
		{Name: "status", Values: m.ending, Counts: true, Most: float64(len(statusNames) - 1)},
	}
}

// State returns the accepted point, λ with its history, the counters and the
// Status; see Stateful. JᵀJ is not state: each Step evaluates it.
func (m *LM) State() []Vector { return memory.Save(m.parts()) }

// SetState restores what State returned; see Stateful.
func (m *LM) SetState(state []Vector) error { return memory.Load(m.parts(), state) }

// accept makes the best trial the accepted point.
func (m *LM) accept(info *StepInfo) {
	best := &m.trials.best
	drop := m.scalars[value] - best.value
	kernel.Add(m.x, m.x, best.p)
	m.scalars[value], m.scalars[length] = best.value, best.length
	m.scalars[damping], m.scalars[proven], m.scalars[tried] = best.lambda, best.lambda, best.lambda
	m.counters[steps]++
	m.counters[vain] = 0
	m.tally(short, best.length < m.StopStep*(1+m.trials.size))
	m.tally(level, drop <= math.Max(m.StopChange, floorChange)*best.value)
	info.StepNorm, info.Gain = best.length, best.gain
	m.remember(best.lambda, info)
	m.setStatus(m.settledAfter())
}

// tally counts how often in a row something was so.
func (m *LM) tally(counter int, so bool) {
	if so {
		m.counters[counter]++
	} else {
		m.counters[counter] = 0
	}
}
