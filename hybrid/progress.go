package hybrid

import (
	"time"

	"pinn/hybrid/rules"
)

// watchEvery is the shortest time between two calls of the watcher.
const watchEvery = 100 * time.Millisecond

// Progress is where a run stands, for a status line. It is a copy: a watcher
// cannot change the run.
type Progress struct {
	Leg           int    // number of the leg, from 0
	LegName       string // its Leg.Name
	Phase, Phases int    // index in the leg's plan from 0, and how many
	Method        string // the phase's name
	Step          int    // updates of the run
	PhaseStep     int    // updates of the phase
	PhaseSteps    int    // its budget, 0 for none

	// StepsLeft is how many updates the run may still make at most: in this phase, in
	// those after it and in the legs ahead; −1 if one of them has no limit of steps.
	StepsLeft int

	Loss        float64 // as the method saw it last
	HeldOut     float64 // last measured
	BestHeldOut float64 // of the leg
	WorstTerm   string  // the largest of the terms last measured, "" if none were
	WorstValue  float64

	SNR, FullSNR  float64 // at the last check; NaN if there was none in this phase
	Votes, Window int     // votes and checks in the window of the phase's first voting rule

	Seconds  float64       // since the run began
	TimeLeft time.Duration // of the run's Time; −1 without one
	Rate     float64       // updates per second of this phase
}

// watcher is the function that is told where the run stands.
type watcher struct {
	tell func(Progress) // nil for nobody
	told time.Time      // when it was last called
}

// tell calls the watcher, at most every watchEvery unless forced.
func (p *phase) tell(force bool) {
	w := p.leg.watch
	if w.tell == nil || (!force && p.clock.since(w.told) < watchEvery) {
		return
	}
	w.told = p.clock.now()
	w.tell(p.progress())
}

// progress is where the run stands.
func (p *phase) progress() Progress {
	seen, rec, limit := &p.kept.Seen, &p.rec.kept, p.leg.options.Time
	now := Progress{
		Leg: p.leg.number, LegName: p.leg.spec.Name,
		Phase: p.kept.Index, Phases: len(p.leg.plan.Phases), Method: p.plan.Name,
		Step: rec.Steps, PhaseStep: p.kept.Result.Steps, PhaseSteps: p.plan.Steps, StepsLeft: p.stepsLeft(),
		Loss: seen.Loss, HeldOut: seen.HeldOut, BestHeldOut: rec.Best.HeldOut,
		SNR: seen.SNR, FullSNR: seen.FullSNR, Votes: p.kept.Votes.Votes, Window: p.kept.Votes.Window,
		Seconds: p.clock.wall(), TimeLeft: -1,
	}
	if limit > 0 {
		now.TimeLeft = max(0, limit-p.clock.since(p.clock.start))
	}
	if s := p.clock.seconds(p.entered); s > 0 {
		now.Rate = float64(p.kept.Result.Steps) / s
	}
	for i, v := range seen.Terms {
		if i == 0 || v > now.WorstValue {
			now.WorstTerm, now.WorstValue = rec.TermNames[i], v
		}
	}
	return now
}

// stepsLeft is how many steps the run may still take at most, −1 without a limit. A
// fall-back to come is not foreseen.
func (p *phase) stepsLeft() int {
	left := []int{p.plan.Steps}
	phases := p.leg.plan.Phases
	if p.leg.fall.kept.Inserted {
		interrupted, _ := p.leg.fall.left(phases[p.kept.Index], rules.Budget{})
		left = append(left, interrupted.Steps)
	}
	for _, ph := range phases[p.kept.Index+1:] {
		left = append(left, ph.Steps)
	}
	sum := p.leg.spec.Ahead - p.kept.Result.Steps
	for _, n := range left {
		if n == 0 || p.leg.spec.Ahead < 0 {
			return -1
		}
		sum += n
	}
	return sum
}
