package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/accuracy"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/internal/words"
)

// accuracyFlags are the flags of pinn bench accuracy.
type accuracyFlags struct {
	methods       []string
	seeds         int
	passes        float64
	time          time.Duration
	set           []string
	jobs, threads int
	out           string
	redo          bool
}

// benchAccuracyCommand trains problems by several methods and tells how far each
// came.
func (a *app) benchAccuracyCommand() *cobra.Command {
	var f accuracyFlags
	c := &cobra.Command{
		Use:   "accuracy [PROBLEM...]",
		Short: "Train problems by several methods and tell how fast each becomes how accurate",
		Long: `Accuracy trains each PROBLEM, or the whole gallery, by each method with seeds 1 to
N, and tells how many runs reached an error of 1e-3, 1e-4, 1e-5 and 1e-6, after how
many passes over all points and seconds, and where they ended. Methods:

` + methodWords() + `
The default plan has its own limits. All others are compared under equal conditions: a
network of ` + ablationHidden + `, ` + strconv.Itoa(ablationPoints) + ` interior points that are drawn once, the same for each, the
same first parameters for each seed, and --passes, ` + strconv.Itoa(ablationPasses) + ` if not given. A pass is an evaluation of
the loss over as many points as there are: one of a minibatch is a part of a pass, and
so are those that the rule snr takes to know the noise. The record's own (held-out
loss) do not count. Nothing that trains is shown the error; it is measured on copies
of the parameters when a run is over.

Each run leaves DIR/accuracy/PROBLEM/METHOD/seed-N.json and, with the error along
it, seed-N.csv. A run that is there with the same settings is kept; Ctrl-C keeps those
that are finished, so that the tables can be filled little by little. From all runs
there are follow the figures DIR/accuracy/PROBLEM/error.svg and .png and the tables in
DIR/README.md and the README.md above it, where they have the markers of a table.`,
		Example: `  pinn bench accuracy --methods default --threads 2 --jobs 1
  pinn bench accuracy burgers heat --methods snr,plateau,fixed-1000 --seeds 3`,
		ValidArgsFunction: completeProblem,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return exit{rundir.ExitUsage, err}
			}
			return a.benchAccuracy(c.Context(), args, f)
		},
	}
	c.Flags().StringSliceVar(&f.methods, "methods", nil, "methods to run (default all)")
	c.Flags().IntVar(&f.seeds, "seeds", 5, "run seeds 1 to this")
	c.Flags().Float64Var(&f.passes, "passes", 0, "limit of passes over all points per run; 0 for that of the method")
	c.Flags().DurationVar(&f.time, "time", 0, "wall-clock limit per run; with one, runs depend on the machine")
	c.Flags().StringArrayVar(&f.set, "set", nil, "set a key of every problem file, as in points.interior=2048 (repeatable)")
	c.Flags().IntVar(&f.jobs, "jobs", 0, "runs at a time; 0 for as many as there are processors for their threads")
	c.Flags().IntVar(&f.threads, "threads", 1, "threads of each run. They change no bit of it")
	c.Flags().StringVar(&f.out, "out", "results", "folder of the results")
	c.Flags().BoolVar(&f.redo, "redo", false, "repeat runs that are there")
	return c
}

// methodWords lists the methods, one a line.
func methodWords() string {
	var b strings.Builder
	for _, m := range accuracy.All() {
		fmt.Fprintf(&b, "  %-11s %s\n", m.Name, m.What)
	}
	return b.String()
}

func (f *accuracyFlags) check() error {
	var all []string
	for _, m := range accuracy.All() {
		all = append(all, m.Name)
	}
	for _, m := range f.methods {
		if !slices.Contains(all, m) {
			return fmt.Errorf("--methods: must be some of %s, got %q", strings.Join(all, ", "), m)
		}
	}
	if f.methods == nil {
		f.methods = all
	}
	switch {
	case f.seeds < 1:
		return fmt.Errorf("--seeds: must be positive, got %d", f.seeds)
	case !(f.passes >= 0):
		return fmt.Errorf("--passes: must not be negative, got %g", f.passes)
	case f.time < 0:
		return fmt.Errorf("--time: must not be negative, got %v", f.time)
	case f.jobs < 0 || f.threads < 1:
		return fmt.Errorf("--jobs and --threads: must not be negative, and there must be a thread, got %d and %d", f.jobs, f.threads)
	}
	if f.time > 0 {
		f.set = append(f.set, "train.time="+strconv.Quote(f.time.String()))
	}
	if f.jobs == 0 {
		f.jobs = max(1, runtime.GOMAXPROCS(0)/f.threads)
	}
	return nil
}

func (a *app) benchAccuracy(ctx context.Context, names []string, f accuracyFlags) error {
	if ctx == nil {
		ctx = context.Background()
	}
	if len(names) == 0 {
		for _, e := range gallery() {
			names = append(names, e.Name)
		}
	}
	ctx, stop := interruptible(ctx, func() {})
	defer stop()
	store := accuracy.Store{Dir: filepath.Join(f.out, "accuracy")}
	todo, err := a.contests(store, names, f)
	if err != nil {
		return err
	}
	failed := a.compete(ctx, store, todo, f.jobs)
	if err := errors.Join(failed, a.tabulate(store, f, names)); err != nil {
		return exit{rundir.Failed.ExitCode(), err}
	}
	if ctx.Err() != nil {
		return exit{rundir.Interrupted.ExitCode(), nil}
	}
	return nil
}

// contests lists the runs to be made, seed by seed, without those that are there. A
// problem that cannot be run is found before any is.
func (a *app) contests(store accuracy.Store, names []string, f accuracyFlags) ([]contest, error) {
	var todo []contest
	kept := 0
	for _, name := range names {
		for _, method := range f.methods {
			c := contest{problem: name, method: method, settings: f.set, passes: f.passes, threads: f.threads}
			st, err := c.state(a)
			if err != nil {
				return nil, err
			}
			conditions := c.conditions(st)
			for c.seed = 1; c.seed <= uint64(f.seeds); c.seed++ {
				old, err := store.Get(st.Spec.Name, method, c.seed)
				switch {
				case err != nil && !errors.Is(err, fs.ErrNotExist):
					return nil, exit{rundir.Failed.ExitCode(), fmt.Errorf("%w; remove it to run it anew", err)}
				case err == nil && !f.redo && old.Settings.Same(conditions):
					kept++
				default:
					todo = append(todo, c)
				}
			}
		}
	}
	slices.SortStableFunc(todo, func(a, b contest) int { return cmp.Compare(a.seed, b.seed) })
	if kept > 0 && !a.quiet {
		fmt.Fprintf(a.err, "%s there already, %d to run\n", words.Count(kept, "run"), len(todo))
	}
	return todo, nil
}

// compete makes the runs, several at a time. The first that cannot be made stops the
// rest; finished ones stay.
func (a *app) compete(ctx context.Context, store accuracy.Store, todo []contest, jobs int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan contest)
	var workers sync.WaitGroup
	var mu sync.Mutex // of standard error, the store and done
	done := 0
	for range min(jobs, len(todo)) {
		workers.Go(func() {
			silent := &app{out: a.out, err: a.err, quiet: true}
			for c := range queue {
				r, course, err := c.attempt(ctx, silent)
				if ctx.Err() != nil {
					continue
				}
				mu.Lock()
				if err == nil {
					err = store.Put(r, course)
				}
				if done++; err == nil && !a.quiet {
					fmt.Fprintf(a.err, "%d of %d: %s by %s, seed %d: error %.1e after %.4g passes, %.1f s\n",
						done, len(todo), r.Run.Problem, r.Method, r.Run.Seed, r.RelL2(), float64(r.Passes), float64(r.Run.Seconds))
				}
				mu.Unlock()
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, c := range todo {
		if ctx.Err() != nil {
			break
		}
		queue <- c
	}
	close(queue)
	workers.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// attempt reads the problem and runs the contest.
func (c contest) attempt(ctx context.Context, a *app) (accuracy.Record, accuracy.Course, error) {
	if ctx.Err() != nil {
		return accuracy.Record{}, accuracy.Course{}, ctx.Err()
	}
	st, err := c.state(a)
	if err != nil {
		return accuracy.Record{}, accuracy.Course{}, err
	}
	return c.run(ctx, a, st)
}
