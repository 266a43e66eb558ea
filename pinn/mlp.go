package pinn

import (
	"math"
	"math/rand/v2"
	"slices"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/hard"
	"pinn/pinn/jet"
)

// NetSpec describes a network. Hidden, Activation and Separate are keys of [network] in a
// problem file; Modes and ModeAxes are its key fourier.
type NetSpec struct {
	Hidden     []int   // widths of the hidden layers, each ≥ 1; none makes an affine function
	Activation string  // one of jet.Activations()
	Modes      []int   // Fourier modes m ≥ 1 that are inputs beside the coordinates
	ModeAxes   []int   // the axes that have them; nil for all. Periodic axes always have them
	FineModes  [][]int // per axis, further modes, scaled by 1/m²; nil for none
	Separate   bool    // one network per field instead of one with an output per field

	// Mirrors are symmetries that the outputs have by construction.
	Mirrors []hard.Mirror
}

// MLP is a fully connected network, or one per field:
//
//	a_0 = features of the place,   a_l = s(W_l a_{l−1} + b_l),   N = W_L a_{L−1} + b_L.
//
// It does not hold its weights: they are the first Size() elements of the caller's θ, network
// by network and layer by layer, first the weights W, row-major with a row per unit, then
// the biases b.
//
// It is immutable and may be used by several goroutines.
type MLP struct {
	spec       NetSpec
	activation jet.Activation
	inputs     []feature
	nets       []network
	size       int
}

// network is one network of an MLP, with the outputs of fields first … first+fields−1.
type network struct {
	first, fields int
	layers        []layer // the last one is linear
}

// layer holds the shape of one layer and where its weights and biases start in θ.
type layer struct{ in, out, w, b int }

// NewMLP returns the network of the description on the box, with one output per
// field. It panics on an activation it does not know, a width or mode below 1, or
// fields < 1.
func NewMLP(box pde.Box, fields int, spec NetSpec) *MLP {
	if fields < 1 {
		panic("pinn: a network needs a field")
	}
	for _, n := range slices.Concat(spec.Hidden, spec.Modes, slices.Concat(spec.FineModes...)) {
		if n < 1 {
			panic("pinn: bad width or mode")
		}
	}
	n := &MLP{spec: spec, activation: jet.Find(spec.Activation), inputs: features(box, spec)}
	if !spec.Separate {
		n.addNet(0, fields)
		return n
	}
	for f := range fields {
		n.addNet(f, 1)
	}
	return n
}

// addNet appends a network for the given fields.
func (n *MLP) addNet(first, fields int) {
	net := network{first: first, fields: fields}
	in := len(n.inputs)
	for _, out := range append(slices.Clone(n.spec.Hidden), fields) {
		net.layers = append(net.layers, layer{in, out, n.size, n.size + in*out})
		n.size += (in + 1) * out
		in = out
	}
	n.nets = append(n.nets, net)
}

// Size returns the number of weights and biases.
func (n *MLP) Size() int { return n.size }

// Inputs returns the number of input features.
func (n *MLP) Inputs() int { return len(n.inputs) }

// Spec returns the description that the network was built from.
func (n *MLP) Spec() NetSpec { return n.spec }

// Decays reports for each element of θ[:Size()] whether weight decay may act on
// it: on weights, not on biases.
func (n *MLP) Decays() []bool {
	d := make([]bool, n.size)
	for _, net := range n.nets {
		for _, l := range net.layers {
			for i := l.w; i < l.b; i++ {
				d[i] = true
			}
		}
	}
	return d
}

// fields returns the number of outputs.
func (n *MLP) fields() int {
	last := n.nets[len(n.nets)-1]
	return last.first + last.fields
}

// width returns the number of units of the widest hidden layer, at least 1.
func (n *MLP) width() int { return slices.Max(append([]int{1}, n.spec.Hidden...)) }

// sineRate is ω₀, the scale of the weights in the first layer of a sin network.
const sineRate = 3

// Init stores a random start in θ[:Size()] and leaves the rest of θ alone.
// Biases are 0. Weights are Glorot normal, variance 2/(in+out); for the
// activation sin they are uniform in ±ω₀/in in the first layer, ω₀ = 3, and in
// ±√(6/in) in the hidden ones, while the last, linear layer stays Glorot.
//
// Glorot and Bengio, AISTATS 2010, eq. (16), in its normal form; Sitzmann et
// al., NeurIPS 2020, sec. 3.2. Their ω₀ = 30 is made for images: a smooth field would start
// with second derivatives near 900.
func (n *MLP) Init(theta []float64, rng *rand.Rand) {
	clear(theta[:n.size])
	for _, net := range n.nets {
		for i, l := range net.layers {
			draw := n.spread(l, i == 0, i == len(net.layers)-1, rng)
			for j := l.w; j < l.b; j++ {
				theta[j] = draw()
			}
		}
	}
}

// spread returns a function that draws the weights of one layer.
func (n *MLP) spread(l layer, first, last bool, rng *rand.Rand) func() float64 {
	in, out := float64(l.in), float64(l.out)
	var bound float64
	switch {
	case n.activation.Name() != "sin" || last:
		sd := math.Sqrt(2 / (in + out))
		return func() float64 { return sd * rng.NormFloat64() }
	case first:
		bound = sineRate / in
	default:
		bound = math.Sqrt(6 / in)
	}
	return func() float64 { return bound * (2*rng.Float64() - 1) }
}

// feature is one input of the network: a function of one coordinate x of the
// axis [a, b] through the scaled coordinate ξ = (2x − a − b)/(b − a) ∈ [−1, 1].
// With mode m = 0 it is ξ itself, otherwise cos(mπξ) or sin(mπξ), whose period
// is 2/m in ξ, so that the axis holds m periods. A fine feature is divided by m², so that
// its second derivative is as large as that of mode 1.
type feature struct {
	axis  int
	mode  int     // m
	fine  bool    // divided by m²
	sine  bool    // sin(mπξ), not cos(mπξ)
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
		return 0 // α has a derivative by another coordinate
	}
	return f.derivative(x, n)
}

// features lists the inputs of a network on the box: axis by axis ξ, then the pairs
// cos(mπξ), sin(mπξ) of the modes of that axis, then those of its fine modes. A periodic
// axis has no ξ, and always the pair of mode 1, without which the period of the network
// could be a part of the axis.
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

// pairs appends the cosine and the sine of each mode to fs, on the axis of f.
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
