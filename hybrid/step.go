package hybrid

import (
	"errors"
	"fmt"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// stepper lets the method of a phase take steps, shortened ones after values that were
// not finite.
type stepper struct {
	method   optim.Method
	view     optim.Objective // what the method sees
	mini     *minibatches    // the same in a minibatch phase, else nil
	scalable bool            // a first-order method: its steps can be shortened from outside
	previous []float64       // θ before a shortened step
	kept     StepState
}

// StepState is how a phase has fared with values that were not finite.
type StepState struct {
	Scale    float64 // of the method's steps, 1 until a value was not finite
	SetBacks int     // times that θ went back to the best
}

// newStepper prepares the method of a phase.
func newStepper(loss Batched, ph Phase, batches stream) stepper {
	s := stepper{method: ph.Method, view: loss, kept: StepState{Scale: 1}}
	s.method.Init(loss.Dim())
	if ph.Batch > 0 {
		s.mini = newMinibatches(loss, ph.Batch, batches)
		s.view = s.mini.view()
	}
	if _, first := optim.ShareOf(ph.Method); first || ph.Batch > 0 {
		s.scalable, s.previous = true, make([]float64, loss.Dim())
	}
	return s
}

// step lets the method make one update of θ and moves on to the next minibatch.
func (s *stepper) step(theta []float64) (optim.StepInfo, error) {
	if s.kept.Scale < 1 {
		copy(s.previous, theta)
	}
	info, err := s.method.Step(theta, s.view)
	if s.mini != nil {
		s.mini.next()
	}
	if s.kept.Scale < 1 {
		shorten(theta, s.previous, s.kept.Scale)
		info.LearningRate *= s.kept.Scale
	}
	return info, err
}

// shorten replaces θ by from + scale·(θ − from).
func shorten(theta, from []float64, scale float64) {
	for i, x := range from {
		theta[i] = x + scale*(theta[i]-x)
	}
}

// restart tells the method that the points are others, and deals them.
func (s *stepper) restart() {
	s.method.Restart()
	if s.mini != nil {
		s.mini.deal()
	}
}

// Set-backs allowed per phase. Each halves the steps of a first-order method; a
// method with a line search shortens its steps itself and gets one fresh start.
const (
	scaledSetBacks = 4
	searchSetBacks = 1
)

// setBack counts a value that was not finite and says how the method goes on; over
// reports that this was once more than allowed.
func (s *stepper) setBack() (allowed int, how string, over bool) {
	s.kept.SetBacks++
	allowed, how = searchSetBacks, "with a cleared method"
	if s.scalable {
		allowed = scaledSetBacks
	}
	if s.kept.SetBacks > allowed {
		return allowed, "", true
	}
	if s.scalable {
		s.kept.Scale /= 2
		how = fmt.Sprintf("with steps scaled by %g", s.kept.Scale)
	}
	return allowed, how, false
}

// revive gives the method the state it had at the best θ, if that was saved in
// this phase; else a first-order method starts anew (its averages may have met
// huge gradients) and any other restarts.
func (s *stepper) revive(best *Best, phase int) {
	if m := s.stateful(); m != nil && best.Phase == phase && best.Saved && m.SetState(best.Method) == nil {
		return
	}
	if s.scalable {
		s.method.Init(len(best.Theta))
		return
	}
	s.method.Restart()
}

// stateful is a first-order method whose state can be saved.
func (s *stepper) stateful() optim.Stateful {
	if !s.scalable {
		return nil
	}
	m, _ := s.method.(optim.Stateful)
	return m
}

// setBack returns θ to the best state after a value that was not finite and the
// method with it; the steps of a first-order method are halved from here on. It
// reports whether the phase is over because that has happened too often.
func (p *phase) setBack(what string) (end ending, over bool) {
	best, step := &p.rec.kept.Best, p.kept.Result.Steps
	copy(p.leg.theta, best.Theta)
	p.kept.Restarted, p.kept.ScoredAt = step, -1
	p.leg.points.kept.Ratios.Forget()
	allowed, how, over := p.step.setBack()
	back := fmt.Sprintf("back to the best θ, of step %d with held-out loss %.3g", best.Step, best.HeldOut)
	if over {
		return ending{rules.ReasonNotFinite, fmt.Sprintf("not-finite: %s, after %d fresh starts; %s, at step %d", what, allowed, back, step)}, true
	}
	p.step.revive(best, p.kept.Number)
	p.event(KindRestart, rules.ReasonNotFinite, fmt.Sprintf("not-finite: %s; %s, %s, at step %d", what, back, how, step))
	return ending{}, false
}

// notFinite says what of a step was not finite, "" if all was well.
func notFinite(info optim.StepInfo, err error, theta []float64) string {
	switch {
	case errors.Is(err, optim.ErrNotFinite):
		return err.Error()
	case err != nil:
		return ""
	case info.Status == optim.NotFinite && info.Note != "":
		return info.Note
	case info.Status == optim.NotFinite || !finite(info.Value):
		return fmt.Sprintf("the loss is %g", info.Value)
	}
	for i, x := range theta {
		if !finite(x) {
			return fmt.Sprintf("theta[%d] is %g", i, x)
		}
	}
	return ""
}

// where says where the loss is not finite, if it can: at the point that the error
// names or else at θ.
func where(loss Batched, theta []float64, err error) string {
	f, ok := loss.(Finder)
	if !ok {
		return ""
	}
	var bad *optim.NotFiniteError
	if errors.As(err, &bad) && bad.At != nil {
		theta = bad.At
	}
	if found := f.FindNonFinite(theta); found != "" {
		return ": " + found
	}
	return ", though every residual and its gradient are finite there"
}
