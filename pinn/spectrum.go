package pinn

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"

	"pinn/pde"
	"pinn/pde/cube"
)

const (
	lineCount  = 256 // lines along each axis on which the residual is looked at
	linePoints = 128 // points of a line; half of their modes can be told apart
	modePart   = 0.5 // the part of the residual's power that Modes covers
)

// Modes returns, for each axis, the mode below which the residuals of the
// equations at θ have half of their power along it: the smallest M ≥ 1 with
//
//	Σ_{1≤m≤M} P_m ≥ ½ Σ_{1≤m≤n/4} P_m,   P_m = Σ_lines |Σ_j w_j r_j exp(−2πimj/n)|²,
//
// on n = 128 points of 256 lines spread evenly over the domain. Mode m has m
// periods on the axis, as in NetSpec. The window w_j = sin²(π(j+½)/n) keeps the
// ends of an axis that is not periodic from looking like a jump. What lies outside
// the domain counts as 0. Without equations every mode is 1.
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

// lines returns the points of lines along an axis, line by line. There is one line
// on an interval.
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

// spectrum is the power of lines along an axis.
type spectrum struct {
	box      pde.Box
	axis     int
	fft      *fourier.FFT
	windowed []float64    // the values of a line, times the window
	modes    []complex128 // of a line
	power    []float64    // Σ_lines |mode|², of modes 0 … n/4
}

func newSpectrum(box pde.Box, axis int) *spectrum {
	return &spectrum{
		box: box, axis: axis, fft: fourier.NewFFT(linePoints),
		windowed: make([]float64, linePoints),
		modes:    make([]complex128, linePoints/2+1),
		power:    make([]float64, linePoints/4+1),
	}
}

// add adds the power of the residuals r on the line that begins at a point.
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

// covering returns the smallest index M ≥ 1 up to which the part of the sum of
// power[1:] lies.
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
	return 1 // something is not finite
}
