package contest

import (
	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/problems"
)

// The conditions of the ablation, the same for every method: a small network, so many
// interior points, drawn once, and so many passes over all points. They are as small
// as they are so that all methods and thresholds, the gallery and five seeds, 910
// runs, take an hour of one slow core.
const (
	Hidden = "[12, 12, 12]"
	Points = 1024
	Passes = 1000
)

// handOvers are the rules by which AdamW gives way to L-BFGS in the ablation.
var handOvers = map[string]problems.Rule{
	"snr":         {Rule: "snr"},
	"noise-floor": {Rule: "noise-floor"},
	"grow":        {Rule: "noise-floor", Grow: new(true)},
	"plateau":     {Rule: "plateau"},
	"fixed-300":   {Rule: "steps", Steps: new(300)},
	"fixed-1000":  {Rule: "steps", Steps: new(1000)},
	"fixed-5000":  {Rule: "steps", Steps: new(5000)},
}

// ablation reports whether a method is one of the ablation: all are, but the default
// plan, which has the network, the points and the phases of the file.
func ablation(method string) bool { return method != accuracy.Default }

// phases returns the phases of a method of the ablation, without limits of their own.
// AdamW has the learning rate of the default plan, L-BFGS its history.
func phases(method string) []problems.Phase {
	const endless = 1 << 30
	frozen := &problems.Resample{Method: "none"}
	adamw := problems.Phase{Method: "adamw", Steps: new(endless), LearningRate: &problems.LearningRate{Start: new(2e-3), Kind: "constant"}, Resample: frozen}
	lbfgs := problems.Phase{Method: "lbfgs", Steps: new(endless), History: new(100), Resample: frozen}
	switch method {
	case "adamw":
		return []problems.Phase{adamw}
	case "lbfgs":
		return []problems.Phase{lbfgs}
	}
	rule := handOvers[method]
	if v, ok := accuracy.ThresholdOf(method); ok {
		rule = problems.Rule{Rule: "snr", Threshold: new(v)}
	}
	adamw.Switch = []problems.Rule{rule}
	return []problems.Phase{adamw, lbfgs}
}

// equalise gives a statement the plan of a method of the ablation: its phases, no way
// back to AdamW, one network, and no slabs of time.
func equalise(s Statement, method string) {
	spec := s.Spec()
	spec.Phases, spec.Train.FallBack, spec.Train.Stages, spec.Train.Slabs = phases(method), new(0), new(1), new(1)
	s.Fill()
}
