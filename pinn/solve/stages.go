package solve

import (
	"slices"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/problems"
)

// MaxStages is how many networks can be trained one upon the other.
const MaxStages = 2

// Stages returns how many networks the Spec asks for.
func Stages(spec *problems.Spec) int { return orElse(spec.Train.Stages, 1) }

// fillStages chooses how many stages there are, and gives each without a phase its
// default plan. parameters is the size of the first network, full is as for
// defaultPlan.
func fillStages(spec *problems.Spec, p *pde.Problem, parameters, full int) {
	fill(&spec.Train.Stages, defaultStages(spec, p, parameters))
	if Phases(spec, 1) == nil {
		spec.Phases = append(defaultPlan(parameters, full), spec.Phases...)
	}
	if Stages(spec) == 2 && Phases(spec, 2) == nil {
		spec.Phases = append(spec.Phases, secondPlan(parameters, full))
	}
}

// defaultStages is 2 where the default plan goes down to small residuals, what is left
// is the equation's and not the noise of data, the file has no plan of its own, and time
// is not cut into slabs, which take its place. The run can then tell its error, and at
// about equal time the elastic plate ends at 8e-10 and not 2e-8, but Burgers' shock at
// 5e-7 and not 3e-7.
func defaultStages(spec *problems.Spec, p *pde.Problem, parameters int) int {
	if len(spec.Phases) > 0 || len(p.Data) > 0 || parameters > denseMost || Slabs(spec) > 1 {
		return 1
	}
	return MaxStages
}

// secondPlan begins at the solution of the first stage, where the problem is nearly
// linear: it has no need of AdamW to come near a minimum. It is the last phase of the
// default plan with two fifths of the steps, each of which costs more, on as many
// points; that its loss is next to nothing is no reason to end it, and a rule that could
// not fire in so few steps is left out.
func secondPlan(parameters, full int) problems.Phase {
	plan := defaultPlan(parameters, full)
	last := plan[len(plan)-1]
	last.Stage, last.Steps = ptr(2), ptr(max(1, 2**last.Steps/5))
	drawOwn(&last, full)
	last.Switch = slices.DeleteFunc(slices.Clone(last.Switch), func(r problems.Rule) bool {
		return r.Rule == "loss" || r.Rule == "plateau" && *last.Steps <= stillSteps
	})
	return last
}

// Phases returns the phases of a stage of a filled Spec, the first being stage 1.
func Phases(spec *problems.Spec, which int) (phases []problems.Phase) {
	for _, ph := range spec.Phases {
		if stage(ph) == which {
			phases = append(phases, ph)
		}
	}
	return phases
}

// stage is the stage that a phase belongs to.
func stage(ph problems.Phase) int { return orElse(ph.Stage, 1) }

// Share is where in a run's time a stage of a slab, both counted from 1, has its place,
// from 0 to 1: slabs have equal shares, of which the first of two stages has two thirds.
func Share(spec *problems.Spec, slab, which int) (from, to float64) {
	first, last := 0.0, 1.0
	switch {
	case Stages(spec) == 1:
	case which == 1:
		last = 2. / 3
	default:
		first = 2. / 3
	}
	n := float64(Slabs(spec))
	return (float64(slab-1) + first) / n, (float64(slab-1) + last) / n
}

// Measured tells the methods of a plan that the loss they meet is small: what they
// measure in units of the loss or its gradient, the epsilon of the adaptive ones and
// the damping of lm, counts in units of the given loss.
func Measured(plan hybrid.Plan, unit float64) {
	for _, ph := range plan.Phases {
		m, ok := ph.Method.(optim.Configurable)
		if !ok {
			continue
		}
		for _, s := range m.Settings() {
			if s.Key == "epsilon" || s.Key == "damping" {
				*s.Float *= unit
			}
		}
	}
}
