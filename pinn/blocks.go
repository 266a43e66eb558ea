package pinn

import "pinn/internal/rows"

// blocks is the memory in which one worker evaluates one trial function on one
// tile. A block of n rows has n·C·T elements: per unit C components of T points.
type blocks struct {
	z, bar []float64       // pre-activations; adjoints
	pong   [2][]float64    // outputs of hidden layers when nothing is kept
	once   []float64       // S of one unit when nothing is kept
	work   []float64       // scratch rows of one unit
	wide   []float64       // outputs at every image, where they are folded
	hidden [][]layerBlocks // per network and hidden layer, when kept
	banks  rows.Banks      // the banks of the unit at hand
	clock  *clock          // nil unless a profile is taken
}

// layerBlocks is what the adjoint needs of one hidden layer: its output and,
// unless the jet is fused, S.
type layerBlocks struct{ h, s []float64 }

// output returns the block for the outputs of hidden layer i of network n.
func (w *blocks) output(n, i int, keep bool) []float64 {
	if keep {
		return w.hidden[n][i].h
	}
	return w.pong[i%2]
}

// kept returns how many units are kept for each unit of a hidden layer.
func kept(fused bool) int {
	if fused {
		return 1
	}
	return 2
}

// size returns the number of elements that newBlocks cuts from its memory.
func (t *trial) size() int {
	ct, n := t.width(), t.net.width()
	units := 2 * n
	for _, net := range t.net.nets {
		for _, l := range net.layers[:len(net.layers)-1] {
			units += kept(t.jet.Fused != nil) * l.out
		}
	}
	return max(units, 3*n)*ct + t.scratch() + t.images()
}

// scratch returns the elements that one unit needs for a while.
func (t *trial) scratch() int {
	if t.jet.Fused != nil {
		return 0
	}
	return t.field() + t.jet.Work*t.t
}

// images returns the elements that the outputs take before they are folded.
func (t *trial) images() int {
	if t.fold.images == 1 {
		return 0
	}
	return t.fields * t.width()
}

// newBlocks cuts the blocks of a trial function from mem, which holds at least
// size() elements. Blocks for different trial functions may share their memory
// as long as only one is in use at a time.
func newBlocks(t *trial, mem []float64) *blocks {
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
