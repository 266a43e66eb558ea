package optim

import "math"

// Schedule is a learning rate as a pure function of the step k = 0, 1, 2, …,
// counted from Init; Restart does not rewind it. A Schedule may have a method
// Check() Faults, which the methods' own Check then includes.
type Schedule interface {
	At(step int) float64
}

// Constant is the schedule lr(k) = c.
type Constant float64

// At returns c.
func (c Constant) At(int) float64 { return float64(c) }

// Check reports a rate outside its range.
func (c Constant) Check() Faults {
	return checkFloat(nil, "learning_rate", float64(c), positive)
}

// Exponential is the schedule
//
//	lr(k) = Rate·Factor^(k/Every),
//
// smooth in k: Rate 5e-3, Factor 0.98, Every 200 halves the rate in 6860 steps.
type Exponential struct {
	Rate   float64 // lr(0)
	Factor float64 // in (0, 1]
	Every  float64 // steps per Factor
}

// At returns lr(step).
func (e Exponential) At(step int) float64 {
	return e.Rate * math.Pow(e.Factor, float64(step)/e.Every)
}

// Check reports fields outside their ranges.
func (e Exponential) Check() Faults {
	f := checkFloat(nil, "learning_rate", e.Rate, positive)
	f = checkFloat(f, "decay_factor", e.Factor, Range{Min: 0, Max: 1, MinOpen: true})
	return checkFloat(f, "decay_every", e.Every, positive)
}

// Cosine is the schedule
//
//	lr(k) = Final + (Rate − Final)·(1 + cos(π·min(k, Steps)/Steps))/2,
//
// half a cosine from Rate at k = 0 to Final at k = Steps, then flat.
type Cosine struct {
	Rate, Final float64
	Steps       int
}

// At returns lr(step).
func (c Cosine) At(step int) float64 {
	x := float64(min(step, c.Steps)) / float64(c.Steps)
	return c.Final + (c.Rate-c.Final)*0.5*(1+math.Cos(math.Pi*x))
}

// Check reports fields outside their ranges.
func (c Cosine) Check() Faults {
	f := checkFloat(nil, "learning_rate", c.Rate, positive)
	f = checkFloat(f, "final_rate", c.Final, notNegative)
	return checkFloat(f, "decay_steps", float64(c.Steps), atLeast(1))
}

// Warmup puts a linear rise before another schedule,
//
//	lr(k) = Then(0)·(k+1)/(Steps+1)   for k < Steps,
//	lr(k) = Then(k − Steps)           from there on,
//
// so that no step has rate 0 and the rise meets Then without a jump.
type Warmup struct {
	Steps int
	Then  Schedule
}

// At returns lr(step).
func (w Warmup) At(step int) float64 {
	if step >= w.Steps {
		return w.Then.At(step - w.Steps)
	}
	return w.Then.At(0) * float64(step+1) / float64(w.Steps+1)
}

// Check reports fields outside their ranges, those of Then included.
func (w Warmup) Check() Faults {
	f := checkFloat(nil, "warmup", float64(w.Steps), atLeast(0))
	return append(f, checkSchedule(w.Then)...)
}

func checkSchedule(s Schedule) Faults {
	if s == nil {
		return Faults{{Key: "learning_rate", Must: "be set", Got: math.NaN()}}
	}
	if c, ok := s.(interface{ Check() Faults }); ok {
		return c.Check()
	}
	return nil
}
