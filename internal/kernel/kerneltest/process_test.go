package kerneltest

import (
	"runtime/debug"
	"sync"
	"testing"
)

func TestGoroutines(t *testing.T) {
	for _, n := range []int{0, 1, 5} {
		var wg sync.WaitGroup
		got := Goroutines(func() {
			for range n {
				wg.Go(func() {})
			}
			wg.Wait()
		})
		if got != n {
			t.Errorf("Goroutines = %d, want %d", got, n)
		}
	}
}

// Under the race detector a sync.Pool drops a quarter of what it is given at random, and
// else none on one goroutine between two collections: a thousand rounds tell which.
func TestRaceDetector(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var pool sync.Pool
	dropped := 0
	for range 1000 {
		pool.Put(t)
		if pool.Get() == nil {
			dropped++
		}
	}
	if got, want := RaceDetector(), dropped > 100; got != want {
		t.Errorf("RaceDetector() = %v, but a pool dropped %d values of 1000", got, dropped)
	}
}
