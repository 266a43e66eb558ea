package optim

// Objective is a smooth function L: Rᵖ → R with its gradient.
type Objective interface {
	// Dim returns p, the length of θ.
	Dim() int
	// ValueGrad returns L(θ) and stores ∇L(θ) in all of grad. It keeps neither
	// slice and does not change theta; len(grad) = len(theta) = Dim(). Equal θ
	// give equal bits until the caller changes the objective and says so by
	// Method.Restart. A value or gradient that is not finite is legal: methods
	// survive it.
	ValueGrad(grad, theta []float64) float64
}

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
