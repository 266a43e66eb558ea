package optim

import (
	"runtime"

	"pinn/internal/seam"
)

// Method improves θ one step at a time.
//
// Init forgets everything and prepares for θ of length dim; it panics if a
// hyperparameter is outside its range (see Configurable.Check). Step moves theta
// in place by one update. A Step that fails leaves theta at the last accepted
// point and says so by a Status, an error, or both; a Status other than Running
// means that further steps are useless until Restart. Restart tells the method
// that the objective has changed (its points were redrawn): each method
// documents what it keeps.
//
// A Method is not safe for concurrent use. Step does not keep theta.
type Method interface {
	Init(dim int)
	Step(theta []float64, f Objective) (StepInfo, error)
	Restart()
}

// StepInfo tells what one Step did.
type StepInfo struct {
	// Value and GradNorm are L(θ) and ‖∇L(θ)‖₂. First-order methods, SPRING and Flow
	// report them at the θ before the update, GradNorm before clipping. Methods with a
	// line search report them at the new θ. LM reports Value at the new θ and GradNorm
	// at the one before, since it has no gradient at the new one yet.
	Value, GradNorm float64
	// StepNorm is ‖Δθ‖₂.
	StepNorm float64
	// LearningRate is the rate that the schedule gave; 0 with a line search.
	LearningRate float64
	// StepSize is the accepted a in θ + a·p of a line search, the time step of a Flow;
	// 0 for other methods.
	StepSize float64
	// Clip is the factor that clipping applied to the gradient, 1 for none.
	Clip float64
	// Damping is λ of the accepted step of LM, of the last trial if none was accepted,
	// and λ of the step of SPRING; 0 for other methods.
	Damping float64
	// Gain is the gain ratio ρ of the accepted step of LM, the decrease of L over
	// the predicted one; 0 if none was accepted, and for other methods.
	Gain float64
	// Trials counts the λ that LM tried, each a factorisation.
	Trials int
	// LossEvals and GradEvals count the calls of this step: a ValueGrad or
	// NormalEquations is one of each, a Value one of the first.
	LossEvals, GradEvals int
	// Restarted says that the method dropped its curvature in this step, because a
	// search with it had failed, and went on along steepest descent; Note says more.
	Restarted bool
	// Status is Running while further steps make sense.
	Status Status
	// Note is a sentence about something rare: a failed search, a restart, the
	// numbers behind a Status. It is empty on an ordinary step.
	Note string
}

// Vector is one named part of a method's state. Counters are vectors of length
// one: float64 holds integers exactly up to 2⁵³.
type Vector = seam.Vector

// Stateful is a Method whose whole state can be saved and restored bit for bit:
// a run that continues from a restored state takes the same steps as one that
// was never interrupted. Hyperparameters are not state.
//
// State returns copies. SetState takes copies; call it after Init with the same
// dimension and hyperparameters. It returns an error and changes nothing if the
// vectors are not those of State: one missing, too many, a wrong length, a
// counter that is no count.
type Stateful interface {
	Method
	State() []Vector
	SetState(state []Vector) error
}

// Threads is the number of goroutines that a method works on at a time, 0 for as many
// as there are processors (GOMAXPROCS). Init reads it. It changes no bit of a result.
type Threads int

// SetThreads sets the number; see Threaded.
func (t *Threads) SetThreads(n int) { *t = Threads(n) }

// count returns the number, which is at least 1.
func (t Threads) count() int {
	if t <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return int(t)
}

// Threaded is a Method that shares the work on large matrices out to goroutines.
type Threaded interface {
	Method
	// SetThreads makes the method work on n goroutines at a time from the next Init
	// on; 0 stands for GOMAXPROCS. The bits of a step do not depend on n.
	SetThreads(n int)
}

var _ = []Threaded{(*BFGS)(nil), (*SSBroyden)(nil), (*LM)(nil), (*SPRING)(nil)}

// Row is one method of the table.
type Row struct {
	// Name is the method's name in a problem file.
	Name string
	// New returns it with its default hyperparameters.
	New func() Configurable
	// FullBatch marks methods that compare losses or gradients of successive points:
	// between two Restarts the objective must stay the same, so minibatches are not
	// for them.
	FullBatch bool
	// LeastSquares marks methods whose objective must be a LeastSquares.
	LeastSquares bool
	// Rows marks methods for minibatches whose objective must be a Rows.
	Rows bool
}

// Methods is the table of every method of a problem file. Do not change it.
var Methods = []Row{
	{Name: "sgd", New: func() Configurable { return DefaultSGD() }},
	{Name: "momentum", New: func() Configurable { return DefaultMomentum() }},
	{Name: "nesterov", New: func() Configurable { return DefaultNesterov() }},
	{Name: "adagrad", New: func() Configurable { return DefaultAdagrad() }},
	{Name: "rmsprop", New: func() Configurable { return DefaultRMSprop() }},
	{Name: "adam", New: func() Configurable { return DefaultAdam() }},
	{Name: "amsgrad", New: func() Configurable { return DefaultAMSGrad() }},
	{Name: "adamw", New: func() Configurable { return DefaultAdamW() }},
	{Name: "nadam", New: func() Configurable { return DefaultNAdam() }},
	{Name: "lbfgs", New: func() Configurable { return DefaultLBFGS() }, FullBatch: true},
	{Name: "bfgs", New: func() Configurable { return DefaultBFGS() }, FullBatch: true},
	{Name: "ssbroyden", New: func() Configurable { return DefaultSSBroyden() }, FullBatch: true},
	{Name: "lm", New: func() Configurable { return DefaultLM() }, FullBatch: true, LeastSquares: true},
	{Name: "spring", New: func() Configurable { return DefaultSPRING() }, Rows: true},
}

// Flows is the table of ways to integrate the gradient flow. They are for small
// problems and for comparison, and no methods of a problem file.
var Flows = []Row{
	{Name: "euler", New: func() Configurable { return DefaultEuler() }, FullBatch: true},
	{Name: "heun", New: func() Configurable { return DefaultHeun() }, FullBatch: true},
	{Name: "rk45", New: func() Configurable { return DefaultRungeKutta() }, FullBatch: true},
}

// ByName returns the row of Methods called name.
func ByName(name string) (Row, bool) {
	for _, row := range Methods {
		if row.Name == name {
			return row, true
		}
	}
	return Row{}, false
}

// ShareOf returns what m shares with all first-order methods: learning rate,
// decay and clipping. ok is false for other methods.
func ShareOf(m Method) (shared *FirstOrder, ok bool) {
	s, ok := m.(interface{ Shared() *FirstOrder })
	if !ok {
		return nil, false
	}
	return s.Shared(), true
}

// RateOf returns the learning rate of m, nil for methods that have none.
func RateOf(m Method) *Schedule {
	if r, ok := m.(interface{ Rate() *Schedule }); ok {
		return r.Rate()
	}
	return nil
}

// Every method can be configured, saved and restored.
var _ = []Stateful{(*SGD)(nil), (*Adagrad)(nil), (*RMSprop)(nil), (*Adam)(nil), (*NAdam)(nil), (*LBFGS)(nil),
	(*BFGS)(nil), (*SSBroyden)(nil), (*LM)(nil), (*SPRING)(nil), (*Flow)(nil)}
