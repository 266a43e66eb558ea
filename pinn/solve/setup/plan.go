package setup

import (
	"slices"
	"strings"
	"time"

	"pinn/hybrid"
	"pinn/hybrid/rules"
	"pinn/optim"
	"pinn/problems"
)

// Plan returns the phases of a stage of a slab, both counted from 1. decays masks weight
// decay. The diagnostics are those of the choices that Fill made: the others were told
// when the problem was read.
func (st *Setup) Plan(slab, stage int, decays []bool) (hybrid.Plan, problems.Diagnostics) {
	return plan(st.Spec, slab, stage, decays)
}

func plan(spec *problems.Spec, slab, stage int, decays []bool) (hybrid.Plan, problems.Diagnostics) {
	k := &checker{spec: spec}
	first, last := share(spec, slab, stage)
	from, to := time.Duration(first*float64(spec.Train.Time)), time.Duration(last*float64(spec.Train.Time))
	out := hybrid.Plan{Seed: *spec.Train.Seed}
	for i, ph := range spec.Phases {
		if stageOf(ph) != stage {
			continue
		}
		p := hybrid.Phase{
			Name:     ph.Method,
			Method:   k.method(i, ph, decays),
			Batch:    orElse(ph.Batch, 0),
			Points:   orElse(ph.Points, 0),
			Steps:    orElse(ph.Steps, 0),
			Resample: resample(ph.Resample),
		}
		switch {
		case ph.Time > 0 && to > 0:
			p.Share = min(1, float64(ph.Time)/float64(to-from))
		case ph.Time > 0:
			p.Rules = append(p.Rules, &rules.Budget{Time: ph.Time})
		}
		for _, r := range ph.Switch {
			p.Rules = append(p.Rules, rule(r))
			p.Checks.Every = max(p.Checks.Every, orElse(r.Every, 0))
			p.Checks.Batches = max(p.Checks.Batches, orElse(r.Batches, 0))
			if r.Metric != "" {
				p.Checks.Metric = r.Metric
			}
		}
		out.Phases = append(out.Phases, p)
	}
	if stage == 1 {
		out.FallBack = fallBack(spec, decays)
	}
	return out, k.list
}

// fallBack is AdamW at a tenth of the rate with which the plan begins, or of the
// default one, on an eighth of the points at a time; nil if the plan has no
// full-batch phase, or says so.
func fallBack(spec *problems.Spec, decays []bool) *hybrid.FallBack {
	most := orElse(spec.Train.FallBack, 0)
	if most == 0 || !slices.ContainsFunc(spec.Phases, func(ph problems.Phase) bool { return fullBatch(ph.Method) }) {
		return nil
	}
	m, start := optim.DefaultAdamW(), rate
	for _, ph := range spec.Phases {
		if ph.LearningRate != nil && ph.LearningRate.Start != nil && strings.HasPrefix(ph.Method, "adam") {
			start = *ph.LearningRate.Start
			break
		}
	}
	m.Decay, m.LearningRate = decays, optim.Constant(backRate*start)
	return &hybrid.FallBack{Phase: hybrid.Phase{Name: "adamw", Method: m, Steps: backSteps}, Most: most}
}

func resample(r *problems.Resample) *hybrid.Resample {
	if r == nil || r.Method == "none" {
		return nil
	}
	return &hybrid.Resample{Method: r.Method, Every: orElse(r.Every, 0), Noise: orElse(r.Noise, 0), K: orElse(r.K, 1), C: orElse(r.C, 1)}
}

// rule returns the switch rule of the file; what it leaves out keeps the rule's
// default.
func rule(r problems.Rule) rules.Rule {
	switch r.Rule {
	case "snr":
		s := rules.DefaultSNR()
		set(&s.Threshold, r.Threshold)
		set(&s.Exhausted, r.Exhausted)
		set(&s.Window, r.Window)
		set(&s.Votes, r.Votes)
		set(&s.MinSteps, r.MinSteps)
		set(&s.Confidence, r.Confidence)
		set(&s.Grow, r.Grow)
		if r.Of != "" {
			s.Of = rules.Form(r.Of)
		}
		return s
	case "noise-floor":
		s := rules.DefaultNoiseFloor()
		set(&s.Floor, r.NoiseFloor)
		set(&s.Improve, r.Plateau)
		set(&s.Window, r.Window)
		set(&s.Votes, r.Votes)
		set(&s.Confidence, r.Confidence)
		set(&s.Grow, r.Grow)
		return s
	case "plateau":
		s := rules.DefaultPlateau()
		set(&s.Improve, r.Plateau)
		set(&s.Checks, r.Window)
		set(&s.MinSteps, r.MinSteps)
		return s
	case "loss":
		return &rules.LossLevel{Below: orElse(r.Threshold, 0), Fall: orElse(r.Fall, 0)}
	case "steps":
		return &rules.Budget{Steps: orElse(r.Steps, 0)}
	case "time":
		return &rules.Budget{Time: r.Time}
	}
	panic("setup: a rule that the decoder knows and the plan does not")
}

// set stores *p in dst unless p is nil.
func set[T any](dst *T, p *T) {
	if p != nil {
		*dst = *p
	}
}
