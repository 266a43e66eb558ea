package pinn

import (
	"slices"

	"pinn/pde"
	"pinn/pinn/jet"
)

// NetSpec describes a network. Hidden, Activation and Separate are the keys of
// the problem file's [network]; Modes are the modes of its fourier.
type NetSpec struct {
	Hidden     []int   // widths of the hidden layers, each ≥ 1; none makes an affine function
	Activation string  // one of jet.Activations()
	Modes      []int   // Fourier modes m ≥ 1 of the scaled inputs; none by default
	ModeAxes   []int   // the axes that get them; nil for all. A periodic axis always does
	FineModes  [][]int // per axis, further modes, as small as 1/m²; nil for none
	Separate   bool    // one network per field instead of one with an output per field

	// Mirrors are the symmetries that the outputs have by construction; see fold.
	Mirrors []Mirror
}

// MLP is a fully connected network, or one per field; its weights live in the
// caller's θ, not in it. For each network and each of its layers θ holds the
// weights W, row-major with a row per unit, and then the biases b:
//
//	a_0 = features of the place,   a_l = s(W_l a_{l−1} + b_l),   N = W_L a_{L−1} + b_L.
//
// It is immutable and may be used by several goroutines.
type MLP struct {
	spec       NetSpec
	activation jet.Activation
	inputs     []feature
	nets       []network
	size       int
}

// network is the part of an MLP that yields fields first … first+fields−1.
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

// width returns the largest number of units of a hidden layer, at least 1.
func (n *MLP) width() int { return slices.Max(append([]int{1}, n.spec.Hidden...)) }
