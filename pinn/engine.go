package pinn

import (
	"sync"
	"sync/atomic"
)

// engine does work on several threads. Its memory and its functions are made
// once, so that a run allocates nothing; no goroutine outlives the run. One run
// at a time.
type engine struct {
	workers []*worker
	helpers []func() // helpers[i] is what goroutine i > 0 runs
	wait    sync.WaitGroup
	next    atomic.Int64

	job   job // the run at hand
	units int
}

// job is work in independent units. Unit i writes only to places of its own, so
// that it does not matter which worker does it, or when.
type job interface {
	unit(w *worker, i int)
}

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
