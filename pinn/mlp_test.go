package pinn

import (
	"math"
	"math/rand/v2"
	"testing"

	"pinn/pde"
	"pinn/pinn/jet"
	"pinn/pinn/pinntest"
)

func TestNetworkSizes(t *testing.T) {
	flat := pde.Box{Axes: []pde.Axis{span("x", -1, 1), span("t", 0, 1)}}
	round := pde.Box{Axes: []pde.Axis{ring("x", -1, 1), span("t", 0, 1)}}
	deep := []int{20, 20, 20}
	rows := []struct {
		name         string
		box          pde.Box
		fields       int
		spec         NetSpec
		inputs, size int
	}{
		{"plain", flat, 1, NetSpec{Hidden: deep}, 2, 921},
		{"periodic", round, 1, NetSpec{Hidden: deep}, 3, 941},
		{"one pair on x", flat, 1, NetSpec{Hidden: deep, Modes: []int{1}, ModeAxes: []int{0}}, 4, 961},
		{"modes on all axes", flat, 1, NetSpec{Hidden: deep, Modes: []int{1, 2}}, 10, 1081},
		{"modes on no axis", flat, 1, NetSpec{Hidden: deep, Modes: []int{1, 2}, ModeAxes: []int{}}, 2, 921},
		{"modes and period", round, 1, NetSpec{Hidden: deep, Modes: []int{2, 4}, ModeAxes: []int{}}, 7, 1021},
		{"shared", flat, 2, NetSpec{Hidden: []int{5}}, 2, 15 + 12},
		{"separate", flat, 2, NetSpec{Hidden: []int{5}, Separate: true}, 2, 2 * (15 + 6)},
		{"affine", flat, 3, NetSpec{}, 2, 9},
	}
	for _, r := range rows {
		r.spec.Activation = "tanh"
		n := NewMLP(r.box, r.fields, r.spec)
		if n.Inputs() != r.inputs || n.Size() != r.size || n.fields() != r.fields {
			t.Errorf("%s: %d inputs, %d parameters, %d fields, want %d, %d, %d",
				r.name, n.Inputs(), n.Size(), n.fields(), r.inputs, r.size, r.fields)
		}
		decays := 0
		for _, d := range n.Decays() {
			if d {
				decays++
			}
		}
		biases := 0
		for _, net := range n.nets {
			for _, l := range net.layers {
				biases += l.out
			}
		}
		if decays+biases != r.size {
			t.Errorf("%s: decay on %d of %d, with %d biases", r.name, decays, r.size, biases)
		}
	}
}

func TestInit(t *testing.T) {
	box := pde.Box{Axes: []pde.Axis{span("x", -1, 1), span("y", 0, 1)}}
	for _, name := range jet.Activations() {
		n := NewMLP(box, 1, NetSpec{Hidden: []int{200, 300}, Activation: name})
		theta := make([]float64, n.Size()+1)
		theta[n.Size()] = 7
		n.Init(theta, rand.New(rand.NewPCG(1, 2)))
		if theta[n.Size()] != 7 {
			t.Errorf("%s: Init wrote behind the network", name)
		}
		for i, l := range n.nets[0].layers {
			if largestOf(theta[l.b:l.b+l.out]) != 0 {
				t.Errorf("%s: layer %d has biases", name, i)
			}
			variance := 2 / float64(l.in+l.out)
			if name == "sin" && i == 0 {
				variance = 9. / 4 / 3
			} else if name == "sin" && i == 1 {
				variance = 6. / 200 / 3
			}
			sum := 0.0
			for _, w := range theta[l.w:l.b] {
				sum += w * w
			}
			// A sample variance scatters by √(2/n) of itself, less for a uniform one.
			count := float64(l.b - l.w)
			if got := sum / count; !(math.Abs(got/variance-1) <= 4*math.Sqrt(2/count)) {
				t.Errorf("%s: layer %d has variance %v, want %v", name, i, got, variance)
			}
		}
	}
}

func TestNewMLPRefuses(t *testing.T) {
	box := pde.Box{Axes: []pde.Axis{span("x", -1, 1)}}
	pinntest.Panics(t, map[string]func(){
		"activation": func() { NewMLP(box, 1, NetSpec{Activation: "relu"}) },
		"width":      func() { NewMLP(box, 1, NetSpec{Activation: "tanh", Hidden: []int{0}}) },
		"mode":       func() { NewMLP(box, 1, NetSpec{Activation: "tanh", Modes: []int{0}}) },
		"fine mode":  func() { NewMLP(box, 1, NetSpec{Activation: "tanh", FineModes: [][]int{{-1}}}) },
		"fields":     func() { NewMLP(box, 0, NetSpec{Activation: "tanh"}) },
	})
}

func TestUnknownParameters(t *testing.T) {
	inf := math.Inf(1)
	for _, p := range []pde.Param{
		{Start: 0.3, Min: -inf, Max: inf},
		{Start: 0.3, Min: 0, Max: inf},
		{Start: 50, Min: 0, Max: inf},
		{Start: -0.3, Min: -inf, Max: 2},
		{Start: 0.3, Min: 0, Max: 1},
		{Start: 1e-7, Min: 1e-8, Max: 1e-6},
	} {
		u := newUnknown(p)
		q := u.begin()
		k, slope := u.value(q)
		if !(math.Abs(k-p.Start) <= 1e-14*math.Abs(p.Start)+1e-15) {
			t.Errorf("%+v starts at %v", p, k)
		}
		up, _ := u.value(q + stepFD)
		down, _ := u.value(q - stepFD)
		if fd := (up - down) / (2 * stepFD); !(math.Abs(fd-slope) <= tolFD*math.Abs(slope)) {
			t.Errorf("%+v: dk/dq = %v, want %v", p, slope, fd)
		}
		for _, far := range []float64{-800, 800} {
			if k, _ := u.value(far); !(k >= p.Min && k <= p.Max) {
				t.Errorf("%+v: k(%v) = %v is out of bounds", p, far, k)
			}
		}
	}
	for _, p := range []pde.Param{{Start: 0, Min: 0, Max: inf}, {Start: 2, Min: -inf, Max: 2}, {Start: 1, Min: 0, Max: 1}} {
		k, slope := newUnknown(p).value(newUnknown(p).begin())
		if !(k > p.Min && k < p.Max) || !(math.Abs(slope) > 1e-3) {
			t.Errorf("%+v starts at %v with slope %v, want it inside and movable", p, k, slope)
		}
	}
}
