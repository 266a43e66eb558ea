package pinn

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pinn/pinn/jet"
	"pinn/pinn/pinntest"
)

// meeting is a routine that notes which goroutines call it. The first goroutine waits until
// another one calls, too, but looks no more than patience times.
type meeting struct {
	jet.Routine
	mu       sync.Mutex
	seen     map[string]bool
	patience int
}

func (m *meeting) Forward(z []float64, n int, bias float64) {
	for m.note() == 1 && m.patience > 0 {
		m.patience-- // only the first one comes here
		runtime.Gosched()
	}
	m.Routine.Forward(z, n, bias)
}

// note notes the goroutine that calls it and returns how many there are.
func (m *meeting) note() int {
	stack := make([]byte, 64)
	who, _, _ := bytes.Cut(stack[:runtime.Stack(stack, false)], []byte("[")) // goroutine 7 [running]
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen[string(who)] = true
	return len(m.seen)
}

// TestFrozenOnAllThreads: the solution below a correction is evaluated on the threads
// of the loss, wherever points are drawn.
func TestFrozenOnAllThreads(t *testing.T) {
	o := LossOptions{Interior: 500, HeldOut: 100, Threads: 3}
	draws := map[string]func(b *built){
		"uniform":   func(b *built) { b.Resample("uniform", 0, 1, 1, b.theta, rand.New(rand.NewPCG(1, 2))) },
		"rad":       func(b *built) { b.Resample("rad", 0, 1, 1, b.theta, rand.New(rand.NewPCG(1, 2))) },
		"set state": func(b *built) { b.SetState(b.State()) },
		"residuals": func(b *built) { b.residuals(0, scatter(b.problem.Box, 500), b.theta) },
	}
	for name, draw := range draws {
		t.Run(name, func(t *testing.T) {
			s := burgers(t)
			b := corrected(s, build(s, small("tanh"), few), small("tanh"), 0.5, o)
			below := b.groups[0].ansatz.base.jet
			m := &meeting{Routine: below.Fused, seen: map[string]bool{}, patience: 1 << 14}
			below.Fused = m
			draw(b)
			if len(m.seen) < 2 {
				t.Errorf("%d goroutine evaluates the solution below", len(m.seen))
			}
		})
	}
}

// TestFrozenSameBits: the statics of points, those of a solution below included, and the
// points chosen from a pool do not depend on the number of threads.
func TestFrozenSameBits(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: draws large sets")
	}
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			var want [][]float64
			for _, threads := range []int{1, 3} {
				s := p.State(t)
				o := LossOptions{Interior: 200, HeldOut: 50, Threads: threads, Seed: 3}
				b := corrected(s, build(s, small("tanh"), few), small("sin"), 0.5, o)
				var got [][]float64
				for _, method := range []string{"none", "uniform", "rad", "rar"} {
					b.Resample(method, 0, 1, 1, b.theta, rand.New(rand.NewPCG(1, 2)))
					for _, set := range slices.Concat(b.sets, b.held) {
						got = append(got, set.pts.X, set.block)
					}
				}
				if want == nil {
					want = got
				}
				if !slices.EqualFunc(got, want, slices.Equal[[]float64]) {
					t.Errorf("other bits with %d threads", threads)
				}
			}
		})
	}
}

// TestShare: every unit is done once, by at most so many threads, each with memory of
// its own.
func TestShare(t *testing.T) {
	for _, threads := range []int{1, 2, 5} {
		for _, n := range []int{0, 1, 3, 1000} {
			t.Run(fmt.Sprintf("%d threads, %d units", threads, n), func(t *testing.T) {
				var mu sync.Mutex
				begun, done := 0, make([]int, n)
				share(threads, n, func() func(int) {
					mu.Lock()
					begun++
					mu.Unlock()
					return func(i int) { done[i]++ }
				})
				if begun > min(threads, n) {
					t.Errorf("%d threads began", begun)
				}
				for i, k := range done {
					if k != 1 {
						t.Fatalf("unit %d was done %d times", i, k)
					}
				}
			})
		}
	}
}

// counting is a job that counts how often each unit is done.
type counting []atomic.Int32

func (c counting) unit(_ *worker, i int) { c[i].Add(1) }

// TestEngine: every unit is done once, in one run after the other.
func TestEngine(t *testing.T) {
	groups := build(burgers(t), small("tanh"), few).groups
	for _, threads := range []int{1, 2, 5} {
		e := newEngine(groups, threads, 0)
		for _, n := range []int{0, 1, 3, 1000, 2} {
			done := make(counting, n)
			e.run(done, n)
			for i := range done {
				if k := done[i].Load(); k != 1 {
					t.Fatalf("%d threads: unit %d of %d was done %d times", threads, i, n, k)
				}
			}
		}
	}
}

// TestProfile: the times of the parts add up to the whole, and a profile changes no bit of
// the loss.
func TestProfile(t *testing.T) {
	b := build(inverse(t), small("tanh"), LossOptions{Interior: 300})
	before, after := make([]float64, b.Dim()), make([]float64, b.Dim())
	v := b.ValueGrad(before, b.theta)
	p := b.Profile(b.theta)
	if p.Products < 0 || p.Activations < 0 || p.Residual < 0 || p.Rest < 0 || p.Total() != p.Products+p.Activations+p.Residual+p.Rest {
		t.Errorf("profile %+v", p)
	}
	if w := b.ValueGrad(after, b.theta); w != v || !slices.Equal(before, after) {
		t.Errorf("L = %v after the profile, want %v", w, v)
	}
	if b.engine.workers[0].clock != nil {
		t.Error("the worker still measures its time")
	}
}

// everything evaluates all that a Loss offers and returns the numbers.
func everything(t *testing.T, s *stated, threads int) []float64 {
	t.Helper()
	o := LossOptions{Interior: 300, HeldOut: 100, Seed: 7, Threads: threads, CacheBytes: 64 << 10}
	b := build(s, wide, o)
	var out []float64
	n := b.Dim()
	grad := make([]float64, n)
	gather := func() {
		out = append(out, b.ValueGrad(grad, b.theta), b.Value(b.theta), b.HeldOut(b.theta))
		out = append(out, grad...)
		a, g := make([]float64, n*n), make([]float64, n)
		out = append(out, b.NormalEquations(a, g, b.theta))
		out = append(append(out, a...), g...)
		out = append(out, b.Triangle(a, g, b.theta))
		out = append(append(out, a...), g...)
		batches := b.deal(200)
		batches.Shuffle(rand.New(rand.NewPCG(1, 2)))
		for k := range batches.Len() {
			out = append(out, batches.ValueGrad(k, grad, b.theta))
			out = append(out, grad...)
			v, block := batches.Rows(k, b.theta)
			out = append(append(append(out, v), block.R...), block.JT...)
		}
	}
	gather()
	for _, method := range Resamplings() {
		b.Resample(method, 0, 1, 1, b.theta, rand.New(rand.NewPCG(3, 4)))
		gather()
	}
	return out
}

func TestSameBitsForAnyThreads(t *testing.T) {
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			if testing.Short() && p.Name != "inverse" {
				t.Skip("one problem is enough when in a hurry: it has every kind of term")
			}
			want := everything(t, p.State(t), 1)
			for _, threads := range []int{2, 3} {
				sameBits(t, everything(t, p.State(t), threads), want)
			}
			old := runtime.GOMAXPROCS(1)
			defer runtime.GOMAXPROCS(old)
			sameBits(t, everything(t, p.State(t), 0), want)
			runtime.GOMAXPROCS(2)
			sameBits(t, everything(t, p.State(t), 0), want)
		})
	}
}

func sameBits(t *testing.T, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d numbers, want %d", len(got), len(want))
	}
	for i := range got {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			t.Fatalf("number %d = %v, want %v to the bit", i, got[i], want[i])
		}
	}
}

// raceDetector reports whether the test was built with -race.
func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func TestEvaluationsDoNotAllocate(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	if raceDetector() {
		t.Skip("under the race detector the pools of package kernel drop what they are given at random")
	}
	for i, p := range pinntest.Problems {
		if testing.Short() && i%2 == 1 { // short tier: every other problem
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			b := build(p.State(t), wide, LossOptions{Interior: 500, Threads: 2, HeldOut: 100})
			n := b.Dim()
			grad, a := make([]float64, n), make([]float64, n*n)
			batches := b.deal(100)
			rng := rand.New(rand.NewPCG(1, 1))
			for name, f := range map[string]func(){
				"ValueGrad":       func() { b.ValueGrad(grad, b.theta) },
				"Value":           func() { b.Value(b.theta) },
				"HeldOut":         func() { b.HeldOut(b.theta) },
				"NormalEquations": func() { b.NormalEquations(a, grad, b.theta) },
				"Triangle":        func() { b.Triangle(a, grad, b.theta) },
				"Batches":         func() { batches.Shuffle(rng); batches.ValueGrad(batches.Len()-1, grad, b.theta) },
				"Rows":            func() { batches.Rows(batches.Len()-1, b.theta) },
			} {
				f() // the first call may start threads
				if n := testing.AllocsPerRun(5, f); n != 0 {
					t.Errorf("%s allocates %v times", name, n)
				}
			}
		})
	}
}
