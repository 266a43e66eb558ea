package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/pinn"
)

// solveFlags are the flags of pinn solve.
type solveFlags struct {
	set     []string
	seed    int64
	out     string
	time    time.Duration
	threads int
}

func (a *app) solveCommand() *cobra.Command {
	var f solveFlags
	c := &cobra.Command{
		Use:   "solve PROBLEM",
		Short: "Train a network on a problem, judge it, and leave a run folder",
		Long: `Solve reads PROBLEM (a file, a run folder, or a name that pinn list shows),
trains a network on it, judges the answer against the exact or reference solution
if the file gives one, and writes a run folder. The last line on standard output
is that folder.

Ctrl-C finishes the step, judges and writes what there is with the status
interrupted; a second Ctrl-C stops at once and leaves nothing.

Exit codes: 0 solved, 1 failed, 2 bad usage or problem file, 3 finished but the
target was missed, 130 interrupted.`,
		Example: `  pinn solve burgers
  pinn solve problems/heat.toml --seed 2 --time 30s --out runs/heat
  pinn solve wave --set network.hidden='[40, 40]' --set points.interior=8000`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeProblem,
		RunE: func(c *cobra.Command, args []string) error {
			return a.solve(c.Context(), args[0], f.settings(c), f)
		},
	}
	c.Flags().StringArrayVar(&f.set, "set", nil, "set a key of the problem file, as in train.seed=2 (repeatable)")
	c.Flags().Int64Var(&f.seed, "seed", 1, "random seed, in place of [train] seed")
	c.Flags().StringVar(&f.out, "out", "", "put the run into this folder instead of results/<problem>")
	c.Flags().DurationVar(&f.time, "time", 0, "wall-clock limit of training, in place of [train] time")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads to use; 0 for all. It changes no bit of the result")
	return c
}

// settings returns --set and what --seed and --time mean in the same form.
func (f solveFlags) settings(c *cobra.Command) []string {
	set := f.set
	if c.Flags().Changed("seed") {
		set = append(set, "train.seed="+strconv.FormatInt(f.seed, 10))
	}
	if c.Flags().Changed("time") {
		set = append(set, "train.time="+strconv.Quote(f.time.String()))
	}
	return set
}

// solve goes the whole way from a problem to its run folder.
func (a *app) solve(ctx context.Context, arg string, settings []string, f solveFlags) error {
	start := time.Now()
	if ctx == nil {
		ctx = context.Background()
	}
	if f.threads < 0 {
		return exit{rundir.ExitUsage, fmt.Errorf("--threads: must be 0 for all or a number of threads, got %d", f.threads)}
	}
	st, err := a.load(arg, settings)
	if err != nil {
		return err
	}
	threads := threadCount(f.threads)
	t, err := a.prepare(st, threads, start)
	if err != nil {
		return err
	}
	draft, err := a.draft(st, f.out)
	if err != nil {
		return err
	}
	var g gate
	defer g.pass(draft.Abort)
	ctx, stop := interruptible(ctx, func() { g.shut(draft.Abort) })
	defer stop()

	var along trail
	t.plan.Observe = along.observe
	p := a.progress()
	announce(p, st, t)
	res, err := t.train(ctx, p.show)
	p.clear()
	if res == nil { // the plan does not fit the problem
		return exit{rundir.ExitUsage, fmt.Errorf("%s: %w", st.spec.File, err)}
	}
	if err != nil { // a method failed; the folder tells how far the run came
		res.Warnings = append(res.Warnings, err)
	}
	run := record(st, t, res, threads, time.Since(start).Seconds())
	j := judge(st.problem, st.truth, pinn.NewSolution(st.problem, t.net, st.hard.Lifts, res.Theta).Eval)
	run.Grid = j.grid(st)
	run.RelL2, run.MaxAbs = j.figures(st.problem.Fields)
	run.Settle(res.Status == hybrid.Interrupted, res.Status == hybrid.Failed || !j.finite())
	var errs *rundir.Table
	if st.truth != nil {
		errs = along.errors(st.truth, t.evaluator(st))
	}
	folder, err := a.leave(draft, &g, st, res, j, run, errs)
	if err != nil {
		return exit{rundir.Failed.ExitCode(), err}
	}
	for _, e := range res.Events {
		if e.Kind != hybrid.KindResample {
			p.say("%s", e)
		}
	}
	if err := a.report(run, folder); err != nil {
		return exit{rundir.Failed.ExitCode(), err}
	}
	if code := run.Status.ExitCode(); code != 0 {
		return exit{code, nil}
	}
	return nil
}

// draft begins the run folder before any training, so that a place that cannot
// be written to is found at once.
func (a *app) draft(st *statement, out string) (*rundir.Draft, error) {
	root, name := "results", st.spec.Name
	if out != "" {
		root, name = out, ""
	}
	draft, err := rundir.Create(root, name)
	if err != nil {
		return nil, exit{rundir.Failed.ExitCode(), err}
	}
	return draft, nil
}

// interruptible returns a context that the first interrupt cancels. The second
// calls abort and ends the program.
func interruptible(parent context.Context, abort func()) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for range 2 {
			select {
			case <-signals:
			case <-done:
				return
			}
			if ctx.Err() != nil {
				abort()
				os.Exit(rundir.Interrupted.ExitCode())
			}
			cancel()
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}

// gate lets an interrupt remove the draft that the program is writing. The zero
// gate is open.
type gate struct {
	mu     sync.Mutex // held by whoever is at the draft
	closed atomic.Bool
}

// pass calls f, which may touch the draft; it never returns once the gate is shut.
func (g *gate) pass(f func() error) error {
	g.mu.Lock()
	if g.closed.Load() {
		g.mu.Unlock()
		select {} // the program is about to end
	}
	defer g.mu.Unlock()
	return f()
}

// shut waits for the call of pass in hand, lets no other one begin, and calls
// last.
func (g *gate) shut(last func() error) {
	g.closed.Store(true)
	g.mu.Lock()
	last()
}

// announce says what is about to be trained.
func announce(p *progress, st *statement, t *training) {
	name := st.spec.Name
	if st.spec.Title != "" {
		name += ": " + st.spec.Title
	}
	p.say("%s", name)
	p.say("%s, %s, %s, plan %s", counted(t.loss.Dim(), "parameter"), counted(t.loss.Interior().N, "interior point"),
		counted(len(t.loss.TermNames()), "term"), planWords(t.plan))
	for _, n := range st.hard.Notes {
		p.say("condition %s", noteWords(st, n))
	}
}

// planWords is a plan in a few words: "adamw → lbfgs".
func planWords(plan hybrid.Plan) string {
	words := ""
	for i, ph := range plan.Phases {
		if i > 0 {
			words += " → "
		}
		words += ph.Name
	}
	return words
}

// report prints the figures of a run, and at last its folder.
func (a *app) report(run rundir.Run, folder string) error {
	if a.json {
		line, err := json.Marshal(run)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(a.out, "%s\n", line); err != nil {
			return err
		}
	} else if !a.quiet {
		if _, err := fmt.Fprint(a.out, summary(run)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(a.out, folder)
	return err
}

// completeProblem completes gallery names and .toml files.
func completeProblem(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, e := range gallery() {
		names = append(names, e.Name+"\t"+e.Title)
	}
	return names, cobra.ShellCompDirectiveDefault
}
