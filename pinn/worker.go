package pinn

import (
	"pinn/internal/kernel"
	"pinn/pde/expr"
)

// worker is the memory of one thread: what it needs to evaluate a tile of each
// group. Groups share one stretch of memory for the network's blocks, since only
// one tile is at work at a time.
type worker struct {
	bench []workbench // per group
	sum   sumSink
	rows  rowSink
	clock *clock
}

// workbench is what one worker needs for the tiles of one group.
type workbench struct {
	blocks  *blocks
	tape    *expr.Tape
	u, ubar []float64 // components of the fields, and adjoints by them
	seeds   []float64 // one row per output of the program
	dparams []float64 // one row per unknown parameter
	gather  []float64 // statics of a minibatch's tile
}

func newWorker(groups []*group, params int) *worker {
	most := 0
	for _, g := range groups {
		most = max(most, g.trial.size())
	}
	mem := kernel.Aligned(most)
	w := &worker{}
	for _, g := range groups {
		t := g.trial.t
		components := g.trial.fields * g.trial.set.Len() * t
		w.bench = append(w.bench, workbench{
			blocks:  newBlocks(g.trial, mem),
			tape:    g.program.NewTape(t),
			u:       make([]float64, components),
			ubar:    make([]float64, components),
			seeds:   make([]float64, len(g.terms)*t),
			dparams: make([]float64, params*t),
			gather:  make([]float64, g.rows*t),
		})
	}
	return w
}

// profile makes the worker count its time, or stop doing so for nil.
func (w *worker) profile(c *clock) {
	w.clock = c
	for i := range w.bench {
		w.bench[i].blocks.clock = c
	}
}

// tile is one tile at work.
type tile struct {
	*workbench
	extent
	part    *part
	statics []float64
	valid   int // points that count; those after them are copies
}

// forward evaluates the residuals on a tile: output o is then tape.Out(o).
func (w *worker) forward(p *part, number int, theta, params []float64, keep bool) tile {
	b := &w.bench[p.id]
	x := tile{workbench: b, part: p, statics: p.statics(number, b.gather), valid: p.count(number)}
	tr := p.trial
	x.extent = tr.extent(x.valid)
	tr.forward(b.blocks, x.extent, theta, x.statics, b.u, keep)
	w.clock.start()
	p.program.Forward(b.tape, x.n, x.statics[tr.static*tr.t:], b.u, params)
	w.clock.stop(timeResidual)
	return x
}

// residual returns r_o at the points that count.
func (x *tile) residual(o int) []float64 { return x.tape.Out(o)[:x.valid] }

// squares adds the sum of squares of each output to the sums of its term.
func (x *tile) squares(sums []float64) {
	for o, m := range x.part.terms {
		r := x.residual(o)
		sums[m] += kernel.Dot(r, r)
	}
}

// seed returns the seeds of output o, with zeros where points do not count.
func (x *tile) seed(o int) []float64 {
	s := x.seeds[o*x.t:][:x.n]
	clear(s[x.valid:])
	return s[:x.valid]
}

// param returns the derivatives by unknown parameter k.
func (x *tile) param(k int) []float64 { return x.dparams[k*x.t:][:x.n] }

// adjoint carries the seeds down to θ and to the unknown parameters.
func (w *worker) adjoint(x *tile, theta, params []float64, to sink) {
	tr := x.part.trial
	w.clock.start()
	x.part.program.Adjoint(x.tape, x.n, x.seeds, x.statics[tr.static*tr.t:], x.u, params, x.ubar, x.dparams)
	w.clock.stop(timeResidual)
	tr.adjoint(x.blocks, x.extent, theta, x.statics, x.ubar, to)
}
