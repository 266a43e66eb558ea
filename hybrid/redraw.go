package hybrid

import (
	"fmt"

	"pinn/optim"
)

// redrawIfDue redraws the points if the alarm asked for it, the phase's step says so,
// or the gradient has become one of these points. It does not after the phase's last step, which would leave the next
// phase with other points than this one was judged on.
func (p *phase) redrawIfDue() {
	r := p.Resample
	if r == nil || p.res.Steps == p.Steps {
		return
	}
	ratio, noisy := p.noisy()
	scheduled := r.Every > 0 && p.res.Steps > 0 && p.res.Steps%r.Every == 0
	switch {
	case p.alarmed:
		points, cause := p.enlarged()
		p.redraw(points, CauseAlarm, cause)
	case scheduled && p.restarted != p.res.Steps:
		p.overfit.on = false
		p.redraw(0, CauseSchedule, fmt.Sprintf("as every %d steps", r.Every))
	case noisy:
		p.overfit.on = false
		p.redraw(0, CauseNoise, fmt.Sprintf("since the noise of the full gradient stood at %s of its signal, in power, in the median of %d rows, more than %.3g", two(ratio), ratiosKept, r.Noise))
	}
	p.alarmed = false
}

// goOn redraws the points where the method has nothing left to gain on the
// present ones, nothing follows the phase, and the last redraw has paid: a set
// that stands still is fitted beyond what the equation asks. A set that is
// meant to stay is left alone. It reports whether the phase goes on.
func (p *phase) goOn(info optim.StepInfo) bool {
	stuck := info.Status == optim.LineSearch || info.Status == optim.ConvergedFloor
	last := p.index == len(p.plan.Phases)-1
	if !stuck || !last || p.Resample == nil || p.Resample.Every == 0 || p.res.Steps-max(p.restarted, 0) < minGain || p.res.Steps == p.Steps {
		return false
	}
	p.redraw(0, CauseStuck, fmt.Sprintf("since %s had no more to gain on the old ones (%s)", p.Name, info.Status))
	return true
}

// minGain is the number of updates after which a redraw counts as paid.
const minGain = 20

// alarm warns when the held-out loss stands far above the training loss at the
// same θ, and asks for new points. Once the set has reached its largest size it only
// asks: the redraw has an event of its own.
func (p *phase) alarm(loss, heldOut float64) {
	if !p.heldOut || !(loss > 0) || !finite(heldOut) || !p.overfit.sound(heldOut/loss, p.steps) {
		return
	}
	p.alarmed = true
	if p.Resample != nil {
		points, _ := p.enlarged()
		if points == 0 && p.largest {
			return
		}
		p.largest = points == 0
	}
	p.event(p.number, KindWarning, "", fmt.Sprintf("overfitting: the held-out loss %.3g is %s times the training loss %.3g, more than %d, at step %d",
		heldOut, two(heldOut/loss), loss, overfitRatio, p.res.Steps))
}

// growthMost is how many times the size that the plan gave it a set may reach by
// the alarm, each of which enlarges it by half. On Burgers' equation with four times
// the points every step costs twice as much, and the error at equal time is the same.
const growthMost = 2

// enlarged is the number of points to draw for the alarm, with the sentence's end.
func (p *phase) enlarged() (points int, cause string) {
	now, most := p.loss.(Resampler).InteriorPoints(), growthMost*p.planned()
	if points = min(now+now/2, most); points <= now {
		return 0, "because of the overfitting alarm"
	}
	return points, fmt.Sprintf("because of the overfitting alarm, %d of them in the interior instead of %d", points, now)
}

// planned is the size of the interior set by the plan: that of the newest phase
// with points of its own, or else that of the beginning.
func (p *phase) planned() int {
	for i := p.index; i >= 0; i-- {
		if n := p.plan.Phases[i].Points; n > 0 {
			return n
		}
	}
	return p.first
}

// drawOwn draws the points that the phase is to begin with, if it has its own, and
// returns the method that did.
func (r *runner) drawOwn(ph Phase) (method string) {
	if ph.Points == 0 {
		return ""
	}
	how := Resample{Method: "uniform"}
	if ph.Resample != nil {
		how = *ph.Resample
	}
	r.loss.(Resampler).Resample(how.Method, ph.Points, how.K, how.C, r.theta, r.streams.points.Rand)
	return how.Method
}

// redraw draws new points, as many as there are or as given, deals them anew and
// tells the method. Losses and checks before and after are not comparable.
func (p *phase) redraw(points int, reason Reason, cause string) {
	r := p.Resample
	p.loss.(Resampler).Resample(r.Method, points, r.K, r.C, p.theta, p.streams.points.Rand)
	p.Method.Restart()
	if p.mini != nil {
		p.mini.deal()
		p.monitor.deal()
	}
	p.ratios.forget()
	p.restarted, p.drawnAt = p.res.Steps, p.seen.HeldOut
	var row Row
	p.drew(r.Method, reason, cause, p.fullLoss(&row))
}

// drew writes the event of a redraw.
func (p *phase) drew(method string, reason Reason, cause string, loss float64) {
	p.event(p.number, KindResample, reason, fmt.Sprintf("resample: %s drew %d points %s; the loss over them is %.3g and the held-out loss was last %.3g, at step %d",
		method, p.loss.Points(), cause, loss, p.seen.HeldOut, p.res.Steps))
}

// Set-backs allowed per phase. Each halves the steps of a first-order method; a
// method with a line search shortens its steps itself and gets one fresh start.
const (
	scaledSetBacks = 4
	searchSetBacks = 1
)

// setBack returns θ to the best state after a value that was not finite and the
// method with it; the steps of a first-order method are halved from here on. It
// reports whether the phase is over because that has happened too often.
func (p *phase) setBack(what string) (end ending, over bool) {
	copy(p.theta, p.best.theta)
	p.setBacks++
	p.restarted, p.at = p.res.Steps, -1
	p.ratios.forget()
	allowed := searchSetBacks
	if p.scalable {
		allowed = scaledSetBacks
	}
	back := fmt.Sprintf("back to the best θ, of step %d with held-out loss %.3g", p.best.step, p.best.heldOut)
	if p.setBacks > allowed {
		return ending{ReasonNotFinite, fmt.Sprintf("not-finite: %s, after %d fresh starts; %s, at step %d", what, allowed, back, p.res.Steps)}, true
	}
	how := "with a cleared method"
	if p.scalable {
		p.scale /= 2
		how = fmt.Sprintf("with steps scaled by %g", p.scale)
	}
	p.revive()
	p.event(p.number, KindRestart, ReasonNotFinite, fmt.Sprintf("not-finite: %s; %s, %s, at step %d", what, back, how, p.res.Steps))
	return ending{}, false
}

// revive gives the method the state it had at the best θ, if that was saved in
// this phase; else a first-order method starts anew (its averages may have met
// huge gradients) and any other restarts.
func (p *phase) revive() {
	if m := p.stateful(); m != nil && p.best.phase == p.number && p.best.method != nil && m.SetState(p.best.method) == nil {
		return
	}
	if p.scalable {
		p.Method.Init(p.loss.Dim())
		return
	}
	p.Method.Restart()
}

// stateful is a first-order method whose state can be saved.
func (p *phase) stateful() optim.Stateful {
	if !p.scalable {
		return nil
	}
	m, _ := p.Method.(optim.Stateful)
	return m
}

// decay is the method's weight decay, 0 if it has none.
func decay(m optim.Method) float64 {
	shared, ok := optim.ShareOf(m)
	if !ok {
		return 0
	}
	return shared.WeightDecay
}
