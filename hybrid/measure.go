package hybrid

import (
	"math"
	"slices"
	"time"
)

// termsEvery is the number of checks between two evaluations of the loss over
// all points in a minibatch phase, for the record of its terms.
const termsEvery = 5

// blank is the row of the present step with nothing measured in it.
func (p *phase) blank() Row {
	batch := -1
	if p.Batch > 0 {
		batch = p.Batch
	}
	return Row{
		Step: p.steps, Phase: p.number, Method: p.Name, PhaseStep: p.res.Steps,
		LossEvals: p.lossEvals, GradEvals: p.gradEvals, Wall: p.wall(), Passes: p.passes,
		Loss: nan, HeldOut: nan, GradNorm: nan, StepNorm: nan, StepSize: nan, LearningRate: nan, Batch: batch, Points: p.loss.Points(),
		Damping: nan, Gain: nan, Trials: -1,
		K: -1, CheckLoss: nan, Signal: nan, Noise: nan, RawSNR: nan, SNR: nan, SNRLo: nan, SNRHi: nan,
		Floor: nan, FullSNR: nan, FullLo: nan, FullHi: nan, FullR: nan, SE: nan, BNoise: nan,
		Vote: -1, Votes: -1, CheckSeconds: nan,
	}
}

// due reports whether something is to be measured at this step: the gradient's
// noise and the held-out loss in a minibatch phase, the latter alone otherwise.
func (p *phase) due() bool {
	every := p.plan.heldOutEvery()
	if p.monitor != nil {
		every = p.monitor.every()
	}
	return p.res.Steps%every == 0
}

// look measures, puts the check to the rules and sounds the alarm. loss is the
// training loss that the method saw.
func (p *phase) look(row *Row, loss float64) Decision {
	s := p.compare(row)
	if s.K > 0 {
		loss = row.CheckLoss
	}
	if p.monitor != nil && p.monitor.taken%termsEvery == 0 {
		p.fullLoss(row)
	}
	heldOut := p.judgeNow(row)
	d := p.ask(row, s, loss)
	p.alarm(loss, heldOut)
	return d
}

// compare takes the gradient statistics at θ, if this phase has any and it is time,
// and enters them in the row.
func (p *phase) compare(row *Row) Stats {
	if p.monitor == nil || p.monitor.k() == 0 || p.res.Steps < p.monitor.next {
		return Stats{}
	}
	s, loss, seconds := p.monitor.measure(p.theta)
	n := p.loss.Points()
	row.K, row.Metric, row.CheckLoss, row.CheckSeconds = s.K, s.Metric, loss, seconds
	row.Signal, row.Noise, row.SE, row.Floor = s.Signal, s.Noise, s.SE, s.Floor()
	row.RawSNR, row.SNR, row.BNoise = s.RawSNR(), s.SNR(), s.BNoise()
	row.SNRLo, row.SNRHi = s.Band()
	row.FullSNR = s.SNRAt(n)
	row.FullLo, row.FullHi = s.BandAt(n)
	p.seen.SNR, p.seen.FullSNR = row.SNR, row.FullSNR
	if p.statistical() {
		p.pass(s.K)
		row.Passes = p.passes
	}
	return s
}

// statistical reports whether a rule of the phase looks at the statistics.
func (p *phase) statistical() bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { _, ok := r.(statistical); return ok })
}

// near reports whether a rule may soon fire by the statistics; without such a rule
// they are for the record, at an even pace.
func (p *phase) near() bool {
	return !p.statistical() || slices.ContainsFunc(p.Rules, func(r Rule) bool {
		s, ok := r.(statistical)
		return ok && s.near()
	})
}

// pass counts evaluations of a minibatch, or of all points in a full-batch phase.
func (p *phase) pass(evaluations int) {
	size := p.Batch
	if size == 0 {
		size = p.loss.Points()
	}
	p.passes += float64(evaluations) * float64(size) / float64(p.begunWith)
}

// ask shows the check to every rule and returns the first decision to leave, unless
// a larger batch is tried instead. The row gets the votes of the first rule that
// votes.
func (p *phase) ask(row *Row, s Stats, loss float64) Decision {
	c := Check{
		Step: p.res.Steps, Points: p.loss.Points(), Stats: s, Loss: loss, HeldOut: row.HeldOut,
		First:     p.atStart(),
		Elapsed:   p.passed(p.entered),
		SinceClip: p.since(p.clipped), SinceRestart: p.since(p.restarted),
	}
	var first Decision
	p.votes = Decision{}
	for _, rule := range p.Rules {
		d := rule.Observe(c)
		if p.votes.Window == 0 && d.Window > 0 {
			p.votes = d
			row.Vote, row.Votes = 0, d.Votes
			if d.Vote {
				row.Vote = 1
			}
		}
		if d.Note != "" {
			p.event(p.number, KindVeto, d.Reason, d.Note)
		}
		if (d.Leave || d.Grow) && !first.Leave && !first.Grow {
			first = d
		}
	}
	if s.K > 0 {
		p.monitor.schedule(p.res.Steps, p.near())
	}
	if first.Grow && p.grow(first) {
		return Decision{}
	}
	return first
}

// atStart is the held-out loss at the start of the run; what it goes on from had other
// losses, see Plan.After.
func (p *phase) atStart() float64 {
	if len(p.phases) > p.earlier {
		return p.phases[p.earlier].HeldOutFirst
	}
	return p.res.HeldOutFirst
}

// since is the number of updates since the phase's step s, Never for −1.
func (p *phase) since(s int) int {
	if s < 0 {
		return Never
	}
	return p.res.Steps - s
}

// judgeNow measures the held-out loss at θ, enters it in the row and keeps θ if
// it is the best.
func (p *phase) judgeNow(row *Row) float64 {
	defer p.clock(time.Now())
	v := p.judge(p.theta)
	row.HeldOut, p.seen.HeldOut, p.at = v, v, p.steps
	p.best.consider(p.theta, v, p.steps, p.number, p.stateful())
	return v
}

// fullLoss is the loss over all points at θ; its terms are entered in the row.
func (p *phase) fullLoss(row *Row) float64 {
	defer p.clock(time.Now())
	v := p.value(p.theta)
	p.terms(row)
	return v
}

// terms enters the terms of the last evaluation over all points in the row.
func (p *phase) terms(row *Row) {
	t, ok := p.loss.(Terms)
	if !ok || len(p.trace.TermNames) == 0 {
		return
	}
	row.Terms = make([]float64, len(p.trace.TermNames))
	t.Terms(row.Terms)
	p.seen.Terms = row.Terms
}

// clock adds the time since began to what the record costs.
func (p *phase) clock(began time.Time) {
	p.res.HeldOutSeconds += time.Since(began).Seconds()
}

// record appends the row to the trace.
func (p *phase) record(row Row) { p.trace.Rows = append(p.trace.Rows, row) }

// show lets the observer see the row and the best θ, both as copies.
func (p *phase) show(row Row) {
	if p.plan.Observe == nil {
		return
	}
	row.Terms = slices.Clone(row.Terms)
	p.plan.Observe(row, slices.Clone(p.best.theta))
}

// lastRow is the trace's row of the present step, or a blank one.
func (p *phase) lastRow() Row {
	if n := len(p.trace.Rows); n > 0 && p.isNow(p.trace.Rows[n-1]) {
		return p.trace.Rows[n-1]
	}
	row := p.blank()
	row.Loss = p.seen.Loss
	return row
}

// complete puts the row in the place of the trace's row of the present step, or
// appends it if that was thinned out.
func (p *phase) complete(row Row) {
	if n := len(p.trace.Rows); n > 0 && p.isNow(p.trace.Rows[n-1]) {
		p.trace.Rows[n-1] = row
		return
	}
	p.record(row)
}

func (p *phase) isNow(row Row) bool { return row.Phase == p.number && row.PhaseStep == p.res.Steps }

// overfitRatio is the held-out over the training loss at which the alarm
// sounds; below half of it the alarm is ready again.
const overfitRatio = 4

// overfit is the alarm's state and the worst it has seen.
type overfit struct {
	on    bool
	worst float64
	step  int // of the run
}

// sound takes the next ratio and reports whether to raise the alarm.
func (o *overfit) sound(ratio float64, step int) bool {
	if ratio > o.worst && !math.IsInf(ratio, 0) {
		o.worst, o.step = ratio, step
	}
	if ratio < overfitRatio/2 {
		o.on = false
	}
	if !(ratio > overfitRatio) || o.on {
		return false
	}
	o.on = true
	return true
}
