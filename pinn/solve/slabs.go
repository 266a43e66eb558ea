package solve

import (
	"slices"

	"pinn/pde"
	"pinn/pinn"
	"pinn/problems"
)

// Slabs is how many slabs of time the Spec asks for.
func Slabs(spec *problems.Spec) int { return orElse(spec.Train.Slabs, 1) }

// defaultSlabs is more than 1 where an evolution does not dissipate, that is of second
// order in time or of an odd highest order in space: waves, transport, dispersion. What
// is wrong at one time then stays so, and one network must hold many periods. On the
// gallery four slabs end the wave at 7e-7 in 81 s where one network upon another, with
// the same steps, ended at 2.8e-6 in 135 s; eight took dispersion, whose solitons are
// narrow, from 6e-4 to 4e-5. More are not better: each begins with the derivatives of
// the error before. A file with phases of its own, a second stage or data, or a network
// too large for the dense method has one.
func defaultSlabs(spec *problems.Spec, p *pde.Problem, parameters int) int {
	if len(spec.Phases) > 0 || Stages(spec) > 1 || parameters > denseMost {
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
