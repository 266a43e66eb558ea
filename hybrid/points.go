package hybrid

import (
	"fmt"
	"math"

	"pinn/hybrid/noise"
	"pinn/hybrid/rules"
	"pinn/internal/words"
	"pinn/optim"
)

// points decides when the points of a leg are drawn anew, and how many.
type points struct {
	loss  Batched
	plan  *Plan
	draws stream
	kept  PointsState
}

// PointsState is what the redraws of a leg depend on.
type PointsState struct {
	First int   // points in the interior when the leg began
	Alarm Alarm // of overfitting

	// Of the phase in hand:
	Asked   bool         // the alarm has asked for a redraw that is not done yet
	Largest bool         // there is an event that the alarm cannot enlarge the set further
	DrawnAt float64      // the held-out loss when the points were last redrawn, +Inf before
	Ratios  noise.Ratios // R_N on the present points
	Stuck   int          // how often the method was stuck
}

// order asks for points: how many in the interior, 0 for as many as there are, and why.
type order struct {
	points int
	cause  rules.Reason
	why    string
}

func newPoints(loss Batched, plan *Plan, draws stream) points {
	s := points{loss: loss, plan: plan, draws: draws}
	if r, ok := loss.(Resampler); ok {
		s.kept.First = r.InteriorPoints()
	}
	return s
}

// undrawn stands for the held-out loss at a redraw while there was none.
var undrawn = math.Inf(1)

// enter forgets the phase before.
func (s *points) enter() {
	s.kept = PointsState{First: s.kept.First, Alarm: s.kept.Alarm, DrawnAt: undrawn}
	s.kept.Ratios.Forget()
}

// due returns what to draw at a step of phase i if the alarm asked for it, the step says
// so, or the gradient has become one of these points; restarted is the step of the
// newest redraw.
func (s *points) due(r *Resample, i, step, restarted int) (o order, ok bool) {
	middle := nan
	if r.Noise > 0 {
		middle = s.kept.Ratios.Median()
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
		o, ok = order{0, CauseNoise, fmt.Sprintf("since the noise of the full gradient stood at %s of its signal, in power, in the median of %d rows, more than %.3g", words.Rough(middle), len(s.kept.Ratios), r.Noise)}, true
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
// which would leave the next phase with other points than this one was scored on.
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
	s.kept.Ratios.Forget()
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

// overfitRatio is the held-out over the training loss at which the alarm
// sounds; below half of it the alarm is ready again.
const overfitRatio = 4

// Alarm is the state of the overfitting alarm and the worst that it has seen.
type Alarm struct {
	On    bool    // raised, and the ratio has not fallen to half of the limit since
	Worst float64 // the largest ratio so far
	Step  int     // of the run, at which that was
}

// sound takes the next ratio and reports whether to raise the alarm.
func (a *Alarm) sound(ratio float64, step int) bool {
	if ratio > a.Worst && !math.IsInf(ratio, 0) {
		a.Worst, a.Step = ratio, step
	}
	if ratio < overfitRatio/2 {
		a.On = false
	}
	if !(ratio > overfitRatio) || a.On {
		return false
	}
	a.On = true
	return true
}

// overfits sounds the alarm at a step of the run, in phase i, and reports whether that is
// worth a warning. Once the set has reached its largest size the alarm only asks for new
// points, if the phase draws any: the redraw has an event of its own.
func (s *points) overfits(loss, heldOut float64, redraws bool, i, step int) bool {
	if !(loss > 0) || !finite(heldOut) || !s.kept.Alarm.sound(heldOut/loss, step) {
		return false
	}
	s.kept.Asked = true
	if !redraws {
		return true
	}
	n, _ := s.enlarged(i)
	told := n == 0 && s.kept.Largest
	s.kept.Largest = n == 0
	return !told
}

// Each alarm enlarges the set by half, up to growthMost times the size that the plan gave
// it. On Burgers' equation with four times the points every step costs twice as much, and
// the error at equal time is the same.
const growthMost = 2

// enlarged is the number of points to draw for the alarm in phase i, 0 for as many as
// there are, and the end of the sentence about it.
func (s *points) enlarged(i int) (n int, why string) {
	now, most := s.loss.(Resampler).InteriorPoints(), growthMost*s.planned(i)
	if n = min(now+now/2, most); n <= now {
		return 0, "because of the overfitting alarm"
	}
	return n, fmt.Sprintf("because of the overfitting alarm, %d of them in the interior instead of %d", n, now)
}

// planned is the size of the interior set by the plan: that of the newest phase
// with points of its own, or else that of the beginning.
func (s *points) planned(i int) int {
	for ; i >= 0; i-- {
		if n := s.plan.Phases[i].Points; n > 0 {
			return n
		}
	}
	return s.kept.First
}

// alarm warns when the held-out loss stands far above the training loss at the
// same θ, and asks for new points.
func (p *phase) alarm(loss, heldOut float64) {
	if !p.leg.score.heldOut || !p.leg.points.overfits(loss, heldOut, p.plan.Resample != nil, p.kept.Index, p.rec.kept.Steps) {
		return
	}
	p.event(KindWarning, "", fmt.Sprintf("overfitting: the held-out loss %.3g is %s times the training loss %.3g, more than %d, at step %d",
		heldOut, words.Rough(heldOut/loss), loss, overfitRatio, p.kept.Result.Steps))
}

// ratioOf returns R_N of the gradient over all points that the loss has just given, NaN
// if it is not known. A method with a line search may have used another θ last; it is
// one of the same step.
func ratioOf(loss Batched) float64 {
	c, ok := loss.(Chunked)
	if !ok {
		return nan
	}
	signal2, noise2, chunks := c.ChunkStats()
	if chunks == 0 {
		return nan
	}
	return noise.ToSignal(signal2, noise2)
}
