package rules

import (
	"fmt"
	"math"
	"slices"
)

// Plateau leaves when the best held-out loss of the phase improved by less than
// Improve over the last Checks checks, whatever the gradient says. Best is
// compared with best, since single values oscillate. The held-out points are
// never redrawn, so a redraw of the training points does not interrupt it.
type Plateau struct {
	Improve  float64 // a fraction of the held-out loss
	Checks   int
	MinSteps int

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
