package hybrid

import (
	"context"
	"fmt"
	"slices"

	"pinn/hybrid/rules"
	"pinn/internal/words"
	"pinn/optim"
)

// Leg is one loss trained by one plan. A run is a sequence of legs, such as a network and
// a second one that corrects it, or one slab of time after another.
type Leg struct {
	Name string // in words, as in "slab 2 of 4"; "" where a run has one leg
	Loss Batched
	Plan Plan

	// Theta is where the leg starts, of length Loss.Dim(). It is not changed. Resume
	// does not look at it.
	Theta []float64

	// Kind and Why are those of the event that opens the leg, KindStage or KindSlab
	// and a sentence; the first leg of a run has none.
	Kind Kind
	Why  string

	// From and To bound the leg's part of the time and passes of the run, as fractions
	// from 0 to 1. The leg ends when To of them is used; the shares of its phases are
	// parts of the time between From and To. A To of 0 means 1.
	From, To float64

	// Ahead is the largest number of steps that the legs after this one may take, −1 if
	// there is no limit. It serves Progress only.
	Ahead int

	// Recipe is whatever the caller needs to make the leg again. Snapshot and LegResult
	// hand it back.
	Recipe []optim.Vector
}

// LegResult is what a leg has left. Its slices belong to the run and must not be changed.
type LegResult struct {
	Name   string
	Recipe []optim.Vector

	Theta         []float64 // the best by held-out loss
	Loss, HeldOut float64   // over all points and over held-out points, at Theta when the leg ended
	Phases        int       // that the run had entered by the end of the leg
}

// to is where the leg's part of the run ends.
func (l Leg) to() float64 {
	if l.To == 0 {
		return 1
	}
	return l.To
}

// check collects everything that is wrong with the leg, and the doubts.
func (l Leg) check(o Options) (doubts []error, faults error) {
	if !(l.From >= 0 && l.From < l.to() && l.to() <= 1) {
		return nil, fmt.Errorf("leg: from and to must be parts of the run, 0 ≤ from < to ≤ 1, got %g and %g", l.From, l.To)
	}
	return l.Plan.check(l.Loss, o)
}

// leg is the state of the leg in hand.
type leg struct {
	spec    Leg
	number  int // in the run, from 0
	loss    Batched
	plan    Plan
	options *Options

	rec   *recorder
	clock *clock
	fall  *fallBack
	watch *watcher
	ended *[]LegResult // the legs before

	theta   []float64
	score   score
	points  points
	limits  limits
	streams streams
	kept    LegState
}

// LegState is where the leg in hand began.
type LegState struct {
	Steps  int // of the run
	Phases int // of the run
	Points int // N, which passes count by
}

// newLeg prepares the leg that follows those which have ended.
func (r *runner) newLeg(spec Leg) *leg {
	l := &leg{
		spec: spec, number: len(r.legs), loss: spec.Loss, plan: spec.Plan, options: &r.options,
		rec: &r.rec, clock: r.clock, fall: &r.fall, watch: &r.watch, ended: &r.legs,
		theta: make([]float64, spec.Loss.Dim()), score: newScore(spec.Loss),
		limits: newLimits(spec, r.options), streams: newStreams(spec.Plan.Seed),
		kept: LegState{Steps: r.rec.kept.Steps, Phases: len(r.rec.kept.Phases), Points: spec.Loss.Points()},
	}
	l.points = newPoints(l.loss, &l.plan, l.streams.points)
	return l
}

// begin opens the leg at its start and enters its first phase.
func (l *leg) begin(doubts []error) *phase {
	if len(l.spec.Theta) != len(l.theta) {
		panic("hybrid: theta has the wrong length")
	}
	copy(l.theta, l.spec.Theta)
	if l.spec.Kind != "" {
		l.rec.event(l.kept.Phases-1, l.spec.Kind, "", l.spec.Why)
	}
	l.rec.kept.Best = noBest(l.theta)
	l.fall.enter()
	for _, d := range doubts {
		l.rec.warnOnce(d)
	}
	l.rec.warn(l.score.choose(l.theta))
	return l.enter(0)
}

// train goes through the plan from phase p on.
func (l *leg) train(ctx context.Context, p *phase) (Status, error) {
	for {
		end, err := p.train(ctx)
		if err != nil {
			p.event(KindStop, end.reason, end.why)
			return Failed, fmt.Errorf("phase %d (%s): %w", p.kept.Index, p.plan.Name, err)
		}
		next, over := l.handOver(p, end)
		switch {
		case end.reason == rules.ReasonInterrupted:
			return Interrupted, nil
		case over && !finite(l.rec.kept.Best.HeldOut):
			return Failed, nil
		case over:
			return Finished, nil
		}
		p = l.enter(next)
	}
}

// handOver writes the event between phase p and the next, or of the leg's end, and
// returns the place of the next, and whether the leg is over.
func (l *leg) handOver(p *phase, end ending) (next int, over bool) {
	i := p.kept.Index
	if l.detour(p, end) {
		return i, false
	}
	if i == len(l.plan.Phases)-1 {
		p.event(KindStop, end.reason, end.why)
		return 0, true
	}
	coming := l.plan.Phases[i+1]
	if end.stops() {
		p.event(KindStop, end.reason, fmt.Sprintf("%s; %s was not reached", end.why, coming.Name))
		return 0, true
	}
	p.event(KindSwitch, end.reason, end.why+"; "+l.goesOn(p.plan, coming)+l.fromBest())
	return i + 1, false
}

// fromBest returns θ to the best so far if its held-out loss has more than
// doubled since, and says so in the end of a sentence.
func (l *leg) fromBest() string {
	best, phases := &l.rec.kept.Best, l.rec.kept.Phases
	last := phases[len(phases)-1].HeldOutLast
	if !finite(best.HeldOut) || last <= 2*best.HeldOut {
		return ""
	}
	copy(l.theta, best.Theta)
	return fmt.Sprintf(", from the best θ, of step %d with held-out loss %.3g against %.3g now", best.Step, best.HeldOut, last)
}

// goesOn is the half sentence that says what the next phase minimises. Decay
// that a method applies to θ itself is no part of the loss.
func (l *leg) goesOn(from, next Phase) string {
	if next.Batch > 0 && next.Points > 0 {
		return fmt.Sprintf("%s goes on with minibatches of %d of points drawn for it", next.Name, next.Batch)
	}
	if next.Batch > 0 {
		return fmt.Sprintf("%s goes on with minibatches of %d of %d points", next.Name, next.Batch, l.loss.Points())
	}
	s := fmt.Sprintf("%s now minimises the loss over all %d points", next.Name, l.loss.Points())
	if next.Points > 0 {
		s = fmt.Sprintf("%s now minimises the loss over points drawn for it", next.Name)
	}
	if d := decay(from.Method); d > 0 && decay(next.Method) == 0 {
		s += fmt.Sprintf(" without the weight decay %g of %s, which is no part of it", d, from.Name)
	}
	return s
}

// decay is the method's weight decay, 0 if it has none.
func decay(m optim.Method) float64 {
	shared, ok := optim.ShareOf(m)
	if !ok {
		return 0
	}
	return shared.WeightDecay
}

// result is what the leg leaves.
func (l *leg) result() LegResult {
	theta := slices.Clone(l.rec.kept.Best.Theta)
	loss, heldOut := l.score.both(theta)
	return LegResult{Name: l.spec.Name, Recipe: l.spec.Recipe, Theta: theta, Loss: loss, HeldOut: heldOut, Phases: len(l.rec.kept.Phases)}
}

// doubts are the warnings that only the whole leg can raise.
func (l *leg) doubts() (w []error) {
	k := &l.rec.kept
	steps, in := k.Steps-l.kept.Steps, ""
	if l.spec.Name != "" {
		in = l.spec.Name + ": "
	}
	if a := l.points.kept.Alarm; a.Worst > overfitRatio {
		w = append(w, fmt.Errorf("the held-out loss reached %s times the training loss, at step %d", words.Rough(a.Worst), a.Step))
	}
	if age := k.Steps - k.Best.Step; finite(k.Best.HeldOut) && age > max(minAge, steps/10) && len(k.Phases) > 0 {
		last := k.Phases[len(k.Phases)-1].HeldOutLast
		w = append(w, fmt.Errorf("%sthe best held-out loss %.3g is that of step %d of %d; the last is %.3g", in, k.Best.HeldOut, k.Best.Step-l.kept.Steps, steps, last))
	}
	if !finite(k.Best.HeldOut) {
		w = append(w, fmt.Errorf("%sno finite loss was seen in %d steps", in, steps))
	}
	return w
}

// minAge is the number of steps below which a best θ is not called old.
const minAge = 50
