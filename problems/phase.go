package problems

import "time"

// Phase is one step of the training plan: a method, its budget and its
// hyperparameters. Absent values are nil, or 0 for Time; 0 behind a pointer is
// a value. Those that the method does not have are kept, with a warning.
type Phase struct {
	Method   string        // one of Methods; "" only if faulty
	Stage    *int          // the network that it trains, at most that of [train] stages; nil for the first
	Steps    *int          // at most so many parameter updates
	Batch    *int          // points per minibatch
	Points   *int          // interior points drawn when the phase begins, and kept unless its Resample has Every
	Time     time.Duration // wall-clock limit of the phase
	Switch   []Rule        // ways to leave the phase early; nil if absent
	Resample *Resample     // instead of that of [points]

	// Hyperparameters, under their keys in the file; see Float, Int and Bool.
	LearningRate  *LearningRate
	WeightDecay   *float64 // weight_decay: decoupled in adamw, L2 in the others
	ClipNorm      *float64 // clip_norm: largest gradient norm; 0 for none
	ClipMedian    *float64 // clip_median: the same in running medians; 0 for none
	Momentum      *float64 // momentum
	Dampening     *float64 // dampening of the momentum buffer
	Nesterov      *bool    // nesterov: look ahead
	Beta1, Beta2  *float64 // beta1, beta2
	Epsilon       *float64 // epsilon
	AMSGrad       *bool    // amsgrad: never-decreasing denominators
	MomentumDecay *float64 // momentum_decay of nadam
	Alpha         *float64 // alpha of rmsprop: memory of the squared gradient
	Centred       *bool    // centred rmsprop: subtract the squared mean
	RateDecay     *float64 // rate_decay of adagrad: α/(1 + (t−1)·d)
	Accumulator   *float64 // accumulator of adagrad: s₀

	History        *int     // history: curvature pairs kept
	Decrease       *float64 // decrease: c₁ of the line search
	Curvature      *float64 // curvature: c₂ of the line search
	MaxSearchEvals *int     // max_search_evals: evaluations per line search
	FirstStep      *float64 // first_step: length of the very first trial
	StopGradient   *float64 // stop_gradient: converged at so small a gradient
	StopChange     *float64 // stop_change: converged at so small a relative decrease
	StopValue      *float64 // stop_value: converged at so small a loss

	Damping     *float64 // damping of lm and spring: λ
	Constraint  *float64 // norm_constraint of spring: C, the square of its longest step
	Target      *float64 // target of lm: least gain ratio of a step
	FinalTarget *float64 // final_target of lm: the same once λ sinks no further
	StopStep    *float64 // stop_step of lm: converged at so short a step, relative to θ

	Pos Pos // of the table
}

// Float returns the field of a numeric hyperparameter by its key in the file,
// nil if there is no such key: *p.Float("beta1") is p.Beta1.
func (p *Phase) Float(key string) **float64 {
	for _, n := range phaseKeys.numbers {
		if n.key == key {
			return n.field(p)
		}
	}
	return nil
}

// Int is Float for the integer hyperparameters.
func (p *Phase) Int(key string) **int {
	for _, n := range phaseKeys.integers {
		if n.key == key {
			return n.field(p)
		}
	}
	return nil
}

// Bool is Float for the hyperparameters that are true or false.
func (p *Phase) Bool(key string) **bool {
	for _, f := range phaseKeys.flags {
		if f.key == key {
			return f.field(p)
		}
	}
	return nil
}

// LearningRate is a learning rate α over the steps t = 0, 1, … of a phase:
//
//	constant     α = Start
//	exponential  α = max(Start·Decay^(t/Every), End)
//	cosine       α = End + (Start − End)·(1 + cos(π t/T))/2, T the steps of the phase
//
// after a linear rise over the first Warmup steps, from which on t counts. In
// the file it is the number Start, or a table with these keys. Absent: nil, and
// "" for Kind.
type LearningRate struct {
	Start  *float64 // > 0
	Kind   string   // one of Schedules
	Decay  *float64 // in (0, 1]
	Every  *int     // ≥ 1
	End    *float64 // ≥ 0
	Warmup *int     // ≥ 0
}

// Rule is one way to leave a phase before its budget ends. In the file it is a
// table, or its name alone; a list of them is a list of alternatives.
type Rule struct {
	Rule string // one of SwitchRules; "" only if faulty

	// the gradient's signal-to-noise ratio: snr and noise-floor
	Threshold  *float64 // snr: least SNR of the full set; loss: the loss to reach
	Fall       *float64 // loss: the same as a part of the held-out loss at the start
	Exhausted  *float64 // snr: largest median SNR of a minibatch
	Of         string   // one of SwitchSets: which SNR; "" if absent
	Metric     string   // one of Metrics: how the length of a gradient is measured; "" if absent
	Confidence *bool    // a check votes only if its whole error band does
	Grow       *bool    // enlarge the batch instead of leaving
	NoiseFloor *float64 // noise-floor: SNR below which a signal is drowned
	Batches    *int     // minibatch gradients per check, at least 2

	// checks and votes: snr, noise-floor and plateau
	Every    *int     // steps between two checks; of loss, too
	Window   *int     // checks looked back on
	Votes    *int     // snr and noise-floor: votes needed in the window, at most Window
	MinSteps *int     // snr and plateau: steps before the rule may fire
	Plateau  *float64 // noise-floor and plateau: relative gain of the held-out loss that counts as none

	Steps *int          // steps: leave after so many
	Time  time.Duration // time: leave after so long; 0 if absent

	Pos Pos // of the rule
}
