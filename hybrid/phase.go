package hybrid

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// phase is the state of the phase in hand.
type phase struct {
	leg     *leg
	rec     *recorder
	clock   *clock
	plan    Phase // its Batch grows
	budget  rules.Budget
	entered time.Time
	step    stepper
	monitor *monitor // in a minibatch phase, else nil
	kept    PhaseState
}

// PhaseState is what a phase has reached, except what its stepper and monitor keep.
type PhaseState struct {
	Index  int // in the plan; that of the interrupted phase for one fallen back to
	Number int // in the run, from 0

	Clipped, Restarted int  // the phase's step of the newest clipped step and of the newest redraw or set-back, −1 for none
	Refused            bool // there is an event that it may not fall back once more
	Grown              bool // there is an event that the batch cannot grow further

	Result   PhaseResult
	Seen     Row            // the newest value of each quantity
	Votes    rules.Decision // of the newest check
	ScoredAt int            // step of the run at which the held-out loss was last measured
}

// enter prepares phase i and records its starting point.
func (l *leg) enter(i int) *phase {
	began := l.clock.now()
	ph, _ := l.coming(i)
	drawn := l.drawOwn(ph)
	p := l.prepare(i)
	p.entered = began
	p.begin()
	if drawn != "" {
		l.points.kept.DrawnAt = p.kept.Result.HeldOutFirst
		p.drew(drawn, order{cause: CauseBegin, why: "for the phase, to begin with"}, p.kept.Result.LossFirst)
	}
	return p
}

// prepare makes the state of phase i on the points that there are.
func (l *leg) prepare(i int) *phase {
	p := &phase{leg: l, rec: l.rec, clock: l.clock, entered: l.clock.now()}
	p.plan, p.budget = l.coming(i)
	p.kept = PhaseState{Index: i, Number: len(l.rec.kept.Phases), Clipped: -1, Restarted: -1,
		Result: PhaseResult{Method: p.plan.Name, Index: i, Inserted: l.fall.kept.Inserted, Batch: p.plan.Batch}}
	l.points.enter()
	for _, rule := range p.plan.Rules {
		rule.Reset()
	}
	p.step = newStepper(l.loss, p.plan, l.streams.batches)
	if p.plan.Batch > 0 {
		p.monitor = newMonitor(l.loss, p.plan, l.streams.checks, l.clock)
	}
	return p
}

// begin measures the starting point and records it as the phase's step 0. The
// rules are not shown it: nothing has been done yet.
func (p *phase) begin() {
	row := p.blank()
	p.kept.Seen = row
	p.kept.Result.LossFirst = p.fullLoss(&row)
	row.Loss = p.kept.Result.LossFirst
	if s := p.compare(&row); s.K > 0 {
		p.monitor.schedule(0, true)
	}
	p.kept.Result.HeldOutFirst = p.score(&row)
	p.rec.row(row)
	p.show(row)
	p.tell(true)
}

// train takes turns until something ends the phase, and files its result.
func (p *phase) train(ctx context.Context) (end ending, err error) {
	take := p.snapshot
	for over := false; !over && err == nil; {
		stop := ctx.Err() != nil
		if keep := p.leg.options.Keep; keep != nil {
			keep(stop, take)
		}
		end, over, err = p.turn(stop)
	}
	if err != nil {
		end = ending{rules.ReasonError, err.Error()}
	}
	p.leave(end)
	return end, err
}

// turn is one turn of the loop: the limits, a step, what is measured and decided after
// it, new points. over reports that the phase ends.
func (p *phase) turn(stop bool) (end ending, over bool, err error) {
	l := p.leg
	if end, over := l.limits.before(stop, p.kept.Result.Steps, p.rec.kept.Passes, p.clock, p.entered, &p.budget); over {
		return end, true, nil
	}
	info, err := p.step.step(l.theta)
	p.count(info)
	if what := notFinite(info, err, l.theta); what != "" {
		end, over := p.setBack(what + where(l.loss, l.theta, err))
		return end, over, nil
	}
	if err != nil {
		return ending{}, false, fmt.Errorf("step %d: %w", p.kept.Result.Steps, err)
	}
	d := p.after(info)
	if end, over, goesOn := p.returns(info); over || goesOn {
		return end, over, nil
	}
	switch {
	case p.goOn(info):
		return ending{}, false, nil
	case info.Status != optim.Running:
		return p.methodEnd(info), true, nil
	case d.Leave:
		return ending{d.Reason, d.Why}, true, nil
	}
	p.redrawIfDue()
	p.tell(false)
	return ending{}, false, nil
}

// count adds up what a step cost.
func (p *phase) count(info optim.StepInfo) {
	p.rec.step(info)
	p.pass(max(info.LossEvals, info.GradEvals))
	p.kept.Result.LossEvals += info.LossEvals
	p.kept.Result.GradEvals += info.GradEvals
}

// pass counts evaluations of a minibatch, or of all points in a full-batch phase.
func (p *phase) pass(evaluations int) {
	size := p.plan.Batch
	if size == 0 {
		size = p.leg.loss.Points()
	}
	p.rec.kept.Passes += float64(evaluations) * float64(size) / float64(p.leg.kept.Points)
}

// after counts the step, measures what is due, asks the rules and records.
func (p *phase) after(info optim.StepInfo) rules.Decision {
	if info.Status != optim.Running && info.StepNorm == 0 {
		return rules.Decision{}
	}
	p.rec.kept.Steps++
	p.kept.Result.Steps++
	step := p.kept.Result.Steps
	if info.Clip != 0 && info.Clip < 1 {
		p.kept.Clipped = step
	}
	if info.Restarted {
		p.event(KindRestart, rules.ReasonLineSearch, fmt.Sprintf("line-search: %s, at step %d", info.Note, step))
	}
	row := p.rowOf(info)
	p.kept.Seen.Loss = info.Value
	due := p.due()
	if p.step.mini == nil && (due || recorded(step)) {
		p.terms(&row)
	}
	var d rules.Decision
	if due {
		d = p.look(&row, info.Value)
	}
	if due || recorded(step) {
		p.rec.row(row)
	}
	if due {
		p.show(row)
	}
	return d
}

// methodEnd is the ending that the method itself asked for.
func (p *phase) methodEnd(info optim.StepInfo) ending {
	reason := rules.ReasonLineSearch
	switch {
	case info.Status.Converged():
		reason = rules.ReasonConverged
	case info.Status == optim.Stuck:
		reason = rules.ReasonStuck
	case info.Status == optim.Diverged:
		reason = rules.ReasonDiverged
	}
	what := info.Note
	if what == "" {
		what = fmt.Sprintf("%s with loss %.3g and gradient norm %.2g", info.Status, info.Value, info.GradNorm)
	}
	return ending{reason, fmt.Sprintf("%s: %s, at step %d", reason, what, p.kept.Result.Steps)}
}

// leave measures the last θ, completes its row and files the phase's result.
func (p *phase) leave(end ending) {
	row, res := p.lastRow(), &p.kept.Result
	res.LossLast = p.fullLoss(&row)
	scored := p.kept.ScoredAt == p.rec.kept.Steps
	if res.HeldOutLast = row.HeldOut; !scored {
		res.HeldOutLast = p.score(&row)
	}
	p.rec.complete(row)
	if !scored {
		p.show(row)
	}
	res.Points = p.leg.loss.Points()
	res.Ended, res.Why = end.reason, end.why
	if m := p.monitor; m != nil {
		res.Checks, res.CheckGrads, res.CheckSeconds = m.kept.Taken, m.kept.Gradients, m.kept.Seconds
		res.CheckBatches, res.CheckEvery = m.k(), m.every()
	}
	res.Seconds = p.clock.seconds(p.entered)
	p.rec.phase(*res)
	p.tell(true)
}

// event writes down that something happened in the phase.
func (p *phase) event(kind Kind, reason rules.Reason, why string) {
	p.rec.event(p.kept.Number, kind, reason, why)
}

// show lets the observer see the row and the best θ, both as copies.
func (p *phase) show(row Row) {
	if p.leg.options.Observe == nil {
		return
	}
	row.Terms = slices.Clone(row.Terms)
	p.leg.options.Observe(p.leg.number, row, slices.Clone(p.rec.kept.Best.Theta))
}
