package main

import (
	"io"
	"testing"
	"time"

	"pinn/optim"
)

// TestThreadsReachTheMethods: the number of threads of a run is that of its methods too.
func TestThreadsReachTheMethods(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard}
	tr, err := a.prepare(opened(t, "poisson"), 3, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, p := range tr.plan.Phases {
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
