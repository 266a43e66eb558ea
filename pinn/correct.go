package pinn

import (
	"math"
	"math/rand/v2"
	"slices"

	"pinn/pde"
)

// Correction describes the second stage of a solution s: a network N that is
// trained on what the first left,
//
//	u_f = s_f + Scale_f·φ_f·N_f,
//
// with the factors φ of s. Where s meets hard conditions, so does u, since φ
// vanishes there. s stays as it is: its components are computed once, when points
// are drawn.
//
// Wang and Lai, J. Comput. Phys. 504 (2024) 112865: multi-stage neural networks.
// Unlike theirs the modes of the inputs are not random, and the scale comes from
// the operator itself; see Loss.Correction.
type Correction struct {
	Modes []int     // per axis, the largest of the fine modes 1, 2, 4, … of its inputs
	Scale []float64 // per field
}

// Network returns the network of the correction to a solution by a network of the
// given description, which it shares but for the fine modes.
func (c Correction) Network(box pde.Box, fields int, spec NetSpec) *MLP {
	spec.FineModes = nil
	for _, most := range c.Modes {
		var modes []int
		for m := 1; m < most; m *= 2 {
			modes = append(modes, m)
		}
		spec.FineModes = append(spec.FineModes, append(modes, most))
	}
	return NewMLP(box, fields, spec)
}

// Correct returns the lifts of the network of a correction of s, one per field.
func (s *Solution) Correct(scale []float64) []Lift {
	g := s.form.graph
	lifts, base := make([]Lift, s.form.fields), &Base{Solution: s}
	for f := range lifts {
		lifts[f] = Lift{Field: f, Base: base, Phi: g.Const(scale[f])}
	}
	for _, l := range s.form.lifts {
		if l.Phi != nil {
			lifts[l.Field].Phi = g.Mul(lifts[l.Field].Phi, l.Phi)
		}
	}
	return lifts
}

// Mute clears the weights and biases of the last layer in θ, so that N = 0: a
// correction then begins at the solution that it corrects.
func (n *MLP) Mute(theta []float64) {
	for f := range n.fields() {
		n.outputs(f, func(i int) { theta[i] = 0 })
	}
}

// outputs calls visit with the place in θ of every weight and the bias of output f.
func (n *MLP) outputs(f int, visit func(i int)) {
	for _, net := range n.nets {
		l := net.layers[len(net.layers)-1]
		if row := f - net.first; row >= 0 && row < net.fields {
			for i := range l.in {
				visit(l.w + row*l.in + i)
			}
			visit(l.b + row)
		}
	}
}

// Correction chooses the second stage to the solution at θ: the modes by Modes, and
// as the scale of each field
//
//	√L / |D(φ_f·N_f)|,   |D(φN)|² = (L(s + aφN) + L(s − aφN) − 2L(s))/2a²,
//
// with a random network N of the first stage's description and a small a: the
// linearised operator D tells how large a correction answers to the residuals, of
// whatever order and with whatever coefficients. A scale that is ten times larger
// or smaller costs one to five times in error at equal steps. L is the held-out
// loss. The error is that of NewLoss.
func (l *Loss) Correction(theta []float64) (Correction, error) {
	rest := l.HeldOut(theta)
	c := Correction{Modes: l.Modes(theta), Scale: slices.Repeat([]float64{math.Sqrt(rest)}, len(l.problem.Fields))}
	s := NewSolution(l.problem, l.net, l.lifts, theta)
	probe, err := NewLoss(l.problem, l.net, s.Correct(c.Scale), l.soft, l.options)
	if err != nil {
		return Correction{}, err
	}
	random := make([]float64, probe.Dim())
	l.net.Init(random, rand.New(rand.NewPCG(l.options.Seed, streamProbe)))
	copy(random[l.net.size:], theta[l.net.size:])
	moved := make([]float64, len(random))
	for f := range c.Scale {
		change := -2 * rest
		for _, sign := range []float64{1, -1} {
			copy(moved, random)
			l.net.Mute(moved)
			l.net.outputs(f, func(i int) { moved[i] = sign * random[i] })
			change += probe.HeldOut(moved)
		}
		if gain := math.Sqrt(change / 2); gain > 0 && !math.IsInf(gain, 0) {
			c.Scale[f] *= math.Sqrt(rest) / gain
		}
	}
	return c, nil
}
