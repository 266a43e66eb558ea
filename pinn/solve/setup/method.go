package setup

import (
	"fmt"

	"pinn/optim"
	"pinn/problems"
)

// method returns the method of phase i with the hyperparameters of the file;
// faults of their ranges are reported at the phase. decays masks weight decay.
func (k *checker) method(i int, ph problems.Phase, decays []bool) optim.Method {
	row, ok := optim.ByName(ph.Method)
	if !ok {
		return nil // the decoder has said so
	}
	m := row.New()
	for _, s := range m.Settings() {
		apply(&ph, s)
	}
	if shared, ok := optim.ShareOf(m); ok {
		shared.Decay = decays
	}
	if r := optim.RateOf(m); r != nil && ph.LearningRate != nil {
		*r = schedule(*ph.LearningRate, *r, ph.Steps)
	}
	for _, f := range m.Check() {
		k.fault(fmt.Sprintf("phase[%d].%s", i, f.Key), "must %s, got %g", f.Must, f.Got)
	}
	return m
}

// apply sets the hyperparameter s of a method if the phase gives it.
func apply(ph *problems.Phase, s optim.Setting) {
	if p := ph.Float(s.Key); p != nil && *p != nil && s.Float != nil {
		*s.Float = **p
	}
	if p := ph.Int(s.Key); p != nil && *p != nil && s.Int != nil {
		*s.Int = **p
	}
	if p := ph.Bool(s.Key); p != nil && *p != nil && s.Bool != nil {
		*s.Bool = **p
	}
}

// schedule returns the learning rate of a phase; start is the method's default.
func schedule(r problems.LearningRate, start optim.Schedule, steps *int) optim.Schedule {
	rate := start.At(0)
	if r.Start != nil {
		rate = *r.Start
	}
	var s optim.Schedule = optim.Constant(rate)
	switch r.Kind {
	case "exponential":
		s = floored{optim.Exponential{Rate: rate, Factor: orElse(r.Decay, 0.98), Every: float64(orElse(r.Every, 200))}, orElse(r.End, 0)}
	case "cosine":
		s = optim.Cosine{Rate: rate, Final: orElse(r.End, 0), Steps: orElse(steps, 1)}
	}
	if n := orElse(r.Warmup, 0); n > 0 {
		s = optim.Warmup{Steps: n, Then: s}
	}
	return s
}

// floored is a falling schedule that stops at a rate.
type floored struct {
	falling optim.Exponential
	end     float64
}

// At returns the learning rate of a step.
func (f floored) At(step int) float64 { return max(f.falling.At(step), f.end) }

// Check reports fields outside their ranges.
func (f floored) Check() optim.Faults { return f.falling.Check() }

// orElse returns *p, or def if p is nil.
func orElse[T any](p *T, def T) T {
	if p == nil {
		return def
	}
	return *p
}

// fullBatch reports whether the method differences gradients and so needs all
// points at once.
func fullBatch(name string) bool {
	row, ok := optim.ByName(name)
	return ok && row.FullBatch
}
