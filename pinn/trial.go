package pinn

import (
	"pinn/internal/kernel"
	"pinn/pde"
)

// trial is the trial function u = g + φN of all fields, with the components of
// one jet set, on tiles of t points. It is immutable.
//
// What depends on the place alone stands in a block of rows() rows per tile, its
// statics: the components of the input features, row f·C + α, then what the lifts
// need. The result is a block of fields·C rows, row f·C + α holding ∂^α u_f.
type trial struct {
	net    *MLP
	set    *JetSet
	fields int
	t      int
	jet    *Jet
	lifts  []*liftJet
	static int // rows of a tile's statics
}

// newTrial returns the trial function of the network and the lifts, on tiles of
// tileSize points. It is an error if the graph of the lifts is full.
func newTrial(f form, set *JetSet, tileSize int) (*trial, error) {
	t := &trial{
		net: f.net, set: set, fields: f.fields, t: tileSize,
		jet:    newJet(f.net.activation, set, tileSize),
		static: len(f.net.inputs) * set.Len(),
	}
	for _, l := range f.lifts {
		if l.trivial() {
			continue
		}
		lj, err := newLiftJet(l, f.graph, f.axes, set, t.static)
		if err != nil {
			return nil, err
		}
		t.lifts = append(t.lifts, lj)
		t.static += lj.outs
	}
	return t, nil
}

// form is what trial functions of any jet set are made of.
type form struct {
	net    *MLP
	lifts  []Lift
	graph  *pde.Graph // of the lifts
	axes   int
	fields int
}

// rows returns the number of rows of a tile's statics.
func (t *trial) rows() int { return t.static }

// width returns C·T, the width of a layer's products.
func (t *trial) width() int { return t.set.Len() * t.t }

// forward stores the components of the fields at one tile in u. With keep it
// leaves in w what the adjoint needs.
func (t *trial) forward(w *blocks, theta, statics, u []float64, keep bool) {
	for n := range t.net.nets {
		t.forwardNet(w, n, theta, statics, u, keep)
	}
	for _, l := range t.lifts {
		l.run(&l.forward, w, u, statics, t.set.Len(), t.t)
	}
}

func (t *trial) forwardNet(w *blocks, n int, theta, statics, u []float64, keep bool) {
	ct := t.width()
	net := &t.net.nets[n]
	a := statics
	last := len(net.layers) - 1
	for i, l := range net.layers {
		z := w.z
		if i == last {
			z = u[net.first*ct:]
		}
		w.clock.start()
		kernel.Gemm(l.out, ct, l.in, theta[l.w:], l.in, a, ct, z, ct)
		w.clock.stop(timeProducts)
		l.addBias(theta, z, ct, t.t)
		if i < last {
			a = t.activate(w, n, i, l.out, keep)
			w.clock.stop(timeActivations)
		}
	}
}

// activate passes the units of hidden layer i of network n from w.z through the
// activation and returns their outputs.
func (t *trial) activate(w *blocks, n, i, units int, keep bool) []float64 {
	ct := t.width()
	h, s := w.pong[i%2], w.once
	routine := t.jet.value
	if keep {
		h, s = w.hidden[n][i].h, w.hidden[n][i].s
		routine = t.jet.forward
	}
	mem := &w.mem
	mem[bankWork] = w.work
	for j := range units {
		mem[bankZ] = w.z[j*ct:]
		mem[bankH] = h[j*ct:]
		mem[bankS] = s
		if keep {
			mem[bankS] = s[j*ct:]
		}
		routine.run(mem, t.t)
	}
	return h
}

// adjoint takes ū, the derivatives of some function of the points of a tile by
// the components of the fields there, and gives its derivatives by θ to the sink,
// layer by layer. It overwrites ū. It must follow forward with keep on the same
// blocks.
func (t *trial) adjoint(w *blocks, theta, statics, ubar []float64, to sink) {
	for _, l := range t.lifts {
		l.run(&l.adjoint, w, ubar, statics, t.set.Len(), t.t)
	}
	for n := range t.net.nets {
		t.adjointNet(w, n, theta, statics, ubar, to)
	}
}

// adjointNet goes through the layers of one network from the last to the first:
//
//	W̄_l = Σ z̄_l a_{l−1}ᵀ,   ā_{l−1} = W_lᵀ z̄_l,   z̄_{l−1} = adjoint of s at ā_{l−1}.
func (t *trial) adjointNet(w *blocks, n int, theta, statics, ubar []float64, to sink) {
	ct := t.width()
	net := &t.net.nets[n]
	zbar, next, other := ubar[net.first*ct:], w.z, w.bar
	for i := len(net.layers) - 1; ; i-- {
		l := net.layers[i]
		a := statics
		if i > 0 {
			a = w.hidden[n][i-1].h
		}
		w.clock.start()
		to.layer(l, t.set.Len(), t.t, zbar, a)
		if i == 0 {
			w.clock.stop(timeProducts)
			return
		}
		kernel.GemmTN(l.in, ct, l.out, theta[l.w:], l.in, zbar, ct, next, ct)
		w.clock.stop(timeProducts)
		mem := &w.mem
		mem[bankWork] = w.work
		for j := range l.in {
			mem[bankZ] = next[j*ct:]
			mem[bankS] = w.hidden[n][i-1].s[j*ct:]
			t.jet.adjoint.run(mem, t.t)
		}
		w.clock.stop(timeActivations)
		zbar, next, other = next, other, next
	}
}
