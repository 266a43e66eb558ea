package optim

import (
	"fmt"
	"math"

	"pinn/internal/kernel"
	"pinn/optim/internal/memory"
)

// Flow integrates the gradient flow dθ/dt = −∇L(θ), the path that descent with ever
// smaller steps tends to. One Step is one time step h of a Scheme:
//
//	g_1 = ∇L(θ),   g_i = ∇L(θ − h·Σ_{j<i} a_ij·g_j),   θ ← θ − h·Σ b_i·g_i.
//
// Euler with h is gradient descent with that learning rate, bit for bit. RungeKutta
// chooses h: with the error e = h·Σ (b_i − b̂_i)·g_i of the embedded rule a trial is
// accepted where
//
//	q = max_i |e_i|/(Tolerance·(1 + |θ_i|)) ≤ 1,   and then or else   h ← h·clamp(0.9·q^(−1/5), 0.2, 5);
//
// a trial that is not finite counts as q = ∞. After ten rejected trials Step gives
// up with Status Stuck. The flow is stiff where L is: no explicit scheme takes steps
// beyond a small multiple of 1/λmax. Restart forgets h and keeps the time. The
// objective must not change between two Restarts.
//
// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, 2nd
// ed. (1993), II.1, II.4 and table 5.1; the pair is Fehlberg's 4(5), and unlike his
// the result is that of fifth order.
type Flow struct {
	Scheme    Scheme
	TimeStep  float64 // h; of RungeKutta the first one, in θ² per loss
	Tolerance float64 // of RungeKutta: error per step, absolute and relative

	count []float64 // one value: steps made
	clock []float64 // the time, and the next h
	theta []float64 // of a stage
	error []float64
	grads [][]float64
}

// Scheme is a way to integrate the flow.
type Scheme int

// The schemes and their orders.
const (
	Euler      Scheme = iota // first
	Heun                     // second
	RungeKutta               // fifth, with an error estimate of fourth
)

// tableau holds the coefficients of a scheme; e = b − b̂, nil where h is fixed.
type tableau struct {
	a    [][]float64
	b, e []float64
}

var tableaux = [...]tableau{
	Euler: {a: [][]float64{{}}, b: []float64{1}},
	Heun:  {a: [][]float64{{}, {1}}, b: []float64{0.5, 0.5}},
	RungeKutta: {
		a: [][]float64{
			{},
			{1. / 4},
			{3. / 32, 9. / 32},
			{1932. / 2197, -7200. / 2197, 7296. / 2197},
			{439. / 216, -8, 3680. / 513, -845. / 4104},
			{-8. / 27, 2, -3544. / 2565, 1859. / 4104, -11. / 40},
		},
		b: []float64{16. / 135, 0, 6656. / 12825, 28561. / 56430, -9. / 50, 2. / 55},
		e: []float64{1. / 360, 0, -128. / 4275, -2197. / 75240, 1. / 50, 2. / 55},
	},
}

const (
	flowTrials = 10   // of one step
	flowLimit  = 1e12 // of h, which grows without bound where the gradient vanishes
)

// Indices into Flow.clock.
const (
	clockTime = iota
	clockStep
	clockLen
)

// DefaultEuler returns forward Euler with h = 1e-3.
func DefaultEuler() *Flow { return &Flow{Scheme: Euler, TimeStep: 1e-3, Tolerance: 1e-6} }

// DefaultHeun returns Heun's method with h = 1e-3.
func DefaultHeun() *Flow { return &Flow{Scheme: Heun, TimeStep: 1e-3, Tolerance: 1e-6} }

// DefaultRungeKutta returns Runge–Kutta 4(5) with a first h of 1e-3 and tolerance 1e-6.
func DefaultRungeKutta() *Flow { return &Flow{Scheme: RungeKutta, TimeStep: 1e-3, Tolerance: 1e-6} }

// Settings lists the hyperparameters.
func (s *Flow) Settings() []Setting {
	return []Setting{
		{Key: "time_step", Float: &s.TimeStep, Range: positive},
		{Key: "tolerance", Float: &s.Tolerance, Range: positive},
	}
}

// Check returns the hyperparameters that are out of range.
func (s *Flow) Check() Faults { return checkSettings(s.Settings()) }

// Init prepares for θ of length dim, at time 0.
func (s *Flow) Init(dim int) {
	mustBeSound(dim, s)
	s.count, s.clock = make([]float64, 1), make([]float64, clockLen)
	s.theta, s.error = make([]float64, dim), make([]float64, dim)
	s.grads = make([][]float64, len(tableaux[s.Scheme].b))
	for i := range s.grads {
		s.grads[i] = make([]float64, dim)
	}
	s.Restart()
}

// Restart begins with TimeStep again.
func (s *Flow) Restart() {
	if s.clock != nil {
		s.clock[clockStep] = s.TimeStep
	}
}

// Time returns t.
func (s *Flow) Time() float64 { return s.clock[clockTime] }

// State returns the time, the next time step and the count of steps; see Stateful.
func (s *Flow) State() []Vector { return memory.Save(s.parts()) }

// SetState restores what State returned; see Stateful.
func (s *Flow) SetState(state []Vector) error { return memory.Load(s.parts(), state) }

func (s *Flow) parts() []memory.Part {
	return []memory.Part{{Name: "count", Values: s.count, Counts: true}, {Name: "clock", Values: s.clock}}
}

// Step makes one time step; see Method.
func (s *Flow) Step(theta []float64, f Objective) (StepInfo, error) {
	return s.StepTo(theta, f, math.Inf(1))
}

// StepTo is Step, but ends at time end at the latest. Called until Time() = end, it
// integrates up to there.
func (s *Flow) StepTo(theta []float64, f Objective, end float64) (StepInfo, error) {
	mustFit(theta, f, len(s.theta))
	info := StepInfo{Clip: 1}
	value, norm, bad := s.evaluate(f, theta, 0, &info)
	info.Value, info.GradNorm = value, norm
	if bad != nil {
		return refuse(info, bad)
	}
	for range flowTrials {
		h, last := s.next(end)
		bad = s.trial(theta, f, h, &info)
		q := s.quotient(theta, h, bad)
		s.adapt(q, h, last)
		if q <= 1 {
			info.StepSize, info.StepNorm = h, math.Sqrt(distance2(s.theta, theta))
			copy(theta, s.theta)
			s.count[0]++
			s.clock[clockTime] += h
			if last {
				s.clock[clockTime] = end
			}
			return info, nil
		}
		if s.Scheme != RungeKutta {
			break
		}
	}
	if bad != nil {
		return refuse(info, bad)
	}
	info.Status = Stuck
	info.Note = fmt.Sprintf("no time step down to %.3g met the tolerance %.3g", s.clock[clockStep], s.Tolerance)
	return info, nil
}

// next returns the time step to try, and whether it ends at end.
func (s *Flow) next(end float64) (h float64, last bool) {
	h, left := s.clock[clockStep], end-s.clock[clockTime]
	const hair = 1 + 1e-12 // a last step of rounding's length is joined to the one before
	if left <= h*hair {
		return left, true
	}
	return h, false
}

// trial stores the θ that a step of h leads to in s.theta and the error in s.error.
func (s *Flow) trial(theta []float64, f Objective, h float64, info *StepInfo) *NotFiniteError {
	rule := tableaux[s.Scheme]
	for i := 1; i < len(rule.a); i++ {
		s.move(theta, h, rule.a[i])
		if _, _, bad := s.evaluate(f, s.theta, i, info); bad != nil {
			return bad
		}
	}
	s.move(theta, h, rule.b)
	if square := distance2(s.theta, theta); !finite(square) {
		return firstNotFinite(int(s.count[0]), Parameter, s.theta, square)
	}
	clear(s.error)
	for i, c := range rule.e {
		kernel.Axpy(s.error, h*c, s.grads[i])
	}
	return nil
}

// move computes s.theta = θ − h·Σ c_i·g_i.
func (s *Flow) move(theta []float64, h float64, c []float64) {
	for k, x := range theta {
		sum := c[0] * s.grads[0][k]
		for i := 1; i < len(c); i++ {
			sum += c[i] * s.grads[i][k]
		}
		s.theta[k] = x - h*sum
	}
}

func (s *Flow) evaluate(f Objective, theta []float64, stage int, info *StepInfo) (value, norm float64, bad *NotFiniteError) {
	value = f.ValueGrad(s.grads[stage], theta)
	info.LossEvals++
	info.GradEvals++
	norm, bad = checkFinite(int(s.count[0]), value, s.grads[stage])
	return value, norm, bad
}

// quotient returns q of the trial in hand: 0 for a scheme without an estimate.
func (s *Flow) quotient(theta []float64, h float64, bad *NotFiniteError) (q float64) {
	if bad != nil {
		return math.Inf(1)
	}
	for i, e := range s.error {
		q = max(q, math.Abs(e)/(s.Tolerance*(1+math.Abs(theta[i]))))
	}
	if math.IsNaN(q) {
		return math.Inf(1)
	}
	return q
}

// adapt chooses the next h after a trial of h. A step that was cut short by the end
// says nothing against the longer one.
func (s *Flow) adapt(q, h float64, last bool) {
	if s.Scheme != RungeKutta {
		return
	}
	next := h * math.Min(math.Max(0.9*math.Pow(q, -0.2), 0.2), 5)
	if last && q <= 1 {
		next = math.Max(next, s.clock[clockStep])
	}
	s.clock[clockStep] = math.Min(next, flowLimit)
}
