package hybrid

import (
	"errors"
	"fmt"
	"time"

	"pinn/hybrid/rules"
	"pinn/internal/words"
	"pinn/optim"
)

// FallBack is a short first-order phase on minibatches that may be inserted into a
// full-batch phase. Afterwards the interrupted phase goes on with the steps that it has
// left, as if it were entered anew.
//
// A phase falls back if the held-out loss has risen tenfold since the points were last
// redrawn, or if the method reports Stuck. A phase that redraws its points answers the
// first two times that its method is stuck by new points and falls back at the third.
type FallBack struct {
	// Phase is what is inserted; a Batch of 0 stands for an eighth of the points.
	Phase Phase

	// Most is how often a run, with all of its legs, may fall back.
	Most int
}

const (
	riseMost    = 10 // growth of the held-out loss after a redraw
	stuckMost   = 3  // times stuck
	batchesBack = 8  // minibatches that the points are cut into
)

// fallBack counts the fall-backs of a run.
type fallBack struct{ kept FallBackState }

// FallBackState is how often a run has fallen back, and what the phase that was
// interrupted had used.
type FallBackState struct {
	Fallen     int           // times, in all legs
	Inserted   bool          // the phase in hand is the one fallen back to
	SpentSteps int           // of the plan's phase, before it was interrupted
	SpentTime  time.Duration // likewise
}

// enter begins the next phase of the plan.
func (f *fallBack) enter() { f.kept = FallBackState{Fallen: f.kept.Fallen} }

// begin inserts the phase to fall back to where one has used so many steps and so much
// time.
func (f *fallBack) begin(steps int, used time.Duration) {
	f.kept.Fallen++
	f.kept.Inserted = true
	f.kept.SpentSteps += steps
	f.kept.SpentTime += used
}

// left is what an interrupted phase has left.
func (f *fallBack) left(ph Phase, b rules.Budget) (Phase, rules.Budget) {
	if ph.Steps > 0 {
		ph.Steps -= f.kept.SpentSteps
	}
	b.Steps = ph.Steps
	if b.Time > 0 {
		b.Time = max(1, b.Time-f.kept.SpentTime)
	}
	if f.kept.SpentSteps > 0 {
		ph.Points = 0 // those of its own are drawn
	}
	return ph, b
}

// restore goes on from what was kept, in phase i of the plan.
func (f *fallBack) restore(k FallBackState, plan *Plan, i int) error {
	steps := plan.Phases[i].Steps
	switch {
	case k.Inserted && plan.FallBack == nil:
		return errors.New("the run had fallen back, which the plan does not")
	case k.Fallen < 0 || k.SpentSteps < 0 || k.SpentTime < 0 || steps > 0 && k.SpentSteps >= steps:
		return fmt.Errorf("the steps and the time of an interrupted phase must be part of its %d steps, got %+v", steps, k)
	}
	f.kept = k
	return nil
}

// batch is the size of the minibatches of the inserted phase.
func (f *FallBack) batch(points int) int {
	if f.Phase.Batch == 0 {
		return max(1, points/batchesBack)
	}
	return f.Phase.Batch
}

// check collects what is wrong with the phase to fall back to.
func (f *FallBack) check(loss Batched, heldOutEvery int, o Options) (faults []error) {
	if f.Most < 0 {
		faults = append(faults, fmt.Errorf("fall-back: must not be negative, got %d", f.Most))
	}
	ph := f.Phase
	ph.Batch = f.batch(loss.Points())
	refuse, _ := ph.check(loss, loss.Points(), heldOutEvery, o)
	for _, err := range refuse {
		faults = append(faults, fmt.Errorf("fall-back (%s): %w", ph.Name, err))
	}
	return faults
}

// coming is the phase that is entered at place i of the plan: that of the plan with
// what it has left, or the one to fall back to.
func (l *leg) coming(i int) (Phase, rules.Budget) {
	if !l.fall.kept.Inserted {
		return l.fall.left(l.plan.Phases[i], rules.Budget{Time: l.limits.share(l.plan, i), Run: l.limits.own})
	}
	ph, n := l.plan.FallBack.Phase, l.loss.Points()
	ph.Batch = min(l.plan.FallBack.batch(n), n)
	return ph, rules.Budget{Steps: ph.Steps}
}

// returns reports whether the method has to fall back, or tries new points where it
// is stuck. goesOn is true if a redraw let it go on.
func (p *phase) returns(info optim.StepInfo) (end ending, over, goesOn bool) {
	step, s := p.kept.Result.Steps, &p.leg.points.kept
	if p.leg.plan.FallBack == nil || p.plan.Batch > 0 || p.plan.Steps > 0 && step == p.plan.Steps {
		return ending{}, false, false
	}
	why := ""
	switch rise := p.kept.Seen.HeldOut / s.DrawnAt; {
	case info.Status == optim.Stuck:
		if o, ok := p.leg.points.stuck(p.plan); ok {
			p.redraw(o)
			return ending{}, false, true
		}
		why = fmt.Sprintf("%s was stuck %s", p.plan.Name, times(s.Stuck))
	case p.leg.score.heldOut && p.kept.ScoredAt == p.rec.kept.Steps && rise > riseMost:
		why = fmt.Sprintf("the held-out loss %.3g is %s times what it was when the points were redrawn, more than %d", p.kept.Seen.HeldOut, words.Rough(rise), riseMost)
	default:
		return ending{}, false, false
	}
	why = fmt.Sprintf("fall-back: %s, at step %d", why, step)
	if most := p.leg.plan.FallBack.Most; p.leg.fall.kept.Fallen >= most {
		p.rec.veto(&p.kept.Refused, p.kept.Number, rules.ReasonFallBack, fmt.Sprintf("%s; the run has fallen back %s already", why, times(most)))
		return ending{}, false, false
	}
	return ending{rules.ReasonFallBack, why}, true, false
}

// times is n times in words.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// detour decides, at the end of phase p, about the phase to fall back to: it begins,
// or it ends and the interrupted one goes on. It reports whether either is so.
func (l *leg) detour(p *phase, end ending) bool {
	interrupted := l.plan.Phases[p.kept.Index]
	switch {
	case end.stops() || end.reason == rules.ReasonError:
		return false
	case end.reason == rules.ReasonFallBack:
		l.fall.begin(p.kept.Result.Steps, p.clock.since(p.entered))
		from := l.fromBest()
		ph, _ := l.coming(p.kept.Index)
		p.event(KindFallBack, end.reason, fmt.Sprintf("%s; %s takes %d steps with minibatches of %d of %d points%s, and %s then goes on",
			end.why, ph.Name, ph.Steps, ph.Batch, l.loss.Points(), from, interrupted.Name))
		return true
	case l.fall.kept.Inserted:
		l.fall.kept.Inserted = false
		left := ""
		if interrupted.Steps > 0 {
			left = fmt.Sprintf(", with the %d steps that it has left", interrupted.Steps-l.fall.kept.SpentSteps)
		}
		interrupted.Points = 0
		p.event(KindSwitch, end.reason, end.why+"; "+l.goesOn(p.plan, interrupted)+left+l.fromBest())
		return true
	}
	l.fall.enter()
	return false
}
