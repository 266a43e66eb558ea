package kerneltest

import (
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
