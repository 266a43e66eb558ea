package hybrid

import "time"

// watchEvery is the shortest time between two calls of the watcher.
const watchEvery = 100 * time.Millisecond

// Progress is where a run stands, for a status line. It is a copy: a watcher
// cannot change the run.
type Progress struct {
	Phase, Phases int    // index from 0, and how many
	Method        string // the phase's name
	Step          int    // updates of the run
	PhaseStep     int    // updates of the phase
	PhaseSteps    int    // its budget, 0 for none

	Loss        float64 // as the method saw it last
	HeldOut     float64 // last measured
	BestHeldOut float64
	WorstTerm   string // the largest of the terms last measured, "" if none were
	WorstValue  float64

	SNR, FullSNR  float64 // at the last check; NaN if there was none in this phase
	Votes, Window int

	Seconds  float64       // since the run began
	TimeLeft time.Duration // of the plan's Time; −1 without one
	Rate     float64       // updates per second of this phase
}

// tell calls the watcher, at most every watchEvery unless forced.
func (p *phase) tell(force bool) {
	if p.watch == nil || (!force && p.passed(p.told) < watchEvery) {
		return
	}
	p.told = p.now()
	now := Progress{
		Phase: p.index, Phases: len(p.plan.Phases), Method: p.Name,
		Step: p.steps, PhaseStep: p.res.Steps, PhaseSteps: p.Steps,
		Loss: p.seen.Loss, HeldOut: p.seen.HeldOut, BestHeldOut: p.best.heldOut,
		SNR: p.seen.SNR, FullSNR: p.seen.FullSNR, Votes: p.votes.Votes, Window: p.votes.Window,
		Seconds: p.wall(), TimeLeft: -1,
	}
	if p.plan.Time > 0 {
		now.TimeLeft = max(0, p.plan.Time-p.passed(p.start))
	}
	if s := p.passed(p.entered).Seconds(); s > 0 {
		now.Rate = float64(p.res.Steps) / s
	}
	for i, v := range p.seen.Terms {
		if i == 0 || v > now.WorstValue {
			now.WorstTerm, now.WorstValue = p.trace.TermNames[i], v
		}
	}
	p.watch(now)
}
