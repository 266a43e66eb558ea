package pinn

// blocks is the memory in which one worker evaluates one trial function on one
// tile. A block of n rows has n·C·T elements: per unit C components of T points.
type blocks struct {
	z, bar []float64        // pre-activations; adjoints
	pong   [2][]float64     // outputs of hidden layers when nothing is kept
	once   []float64        // S of one unit when nothing is kept
	work   []float64        // scratch rows of one unit
	hidden [][]layerBlocks  // per network and hidden layer, when kept
	mem    [banks][]float64 // the banks of the unit at hand
	clock  *clock           // nil unless a profile is taken
}

// layerBlocks is what the adjoint needs of one hidden layer.
type layerBlocks struct{ h, s []float64 }

// size returns the number of elements that newBlocks cuts from its memory.
func (t *trial) size() int {
	ct, n := t.width(), t.net.width()
	units := 2 * n
	for _, net := range t.net.nets {
		for _, l := range net.layers[:len(net.layers)-1] {
			units += 2 * l.out
		}
	}
	return max(units, 3*n)*ct + t.scratch()
}

// scratch returns the elements that one unit needs for a while.
func (t *trial) scratch() int { return t.width() + t.jet.work*t.t }

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
	w := &blocks{once: cut(ct), work: cut(t.jet.work * t.t), z: cut(n * ct)}
	w.pong = [2][]float64{mem[: n*ct : n*ct], mem[n*ct : 2*n*ct : 2*n*ct]}
	w.bar = cut(n * ct)
	for _, net := range t.net.nets {
		var ls []layerBlocks
		for _, l := range net.layers[:len(net.layers)-1] {
			ls = append(ls, layerBlocks{h: cut(l.out * ct), s: cut(l.out * ct)})
		}
		w.hidden = append(w.hidden, ls)
	}
	return w
}
