package hybrid

import (
	"fmt"
	"math"
)

// overfitRatio is the held-out over the training loss at which the alarm
// sounds; below half of it the alarm is ready again.
const overfitRatio = 4

// Alarm is the state of the overfitting alarm and the worst that it has seen.
type Alarm struct {
	On    bool
	Worst float64
	Step  int // of the run
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

// growthMost is how many times the size that the plan gave it a set may reach by
// the alarm, each of which enlarges it by half. On Burgers' equation with four times
// the points every step costs twice as much, and the error at equal time is the same.
const growthMost = 2

// enlarged is the number of points to draw for the alarm in phase i, with the sentence's
// end.
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
	if !p.leg.judge.heldOut || !p.leg.points.overfits(loss, heldOut, p.plan.Resample != nil, p.kept.Index, p.rec.kept.Steps) {
		return
	}
	p.event(KindWarning, "", fmt.Sprintf("overfitting: the held-out loss %.3g is %s times the training loss %.3g, more than %d, at step %d",
		heldOut, two(heldOut/loss), loss, overfitRatio, p.kept.Result.Steps))
}
