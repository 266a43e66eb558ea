package hybrid

import (
	"time"

	"pinn/hybrid/noise"
	"pinn/hybrid/rules"
	"pinn/optim"
)

// termsEvery is the number of checks between two evaluations of the loss over
// all points in a minibatch phase, for the record of its terms.
const termsEvery = 5

// blank is the row of the present step with nothing measured in it.
func (p *phase) blank() Row {
	row, rec := unmeasured, &p.rec.kept
	row.Step, row.Phase, row.Method, row.PhaseStep = rec.Steps, p.kept.Number, p.plan.Name, p.kept.Result.Steps
	row.LossEvals, row.GradEvals, row.Wall, row.Passes = rec.LossEvals, rec.GradEvals, p.clock.wall(), rec.Passes
	row.Points = p.leg.loss.Points()
	if p.plan.Batch > 0 {
		row.Batch = p.plan.Batch
	}
	return row
}

// rowOf is the row of the step just made, with what the method says of it.
func (p *phase) rowOf(info optim.StepInfo) Row {
	row := p.blank()
	row.Loss, row.GradNorm = info.Value, info.GradNorm
	row.StepNorm, row.StepSize, row.LearningRate = info.StepNorm, orNaN(info.StepSize), orNaN(info.LearningRate)
	if row.Damping, row.Gain = orNaN(info.Damping), orNaN(info.Gain); info.Trials > 0 {
		row.Trials = info.Trials
	}
	return row
}

// orNaN is x, or NaN where a method reports nothing as 0.
func orNaN(x float64) float64 {
	if x == 0 {
		return nan
	}
	return x
}

// lastRow is the trace's row of the present step, or a blank one.
func (p *phase) lastRow() Row {
	if at := p.rec.at(p.kept.Number, p.kept.Result.Steps); at != nil {
		return *at
	}
	row := p.blank()
	row.Loss = p.kept.Seen.Loss
	return row
}

// due reports whether something is to be measured at this step: the gradient's
// noise and the held-out loss in a minibatch phase, the latter alone otherwise.
func (p *phase) due() bool {
	every := p.leg.plan.heldOutEvery()
	if p.monitor != nil {
		every = p.monitor.every()
	}
	return p.kept.Result.Steps%every == 0
}

// look measures, puts the check to the rules and sounds the alarm. loss is the
// training loss that the method saw.
func (p *phase) look(row *Row, loss float64) rules.Decision {
	if p.step.mini == nil {
		row.FullR = ratioOf(p.leg.loss)
		p.leg.points.kept.Ratios.Add(row.FullR)
	}
	s := p.compare(row)
	if s.K > 0 {
		loss = row.CheckLoss
	}
	if p.monitor != nil && p.monitor.kept.Taken%termsEvery == 0 {
		p.fullLoss(row)
	}
	heldOut := p.score(row)
	d := p.ask(row, s, loss)
	p.alarm(loss, heldOut)
	return d
}

// compare takes the gradient statistics at θ, if this phase has any and it is time,
// and enters them in the row.
func (p *phase) compare(row *Row) noise.Stats {
	if p.monitor == nil || p.monitor.k() == 0 || p.kept.Result.Steps < p.monitor.kept.Next {
		return noise.Stats{}
	}
	s, loss, seconds := p.monitor.measure(p.leg.theta)
	n := p.leg.loss.Points()
	row.K, row.Metric, row.CheckLoss, row.CheckSeconds = s.K, s.Metric, loss, seconds
	row.Signal, row.Noise, row.SE, row.Floor = s.Signal, s.Noise, s.SE, s.Floor()
	row.RawSNR, row.SNR, row.BNoise = s.RawSNR(), s.SNR(), s.BNoise()
	row.SNRLo, row.SNRHi = s.Band()
	row.FullSNR = s.SNRAt(n)
	row.FullLo, row.FullHi = s.BandAt(n)
	p.kept.Seen.SNR, p.kept.Seen.FullSNR = row.SNR, row.FullSNR
	if rules.Statistical(p.plan.Rules) {
		p.pass(s.K)
		row.Passes = p.rec.kept.Passes
	}
	return s
}

// score measures the held-out loss at θ, enters it in the row and keeps θ if it is the
// best.
func (p *phase) score(row *Row) float64 {
	defer p.cost(p.clock.now())
	v := p.leg.score.of(p.leg.theta)
	row.HeldOut, p.kept.Seen.HeldOut, p.kept.ScoredAt = v, v, p.rec.kept.Steps
	p.rec.kept.Best.consider(p.leg.theta, v, p.rec.kept.Steps, p.kept.Number, p.step.stateful())
	return v
}

// fullLoss is the loss over all points at θ; its terms are entered in the row.
func (p *phase) fullLoss(row *Row) float64 {
	defer p.cost(p.clock.now())
	v := p.leg.score.value(p.leg.theta)
	p.terms(row)
	return v
}

// terms enters the terms of the last evaluation over all points in the row.
func (p *phase) terms(row *Row) {
	t, ok := p.leg.loss.(Terms)
	n := len(p.rec.kept.TermNames)
	if !ok || n == 0 {
		return
	}
	row.Terms = make([]float64, n)
	t.Terms(row.Terms)
	p.kept.Seen.Terms = row.Terms
}

// cost adds the time since began to what the record costs.
func (p *phase) cost(began time.Time) {
	p.kept.Result.HeldOutSeconds += p.clock.seconds(began)
}

// ask shows the check to every rule and returns the first decision to leave, unless
// a larger batch is tried instead. The row gets the votes of the first rule that
// votes.
func (p *phase) ask(row *Row, s noise.Stats, loss float64) rules.Decision {
	c := rules.Check{
		Step: p.kept.Result.Steps, Points: p.leg.loss.Points(), Stats: s, Loss: loss, HeldOut: row.HeldOut,
		First:     p.atStart(),
		Elapsed:   p.clock.since(p.entered),
		SinceClip: p.since(p.kept.Clipped), SinceRestart: p.since(p.kept.Restarted),
	}
	var first rules.Decision
	p.kept.Votes = rules.Decision{}
	for _, rule := range p.plan.Rules {
		d := rule.Observe(c)
		if p.kept.Votes.Window == 0 && d.Window > 0 {
			p.kept.Votes = d
			row.Vote, row.Votes = 0, d.Votes
			if d.Vote {
				row.Vote = 1
			}
		}
		if d.Note != "" {
			p.event(KindVeto, d.Reason, d.Note)
		}
		if (d.Leave || d.Grow) && !first.Leave && !first.Grow {
			first = d
		}
	}
	if s.K > 0 {
		p.monitor.schedule(p.kept.Result.Steps, near(p.plan.Rules))
	}
	if first.Grow && p.grow(first) {
		return rules.Decision{}
	}
	return first
}

// near reports whether a rule may soon fire by the statistics; without such a rule
// they are for the record, at an even pace.
func near(list []rules.Rule) bool { return !rules.Statistical(list) || rules.Near(list) }

// atStart is the held-out loss at the start of the leg.
func (p *phase) atStart() float64 {
	if first := p.leg.kept.Phases; len(p.rec.kept.Phases) > first {
		return p.rec.kept.Phases[first].HeldOutFirst
	}
	return p.kept.Result.HeldOutFirst
}

// since is the number of updates since the phase's step s, Never for −1.
func (p *phase) since(s int) int {
	if s < 0 {
		return rules.Never
	}
	return p.kept.Result.Steps - s
}
