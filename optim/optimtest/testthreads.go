package optimtest

import (
	"testing"

	"pinn/internal/kernel/kerneltest"
	"pinn/optim"
)

// TestThreads checks that a method starts no goroutine on one thread, and that an
// optim.Threaded one starts some on more and takes steps of the same bits. f must have
// some hundred parameters, so that there is work to share out; newMethod is that of
// TestMethod.
func TestThreads(t *testing.T, f Function, newMethod func() optim.Method) {
	const steps = 5
	run := func(threads int) (theta []float64, started int) {
		m := newMethod()
		if shared, ok := m.(optim.Threaded); ok {
			shared.SetThreads(threads)
		}
		started = kerneltest.Goroutines(func() { theta = walk(m, f, steps) })
		return theta, started
	}
	want, started := run(1)
	if started != 0 {
		t.Errorf("%d steps on one thread start %d goroutines, want 0", steps, started)
	}
	if _, ok := newMethod().(optim.Threaded); !ok {
		return
	}
	for _, threads := range []int{2, 3, 8} {
		got, started := run(threads)
		if started == 0 {
			t.Errorf("%d steps on %d threads start no goroutine", steps, threads)
		}
		if !sameBits(got, want) {
			t.Errorf("θ after %d steps on %d threads differs from that on one thread", steps, threads)
		}
	}
	if got, _ := run(0); !sameBits(got, want) {
		t.Errorf("θ after %d steps on all threads differs from that on one thread", steps)
	}
}
