package build

import (
	"math"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/problems"
)

// What a plan has where the file does not say.
const (
	adamSteps   = 3000
	lbfgsSteps  = 1000  // before the curvature phase
	lbfgsAlone  = 15000 // as the last phase
	lmSteps     = 150
	lmMost      = 3000 // parameters up to which JᵀJ is factorised
	history     = 100  // curvature pairs; 50 double the error on Burgers' equation
	redraw      = 500  // steps between two sets of points
	lmRedraw    = 5    // the same for lm, which overfits a frozen set
	rate        = 2e-3
	still       = 0.1
	stillFor    = 200 // held-out losses, one every 10 steps
	lmStillFor  = 8
	lmLeastWork = 100
)

// defaultPlan is AdamW on minibatches until the gradient of the full set stands
// clear of its noise; then L-BFGS on all points; and, up to 3000 parameters,
// Levenberg–Marquardt, which ends one to three digits below L-BFGS.
func defaultPlan(parameters int) []problems.Phase {
	plan := []problems.Phase{
		{Method: "adamw", LearningRate: constantRate(rate), Switch: []problems.Rule{{Rule: "snr"}, {Rule: "plateau"}}},
		{Method: "lbfgs", Steps: ptr(lbfgsAlone), History: ptr(history),
			Switch: []problems.Rule{{Rule: "plateau", Plateau: ptr(still), Window: ptr(stillFor)}}},
	}
	if parameters > lmMost {
		return plan
	}
	plan[1].Steps, plan[1].Switch = ptr(lbfgsSteps), nil
	return append(plan, problems.Phase{Method: "lm", Steps: ptr(lmSteps),
		Switch: []problems.Rule{{Rule: "plateau", Plateau: ptr(still), Window: ptr(lmStillFor), MinSteps: ptr(lmLeastWork)}}})
}

// fillPhase: a minibatch is a sixteenth of the interior points, so that the snr
// rule has room to fire; full-batch methods redraw their points.
func fillPhase(ph *problems.Phase, pts *problems.Points) {
	full := fullBatch(ph.Method)
	switch {
	case ph.Steps != nil:
	case ph.Method == "lm":
		ph.Steps = ptr(lmSteps)
	case full:
		ph.Steps = ptr(lbfgsAlone)
	default:
		ph.Steps = ptr(adamSteps)
	}
	if ph.Batch == nil && !full {
		ph.Batch = ptr(max(1, *pts.Interior/16))
	}
	if ph.Resample == nil && pts.Resample != nil {
		ph.Resample = ptr(*pts.Resample)
	}
	if ph.Resample == nil {
		ph.Resample = &problems.Resample{Method: "none"}
		if full {
			ph.Resample = &problems.Resample{Method: "rad"}
		}
	}
	fillResample(ph)
	fillMethod(ph)
	for i := range ph.Switch {
		fillRule(&ph.Switch[i])
	}
}

func fillResample(ph *problems.Phase) {
	r := ph.Resample
	if r.Method == "none" {
		return
	}
	fill(&r.K, 1)
	fill(&r.C, 1)
	every := redraw
	if ph.Method == "lm" {
		every = lmRedraw
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
	if shared, ok := optim.ShareOf(m); ok && ph.LearningRate == nil {
		ph.LearningRate = constantRate(shared.LearningRate.At(0))
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

// fillRule writes down the thresholds that the rule takes for itself.
func fillRule(r *problems.Rule) {
	switch r.Rule {
	case "snr":
		d := hybrid.DefaultSNR()
		fill(&r.Threshold, d.Threshold)
		if r.Of == "" {
			r.Of = string(d.Of)
		}
		fill(&r.Exhausted, d.Exhausted)
		fill(&r.Window, d.Window)
		fill(&r.Votes, d.Votes)
		fill(&r.MinSteps, d.MinSteps)
	case "noise-floor":
		d := hybrid.DefaultNoiseFloor()
		fill(&r.NoiseFloor, d.Floor)
		fill(&r.Plateau, d.Improve)
		fill(&r.Window, d.Window)
		fill(&r.Votes, d.Votes)
	case "plateau":
		d := hybrid.DefaultPlateau()
		fill(&r.Plateau, d.Improve)
		fill(&r.Window, d.Checks)
		fill(&r.MinSteps, d.MinSteps)
	}
}

func constantRate(start float64) *problems.LearningRate {
	return &problems.LearningRate{Start: ptr(start), Kind: "constant"}
}

// fill stores v in *dst unless there is a value.
func fill[T any](dst **T, v T) {
	if *dst == nil {
		*dst = ptr(v)
	}
}
