package setup

import (
	"slices"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/pinn"
	"pinn/problems"
)

// MaxStages is how many networks can be trained one upon the other.
const MaxStages = 2

// Stages is how many networks are trained one upon the other.
func (st *Setup) Stages() int { return stages(st.Spec) }

func stages(spec *problems.Spec) int { return orElse(spec.Train.Stages, 1) }

// Slabs is how many slabs of time are solved one after the other.
func (st *Setup) Slabs() int { return slabs(st.Spec) }

func slabs(spec *problems.Spec) int { return orElse(spec.Train.Slabs, 1) }

// fillStages chooses how many stages there are, and gives each without a phase its
// default plan. parameters is the size of the first network, full is as for
// defaultPlan.
func fillStages(spec *problems.Spec, p *pde.Problem, parameters, full int) {
	fill(&spec.Train.Stages, defaultStages(spec, p, parameters))
	if phases(spec, 1) == nil {
		spec.Phases = append(defaultPlan(parameters, full), spec.Phases...)
	}
	if stages(spec) == 2 && phases(spec, 2) == nil {
		spec.Phases = append(spec.Phases, secondPlan(parameters, full))
	}
}

// defaultStages is 2 where the default plan goes down to small residuals, what is left
// is the equation's and not the noise of data, the file has no plan of its own, and time
// is not cut into slabs, which take its place. The run can then tell its error, and at
// about equal time the elastic plate ends at 8e-10 and not 2e-8, but Burgers' shock at
// 5e-7 and not 3e-7.
func defaultStages(spec *problems.Spec, p *pde.Problem, parameters int) int {
	if len(spec.Phases) > 0 || len(p.Data) > 0 || parameters > denseMost || slabs(spec) > 1 {
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
	last.Stage, last.Steps = new(2), new(max(1, 2**last.Steps/5))
	drawOwn(&last, full)
	last.Switch = slices.DeleteFunc(slices.Clone(last.Switch), func(r problems.Rule) bool {
		return r.Rule == "loss" || r.Rule == "plateau" && *last.Steps <= stillSteps
	})
	return last
}

// Phases returns the phases of a stage, the first being stage 1.
func (st *Setup) Phases(stage int) []problems.Phase { return phases(st.Spec, stage) }

func phases(spec *problems.Spec, stage int) (phases []problems.Phase) {
	for _, ph := range spec.Phases {
		if stageOf(ph) == stage {
			phases = append(phases, ph)
		}
	}
	return phases
}

// stageOf is the stage that a phase belongs to.
func stageOf(ph problems.Phase) int { return orElse(ph.Stage, 1) }

// Share is where in a run's time a stage of a slab, both counted from 1, has its place,
// from 0 to 1: slabs have equal shares, of which the first of two stages has two thirds.
func (st *Setup) Share(slab, stage int) (from, to float64) { return share(st.Spec, slab, stage) }

func share(spec *problems.Spec, slab, stage int) (from, to float64) {
	first, last := 0.0, 1.0
	switch {
	case stages(spec) == 1:
	case stage == 1:
		last = 2. / 3
	default:
		first = 2. / 3
	}
	n := float64(slabs(spec))
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

// defaultSlabs is more than 1 where an evolution does not dissipate, that is of second
// order in time or of an odd highest order in space: waves, transport, dispersion. What
// is wrong at one time then stays so, and one network must hold many periods. On the
// gallery four slabs end the wave at 7e-7 in 81 s where one network upon another, with
// the same steps, ended at 2.8e-6 in 135 s; eight took dispersion, whose solitons are
// narrow, from 6e-4 to 4e-5. More are not better: each begins with the derivatives of
// the error before. A file with phases of its own, a second stage or data, or a network
// too large for the dense method has one.
func defaultSlabs(spec *problems.Spec, p *pde.Problem, parameters int) int {
	if len(spec.Phases) > 0 || stages(spec) > 1 || parameters > denseMost {
		return 1
	}
	orders, err := pinn.Evolution(p)
	if err != nil {
		return 1
	}
	switch inSpace := orderInSpace(p); {
	case inSpace%2 == 1 && inSpace > 1:
		return 8
	case inSpace%2 == 1 || slices.Max(orders) > 1:
		return 4
	}
	return 1
}

// orderInSpace returns the highest order of a derivative in space of the equations.
func orderInSpace(p *pde.Problem) (order int) {
	t := p.Box.Time()
	for _, e := range p.Equations {
		for _, q := range e.Residual.Partials() {
			order = max(order, q.Order.Order()-int(q.Order[t]))
		}
	}
	return order
}
