package hybrid

import (
	"math"
	"testing"

	"pinn/optim"
)

func TestRecorded(t *testing.T) {
	count := func(from, to int) (n int) {
		for s := from; s <= to; s++ {
			if recorded(s) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct{ from, to, want int }{
		{1, 1000, 1000}, {1001, 2000, 500}, {2001, 4000, 500}, {4001, 8000, 500}, {64001, 128000, 500},
	} {
		if got := count(c.from, c.to); got != c.want {
			t.Errorf("%d rows kept of steps %d to %d, want %d", got, c.from, c.to, c.want)
		}
	}
}

// The rows of a long run join up: starts and ends of phases are there, checks
// are all there, and what was not measured is blank.
func TestTraceRows(t *testing.T) {
	loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	res := run(t, loss, Plan{Seed: 1, Phases: []Phase{
		{Name: "adamw", Method: adamw(1e-3), Batch: 32, Steps: 2999, Checks: Checks{Every: 50}, Rules: []Rule{&spy{func(Check) {}}, &SNR{Threshold: 2, Exhausted: 1, Of: OfFull, Window: 9, Votes: 7, MinSteps: 1e6}}},
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 12},
	}}, start(loss.toy))
	rows := res.Trace.Rows
	checks, last := 0, Row{Step: -1}
	for i, r := range rows {
		if r.Step < last.Step || r.Step == last.Step && r.Phase == last.Phase {
			t.Fatalf("row %d repeats step %d", i, r.Step)
		}
		if r.GradEvals < last.GradEvals || r.Wall < last.Wall {
			t.Fatalf("row %d goes back: %+v after %+v", i, r, last)
		}
		if r.K > 0 {
			checks++
			if r.PhaseStep%50 != 0 || !finite(r.SNR) || r.Floor != 1/math.Sqrt(8) || !(r.SNRLo <= r.SNR && r.SNR <= r.SNRHi) || !finite(r.HeldOut) {
				t.Errorf("check row %d: %+v", i, r)
			}
			if ratio := r.FullSNR / r.SNR; math.Abs(ratio-math.Sqrt(32)) > 1e-12 {
				t.Errorf("SNR_N/SNR_b = %v, want √32", ratio)
			}
			if (r.PhaseStep > 0) != (r.Votes >= 0) || r.Votes > 9 || r.Vote > 1 {
				t.Errorf("votes of row %d: %d, %d", i, r.Vote, r.Votes)
			}
		} else if !math.IsNaN(r.SNR) || !math.IsNaN(r.CheckSeconds) || r.Votes != -1 || r.Metric != "" {
			t.Errorf("row %d has a statistic without a check: %+v", i, r)
		}
		last = r
	}
	if checks != 60 {
		t.Errorf("%d checks in the trace, want 60", checks)
	}
	at := func(phase, step int) Row {
		for _, r := range rows {
			if r.Phase == phase && r.PhaseStep == step {
				return r
			}
		}
		t.Fatalf("no row for step %d of phase %d", step, phase)
		return Row{}
	}
	for _, end := range []Row{at(0, 0), at(0, 2999), at(1, 0), at(1, 12)} {
		if !finite(end.Loss) || !finite(end.HeldOut) || len(end.Terms) != 2 || end.Terms[0] <= 0 {
			t.Errorf("end of a phase: %+v", end)
		}
	}
	if a, b := at(0, 2999), at(1, 0); a.HeldOut != b.HeldOut || a.Step != b.Step || b.Batch != -1 || a.Batch != 32 {
		t.Errorf("phases do not join: %+v, %+v", a, b)
	}
	if r := at(1, 3); !math.IsNaN(r.LearningRate) || !finite(r.StepSize) || r.Method != "lbfgs" {
		t.Errorf("row of a line search: %+v", r)
	}
	if res.Phases[0].LossLast != at(0, 2999).Terms[0]+at(0, 2999).Terms[1] {
		t.Error("the last loss is not the sum of the last terms")
	}
}

// preconditioned is a method with a metric of its own.
type preconditioned struct {
	scripted
	ready bool
}

func (p *preconditioned) Preconditioner(dst []float64) bool {
	for j := range dst {
		dst[j] = float64(1 + j)
	}
	return p.ready
}

func TestMetric(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	theta := start(loss)
	measure := func(m optim.Method, c Checks) Stats {
		mon := newMonitor(loss, Phase{Name: "mine", Method: m, Batch: 16, Checks: c}, newStreams(1).batches, newClock(Options{}))
		s, _, _ := mon.measure(theta)
		return s
	}
	plain := measure(&scripted{}, Checks{})
	own := measure(&preconditioned{ready: true}, Checks{Metric: "mine"})
	if plain.Metric != Plain || own.Metric != "mine" || plain.Signal == own.Signal {
		t.Errorf("metrics %q with signal %v and %q with signal %v", plain.Metric, plain.Signal, own.Metric, own.Signal)
	}
	for name, s := range map[string]Stats{
		"not asked for":       measure(&preconditioned{ready: true}, Checks{}),
		"not ready":           measure(&preconditioned{}, Checks{Metric: "mine"}),
		"the method has none": measure(&scripted{}, Checks{Metric: "mine"}),
	} {
		if s != plain {
			t.Errorf("%s: %+v, want the plain statistics", name, s)
		}
	}
}

// Measuring allocates nothing once the monitor is built.
func TestMonitorDoesNotAllocate(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	theta := start(loss)
	m := newMonitor(loss, Phase{Method: &scripted{}, Batch: 16}, newStreams(1).batches, newClock(Options{}))
	if n := testing.AllocsPerRun(20, func() { m.measure(theta) }); n != 0 {
		t.Errorf("a check allocates %v times, want 0", n)
	}
}

// Between checks a step allocates nothing but the growth of the trace.
func TestStepsDoNotAllocate(t *testing.T) {
	if testing.Short() {
		t.Skip("long: 16 000 steps")
	}
	allocs := func(steps int) float64 {
		return testing.AllocsPerRun(1, func() {
			loss := newJudged(newToy(64, 4, 0.5, 10, 1), 10)
			run(t, loss, Plan{Phases: []Phase{{Name: "adamw", Method: adamw(1e-9), Batch: 8, Steps: steps, Checks: Checks{Every: 1 << 20}}}}, start(loss.toy))
		})
	}
	if extra := allocs(12000) - allocs(4000); extra > 10 {
		t.Errorf("8000 more steps allocate %v times more, want at most the growth of the trace", extra)
	}
}

func BenchmarkMeasure(b *testing.B) {
	g := gradients(newStreams(1).batches.rng, 8, 921, 1)
	a, rows := make([]float64, 64), make([]float64, 8)
	b.ReportAllocs()
	for b.Loop() {
		measure(g, 512, nil, Plain, a, rows)
	}
}
