package hybrid

import (
	"errors"
	"fmt"

	"pinn/optim"
)

// ErrNoPhase reports a plan without phases.
var ErrNoPhase = errors.New("plan: no phase")

// check collects everything that is wrong with the plan for this loss, and the
// doubts: rules that cannot fire within their phase, too few minibatches.
func (p Plan) check(loss Batched, o Options) (doubts []error, faults error) {
	if len(p.Phases) == 0 {
		return nil, ErrNoPhase
	}
	var all []error
	if o.Time < 0 || p.HeldOutEvery < 0 || !(o.Passes >= 0) {
		all = append(all, errors.New("plan: time, passes and the steps between held-out evaluations must not be negative"))
	}
	points := loss.Points()
	for i, ph := range p.Phases {
		if ph.Points > 0 {
			points = ph.Points
		}
		where := fmt.Sprintf("phase %d (%s)", i, ph.Name)
		refuse, doubt := ph.check(loss, points, p.heldOutEvery(), o)
		for _, err := range refuse {
			all = append(all, fmt.Errorf("%s: %w", where, err))
		}
		for _, err := range doubt {
			doubts = append(doubts, fmt.Errorf("%s: %w", where, err))
		}
	}
	if p.FallBack != nil {
		all = append(all, p.FallBack.check(loss, p.heldOutEvery(), o)...)
	}
	return doubts, errors.Join(all...)
}

// check looks at a phase that begins with about the given number of points.
func (ph Phase) check(loss Batched, points, heldOutEvery int, o Options) (faults, doubts []error) {
	if ph.Method == nil {
		panic("hybrid: a phase needs a method")
	}
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if ph.Steps < 0 || (ph.Steps == 0 && o.Time == 0 && o.Passes == 0) {
		fault("steps: must be positive in a plan without a limit of time or passes, got %d", ph.Steps)
	}
	if !(ph.Share >= 0 && ph.Share <= 1) {
		fault("share: must lie between 0 and 1, got %g", ph.Share)
	}
	if c := ph.Checks; c.Every < 0 || c.Batches < 0 || !(c.Share >= 0 && c.Share <= 1) {
		fault("checks: every and batches must not be negative and share must lie between 0 and 1, got %d, %d and %g", c.Every, c.Batches, c.Share)
	}
	if _, ok := ph.Method.(optim.Stateful); o.Keep != nil && !ok {
		fault("%s cannot save its state", ph.Name)
	}
	if _, ok := ph.Method.(Preconditioner); ph.Checks.own() && !ok {
		fault("checks: %s has no metric of its own", ph.Name)
	}
	if _, ok := loss.(Resampler); !ok && (ph.Resample != nil || ph.Points > 0) {
		fault("resample: this loss cannot redraw its points")
	}
	if r := ph.Resample; r != nil && (r.Every < 0 || !(r.Noise >= 0)) {
		fault("resample: every and noise must not be negative, got %d and %g", r.Every, r.Noise)
	}
	if ph.Points < 0 {
		fault("points: must not be negative, got %d", ph.Points)
	}
	if ph.Batch < 0 || ph.Batch > points {
		fault("batch: must lie between 1 and the %d points, got %d", points, ph.Batch)
	}
	if len(faults) > 0 {
		return faults, nil
	}
	return ph.checkRules(loss, points, heldOutEvery)
}

// checkRules asks every rule whether it fits the phase.
func (ph Phase) checkRules(loss Batched, points, heldOutEvery int) (faults, doubts []error) {
	s := shape{points: points, batch: ph.Batch, every: heldOutEvery, steps: ph.Steps}
	if ph.Batch > 0 {
		have := points / ph.Batch
		if points == loss.Points() {
			have = loss.Deal(ph.Batch).Len()
		}
		k := ph.Checks.batches(have)
		s.every, s.k, s.statistics = ph.Checks.every(k), k, k > 0
		if k < minBatches {
			doubts = append(doubts, fmt.Errorf("batch %d of %d points leaves %d disjoint minibatches, fewer than the %d that make the gradient's noise known: the checks %s",
				ph.Batch, points, have, minBatches, map[bool]string{true: "are rough", false: "take no statistics"}[k > 0]))
		}
	}
	for _, r := range ph.Rules {
		f, ok := r.(fitter)
		if !ok {
			continue
		}
		refusal, doubt := f.fit(s)
		if refusal != nil {
			faults = append(faults, refusal)
		}
		if doubt != nil {
			doubts = append(doubts, doubt)
		}
	}
	return faults, doubts
}

// minBatches is the number of gradients below which a check is called rough.
const minBatches = 4
