package setup

import (
	"math"

	"pinn/hybrid/noise"
	"pinn/hybrid/rules"
	"pinn/optim"
	"pinn/problems"
)

// What a plan has where the file does not say.
const (
	adamSteps  = 3000
	fullSteps  = 15000 // of a full-batch method as the last phase
	bridge     = 500   // L-BFGS steps before a curvature phase
	curvature  = 5000  // steps of the curvature phase
	enough     = 1e-20 // of the held-out loss at the start: ten digits of the answer or so
	denseMost  = 5000  // parameters up to which a dense inverse Hessian is kept
	lmSteps    = 150
	history    = 100 // curvature pairs; 50 double the error on Burgers' equation
	redraw     = 500 // steps between two sets of points
	lmRedraw   = 5   // the same for lm, which overfits a frozen set
	rowsMost   = 500 // points of a minibatch of spring, whose Jacobian is held whole
	rate       = 2e-3
	returns    = 2 // times that a run may fall back to AdamW
	backSteps  = 200
	backRate   = 0.1 // of the learning rate that AdamW had
	still      = 0.1
	stillAfter = 300                   // held-out losses, one every 10 steps
	stillSteps = 10 * (stillAfter + 1) // before which that rule cannot fire
)

// defaultPlan is AdamW on minibatches until the gradient of the full set stands
// clear of its noise; then L-BFGS on all points; and, where a dense inverse
// Hessian is affordable, SSBroyden, until the held-out loss is next to nothing or
// falls no more. The two draw full points of their own, unless that is 0. On Burgers'
// equation, seed 1, lm in its place ended at 4e-7 after 65 s (2000 points, 130 steps),
// SSBroyden at 9e-6 after 25 s.
func defaultPlan(parameters, full int) []problems.Phase {
	adamw := problems.Phase{Method: "adamw", LearningRate: constantRate(rate), Switch: []problems.Rule{{Rule: "snr"}, {Rule: "plateau"}}}
	lbfgs := problems.Phase{Method: "lbfgs", Steps: new(bridge), History: new(history)}
	drawOwn(&lbfgs, full)
	last := problems.Phase{Method: "ssbroyden", Steps: new(curvature),
		Switch: []problems.Rule{{Rule: "loss", Fall: new(enough)}, {Rule: "plateau", Plateau: new(still), Window: new(stillAfter)}}}
	if parameters <= denseMost {
		return []problems.Phase{adamw, lbfgs, last}
	}
	lbfgs.Steps, lbfgs.Switch = new(fullSteps), last.Switch
	return []problems.Phase{adamw, lbfgs}
}

// drawOwn lets a phase draw so many points of its own, unless that is 0.
func drawOwn(ph *problems.Phase, full int) {
	if full > 0 {
		ph.Points, ph.Resample = new(full), &problems.Resample{Method: "rad", Every: new(redraw)}
	}
}

// fillPhase: a minibatch is a sixteenth of the interior points, so that the snr
// rule has room to fire; full-batch methods redraw their points, but keep points of
// their own. SPRING wants large minibatches, each of new points.
func fillPhase(ph *problems.Phase, pts *problems.Points) {
	full := fullBatch(ph.Method)
	switch {
	case ph.Steps != nil:
	case ph.Method == "lm":
		ph.Steps = new(lmSteps)
	case full:
		ph.Steps = new(fullSteps)
	default:
		ph.Steps = new(adamSteps)
	}
	rows := ph.Method == "spring"
	if interior := orElse(ph.Points, *pts.Interior); ph.Batch == nil && !full {
		ph.Batch = new(max(1, interior/16))
		if rows {
			ph.Batch = new(max(1, min(rowsMost, interior/4)))
		}
	}
	if ph.Resample == nil && pts.Resample != nil {
		ph.Resample = new(*pts.Resample)
		if ph.Points != nil {
			ph.Resample.Every = nil
		}
	}
	if ph.Resample == nil {
		ph.Resample = &problems.Resample{Method: "none"}
		switch {
		case full:
			ph.Resample = &problems.Resample{Method: "rad"}
		case rows:
			ph.Resample = &problems.Resample{Method: "uniform"}
		}
	}
	fillResample(ph, *pts.Interior)
	fillMethod(ph)
	metric := noise.Plain
	for _, r := range ph.Switch {
		if r.Metric != "" {
			metric = r.Metric
		}
	}
	for i := range ph.Switch {
		fillRule(&ph.Switch[i], metric)
	}
}

func fillResample(ph *problems.Phase, interior int) {
	r := ph.Resample
	if r.Method == "none" {
		return
	}
	fill(&r.K, 1)
	fill(&r.C, 1)
	if ph.Points != nil {
		return
	}
	every := redraw
	switch ph.Method {
	case "lm":
		every = lmRedraw
	case "spring": // fresh points every epoch
		every = max(1, interior / *ph.Batch)
	}
	fill(&r.Every, every)
}

// fillMethod writes down the hyperparameters that the method takes for itself.
func fillMethod(ph *problems.Phase) {
	row, ok := optim.ByName(ph.Method)
	if !ok {
		return
	}
	m := row.New()
	if r := optim.RateOf(m); r != nil && ph.LearningRate == nil {
		ph.LearningRate = constantRate((*r).At(0))
	}
	for _, s := range m.Settings() {
		if p := ph.Float(s.Key); p != nil && s.Float != nil && !math.IsInf(*s.Float, 0) {
			fill(p, *s.Float)
		}
		if p := ph.Int(s.Key); p != nil && s.Int != nil {
			fill(p, *s.Int)
		}
		if p := ph.Bool(s.Key); p != nil && s.Bool != nil {
			fill(p, *s.Bool)
		}
	}
}

// fillRule writes down the thresholds that the rule takes for itself, and the metric
// of the phase's checks.
func fillRule(r *problems.Rule, metric string) {
	if r.Rule == "snr" || r.Rule == "noise-floor" {
		r.Metric = metric
		fill(&r.Confidence, false)
		fill(&r.Grow, false)
	}
	switch r.Rule {
	case "snr":
		d := rules.DefaultSNR()
		fill(&r.Threshold, d.Threshold)
		if r.Of == "" {
			r.Of = string(d.Of)
		}
		fill(&r.Exhausted, d.Exhausted)
		fill(&r.Window, d.Window)
		fill(&r.Votes, d.Votes)
		fill(&r.MinSteps, d.MinSteps)
	case "noise-floor":
		d := rules.DefaultNoiseFloor()
		fill(&r.NoiseFloor, d.Floor)
		fill(&r.Plateau, d.Improve)
		fill(&r.Window, d.Window)
		fill(&r.Votes, d.Votes)
	case "plateau":
		d := rules.DefaultPlateau()
		fill(&r.Plateau, d.Improve)
		fill(&r.Window, d.Checks)
		fill(&r.MinSteps, d.MinSteps)
	}
}

func constantRate(start float64) *problems.LearningRate {
	return &problems.LearningRate{Start: new(start), Kind: "constant"}
}

// fill stores v in *dst unless there is a value.
func fill[T any](dst **T, v T) {
	if *dst == nil {
		*dst = new(v)
	}
}
