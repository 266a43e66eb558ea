package contest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"pinn/cmd/pinn/internal/bench/accuracy"
)

// Bench makes runs and keeps them.
type Bench struct {
	Store accuracy.Store
	Read  Read
	Log   io.Writer // one line for each run
}

// Wanted says which runs pinn bench accuracy is to make.
type Wanted struct {
	Problems []string // paths or names of the gallery
	Methods  []string
	Seeds    int // from 1
	Set      []string
	Passes   float64
	Threads  int
	Redo     bool // repeat runs that are there
}

// Plan lists the runs to be made, seed by seed, and counts those that are there already.
// A problem that cannot be run is an error before any run is made.
func (b Bench) Plan(w Wanted) (todo []Task, kept int, err error) {
	for _, problem := range w.Problems {
		for _, method := range w.Methods {
			t := Task{Problem: problem, Method: method, Set: w.Set, Passes: w.Passes, Threads: w.Threads}
			s, err := t.open(b.Read)
			if err != nil {
				return nil, 0, err
			}
			asked := t.asked(s)
			there, err := b.Store.Rows(asked.Problem)
			if err != nil {
				return nil, 0, fmt.Errorf("%w; mend it, or remove it to run all anew", err)
			}
			for seed := range uint64(w.Seeds) {
				t.Seed, asked.Seed = seed+1, seed+1
				if !w.Redo && slices.ContainsFunc(there, asked.Same) {
					kept++
				} else {
					todo = append(todo, t)
				}
			}
		}
	}
	slices.SortStableFunc(todo, func(a, b Task) int { return cmp.Compare(a.Seed, b.Seed) })
	return todo, kept, nil
}

// Run makes the runs, jobs at a time, and keeps each as it ends. The first that cannot
// be made stops the rest; so does the end of ctx, which is no error.
func (b Bench) Run(ctx context.Context, todo []Task, jobs int) error {
	var mu sync.Mutex // of Store, Log and done
	done := 0
	return parallel(ctx, jobs, todo, func(ctx context.Context, t Task) error {
		r, course, err := t.run(ctx, b.Read)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if err := b.Store.Put(r, course); err != nil {
			return err
		}
		done++
		fmt.Fprintf(b.Log, "%d of %d: %s by %s, seed %d: error %.1e after %.4g passes, %.1f s\n",
			done, len(todo), r.Problem, r.Method, r.Seed, r.RelL2, r.Passes, r.Seconds)
		return nil
	})
}

// parallel calls do for each element of a list, so many at a time, until one fails or
// ctx ends. It returns the failure; that ctx ended is none.
func parallel[T any](ctx context.Context, jobs int, list []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan T)
	var workers sync.WaitGroup
	for range min(jobs, len(list)) {
		workers.Go(func() {
			for t := range queue {
				if ctx.Err() != nil {
					continue
				}
				if err := do(ctx, t); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, t := range list {
		if ctx.Err() != nil {
			break
		}
		queue <- t
	}
	close(queue)
	workers.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
