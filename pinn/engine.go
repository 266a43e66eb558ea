package pinn

import (
	"sync"
	"sync/atomic"
	"time"

	"pinn/internal/kernel"
	"pinn/pde/expr"
)

// engine does jobs on several threads, one at a time. Its memory and its functions are made
// once, so that a run allocates nothing. No goroutine outlives the run.
type engine struct {
	workers []*worker
	helpers []func() // helpers[i] is what goroutine i > 0 runs
	wait    sync.WaitGroup
	next    atomic.Int64

	job   job // of the present run
	units int
}

// job is work in independent units. Unit i writes only to memory that no other unit touches,
// so that it does not matter which worker does it, or when.
type job interface {
	unit(w *worker, i int)
}

// newEngine returns an engine whose workers can evaluate the tiles of every group.
func newEngine(groups []*group, threads, params int) *engine {
	e := &engine{}
	for i := range threads {
		w := newWorker(groups, params)
		e.workers = append(e.workers, w)
		e.helpers = append(e.helpers, func() {
			e.take(e.workers[i])
			e.wait.Done()
		})
	}
	return e
}

// run does units 0 … n−1 of the job.
func (e *engine) run(j job, n int) {
	e.job, e.units = j, n
	e.next.Store(0)
	for i := 1; i < min(len(e.workers), n); i++ {
		e.wait.Add(1)
		go e.helpers[i]()
	}
	e.take(e.workers[0])
	e.wait.Wait()
}

// take does units until none is left.
func (e *engine) take(w *worker) {
	for {
		i := int(e.next.Add(1)) - 1
		if i >= e.units {
			return
		}
		e.job.unit(w, i)
	}
}

// share does units 0 … n−1 of some work, independent as those of a job, on up to so many
// threads. Each thread calls begin once, which allocates memory for it, and does its units
// with the function that begin returns. No goroutine outlives the call. It is for work that
// is done now and then; an engine does what is repeated and may not allocate.
func share(threads, n int, begin func() func(i int)) {
	var next atomic.Int64
	take := func() {
		do := begin()
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			do(int(i))
		}
	}
	if n == 0 {
		return
	}
	var wait sync.WaitGroup
	for range min(threads, n) - 1 {
		wait.Go(take)
	}
	take()
	wait.Wait()
}

// worker is the memory of one thread: what it needs to evaluate a tile of each group.
// Groups share the memory of the network's blocks, since a worker evaluates one tile at a
// time.
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

// newWorker returns a worker for the groups; params is the number of unknown parameters.
func newWorker(groups []*group, params int) *worker {
	most := 0
	for _, g := range groups {
		most = max(most, g.ansatz.size())
	}
	mem := kernel.Aligned(most)
	w := &worker{}
	for _, g := range groups {
		t := g.ansatz.t
		components := g.ansatz.fields * g.ansatz.set.Len() * t
		w.bench = append(w.bench, workbench{
			blocks:  newBlocks(g.ansatz, mem),
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

// profile makes the worker measure its time with the clock, or not at all for nil.
func (w *worker) profile(c *clock) {
	w.clock = c
	for i := range w.bench {
		w.bench[i].blocks.clock = c
	}
}

// tile is one tile during its evaluation.
type tile struct {
	*workbench
	extent
	part    *part
	statics []float64
	valid   int // its points; up to n there are copies of the last one, which do not count
}

// forward evaluates the residuals on a tile of a part, given by its number there. With keep
// adjoint may follow.
func (w *worker) forward(p *part, number int, theta, params []float64, keep bool) tile {
	b := &w.bench[p.id]
	x := tile{workbench: b, part: p, statics: p.statics(number, b.gather), valid: p.count(number)}
	tr := p.ansatz
	x.extent = tr.extent(x.valid)
	tr.forward(b.blocks, x.extent, theta, x.statics, b.u, keep)
	w.clock.start()
	p.program.Forward(b.tape, x.n, x.statics[tr.static*tr.t:], b.u, params)
	w.clock.stop(timeResidual)
	return x
}

// residual returns the residual of output o at the points of the tile.
func (x *tile) residual(o int) []float64 { return x.tape.Out(o)[:x.valid] }

// squares adds the sum of squares of each output to the sums of its term.
func (x *tile) squares(sums []float64) {
	for o, m := range x.part.terms {
		r := x.residual(o)
		sums[m] += kernel.Dot(r, r)
	}
}

// seed returns where the seeds of output o go, and clears those of the copies.
func (x *tile) seed(o int) []float64 {
	s := x.seeds[o*x.t:][:x.n]
	clear(s[x.valid:])
	return s[:x.valid]
}

// param returns the derivatives by unknown parameter k at the points and the copies.
func (x *tile) param(k int) []float64 { return x.dparams[k*x.t:][:x.n] }

// adjoint carries the seeds, derivatives by the residuals, down to those by the weights,
// which it gives to the sink, and by the unknown parameters.
func (w *worker) adjoint(x *tile, theta, params []float64, to sink) {
	tr := x.part.ansatz
	w.clock.start()
	x.part.program.Adjoint(x.tape, x.n, x.seeds, x.statics[tr.static*tr.t:], x.u, params, x.ubar, x.dparams)
	w.clock.stop(timeResidual)
	tr.adjoint(x.blocks, x.extent, theta, x.statics, x.ubar, to)
}

// Profile is the time that the parts of an evaluation take on one thread.
type Profile struct {
	Products    time.Duration // matrix products of the layers
	Activations time.Duration // biases, activations and their adjoints
	Residual    time.Duration // residual programs
	Rest        time.Duration // lifting, gathering, sums
}

// Total returns the time of the whole evaluation.
func (p Profile) Total() time.Duration { return p.Products + p.Activations + p.Residual + p.Rest }

// stage is a part of an evaluation whose time is measured.
type stage int

const (
	timeProducts stage = iota
	timeActivations
	timeResidual
	stages
)

// clock adds up the time spent in each stage. A nil clock measures nothing.
type clock struct {
	spent [stages]time.Duration
	since time.Time // when the present stage began
}

// start begins a stage; stop says which one it was.
func (c *clock) start() {
	if c != nil {
		c.since = time.Now()
	}
}

// stop counts the time since start, or since the last stop, as spent in stage s.
func (c *clock) stop(s stage) {
	if c != nil {
		now := time.Now()
		c.spent[s] += now.Sub(c.since)
		c.since = now
	}
}

// Profile evaluates loss and gradient over all points once, on one thread, and returns where
// the time went.
func (l *Loss) Profile(theta []float64) Profile {
	w := l.engine.workers[0]
	c := &clock{}
	w.profile(c)
	defer w.profile(nil)
	l.at(theta)
	*l.sums = sums{chunks: l.sums.chunks, selection: l.full, gradient: true, theta: theta, params: l.params, slopes: l.slopes}
	l.summed = 0
	begin := time.Now()
	for i := range l.sums.units() {
		l.sums.unit(w, i)
	}
	total := time.Since(begin)
	p := Profile{
		Products:    c.spent[timeProducts],
		Activations: c.spent[timeActivations],
		Residual:    c.spent[timeResidual],
	}
	p.Rest = total - p.Total()
	return p
}
