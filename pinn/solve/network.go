package solve

import (
	"pinn/pde"
	"pinn/pinn"
	"pinn/problems"
)

// Network returns the network of a filled Spec.
func Network(spec *problems.Spec, p *pde.Problem, h Hard) *pinn.MLP {
	var axes []int
	for _, name := range spec.Network.ModeAxes {
		axes = append(axes, p.Box.Index(name))
	}
	return pinn.NewMLP(p.Box, len(p.Fields), pinn.NetSpec{
		Hidden:     spec.Network.Hidden,
		Activation: spec.Network.Activation,
		Modes:      spec.Network.Modes,
		ModeAxes:   axes,
		Separate:   *spec.Network.Separate,
		Mirrors:    mirrors(spec, p, h),
	})
}

// LossOptions returns the choices of a filled Spec for its loss.
func LossOptions(spec *problems.Spec, threads int) pinn.LossOptions {
	return pinn.LossOptions{
		Interior: *spec.Points.Interior,
		Sampler:  spec.Points.Sampler,
		Seed:     *spec.Train.Seed,
		Threads:  threads,
	}
}
