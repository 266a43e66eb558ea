package build

import (
	"pinn/pde"
	"pinn/problems"
)

// Fill chooses what the file leaves open from what the problem says (its
// dimension, order and periodicity) and writes it into spec. What the file
// states stays as it is. Filling a filled Spec changes nothing.
func Fill(spec *problems.Spec, p *pde.Problem, h Hard) {
	fillNetwork(&spec.Network, p)
	fillMirror(&spec.Network, p, h)
	fillPoints(&spec.Points, p, len(spec.Network.Mirror))
	if spec.Train.Seed == nil {
		spec.Train.Seed = ptr(uint64(1))
	}
	fill(&spec.Train.FallBack, returns)
	if spec.Phases == nil {
		spec.Phases = defaultPlan(Network(spec, p, h).Size() + len(p.Params))
	}
	for i := range spec.Phases {
		fillPhase(&spec.Phases[i], &spec.Points)
	}
}

// fillNetwork: two hidden layers of 20 on an interval, three beyond. With 32 units
// 5000 L-BFGS iterations of Burgers' equation end at an error of 1.7e-3 and not
// 3.1e-3, in more than twice the time.
func fillNetwork(n *problems.Network, p *pde.Problem) {
	if n.Hidden == nil {
		n.Hidden = []int{20, 20, 20}
		if p.Box.Dim() == 1 {
			n.Hidden = []int{20, 20}
		}
	}
	fillFourier(n, p)
	if n.Activation == "" {
		n.Activation = "tanh"
	}
	if n.Separate == nil {
		n.Separate = ptr(false)
	}
}

// fillFourier gives every spatial axis with ends the pair sin(πξ), cos(πξ) beside
// ξ where the solution evolves in time: the wave equation's error falls from
// 2.4e-1 to 2.5e-2 with it, that of Burgers' equation from 9.7e-3 to 4.3e-3.
func fillFourier(n *problems.Network, p *pde.Problem) {
	if n.Modes != nil || n.NoFourier {
		return
	}
	if p.Box.Time() >= 0 {
		for _, i := range p.Box.Spatial() {
			if a := p.Box.Axes[i]; !a.Periodic {
				n.ModeAxes = append(n.ModeAxes, a.Name)
			}
		}
	}
	if n.NoFourier = n.ModeAxes == nil; !n.NoFourier {
		n.Modes = []int{1}
	}
}

// fillPoints: 512 points on an interval, 2048 in two dimensions, 4096 in more, and
// half as many for every mirror, since a point counts at its image too. Points that
// are redrawn need not be many: on Burgers' equation 1024 and 2048 end at the same
// error of 2e-7.
func fillPoints(pts *problems.Points, p *pde.Problem, mirrors int) {
	if pts.Interior == nil {
		switch d := p.Box.Dim(); {
		case d == 1:
			pts.Interior = ptr(512)
		case d == 2:
			pts.Interior = ptr(2048)
		default:
			pts.Interior = ptr(4096)
		}
		*pts.Interior >>= mirrors
	}
	if pts.Sampler == "" {
		pts.Sampler = "sobol"
	}
}

func ptr[T any](v T) *T { return &v }
