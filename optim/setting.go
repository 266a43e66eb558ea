package optim

import (
	"fmt"
	"math"
	"strings"
)

// Configurable is a Method whose hyperparameters can be listed, set and checked
// by the names of the problem file. Every row of Methods is one.
type Configurable interface {
	Method
	// Settings lists the hyperparameters with pointers to their fields. The
	// learning rate is a Schedule and not among them.
	Settings() []Setting
	// Check returns every hyperparameter outside its range, none if all is well.
	// Init panics where Check finds a fault.
	Check() Faults
}

// Setting is one hyperparameter under its name in a problem file. Exactly one of
// Float, Int and Bool is set. It points into the method.
type Setting struct {
	Key   string
	Float *float64
	Int   *int
	Bool  *bool
	Range Range // of Float or Int
}

// Range is an interval of legal values.
type Range struct {
	Min, Max         float64
	MinOpen, MaxOpen bool
}

var (
	positive    = Range{Min: 0, Max: math.Inf(1), MinOpen: true, MaxOpen: true}
	notNegative = Range{Min: 0, Max: math.Inf(1), MaxOpen: true}
	fraction    = Range{Min: 0, Max: 1, MaxOpen: true}
	unitOpen    = Range{Min: 0, Max: 1, MinOpen: true, MaxOpen: true}
	unitClosed  = Range{Min: 0, Max: 1}
	anything    = Range{Min: math.Inf(-1), Max: math.Inf(1), MaxOpen: true}
)

func atLeast(n float64) Range { return Range{Min: n, Max: math.Inf(1), MaxOpen: true} }

// Contains reports whether x lies in r; NaN never does.
func (r Range) Contains(x float64) bool {
	above := x > r.Min || x == r.Min && !r.MinOpen
	below := x < r.Max || x == r.Max && !r.MaxOpen
	return above && below
}

// String returns r as the end of a sentence: "in [0, 1)", "at least 1", "positive".
func (r Range) String() string {
	if math.IsInf(r.Max, 1) {
		if r.MinOpen && r.Min == 0 {
			return "positive and finite"
		}
		return fmt.Sprintf("finite and at least %g", r.Min)
	}
	left, right := "[", "]"
	if r.MinOpen {
		left = "("
	}
	if r.MaxOpen {
		right = ")"
	}
	return fmt.Sprintf("in %s%g, %g%s", left, r.Min, r.Max, right)
}

// Fault is one hyperparameter outside its range.
type Fault struct {
	Key  string
	Must string  // "be in [0, 1)"
	Got  float64 // NaN where there is no number
}

// Error returns, for instance, "beta1: must be in [0, 1), got 1.5".
func (f Fault) Error() string {
	if math.IsNaN(f.Got) {
		return fmt.Sprintf("%s: must %s", f.Key, f.Must)
	}
	return fmt.Sprintf("%s: must %s, got %g", f.Key, f.Must, f.Got)
}

// Faults is all that is wrong with a method's hyperparameters. An empty Faults is
// no error: test its length, or use Err.
type Faults []Fault

// Error joins the faults by semicolons.
func (f Faults) Error() string {
	parts := make([]string, len(f))
	for i := range f {
		parts[i] = f[i].Error()
	}
	return strings.Join(parts, "; ")
}

// Err returns f as an error, nil if it is empty.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

func checkSettings(settings []Setting) (faults Faults) {
	for _, s := range settings {
		switch {
		case s.Float != nil:
			faults = checkFloat(faults, s.Key, *s.Float, s.Range)
		case s.Int != nil:
			faults = checkFloat(faults, s.Key, float64(*s.Int), s.Range)
		}
	}
	return faults
}

func checkFloat(faults Faults, key string, x float64, r Range) Faults {
	if r.Contains(x) {
		return faults
	}
	return append(faults, Fault{Key: key, Must: "be " + r.String(), Got: x})
}

func mustBeSound(dim int, m Configurable) {
	if dim < 1 {
		panic("optim: dimension must be at least 1")
	}
	if len(m.Check()) > 0 {
		panic("optim: hyperparameter out of range; call Check before Init")
	}
}

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
