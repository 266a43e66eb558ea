package rules

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// The simple rules need no statistics of the gradient: each holds a loss, a number of
// steps or a time against a limit.

// Plateau leaves when the best held-out loss of the phase improved by less than
// Improve over the last Checks checks, whatever the gradient says. Best is
// compared with best, since single values oscillate. The held-out points are
// never redrawn, so a redraw of the training points does not interrupt it.
type Plateau struct {
	Improve  float64 // a fraction of the held-out loss
	Checks   int     // over which it is measured
	MinSteps int     // updates before the rule may leave

	best bestSoFar
}

// DefaultPlateau returns 10 % over 10 checks.
func DefaultPlateau() *Plateau { return &Plateau{Improve: 0.1, Checks: 10} }

// Reset forgets the losses seen.
func (r *Plateau) Reset() { r.best.reset() }

// Observe compares the best held-out loss with that of Checks checks ago.
func (r *Plateau) Observe(c Check) Decision {
	r.best.add(c.HeldOut)
	gain := r.best.gain(r.Checks)
	if !(gain < r.Improve) || c.Step < r.MinSteps {
		return Decision{}
	}
	return Decision{Leave: true, Reason: ReasonPlateau,
		Why: fmt.Sprintf("plateau: the held-out loss improved by %.1f %% over %d checks, less than %.3g %%, and stands at %.3g at best, at step %d",
			100*gain, r.Checks, 100*r.Improve, r.best.now(), c.Step)}
}

func (r *Plateau) fit(s Shape) (refusal, doubt error) {
	if r.Checks < 1 || !(r.Improve > 0) {
		return fmt.Errorf("rule plateau: checks and improvement must be positive, got %d and %g", r.Checks, r.Improve), nil
	}
	return nil, tooShort(ReasonPlateau, max(r.MinSteps, (r.Checks+1)*s.Every), s.Steps)
}

func (r *Plateau) memory() Memory { return Memory{Best: slices.Clone(r.best.values)} }

func (r *Plateau) recall(m Memory) error {
	r.best.values = slices.Clone(m.Best)
	return m.forgetful(false, true)
}

// bestSoFar is the running minimum of the held-out losses that were measured.
type bestSoFar struct{ values []float64 }

func (b *bestSoFar) reset() { b.values = b.values[:0] }

// add appends min(best, v). Losses not measured or not finite are passed over.
func (b *bestSoFar) add(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	if len(b.values) > 0 {
		v = min(v, b.now())
	}
	b.values = append(b.values, v)
}

// now is the best so far, NaN before the first.
func (b *bestSoFar) now() float64 {
	if len(b.values) == 0 {
		return math.NaN()
	}
	return b.values[len(b.values)-1]
}

// gain is the relative improvement over the last n values; NaN if there are not so
// many.
func (b *bestSoFar) gain(n int) float64 {
	if len(b.values) <= n {
		return math.NaN()
	}
	return gained(b.values[len(b.values)-1-n], b.now())
}

// gained is the relative improvement 1 − now/before of a loss, 0 where before is 0.
func gained(before, now float64) float64 {
	if before == 0 {
		return 0
	}
	return 1 - now/before
}

// LossLevel leaves as soon as the held-out loss is measured at Below or less, or
// at Fall times that of the start of the leg or less; 0 is no limit.
// If the held-out loss is not measured, the training loss of the check counts
// against Below.
type LossLevel struct {
	Below float64
	Fall  float64
}

// Reset does nothing: the rule has no memory.
func (r *LossLevel) Reset() {}

// Observe compares the loss with Below.
func (r *LossLevel) Observe(c Check) Decision {
	name, loss := "held-out", c.HeldOut
	if loss != loss {
		name, loss = "training", c.Loss
	}
	if r.Fall > 0 && c.HeldOut <= r.Fall*c.First {
		return Decision{Leave: true, Reason: ReasonLoss,
			Why: fmt.Sprintf("loss: the held-out loss %.3g has come down to %.3g times the %.3g of the start, at step %d", c.HeldOut, r.Fall, c.First, c.Step)}
	}
	if !(loss <= r.Below) || r.Below == 0 {
		return Decision{}
	}
	return Decision{Leave: true, Reason: ReasonLoss,
		Why: fmt.Sprintf("loss: the %s loss %.3g has come down to %.3g, at step %d", name, loss, r.Below, c.Step)}
}

func (r *LossLevel) fit(Shape) (refusal, doubt error) {
	if !(r.Below >= 0 && r.Fall >= 0 && r.Below+r.Fall > 0) {
		return fmt.Errorf("rule loss: must have a positive threshold or fall, got %g and %g", r.Below, r.Fall), nil
	}
	return nil, nil
}

// Budget leaves after Steps updates or after Time in the phase; 0 means no limit. The
// training loop asks a Budget of its own for the steps and the share of time of every
// phase before each step. Among the rules of a phase it stands for a limit that is
// looked at with the checks. It is the only rule that looks at the time.
type Budget struct {
	Steps int
	Time  time.Duration
	Run   time.Duration // the whole of which Time is a share, 0 for none; for the sentence only
}

// Reset does nothing: the rule has no memory.
func (r *Budget) Reset() {}

// Observe compares the check's step and time with the budget.
func (r *Budget) Observe(c Check) Decision {
	d := Decision{Reason: ReasonBudget}
	switch {
	case r.Steps > 0 && c.Step >= r.Steps:
		d.Leave, d.Why = true, fmt.Sprintf("budget: all %d steps of the phase are done", r.Steps)
	case r.Time > 0 && c.Elapsed >= r.Time:
		d.Leave, d.Why = true, fmt.Sprintf("budget: the phase has used its %.3g s%s, at step %d", r.Time.Seconds(), r.share(), c.Step)
	default:
		return Decision{}
	}
	return d
}

func (r *Budget) share() string {
	if r.Run <= 0 {
		return ""
	}
	return fmt.Sprintf(", %.3g %% of %.3g s", 100*r.Time.Seconds()/r.Run.Seconds(), r.Run.Seconds())
}
