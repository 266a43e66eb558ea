package solve

import (
	"testing"

	"pinn/optim"
)

// TestThreadsReachTheMethods: the number of threads of a run is that of its methods too.
func TestThreadsReachTheMethods(t *testing.T) {
	run, faults, err := New(opened(t, "poisson"), Options{Threads: 3})
	if run == nil {
		t.Fatal(faults, err)
	}
	found := 0
	for _, p := range run.Plan().Phases {
		got := optim.Threads(3)
		switch m := p.Method.(type) {
		case *optim.BFGS:
			got = m.Threads
		case *optim.SSBroyden:
			got = m.Threads
		case *optim.LM:
			got = m.Threads
		case *optim.SPRING:
			got = m.Threads
		default:
			continue
		}
		if found++; got != 3 {
			t.Errorf("%s works on %d threads, want 3", p.Name, got)
		}
	}
	if found == 0 {
		t.Error("no method of the plan has threads")
	}
}
