package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/record"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/internal/words"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
)

// solveFlags are the flags of pinn solve.
type solveFlags struct {
	set     []string
	seed    int64
	out     string
	time    time.Duration
	threads int
	resume  string
	save    time.Duration
}

func (a *app) solveCommand() *cobra.Command {
	var f solveFlags
	c := &cobra.Command{
		Use:   "solve PROBLEM | --resume RUN",
		Short: "Train a network on a problem, judge it, and leave a run folder",
		Long: `Solve reads PROBLEM (a file, a run folder, or a name that pinn list shows),
trains a network on it, judges the answer against the exact or reference solution
if the file gives one, and writes a run folder. The last line on standard output
is that folder. With [train] stages = 2 a second network is trained on what the
first left, and the error is estimated by it, truth or none.

Ctrl-C finishes the step, judges and writes what there is with the status
interrupted; a second Ctrl-C stops at once and leaves nothing.

While it trains, solve keeps the state of the run in a hidden folder beside the
results. With --resume RUN it goes on with an interrupted run, or with one whose
program was killed, and ends with the same bits as if it had never stopped; the
settings are those of RUN, and the time it used before counts.

Exit codes: 0 solved, 1 failed, 2 bad usage or problem file, 3 finished but the
target was missed, 130 interrupted.`,
		Example: `  pinn solve burgers
  pinn solve problems/heat.toml --seed 2 --time 30s --out runs/heat
  pinn solve --resume results/heat/run-0003
  pinn solve heat --set train.stages=2
  pinn solve wave --set network.hidden='[40, 40]' --set points.interior=8000`,
		Args:              f.args,
		ValidArgsFunction: completeProblem,
		RunE: func(c *cobra.Command, args []string) error {
			return a.solve(c.Context(), strings.Join(args, ""), f.settings(c), f)
		},
	}
	c.Flags().StringArrayVar(&f.set, "set", nil, "set a key of the problem file, as in train.seed=2 (repeatable)")
	c.Flags().Int64Var(&f.seed, "seed", 1, "random seed, in place of [train] seed")
	c.Flags().StringVar(&f.out, "out", "", "put the run into this folder instead of results/<problem>")
	c.Flags().DurationVar(&f.time, "time", 0, "wall-clock limit of training, in place of [train] time")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads to use; 0 for all. It changes no bit of the result")
	c.Flags().StringVar(&f.resume, "resume", "", "go on with an interrupted or unfinished run, in place of PROBLEM")
	c.Flags().DurationVar(&f.save, "save-every", 0, "time between two savings of the state; 0 for 5s, and at most 2 % of the time")
	return c
}

// args are one problem, or none with --resume.
func (f *solveFlags) args(c *cobra.Command, args []string) error {
	if f.resume == "" {
		return cobra.ExactArgs(1)(c, args)
	}
	for _, other := range []string{"set", "seed", "time", "out"} {
		if c.Flags().Changed(other) {
			return fmt.Errorf("--resume: the settings are those of the run, so --%s cannot be given with it", other)
		}
	}
	if len(args) > 0 {
		return fmt.Errorf("--resume: the problem is that of the run, so %s cannot be given with it", args[0])
	}
	return nil
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
	if f.save < 0 {
		return exit{rundir.ExitUsage, fmt.Errorf("--save-every: must not be negative, got %v", f.save)}
	}
	p, threads := a.progress(), threadCount(f.threads)
	var j *job
	var g gate
	o := solve.Options{
		Set: settings, Threads: threads, Start: start, Progress: p.show, Watch: p.event, KeepEvery: f.save,
		Keep: func(s *solve.State) error { return g.pass(func() error { return j.save(s) }) },
	}
	var err error
	if j, err = a.job(arg, f, o); err != nil {
		return err
	}
	defer g.pass(j.draft.Close)
	ctx, stop := interruptible(ctx, func() { g.shut(j.draft.Abort) })
	defer stop()

	announce(p, j)
	answer, err := j.Solve(ctx)
	p.clear()
	if err != nil { // the plan does not fit the problem, or the state not the plan
		return exit{rundir.ExitUsage, fmt.Errorf("%s: %w", j.st.Spec.File, err)}
	}
	run := record.Run(answer, threads)
	folder, err := record.Leave(j.draft, answer, run, g.pass)
	if err != nil {
		return exit{rundir.Failed.ExitCode(), kept(err, j.draft)}
	}
	if err := a.report(run, folder); err != nil {
		return exit{rundir.Failed.ExitCode(), err}
	}
	if code := run.Status.ExitCode(); code != 0 {
		return exit{code, nil}
	}
	return nil
}

// job prepares what solve was asked for.
func (a *app) job(arg string, f solveFlags, o solve.Options) (*job, error) {
	if f.resume != "" {
		return a.resume(f.resume, o)
	}
	return a.begin(arg, f, o)
}

// threadCount is the number of threads that --threads asks for, 0 for all.
func threadCount(n int) int {
	if n == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return n
}

// kept adds to an error of the last writing how the run can still be had.
func kept(err error, draft *rundir.Draft) error {
	dir := draft.Dir()
	if dir == "" || !rundir.HasState(dir) {
		return err
	}
	return fmt.Errorf("%w; what was trained is kept: pinn solve --resume %s goes on with it", err, rundir.Reachable(dir))
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
func announce(p *progress, j *job) {
	st, loss := j.st, j.Loss()
	name := st.Spec.Name
	if st.Spec.Title != "" {
		name += ": " + st.Spec.Title
	}
	p.say("%s", name)
	p.say("%s, %s, %s, plan %s", words.Count(loss.Dim(), "parameter"), words.Count(loss.Interior().N, "interior point"),
		words.Count(len(loss.Weights()), "term"), planWords(st))
	if j.after > 0 {
		p.say("going on after step %d", j.after)
	}
	for _, n := range st.Hard.Notes {
		p.say("condition %s", record.Note(st, n))
	}
}

// planWords is a plan in a few words: "adamw → lbfgs, then a second network by
// ssbroyden", "in each of 4 slabs of time adamw → lbfgs".
func planWords(st *setup.Setup) string {
	plan := strings.Join(methods(st, 1), " → ")
	if n := st.Slabs(); n > 1 {
		plan = fmt.Sprintf("in each of %d slabs of time %s", n, plan)
	}
	if st.Stages() > 1 {
		plan += ", then a second network by " + strings.Join(methods(st, 2), " → ")
	}
	return plan
}

// methods lists the methods of the phases of a stage.
func methods(st *setup.Setup, stage int) (names []string) {
	for _, ph := range st.Phases(stage) {
		names = append(names, ph.Method)
	}
	return names
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
		if _, err := fmt.Fprint(a.out, record.Summary(run)); err != nil {
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
