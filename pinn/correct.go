package pinn

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pinn/hard"
)

// Correction describes the second stage of a solution s: a further network N that learns
// what the first left over,
//
//	u_f = s_f + Scale_f·φ_f·N_f,
//
// with the factors φ of s. Where s meets hard conditions, so does u, since φ vanishes there.
// s does not change any more: its components are computed once, when points are drawn.
//
// Wang and Lai, J. Comput. Phys. 504 (2024) 112865: multi-stage neural networks. Unlike
// there, the modes of the inputs are not random, and the scale comes from the operator of
// the problem; see Loss.Correction.
type Correction struct {
	Modes []int     // per axis, M: the network has the fine modes 1, 2, 4, … below M, and M
	Scale []float64 // per field
}

// Network returns the network of the correction. It has the description of the network that
// is corrected, with other fine modes.
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

// Correct returns the lifts of the network of a correction of s, one per field, and s as the
// base on which it builds.
func (s *Solution) Correct(scale []float64) ([]hard.Lift, *Base) {
	g := s.form.graph
	lifts := make([]hard.Lift, s.form.fields)
	for f := range lifts {
		lifts[f] = hard.Lift{Field: f, Phi: g.Const(scale[f])}
	}
	for _, l := range s.form.lifts {
		if l.Phi != nil {
			lifts[l.Field].Phi = g.Mul(lifts[l.Field].Phi, l.Phi)
		}
	}
	return lifts, &Base{Solution: s}
}

// Mute clears the weights and biases of the last layer in θ, so that N = 0. A correction
// begins in this way at the solution that it corrects.
func (n *MLP) Mute(theta []float64) {
	for f := range n.fields() {
		n.outputs(f, func(i int) { theta[i] = 0 })
	}
}

// outputs calls visit with the indices in θ of the weights and the bias of output f.
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

// Correction chooses the second stage for the solution s at θ: the modes by Modes, and as
// the scale of each field
//
//	√L / |D(φ_f·N_f)|,   |D(φN)|² = (L(s + aφN) + L(s − aφN) − 2L(s))/2a²,
//
// with a random network N like that of the first stage, and a = √L. D is the operator of the
// problem, linearised at s: a correction of this scale changes the residuals by about as
// much as they are large, whatever the order and the coefficients of the operator. A scale
// ten times larger or smaller costs a factor of one to five in error at equal steps. L is
// the held-out loss. The error is that of NewLoss.
func (l *Loss) Correction(theta []float64) (Correction, error) {
	rest := l.HeldOut(theta)
	c := Correction{Modes: l.Modes(theta), Scale: slices.Repeat([]float64{math.Sqrt(rest)}, len(l.problem.Fields))}
	o := l.options
	lifts, base := NewSolution(l.problem, l.net, l.lifts, theta).Upon(o.Base).Correct(c.Scale)
	o.Base = base
	probe, err := NewLoss(l.problem, l.net, lifts, l.soft, o)
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

const (
	lineCount  = 256 // lines along each axis on which the residual is computed
	linePoints = 128 // points of a line, n; modes up to n/4 are counted
	modePart   = 0.5 // the part of the residual's power up to the mode of Modes
)

// Modes returns for each axis the mode up to which the residuals of the equations at θ have
// half of their power along that axis: the smallest M ≥ 1 with
//
//	Σ_{1≤m≤M} P_m ≥ ½ Σ_{1≤m≤n/4} P_m,   P_m = Σ_lines |Σ_j w_j r_j exp(−2πimj/n)|²,
//
// on n = 128 points of 256 lines spread evenly over the box. Mode m has m periods on the
// axis, as in NetSpec. On an axis that is not periodic the window w_j = sin²(π(j+½)/n) keeps
// the difference between its ends from counting as a jump. Points outside the domain count
// as 0. Without equations every mode is 1.
func (l *Loss) Modes(theta []float64) []int {
	box := l.problem.Box
	modes := slices.Repeat([]int{1}, box.Dim())
	if len(l.problem.Equations) == 0 {
		return modes
	}
	for axis := range modes {
		pts := lines(box, axis)
		s := newSpectrum(box, axis)
		for _, r := range l.residuals(0, pts, theta) {
			for first := 0; first < pts.N; first += linePoints {
				s.add(r[first:first+linePoints], pts, first)
			}
		}
		modes[axis] = covering(s.power, modePart)
	}
	return modes
}

// lines returns the points of lines along an axis, line by line. In one dimension there is
// one line.
func lines(box pde.Box, axis int) pde.Points {
	d, count := box.Dim(), lineCount
	if d == 1 {
		count = 1
	}
	pts := pde.Points{N: count * linePoints, D: d, X: make([]float64, count*linePoints*d)}
	across := make([]float64, count*(d-1))
	cube.Halton{}.Fill(across, count, d-1, rand.New(rand.NewPCG(0, 0)))
	for i := range pts.N {
		x, place := pts.At(i), across[i/linePoints*(d-1):]
		for k, a := range box.Axes {
			switch {
			case k < axis:
				x[k] = a.At(place[k])
			case k > axis:
				x[k] = a.At(place[k-1])
			case a.Periodic:
				x[k] = a.At(float64(i%linePoints) / linePoints)
			default:
				x[k] = a.At((float64(i%linePoints) + 0.5) / linePoints)
			}
		}
	}
	return pts
}

// spectrum adds up the power of lines along an axis, mode by mode.
type spectrum struct {
	box      pde.Box
	axis     int
	fft      *fourier.FFT
	windowed []float64    // the values of a line, times the window
	modes    []complex128 // of a line
	power    []float64    // Σ_lines |mode|², of modes 0 … n/4
}

// newSpectrum returns the spectrum of no line.
func newSpectrum(box pde.Box, axis int) *spectrum {
	return &spectrum{
		box: box, axis: axis, fft: fourier.NewFFT(linePoints),
		windowed: make([]float64, linePoints),
		modes:    make([]complex128, linePoints/2+1),
		power:    make([]float64, linePoints/4+1),
	}
}

// add adds the power of the residuals r on the line whose first point is given.
func (s *spectrum) add(r []float64, pts pde.Points, first int) {
	clear(s.windowed)
	for j, v := range r {
		if s.box.Inside != nil && !s.box.Inside.Holds(pts.At(first+j)) {
			continue
		}
		s.windowed[j] = v * s.window(j)
	}
	s.fft.Coefficients(s.modes, s.windowed)
	for m := range s.power {
		re, im := real(s.modes[m]), imag(s.modes[m])
		s.power[m] += re*re + im*im
	}
}

// window returns w_j.
func (s *spectrum) window(j int) float64 {
	if s.box.Axes[s.axis].Periodic {
		return 1
	}
	w := math.Sin(math.Pi * (float64(j) + 0.5) / linePoints)
	return w * w
}

// covering returns the smallest M ≥ 1 for which power[1:M+1] has the given part of the sum
// of power[1:], 1 if something is not finite.
func covering(power []float64, part float64) int {
	total := 0.0
	for _, p := range power[1:] {
		total += p
	}
	sum := 0.0
	for m, p := range power {
		if m == 0 {
			continue
		}
		if sum += p; sum >= part*total {
			return m
		}
	}
	return 1
}
