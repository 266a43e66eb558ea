package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/cmd/pinn/internal/bench/contest"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/internal/words"
)

// checkFlags are the flags of pinn bench check.
type checkFlags struct {
	write   bool
	rerun   int
	choice  contest.Choice
	longest time.Duration
	jobs    int
}

// benchCheckCommand holds the committed tables to the committed runs, and some of the
// runs to what they come to today.
func (a *app) benchCheckCommand() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Check that every figure in the tables follows from the runs, and that runs repeat",
		Long: `Check makes the tables of DIR/README.md and of the README.md above it anew from the
runs in DIR/accuracy (DIR is results if not given), and names every cell that differs:
what stands there, and what follows from which runs. With --write it writes the tables
and figures anew instead.

With --rerun N it also repeats N runs chosen at random: with the same statement, the
same kernels (see PINN_KERNEL) and platform a run must end at the same errors and losses
to the last bit. Where kernels or platform differ, it says so and compares no bits. A
row whose problem file has changed since is named as stale and not repeated. It counts
the rows that were passed over, and why.

Exit codes: 0 every figure follows and no run differs, 1 one does.`,
		Example: `  pinn bench check
  PINN_KERNEL=avx2 pinn bench check --rerun 20 --methods snr,lbfgs --time 5s`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c.Flags()); err != nil {
				return exit{rundir.ExitUsage, err}
			}
			results := accuracy.Results{Dir: "results", Gallery: galleryTargets()}
			if len(args) > 0 {
				results.Dir = args[0]
			}
			faulty := a.checkTables(results, f)
			if f.rerun == 0 {
				return faulty
			}
			if faulty != nil {
				fmt.Fprintf(a.err, "pinn: %v\n", faulty)
			}
			if err := a.rerun(c.Context(), results, f); err != nil || faulty == nil {
				return err
			}
			return exit{rundir.Failed.ExitCode(), nil}
		},
	}
	c.Flags().BoolVar(&f.write, "write", false, "write the tables and figures anew first")
	c.Flags().IntVar(&f.rerun, "rerun", 0, "repeat so many runs, chosen at random")
	c.Flags().Uint64Var(&f.choice.Seed, "seed", 0, "seed of the choice; without one each choice is another")
	c.Flags().StringSliceVar(&f.choice.Methods, "methods", nil, "repeat runs by these methods only")
	c.Flags().StringSliceVar(&f.choice.Problems, "problems", nil, "repeat runs of these problems only: paths or names (default the gallery)")
	c.Flags().DurationVar(&f.longest, "time", 0, "repeat runs only that took no longer than this")
	c.Flags().IntVar(&f.choice.Threads, "threads", 1, "threads of each run. They change no bit of it")
	c.Flags().IntVar(&f.jobs, "jobs", 0, "runs at a time; 0 for as many as there are processors for their threads")
	return c
}

// check refuses flags that make no sense and fills in what is left open.
func (f *checkFlags) check(flags *pflag.FlagSet) error {
	for _, name := range []string{"seed", "methods", "problems", "time", "threads", "jobs"} {
		if flags.Changed(name) && f.rerun == 0 {
			return fmt.Errorf("--%s: says which runs are repeated, and how; give --rerun N too", name)
		}
	}
	switch {
	case f.rerun < 0:
		return fmt.Errorf("--rerun: must not be negative, got %d", f.rerun)
	case f.longest < 0:
		return fmt.Errorf("--time: must not be negative, got %v", f.longest)
	case f.jobs < 0 || f.choice.Threads < 1:
		return fmt.Errorf("--jobs and --threads: must not be negative, and there must be a thread, got %d and %d", f.jobs, f.choice.Threads)
	}
	if f.jobs == 0 {
		f.jobs = defaultJobs(f.choice.Threads)
	}
	if !flags.Changed("seed") {
		f.choice.Seed = uint64(rand.Uint32())
	}
	f.choice.Count, f.choice.Longest = f.rerun, f.longest.Seconds()
	return checkMethods(f.choice.Methods)
}

// checkTables names every cell that does not follow from the runs.
func (a *app) checkTables(results accuracy.Results, f checkFlags) error {
	if f.write {
		if err := results.UpdateAll(); err != nil {
			return failed(err)
		}
	}
	faults, tables, runs, err := results.Drift()
	if err != nil {
		return failed(err)
	}
	for _, fault := range faults {
		fmt.Fprintln(a.err, fault)
	}
	if len(faults) > 0 {
		return failed(fmt.Errorf("%s; pinn bench check --write writes the tables anew", words.Count(len(faults), "fault")))
	}
	if a.json && f.rerun > 0 {
		return nil // standard output is for the report
	}
	_, err = fmt.Fprintf(a.out, "%s checked against %s\n", words.Count(tables, "table"), words.Count(runs, "run"))
	return err
}

// rerun repeats runs chosen at random and says which differ.
func (a *app) rerun(ctx context.Context, results accuracy.Results, f checkFlags) error {
	if f.choice.Problems == nil {
		for _, p := range results.Gallery {
			f.choice.Problems = append(f.choice.Problems, p.Name)
		}
	}
	if _, err := a.named(f.choice.Problems, nil); err != nil {
		return err
	}
	ctx, stop := interruptible(ctx, func() {})
	defer stop()
	bench := contest.Bench{Store: results.Store(), Read: contest.Stated, Log: a.notes()}
	report, err := bench.Rerun(ctx, f.choice, f.jobs, func(r contest.Repetition) {
		if !a.json {
			fmt.Fprintln(a.out, r)
		}
	})
	if err != nil {
		return failed(err)
	}
	if a.json {
		e := json.NewEncoder(a.out)
		e.SetIndent("", " ")
		err = e.Encode(report)
	} else {
		_, err = fmt.Fprint(a.out, report.Summary())
	}
	switch n := report.Differences(); {
	case err != nil:
		return failed(err)
	case n > 0:
		return failed(fmt.Errorf("%s with other bits than in the table", words.Count(n, "run")))
	case ctx.Err() != nil:
		return exit{rundir.Interrupted.ExitCode(), nil}
	}
	return nil
}
