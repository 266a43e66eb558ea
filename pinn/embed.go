package pinn

import (
	"math"
	"slices"

	"pinn/pde"
	"pinn/pde/expr"
)

// feature is one input of the network: a function of one coordinate x of the
// axis [a, b] through the scaled coordinate ξ = (2x − a − b)/(b − a) ∈ [−1, 1].
// With mode m = 0 it is ξ itself, otherwise cos(mπξ) or sin(mπξ), whose period
// is 2/m in ξ: for a periodic axis the whole axis holds m of them. A fine one is
// divided by m².
type feature struct {
	axis  int
	mode  int
	fine  bool
	sine  bool
	mid   float64 // (a + b)/2
	slope float64 // dξ/dx = 2/(b − a)
}

// derivative returns the n-th derivative of the feature by its coordinate at x.
// Derivatives of cos(ωx) are ωⁿ cos(ωx + nπ/2), with ω = mπ·dξ/dx.
func (f feature) derivative(x float64, n int) float64 {
	xi := f.slope * (x - f.mid)
	if f.mode == 0 {
		return [...]float64{xi, f.slope, 0, 0, 0}[n]
	}
	arg := float64(f.mode) * math.Pi * xi
	scale := math.Pow(float64(f.mode)*math.Pi*f.slope, float64(n))
	if f.fine {
		scale /= float64(f.mode * f.mode)
	}
	if f.sine {
		n += 3 // sin y = cos(y + 3π/2)
	}
	switch n % 4 {
	case 0:
		return scale * math.Cos(arg)
	case 1:
		return -scale * math.Sin(arg)
	case 2:
		return -scale * math.Cos(arg)
	}
	return scale * math.Sin(arg)
}

// component returns ∂^α of the feature at the coordinate x of its axis.
func (f feature) component(alpha expr.Multi, x float64) float64 {
	n := int(alpha[f.axis])
	if n != alpha.Order() {
		return 0 // it depends on one coordinate only
	}
	return f.derivative(x, n)
}

// features lists the inputs of a network on the box: per axis, in order, ξ and
// the pairs cos(mπξ), sin(mπξ) for the modes m that apply, then the fine ones. A
// periodic axis has the pairs only. It always has the pair of mode 1, without which
// the network could have a shorter period than the axis.
func features(box pde.Box, spec NetSpec) []feature {
	var fs []feature
	for i, a := range box.Axes {
		f := feature{axis: i, mid: (a.From + a.To) / 2, slope: 2 / a.Length()}
		if !a.Periodic {
			fs = append(fs, f)
		}
		coarse := axisModes(a.Periodic, i, spec)
		fs = f.pairs(fs, coarse)
		f.fine = true
		fs = f.pairs(fs, fineModes(i, spec, coarse))
	}
	return fs
}

// pairs appends the pairs of the modes.
func (f feature) pairs(fs []feature, modes []int) []feature {
	for _, m := range modes {
		f.mode, f.sine = m, false
		fs = append(fs, f)
		f.sine = true
		fs = append(fs, f)
	}
	return fs
}

// axisModes returns the modes of one axis in increasing order.
func axisModes(periodic bool, axis int, spec NetSpec) []int {
	var modes []int
	if periodic || spec.ModeAxes == nil || slices.Contains(spec.ModeAxes, axis) {
		modes = slices.Clone(spec.Modes)
	}
	if periodic {
		modes = append(modes, 1)
	}
	slices.Sort(modes)
	return slices.Compact(modes)
}

// fineModes returns the fine modes of one axis, in increasing order, that are not
// among the coarse ones.
func fineModes(axis int, spec NetSpec, coarse []int) []int {
	if axis >= len(spec.FineModes) {
		return nil
	}
	modes := slices.DeleteFunc(slices.Clone(spec.FineModes[axis]), func(m int) bool { return slices.Contains(coarse, m) })
	slices.Sort(modes)
	return slices.Compact(modes)
}
