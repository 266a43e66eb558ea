package hybrid

import (
	"fmt"
	"math"

	"pinn/optim"
)

// FallBack is a short first-order phase that a full-batch phase may return to: new
// points that it cannot cope with, or a method that is stuck, ask for steps that
// look at few points at a time. Afterwards the phase goes on with the steps that it
// has left, as if it were entered anew.
//
// It happens where the held-out loss has risen tenfold since the points were last
// redrawn, or where the method reports Stuck: at once if the phase cannot redraw its
// points, else at the third time, the first two being answered by new points.
type FallBack struct {
	// Phase is what is inserted; a Batch of 0 stands for an eighth of the points.
	Phase Phase

	// Most is how often a run may fall back.
	Most int
}

const (
	riseMost    = 10 // growth of the held-out loss after a redraw
	stuckMost   = 3  // times stuck
	batchesBack = 8  // minibatches that the points are cut into
)

// returns reports whether the method has to fall back, or tries new points where it
// is stuck. goesOn is true if a redraw let it go on.
func (p *phase) returns(info optim.StepInfo) (end ending, over, goesOn bool) {
	if p.plan.FallBack == nil || p.Batch > 0 || p.Steps > 0 && p.res.Steps == p.Steps {
		return ending{}, false, false
	}
	why := ""
	switch rise := p.seen.HeldOut / p.drawnAt; {
	case info.Status == optim.Stuck:
		if p.stuck++; p.stuck < stuckMost && p.Resample != nil && p.Resample.Every > 0 {
			p.redraw(0, CauseStuck, fmt.Sprintf("since %s was stuck on the old ones, %d of %d times", p.Name, p.stuck, stuckMost))
			return ending{}, false, true
		}
		why = fmt.Sprintf("%s was stuck %s", p.Name, times(p.stuck))
	case p.heldOut && p.at == p.steps && rise > riseMost:
		why = fmt.Sprintf("the held-out loss %.3g is %s times what it was when the points were redrawn, more than %d", p.seen.HeldOut, two(rise), riseMost)
	default:
		return ending{}, false, false
	}
	why = fmt.Sprintf("fall-back: %s, at step %d", why, p.res.Steps)
	if most := p.plan.FallBack.Most; p.fallen >= most {
		p.veto(&p.refused, ReasonFallBack, fmt.Sprintf("%s; the run has fallen back %s already", why, times(most)))
		return ending{}, false, false
	}
	return ending{ReasonFallBack, why}, true, false
}

// veto writes an event about something that was not done, once.
func (p *phase) veto(told *bool, reason Reason, why string) {
	if !*told {
		p.event(p.number, KindVeto, reason, why)
	}
	*told = true
}

// times is n times in words.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// coming is the phase that is entered at place i of the plan: that of the plan with
// what it has left, or the one to fall back to.
func (r *runner) coming(i int) (Phase, Budget) {
	ph := r.plan.Phases[i]
	if !r.inserted {
		if ph.Steps > 0 {
			ph.Steps -= r.spentSteps
		}
		b := Budget{Steps: ph.Steps, Time: r.plan.time(i), Run: r.plan.Time - r.plan.From}
		if b.Time > 0 {
			b.Time = max(1, b.Time-r.spentTime)
		}
		if r.spentSteps > 0 {
			ph.Points = 0 // those of its own are drawn
		}
		return ph, b
	}
	ph = r.plan.FallBack.Phase
	if ph.Batch == 0 {
		ph.Batch = max(1, r.loss.Points()/batchesBack)
	}
	ph.Batch = min(ph.Batch, r.loss.Points())
	return ph, Budget{Steps: ph.Steps}
}

// detour decides, at the end of phase p, about the phase to fall back to: it begins,
// or it ends and the interrupted one goes on. It reports whether either is so.
func (r *runner) detour(p *phase, end ending) bool {
	back := fmt.Sprintf("%s then goes on", p.plan.Phases[p.index].Name)
	switch {
	case end.stops() || end.reason == ReasonError:
		return false
	case end.reason == ReasonFallBack:
		r.fallen++
		r.inserted = true
		r.spentSteps += p.res.Steps
		r.spentTime += r.passed(p.entered)
		from := r.fromBest()
		ph, _ := r.coming(p.index)
		r.event(p.number, KindFallBack, end.reason, fmt.Sprintf("%s; %s takes %d steps with minibatches of %d of %d points%s, and %s",
			end.why, ph.Name, ph.Steps, ph.Batch, r.loss.Points(), from, back))
		return true
	case r.inserted:
		r.inserted = false
		ph := r.plan.Phases[p.index]
		left := ""
		if ph.Steps > 0 {
			left = fmt.Sprintf(", with the %d steps that it has left", ph.Steps-r.spentSteps)
		}
		ph.Points = 0
		r.event(p.number, KindSwitch, end.reason, end.why+"; "+r.goesOn(p.Phase, ph)+left+r.fromBest())
		return true
	}
	r.spentSteps, r.spentTime = 0, 0
	return false
}

// check collects what is wrong with the phase to fall back to.
func (f *FallBack) check(loss Batched, p Plan) (faults []error) {
	if f.Most < 0 {
		faults = append(faults, fmt.Errorf("fall-back: must not be negative, got %d", f.Most))
	}
	ph := f.Phase
	if ph.Batch == 0 {
		ph.Batch = max(1, loss.Points()/batchesBack)
	}
	refuse, _ := ph.check(loss, loss.Points(), p)
	for _, err := range refuse {
		faults = append(faults, fmt.Errorf("fall-back (%s): %w", ph.Name, err))
	}
	return faults
}

// undrawn is the held-out loss at a redraw that has not been.
var undrawn = math.Inf(1)
