package pinn

import (
	"pinn/pde/expr"
	"pinn/pinn/hard"
	"pinn/pinn/jet"
)

// ansatz is the ansatz u = s + g + φN of all fields, s being a frozen solution or 0.
// It computes the components ∂^α u, α in one jet set of C of them, on tiles of t points. It
// is immutable.
//
// It reads the statics of a tile, a block of rows of t numbers that depend on the place
// alone: first the components of the input features, then those of s, then those of g and
// φ. It writes a block whose row f·C + α holds ∂^α u_f.
type ansatz struct {
	net    *MLP
	set    *jet.Set
	fields int
	t      int
	jet    *jet.Jet
	fold   fold
	lifts  []*liftJet
	base   *frozen // the frozen solution s, nil for none
	static int     // rows of a tile's statics that it reads
}

// newAnsatz returns the ansatz of a form, with the components of the set, on tiles
// of tileSize points. It is an error if the derivatives of g and φ do not fit into the
// problem's graph.
func newAnsatz(f form, set *jet.Set, tileSize int) (*ansatz, error) {
	t := &ansatz{
		net: f.net, set: set, fields: f.fields, t: tileSize,
		jet:  jet.New(f.net.activation, set, tileSize),
		fold: newFold(f.net.spec.Mirrors, set, f.fields),
	}
	t.static = len(f.net.inputs) * t.fold.images * set.Len()
	if err := t.layBase(f.base); err != nil {
		return nil, err
	}
	first := -1
	if t.base != nil {
		first = t.base.first
	}
	for _, l := range f.lifts {
		if l.G == nil && l.Phi == nil && t.base == nil {
			continue // u = N
		}
		lj, err := newLiftJet(l, f.graph, f.axes, set, t.static, first)
		if err != nil {
			return nil, err
		}
		t.lifts = append(t.lifts, lj)
		t.static += lj.outs
	}
	return t, nil
}

// form is an ansatz before it is known which derivatives of it are needed.
type form struct {
	net    *MLP
	lifts  []hard.Lift // one per field
	base   *Base       // nil for none
	graph  *expr.Graph // of the lifts
	axes   int
	fields int
}

// width returns M·C·T, the distance from one unit to the next in a block of the network,
// with M images of each point.
func (t *ansatz) width() int { return t.fold.images * t.set.Len() * t.t }

// field returns C·T, the distance from one field to the next in the block of the fields.
func (t *ansatz) field() int { return t.set.Len() * t.t }

// extent returns the shape of a tile of n points: n is rounded up to a multiple
// of 8.
func (t *ansatz) extent(n int) extent {
	return extent{t.fold.images * t.set.Len(), t.t, min(t.t, (n+7)&^7), t.fold.images}
}

// forward stores the components of the fields at the points of one tile in u. With keep
// it leaves in w what the adjoint needs.
func (t *ansatz) forward(w *blocks, x extent, theta, statics, u []float64, keep bool) {
	out := u
	if t.fold.images > 1 {
		out = w.wide
	}
	for n := range t.net.nets {
		t.forwardNet(w, x, n, theta, statics, out, keep)
	}
	if t.fold.images > 1 {
		t.fold.forward(u, out, t.set.Len(), x.t, x.n)
	}
	for _, l := range t.lifts {
		l.run(&l.forward, w, x, u, statics)
	}
}

// forwardNet passes the inputs of a tile through the layers of network n and stores its
// outputs at their place in u.
func (t *ansatz) forwardNet(w *blocks, x extent, n int, theta, statics, u []float64, keep bool) {
	net := &t.net.nets[n]
	a := statics
	last := len(net.layers) - 1
	for i, l := range net.layers {
		z := w.z
		switch {
		case i == last:
			z = u[net.first*x.width():]
		case t.jet.Fused != nil:
			z = w.output(n, i, keep)
		}
		w.clock.start()
		x.weigh(l, theta, a, z)
		w.clock.stop(timeProducts)
		if i == last {
			x.shift(l, theta, z)
		} else {
			a = t.activate(w, x, n, i, l, theta, keep)
		}
		w.clock.stop(timeActivations)
	}
}

// activate adds the biases of hidden layer i of network n, passes its units through the
// activation and returns the block of their outputs. The fused routines find z in that
// block and overwrite it; the general programs find z in w.z.
func (t *ansatz) activate(w *blocks, x extent, n, i int, l layer, theta []float64, keep bool) []float64 {
	ct := x.width()
	h := w.output(n, i, keep)
	if f := t.jet.Fused; f != nil {
		for j := range l.out {
			for at := j * ct; at < (j+1)*ct; at += t.field() {
				f.Forward(h[at:], x.n, theta[l.b+j])
			}
		}
		return h
	}
	x.shift(l, theta, w.z)
	s, program := w.once, &t.jet.Value
	if keep {
		s, program = w.hidden[n][i].s, &t.jet.Forward
	}
	w.banks.Set(jet.BankWork, w.work, x.t)
	for at := 0; at < l.out*ct; at += t.field() {
		w.banks.Set(jet.BankZ, w.z[at:], x.t)
		w.banks.Set(jet.BankH, h[at:], x.t)
		w.banks.Set(jet.BankS, s, x.t)
		if keep {
			w.banks.Set(jet.BankS, s[at:], x.t)
		}
		program.Run(&w.banks, x.n)
	}
	return h
}

// adjoint takes ū, the derivatives of some function by the components of the fields at the
// points of a tile, and gives its derivatives by θ to the sink, layer by layer. It
// overwrites ū. It must follow forward with keep on the same blocks.
func (t *ansatz) adjoint(w *blocks, x extent, theta, statics, ubar []float64, to sink) {
	for _, l := range t.lifts {
		l.run(&l.adjoint, w, x, ubar, statics)
	}
	if t.fold.images > 1 {
		t.fold.adjoint(w.wide, ubar, t.set.Len(), x.t, x.n)
		ubar = w.wide
	}
	for n := range t.net.nets {
		t.adjointNet(w, x, n, theta, statics, ubar, to)
	}
}

// adjointNet goes through the layers of one network from the last to the first, with z̄_l
// of each as the derivatives by the inputs of its activation:
//
//	W̄_l = Σ z̄_l a_{l−1}ᵀ,   ā_{l−1} = W_lᵀ z̄_l,   z̄_{l−1} from ā_{l−1} by the adjoint of s.
func (t *ansatz) adjointNet(w *blocks, x extent, n int, theta, statics, ubar []float64, to sink) {
	net := &t.net.nets[n]
	zbar, next, other := ubar[net.first*x.width():], w.z, w.bar
	for i := len(net.layers) - 1; ; i-- {
		l := net.layers[i]
		a := statics
		if i > 0 {
			a = w.hidden[n][i-1].h
		}
		w.clock.start()
		to.layer(l, x, zbar, a)
		if i == 0 {
			w.clock.stop(timeProducts)
			return
		}
		x.spread(l, theta, zbar, next)
		w.clock.stop(timeProducts)
		t.deactivate(w, x, next, w.hidden[n][i-1], l.in)
		w.clock.stop(timeActivations)
		zbar, next, other = next, other, next
	}
}

// deactivate is the adjoint of activate: it turns h̄ of the units of a hidden layer into z̄,
// in place, with what the way up kept of the layer.
func (t *ansatz) deactivate(w *blocks, x extent, bar []float64, kept layerBlocks, units int) {
	ct := x.width()
	if f := t.jet.Fused; f != nil {
		for at := 0; at < units*ct; at += t.field() {
			f.Adjoint(bar[at:], kept.h[at:], x.n)
		}
		return
	}
	w.banks.Set(jet.BankWork, w.work, x.t)
	for at := 0; at < units*ct; at += t.field() {
		w.banks.Set(jet.BankZ, bar[at:], x.t)
		w.banks.Set(jet.BankS, kept.s[at:], x.t)
		t.jet.Adjoint.Run(&w.banks, x.n)
	}
}
