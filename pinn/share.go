package pinn

import (
	"sync"
	"sync/atomic"
)

// share does units 0 … n−1 of some work on up to so many threads. Each thread calls
// begin once, for memory of its own, and does its units with the function that begin
// returns. Unit i writes only to places of its own, so that it does not matter which
// thread does it, or when. No goroutine outlives the call.
//
// Where work is repeated and may not allocate, an engine does the same with memory
// that it keeps.
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
