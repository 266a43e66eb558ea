package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/cmd/pinn/internal/bench/contest"
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
network of ` + contest.Hidden + `, ` + strconv.Itoa(contest.Points) + ` interior points that are drawn once, the same for each, the
same first parameters for each seed, and --passes, ` + strconv.Itoa(contest.Passes) + ` if not given. A pass is an evaluation of
the loss over as many points as there are: one of a minibatch is a part of a pass, and
so are those that the rule snr takes to know the noise. The record's own (held-out
loss) do not count. Nothing that trains is shown the error; it is measured on copies
of the parameters when a run is over.

Each run leaves a row in DIR/accuracy/PROBLEM.csv and, with the error along it, some in
courses.csv. A run that is there with the same settings is kept; Ctrl-C keeps
those that are finished, so that the tables can be filled little by little. From all
runs follow the figures DIR/accuracy/PROBLEM.svg and the tables in DIR/README.md and
the README.md above it, where they have the markers of a table.`,
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
	if err := checkMethods(f.methods); err != nil {
		return err
	}
	if f.methods == nil {
		f.methods = methodNames()
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
		f.jobs = defaultJobs(f.threads)
	}
	return nil
}

// defaultJobs is the number of runs at a time for which there are processors.
func defaultJobs(threads int) int { return max(1, runtime.GOMAXPROCS(0)/threads) }

func methodNames() (all []string) {
	for _, m := range accuracy.All() {
		all = append(all, m.Name)
	}
	return all
}

// checkMethods refuses what is not a method.
func checkMethods(methods []string) error {
	all := methodNames()
	for _, m := range methods {
		if !slices.Contains(all, m) {
			return fmt.Errorf("--methods: must be some of %s, got %q", strings.Join(all, ", "), m)
		}
	}
	return nil
}

func (a *app) benchAccuracy(ctx context.Context, names []string, f accuracyFlags) error {
	results := accuracy.Results{Dir: f.out, Gallery: galleryTargets()}
	if len(names) == 0 {
		for _, p := range results.Gallery {
			names = append(names, p.Name)
		}
	}
	named, err := a.named(names, f.set)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx, func() {})
	defer stop()
	bench := contest.Bench{Store: results.Store(), Read: contest.Stated, Log: a.notes()}
	todo, kept, err := bench.Plan(contest.Wanted{
		Problems: names, Methods: f.methods, Seeds: f.seeds, Set: f.set, Passes: f.passes, Threads: f.threads, Redo: f.redo,
	})
	if err != nil {
		return failed(err)
	}
	if kept > 0 {
		fmt.Fprintf(bench.Log, "%s there already, %d to run\n", words.Count(kept, "run"), len(todo))
	}
	err = bench.Run(ctx, todo, f.jobs)
	if err = errors.Join(err, a.tabulate(results, f.methods, named)); err != nil {
		return failed(err)
	}
	if ctx.Err() != nil {
		return exit{rundir.Interrupted.ExitCode(), nil}
	}
	return nil
}

// named reads the problems, so that their faults and warnings are told once.
func (a *app) named(names, settings []string) (list []accuracy.Problem, err error) {
	for _, name := range names {
		st, err := a.load(name, settings)
		if err != nil {
			return nil, err
		}
		if err := contest.Judgeable(st); err != nil {
			return nil, exit{rundir.ExitUsage, err}
		}
		list = append(list, accuracy.Problem{Name: st.Spec.Name, Title: st.Spec.Title})
	}
	return list, nil
}

// tabulate brings figures and documents up to date and prints the table of what was
// asked for.
func (a *app) tabulate(results accuracy.Results, methods []string, named []accuracy.Problem) error {
	rows, err := results.Update(named)
	if err != nil {
		return err
	}
	for _, mixed := range accuracy.Mixed(rows) {
		fmt.Fprintf(a.err, "%s; --redo brings them together\n", mixed)
	}
	asked := accuracy.Of(rows, named, methods)
	if a.json {
		e := json.NewEncoder(a.out)
		e.SetIndent("", " ")
		return e.Encode(asked)
	}
	_, err = fmt.Fprint(a.out, accuracy.Full(results.Name(), results.Gallery, asked).Markdown())
	return err
}

// galleryTargets are the problems of the gallery with what they are held to.
func galleryTargets() []accuracy.Problem {
	var out []accuracy.Problem
	for _, e := range gallery() {
		p := accuracy.Problem{Name: e.Name, Title: e.Title}
		if e.RelL2 != nil {
			p.Target = *e.RelL2
		}
		out = append(out, p)
	}
	return out
}
