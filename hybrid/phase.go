package hybrid

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinn/optim"
)

// phase is the state of the phase in hand.
type phase struct {
	*runner
	Phase
	index   int // of the plan's phase, or of the one that was interrupted for this one
	number  int // in the record, which may have begun before the plan
	entered time.Time
	budget  Budget

	view    optim.Objective // what the method sees
	mini    *minibatches    // the same in a minibatch phase, else nil
	monitor *monitor        // in a minibatch phase, else nil

	scalable bool      // a first-order method: its steps can be shortened from outside
	scale    float64   // of its steps, 1 until a value was not finite
	previous []float64 // θ before a shortened step
	setBacks int       // times that θ went back to the best

	clipped, restarted int     // the phase's step of the newest of each, −1 for none
	alarmed            bool    // the overfitting alarm waits for a redraw
	largest            bool    // the alarm has met a set that cannot grow, and the record says so
	drawnAt            float64 // the held-out loss when the points were last redrawn, +Inf before
	ratios             ratios
	stuck              int  // times that the method was
	refused            bool // it would have fallen back once more, and the record says so
	grown              bool // the batch has reached its largest size, and the record says so

	res   PhaseResult
	seen  Row      // what was last measured of each
	votes Decision // of the newest check
	at    int      // step of the run at which the held-out loss was last measured
}

// ending says why a phase ended.
type ending struct {
	reason Reason
	why    string
}

// stops reports whether the whole run ends with the phase.
func (e ending) stops() bool {
	return e.reason == ReasonTime || e.reason == ReasonPasses || e.reason == ReasonInterrupted
}

// enter prepares phase i and records its starting point.
func (r *runner) enter(i int) *phase {
	began := r.now()
	ph, _ := r.coming(i)
	drawn := r.drawOwn(ph)
	p := r.prepare(i)
	p.entered = began
	p.begin()
	if drawn != "" {
		p.drawnAt = p.res.HeldOutFirst
		p.drew(drawn, CauseBegin, "for the phase, to begin with", p.res.LossFirst)
	}
	return p
}

// prepare makes the state of phase i on the points that there are.
func (r *runner) prepare(i int) *phase {
	p := &phase{runner: r, index: i, number: len(r.phases), entered: r.now(),
		scale: 1, clipped: -1, restarted: -1, drawnAt: undrawn, view: r.loss}
	p.Phase, p.budget = r.coming(i)
	p.ratios.forget()
	p.res = PhaseResult{Method: p.Name, Index: i, Inserted: r.inserted, Batch: p.Batch}
	for _, rule := range p.Rules {
		rule.Reset()
	}
	p.Method.Init(r.loss.Dim())
	if p.Batch > 0 {
		p.mini = newMinibatches(r.loss, p.Batch, r.streams.batches)
		p.monitor = newMonitor(r.loss, p.Phase, r.streams.checks)
		p.view = p.mini.view()
	}
	if _, first := optim.ShareOf(p.Method); first || p.Batch > 0 {
		p.scalable, p.previous = true, make([]float64, len(r.theta))
	}
	return p
}

// begin measures the starting point and records it as the phase's step 0. The
// rules are not shown it: nothing has been done yet.
func (p *phase) begin() {
	row := p.blank()
	p.seen = row
	p.res.LossFirst = p.fullLoss(&row)
	row.Loss = p.res.LossFirst
	if s := p.compare(&row); s.K > 0 {
		p.monitor.schedule(0, true)
	}
	p.res.HeldOutFirst = p.judgeNow(&row)
	p.record(row)
	p.show(row)
	p.tell(true)
}

// loop takes steps until something ends the phase.
func (p *phase) loop(ctx context.Context) (ending, error) {
	take := p.snapshot
	for {
		stop := ctx.Err() != nil
		if p.plan.Keep != nil {
			p.plan.Keep(stop, take)
		}
		if end, over := p.before(stop); over {
			return end, nil
		}
		info, err := p.step()
		if what := notFinite(info, err, p.theta); what != "" {
			if end, over := p.setBack(what + p.where(err)); over {
				return end, nil
			}
			continue
		}
		if err != nil {
			return ending{}, fmt.Errorf("step %d: %w", p.res.Steps, err)
		}
		d := p.after(info)
		if end, over, goesOn := p.returns(info); over || goesOn {
			if over {
				return end, nil
			}
			continue
		}
		switch {
		case p.goOn(info):
			continue
		case info.Status != optim.Running:
			return p.methodEnd(info), nil
		case d.Leave:
			return ending{d.Reason, d.Why}, nil
		}
		p.redrawIfDue()
		p.tell(false)
	}
}

// before looks at what can end a phase between two steps: that the run was told to
// stop, its time and passes, the budget.
func (p *phase) before(stop bool) (end ending, over bool) {
	if stop {
		return ending{ReasonInterrupted, fmt.Sprintf("interrupted: the run was told to stop, at step %d", p.res.Steps)}, true
	}
	if t := p.plan.Time; t > 0 && p.passed(p.start) >= t {
		return ending{ReasonTime, fmt.Sprintf("time: %.3g s of the run are used, at step %d", t.Seconds(), p.res.Steps)}, true
	}
	if n := p.plan.Passes; n > 0 && p.passes >= n {
		return ending{ReasonPasses, fmt.Sprintf("passes: %.4g passes over all points are made, at step %d", n, p.res.Steps)}, true
	}
	d := p.budget.Observe(Check{Step: p.res.Steps, Elapsed: p.passed(p.entered)})
	return ending{d.Reason, d.Why}, d.Leave
}

// step lets the method make one update and moves on to the next minibatch.
func (p *phase) step() (optim.StepInfo, error) {
	if p.scale < 1 {
		copy(p.previous, p.theta)
	}
	info, err := p.Method.Step(p.theta, p.view)
	p.lossEvals += info.LossEvals
	p.gradEvals += info.GradEvals
	p.pass(max(info.LossEvals, info.GradEvals))
	p.res.LossEvals += info.LossEvals
	p.res.GradEvals += info.GradEvals
	if p.mini != nil {
		p.mini.next()
	}
	if p.scale < 1 {
		shorten(p.theta, p.previous, p.scale)
		info.LearningRate *= p.scale
	}
	return info, err
}

// shorten replaces θ by from + scale·(θ − from).
func shorten(theta, from []float64, scale float64) {
	for i, x := range from {
		theta[i] = x + scale*(theta[i]-x)
	}
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
func (p *phase) where(err error) string {
	f, ok := p.loss.(Finder)
	if !ok {
		return ""
	}
	at := p.theta
	var bad *optim.NotFiniteError
	if errors.As(err, &bad) && bad.At != nil {
		at = bad.At
	}
	if found := f.FindNonFinite(at); found != "" {
		return ": " + found
	}
	return ", though every residual and its gradient are finite there"
}

// after counts the step, measures what is due, asks the rules and records.
func (p *phase) after(info optim.StepInfo) Decision {
	if info.Status != optim.Running && info.StepNorm == 0 {
		return Decision{}
	}
	p.steps++
	p.res.Steps++
	if info.Clip != 0 && info.Clip < 1 {
		p.clipped = p.res.Steps
	}
	if info.Restarted {
		p.event(p.number, KindRestart, ReasonLineSearch, fmt.Sprintf("line-search: %s, at step %d", info.Note, p.res.Steps))
	}
	row := p.blank()
	row.Loss, row.GradNorm = info.Value, info.GradNorm
	row.StepNorm, row.StepSize, row.LearningRate = info.StepNorm, orNaN(info.StepSize), orNaN(info.LearningRate)
	if row.Damping, row.Gain = orNaN(info.Damping), orNaN(info.Gain); info.Trials > 0 {
		row.Trials = info.Trials
	}
	p.seen.Loss = info.Value
	due := p.due()
	if p.mini == nil && (due || kept(p.res.Steps)) {
		p.terms(&row)
	}
	var d Decision
	if due {
		row.FullR = p.ratio()
		d = p.look(&row, info.Value)
	}
	if due || kept(p.res.Steps) {
		p.record(row)
	}
	if due {
		p.show(row)
	}
	return d
}

// methodEnd is the ending that the method itself asked for.
func (p *phase) methodEnd(info optim.StepInfo) ending {
	reason := ReasonLineSearch
	switch {
	case info.Status.Converged():
		reason = ReasonConverged
	case info.Status == optim.Stuck:
		reason = ReasonStuck
	case info.Status == optim.Diverged:
		reason = ReasonDiverged
	}
	what := info.Note
	if what == "" {
		what = fmt.Sprintf("%s with loss %.3g and gradient norm %.2g", info.Status, info.Value, info.GradNorm)
	}
	return ending{reason, fmt.Sprintf("%s: %s, at step %d", reason, what, p.res.Steps)}
}

// leave measures the last θ, completes its row and files the phase's result.
func (p *phase) leave(end ending) {
	row := p.lastRow()
	p.res.LossLast = p.fullLoss(&row)
	judged := p.at == p.steps
	if p.res.HeldOutLast = row.HeldOut; !judged {
		p.res.HeldOutLast = p.judgeNow(&row)
	}
	p.complete(row)
	if !judged {
		p.show(row)
	}
	p.res.Points = p.loss.Points()
	p.res.Ended, p.res.Why = end.reason, end.why
	if m := p.monitor; m != nil {
		p.res.Checks, p.res.CheckGrads, p.res.CheckSeconds = m.taken, m.gradients, m.seconds
		p.res.CheckBatches, p.res.CheckEvery = m.k(), m.every()
	}
	p.res.Seconds = p.passed(p.entered).Seconds()
	p.phases = append(p.phases, p.res)
	p.tell(true)
}

// orNaN is x, or NaN where a method reports nothing as 0.
func orNaN(x float64) float64 {
	if x == 0 {
		return nan
	}
	return x
}
