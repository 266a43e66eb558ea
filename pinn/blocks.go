package pinn

import (
	"pinn/internal/kernel"
	"pinn/internal/rows"
)

// blocks is the memory in which one worker evaluates one ansatz on one tile. A
// block for n units has n·M·C·T elements: for each unit one number per image, component and
// point.
type blocks struct {
	z, bar []float64       // inputs of the activations of one layer; adjoints
	pong   [2][]float64    // outputs of hidden layers in turn, when nothing is kept
	once   []float64       // S of one unit, when nothing is kept
	work   []float64       // scratch rows of one unit
	wide   []float64       // outputs of the network at every image, if there are mirrors
	hidden [][]layerBlocks // what is kept, per network and hidden layer
	banks  rows.Banks      // where the programs find the unit they work on
	clock  *clock          // nil unless a profile is taken
}

// layerBlocks is what the adjoint needs of one hidden layer: its output h and, unless the
// jet is fused, S.
type layerBlocks struct{ h, s []float64 }

// output returns the block for the outputs of hidden layer i of network n.
func (w *blocks) output(n, i int, keep bool) []float64 {
	if keep {
		return w.hidden[n][i].h
	}
	return w.pong[i%2]
}

// kept returns how many rows the adjoint needs of each unit of a hidden layer: h, or h
// and S.
func kept(fused bool) int {
	if fused {
		return 1
	}
	return 2
}

// size returns how many elements newBlocks needs.
func (t *ansatz) size() int {
	ct, n := t.width(), t.net.width()
	units := 2 * n
	for _, net := range t.net.nets {
		for _, l := range net.layers[:len(net.layers)-1] {
			units += kept(t.jet.Fused != nil) * l.out
		}
	}
	return max(units, 3*n)*ct + t.scratch() + t.images()
}

// scratch returns how many of them the general programs need for one unit.
func (t *ansatz) scratch() int {
	if t.jet.Fused != nil {
		return 0
	}
	return t.field() + t.jet.Work*t.t
}

// images returns how many of them hold the network's outputs at the images of the points.
func (t *ansatz) images() int {
	if t.fold.images == 1 {
		return 0
	}
	return t.fields * t.width()
}

// newBlocks cuts the blocks of an ansatz from mem, of at least size() elements.
// Blocks of several ansatzes may share one memory if only one is in use at a time.
func newBlocks(t *ansatz, mem []float64) *blocks {
	cut := func(n int) []float64 {
		part := mem[:n:n]
		mem = mem[n:]
		return part
	}
	ct, n := t.width(), t.net.width()
	fused := t.jet.Fused != nil
	w := &blocks{}
	if !fused {
		w.once, w.work = cut(t.field()), cut(t.jet.Work*t.t)
	}
	w.wide = cut(t.images())
	w.z = cut(n * ct)
	w.pong = [2][]float64{mem[: n*ct : n*ct], mem[n*ct : 2*n*ct : 2*n*ct]}
	if fused {
		w.pong = [2][]float64{w.z, w.pong[0]} // h takes the place of z
	}
	w.bar = cut(n * ct)
	for _, net := range t.net.nets {
		var ls []layerBlocks
		for _, l := range net.layers[:len(net.layers)-1] {
			b := layerBlocks{h: cut(l.out * ct)}
			if !fused {
				b.s = cut(l.out * ct)
			}
			ls = append(ls, b)
		}
		w.hidden = append(w.hidden, ls)
	}
	return w
}

// extent is the shape of the blocks of one tile. A unit has c rows of t numbers side by side,
// the C components at the points, then those at the next image of the points, and so on.
// The first n ≤ t numbers of a row count. A full tile, n = t, needs one matrix product per
// layer; another one, such as a tile of a small minibatch, needs one per row.
type extent struct{ c, t, n, images int }

// width returns the distance from one unit to the next.
func (x extent) width() int { return x.c * x.t }

// cuts returns how the products are cut: into count parts of width numbers.
func (x extent) cuts() (count, width int) {
	if x.n == x.t {
		return 1, x.c * x.t
	}
	return x.c, x.n
}

// weigh computes z_α = W·a_α for all components. The bias, which belongs to α = 0 only, is
// not yet added.
func (x extent) weigh(l layer, theta, a, z []float64) {
	ct := x.width()
	count, width := x.cuts()
	for i := range count {
		kernel.Gemm(l.out, width, l.in, theta[l.w:], l.in, a[i*x.t:], ct, z[i*x.t:], ct)
	}
}

// shift adds the bias, z_0 ← z_0 + b, at every image.
func (x extent) shift(l layer, theta, z []float64) {
	for i := range l.out {
		for at := 0; at < x.width(); at += x.width() / x.images {
			v := z[i*x.width()+at:][:x.n]
			kernel.AddConst(v, theta[l.b+i], v)
		}
	}
}

// spread computes ā = Wᵀ·z̄.
func (x extent) spread(l layer, theta, zbar, abar []float64) {
	ct := x.width()
	count, width := x.cuts()
	for i := range count {
		kernel.GemmTN(l.in, width, l.out, theta[l.w:], l.in, zbar[i*x.t:], ct, abar[i*x.t:], ct)
	}
}

// sink makes derivatives by the weights of a layer from z̄ and the layer's input a on one
// tile.
type sink interface {
	layer(l layer, x extent, zbar, a []float64)
}

// sumSink adds them up over the points, which gives the gradient.
//
//	W̄ += Σ_points Σ_α z̄_α a_αᵀ,   b̄ += Σ_points z̄_0.
type sumSink struct{ grad []float64 }

func (s *sumSink) layer(l layer, x extent, zbar, a []float64) {
	ct := x.width()
	count, width := x.cuts()
	for i := range count {
		kernel.GemmNTAdd(l.out, l.in, width, zbar[i*x.t:], ct, a[i*x.t:], ct, s.grad[l.w:], l.in)
	}
	for i := range l.out {
		for at := 0; at < ct; at += ct / x.images {
			s.grad[l.b+i] += kernel.Sum(zbar[i*ct+at:][:x.n])
		}
	}
}

// rowSink keeps the points apart, which gives rows of the Jacobian: row j of the block jt,
// from column col on, becomes the derivative by θ_j at each point of the tile.
//
//	∂/∂W_ik = Σ_α z̄_α[i]·a_α[k],   ∂/∂b_i = z̄_0[i].
type rowSink struct {
	jt          []float64
	stride, col int
}

func (s *rowSink) layer(l layer, x extent, zbar, a []float64) {
	ct := x.width()
	for i := range l.out {
		z := zbar[i*ct:][:ct]
		for k := range l.in {
			dst := s.jt[(l.w+i*l.in+k)*s.stride+s.col:][:x.n]
			kernel.RowProduct(dst, x.c, z, a[k*ct:][:ct], x.t)
		}
		b := s.jt[(l.b+i)*s.stride+s.col:][:x.n]
		copy(b, z)
		for at := ct / x.images; at < ct; at += ct / x.images {
			kernel.Add(b, b, z[at:][:x.n])
		}
	}
}
