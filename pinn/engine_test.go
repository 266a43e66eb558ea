package pinn

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"pinn/pinn/jet"
	"pinn/pinn/pinntest"
)

// meeting is a routine of the kernel that notes which goroutines call it. The first
// one waits for another; patience is how often it looks.
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
			below := b.groups[0].trial.base.jet
			m := &meeting{Routine: below.Fused, seen: map[string]bool{}, patience: 1 << 14}
			below.Fused = m
			draw(b)
			if len(m.seen) < 2 {
				t.Errorf("%d goroutine evaluates the solution below", len(m.seen))
			}
		})
	}
}

// TestFrozenSameBits: the statics of points, a solution below among them, and what a
// pool chooses do not depend on the number of threads.
func TestFrozenSameBits(t *testing.T) {
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
