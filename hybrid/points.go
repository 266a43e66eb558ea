package hybrid

import (
	"fmt"
	"math"

	"pinn/optim"
)

// points is the policy of a leg about its points: when they are drawn anew, and how
// many.
type points struct {
	loss  Batched
	plan  *Plan
	draws stream
	kept  PointsState
}

// PointsState is what the policy about points remembers.
type PointsState struct {
	First int   // points in the interior when the leg began
	Alarm Alarm // of overfitting

	// Of the phase in hand:
	Asked   bool    // the alarm waits for a redraw
	Largest bool    // the alarm has met a set that cannot grow, and the record says so
	DrawnAt float64 // the held-out loss when the points were last redrawn, +Inf before
	Ratios  Ratios
	Stuck   int // times that the method was
}

// order asks for points: how many in the interior, 0 for as many as there are, and why.
type order struct {
	points int
	cause  Reason
	why    string
}

func newPoints(loss Batched, plan *Plan, draws stream) points {
	s := points{loss: loss, plan: plan, draws: draws}
	if r, ok := loss.(Resampler); ok {
		s.kept.First = r.InteriorPoints()
	}
	return s
}

// undrawn is the held-out loss at a redraw that has not been.
var undrawn = math.Inf(1)

// enter forgets the phase before.
func (s *points) enter() {
	s.kept = PointsState{First: s.kept.First, Alarm: s.kept.Alarm, DrawnAt: undrawn}
	s.kept.Ratios.forget()
}

// due returns what to draw at a step of phase i if the alarm asked for it, the step says
// so, or the gradient has become one of these points; restarted is the step of the
// newest redraw.
func (s *points) due(r *Resample, i, step, restarted int) (o order, ok bool) {
	middle := nan
	if r.Noise > 0 {
		middle = s.kept.Ratios.median()
	}
	switch {
	case s.kept.Asked:
		n, why := s.enlarged(i)
		o, ok = order{n, CauseAlarm, why}, true
	case r.Every > 0 && step > 0 && step%r.Every == 0 && restarted != step:
		s.kept.Alarm.On = false
		o, ok = order{0, CauseSchedule, fmt.Sprintf("as every %d steps", r.Every)}, true
	case middle > r.Noise:
		s.kept.Alarm.On = false
		o, ok = order{0, CauseNoise, fmt.Sprintf("since the noise of the full gradient stood at %s of its signal, in power, in the median of %d rows, more than %.3g", two(middle), ratiosKept, r.Noise)}, true
	}
	s.kept.Asked = false
	return o, ok
}

// spent orders new points where the method has nothing left to gain on the present ones
// at a step of the phase, if the last redraw has paid: a set that stands still is fitted
// beyond what the equation asks. A set that is meant to stay is left alone.
func (s *points) spent(ph Phase, why optim.Status, step, restarted int) (o order, ok bool) {
	if ph.Resample == nil || ph.Resample.Every == 0 || step-max(restarted, 0) < minGain || step == ph.Steps {
		return order{}, false
	}
	return order{0, CauseStuck, fmt.Sprintf("since %s had no more to gain on the old ones (%s)", ph.Name, why)}, true
}

// minGain is the number of updates after which a redraw counts as paid.
const minGain = 20

// stuck counts a method that is stuck and orders new points for it, but for the last
// time that is allowed, or where the set is meant to stay.
func (s *points) stuck(ph Phase) (o order, ok bool) {
	if s.kept.Stuck++; s.kept.Stuck >= stuckMost || ph.Resample == nil || ph.Resample.Every == 0 {
		return order{}, false
	}
	return order{0, CauseStuck, fmt.Sprintf("since %s was stuck on the old ones, %d of %d times", ph.Name, s.kept.Stuck, stuckMost)}, true
}

// draw draws n points in the interior at θ, 0 for as many as there are.
func (s *points) draw(r Resample, n int, theta []float64) {
	s.loss.(Resampler).Resample(r.Method, n, r.K, r.C, theta, s.draws.rng)
}

// drawOwn draws the points that a phase is to begin with, if it has its own, and
// returns the method that did.
func (l *leg) drawOwn(ph Phase) (method string) {
	if ph.Points == 0 {
		return ""
	}
	how := Resample{Method: "uniform"}
	if ph.Resample != nil {
		how = *ph.Resample
	}
	l.points.draw(how, ph.Points, l.theta)
	return how.Method
}

// redrawIfDue redraws the points where that is due, but not after the phase's last step,
// which would leave the next phase with other points than this one was judged on.
func (p *phase) redrawIfDue() {
	r, step := p.plan.Resample, p.kept.Result.Steps
	if r == nil || step == p.plan.Steps {
		return
	}
	if o, ok := p.leg.points.due(r, p.kept.Index, step, p.kept.Restarted); ok {
		p.redraw(o)
	}
}

// redraw draws new points, deals them anew and tells the method. Losses and checks
// before and after are not comparable.
func (p *phase) redraw(o order) {
	s := &p.leg.points
	s.draw(*p.plan.Resample, o.points, p.leg.theta)
	p.step.restart()
	if p.monitor != nil {
		p.monitor.deal()
	}
	s.kept.Ratios.forget()
	p.kept.Restarted, s.kept.DrawnAt = p.kept.Result.Steps, p.kept.Seen.HeldOut
	var row Row
	p.drew(p.plan.Resample.Method, o, p.fullLoss(&row))
}

// drew writes the event of a redraw.
func (p *phase) drew(method string, o order, loss float64) {
	p.event(KindResample, o.cause, fmt.Sprintf("resample: %s drew %d points %s; the loss over them is %.3g and the held-out loss was last %.3g, at step %d",
		method, p.leg.loss.Points(), o.why, loss, p.kept.Seen.HeldOut, p.kept.Result.Steps))
}

// goOn redraws the points where the method has nothing left to gain on the present ones
// and nothing follows the phase. It reports whether the phase goes on.
func (p *phase) goOn(info optim.StepInfo) bool {
	spent := info.Status == optim.LineSearch || info.Status == optim.ConvergedFloor
	if last := p.kept.Index == len(p.leg.plan.Phases)-1; !spent || !last {
		return false
	}
	o, ok := p.leg.points.spent(p.plan, info.Status, p.kept.Result.Steps, p.kept.Restarted)
	if ok {
		p.redraw(o)
	}
	return ok
}
