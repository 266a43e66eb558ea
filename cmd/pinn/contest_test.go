package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/cmd/pinn/internal/accuracy"
	"pinn/cmd/pinn/internal/accuracy/contest"
	"pinn/internal/kernel"
)

// quietBench keeps runs in a new folder and tells nothing.
func quietBench(t *testing.T) contest.Bench {
	a := &app{out: io.Discard, err: io.Discard, quiet: true}
	return contest.Bench{Store: accuracy.Store{Dir: filepath.Join(t.TempDir(), "accuracy")}, Read: a.enter, Log: io.Discard}
}

// TestContestKeepsWhatIsFinished cancels after the first run of several: that one
// stays, the others leave nothing, and the next time they alone are run.
func TestContestKeepsWhatIsFinished(t *testing.T) {
	bench := quietBench(t)
	w := contest.Wanted{
		Problems: []string{"poisson"}, Methods: []string{"lbfgs"}, Seeds: 3, Passes: 3, Threads: 1,
		Set: []string{"network.hidden=[4]", "points.interior=64"},
	}
	todo, kept, err := bench.Plan(w)
	if err != nil || len(todo) != 3 || kept != 0 {
		t.Fatalf("%d runs to make, %d kept, %v", len(todo), kept, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	bench.Log = writer(func() { cancel() }) // the line about the first run
	if err := bench.Run(ctx, todo, 1); err != nil {
		t.Error(err)
	}
	rows, err := bench.Store.Load()
	if err != nil || len(rows) != 1 || rows[0].Seed != 1 {
		t.Fatalf("%d runs are there, %v, want that of seed 1 alone", len(rows), err)
	}
	if rows[0].Phases[0].Ended != "passes" || !(rows[0].Passes >= 3 && rows[0].Passes < 5) {
		t.Errorf("a run of 3 passes: %+v, %v passes", rows[0].Phases, rows[0].Passes)
	}
	if todo, kept, err := bench.Plan(w); err != nil || len(todo) != 2 || kept != 1 || todo[0].Seed != 2 {
		t.Errorf("%d runs are left, %v, want 2 from seed 2 on", len(todo), err)
	}
}

// writer calls a function at each write.
type writer func()

func (w writer) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}

// seen is a contest.Read that keeps the statements that were read through it.
func (a *app) seen(list *[]*statement) contest.Read {
	return func(arg string, settings []string) (contest.Statement, error) {
		s, err := a.enter(arg, settings)
		if err == nil {
			*list = append(*list, s.(entrant).st)
		}
		return s, err
	}
}

// TestContestsAreEqual checks that the methods of the ablation differ in their phases
// alone: equal networks, points and first parameters.
func TestContestsAreEqual(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard, quiet: true}
	bench := quietBench(t)
	var statements []*statement
	bench.Read = a.seen(&statements)
	methods := append(slices.Clone(accuracy.HandOvers), accuracy.ThresholdMethods()...)
	var names []string
	for _, m := range methods {
		names = append(names, m.Name)
	}
	todo, _, err := bench.Plan(contest.Wanted{Problems: []string{"poisson"}, Methods: names, Seeds: 1, Threads: 1})
	if err != nil || len(todo) != len(methods) || len(statements) != len(methods) {
		t.Fatalf("%d runs of %d methods, %v", len(todo), len(methods), err)
	}
	var first []float64
	for i, st := range statements {
		tr, err := a.prepare(st, 1, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = tr.start()
		}
		if !slices.Equal(tr.start(), first) || *st.spec.Points.Interior != contest.Points {
			t.Errorf("%s starts from other parameters or points", names[i])
		}
		if tr.plan.FallBack != nil {
			t.Errorf("%s may return to AdamW", names[i])
		}
		for _, ph := range tr.plan.Phases {
			if ph.Resample != nil {
				t.Errorf("%s redraws its points in %s", names[i], ph.Name)
			}
		}
	}
}

// TestContestThreads checks that threads and jobs change no bit, and that a run
// repeats itself from its row.
func TestContestThreads(t *testing.T) {
	bench := quietBench(t)
	w := contest.Wanted{Problems: []string{"poisson"}, Methods: []string{"snr"}, Seeds: 2, Passes: 4, Threads: 1, Set: []string{"network.hidden=[4]", "points.interior=64"}}
	todo, _, err := bench.Plan(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := bench.Run(context.Background(), todo, 2); err != nil {
		t.Fatal(err)
	}
	for _, threads := range []int{1, 3} {
		report, err := bench.Rerun(context.Background(), contest.Choice{Count: 5, Problems: w.Problems, Threads: threads}, 2, func(contest.Repetition) {})
		if err != nil || len(report.Repetitions) != 2 {
			t.Fatalf("%d runs repeated, %v, want 2: %s", len(report.Repetitions), err, report.Summary())
		}
		for _, r := range report.Repetitions {
			if r.Outcome != contest.Equal {
				t.Errorf("with %d threads %s", threads, r)
			}
		}
	}
}

// TestContestNeedsTruth refuses a problem with nothing to judge by.
func TestContestNeedsTruth(t *testing.T) {
	bench := quietBench(t)
	_, _, err := bench.Plan(contest.Wanted{Problems: []string{"testdata/problems/rod.toml"}, Methods: []string{"lbfgs"}, Seeds: 1, Threads: 1})
	var e exit
	if !errors.As(err, &e) || e.code != 2 || !strings.Contains(err.Error(), "no error to measure") {
		t.Errorf("a problem without a truth: %v", err)
	}
}

// TestRerunFindsTampering repeats three committed rows by the command: one as it is,
// one whose loss was altered in the last digits, one whose statement was. The second
// differs, the third is stale. On other kernels than those of the rows nothing is
// compared.
func TestRerunFindsTampering(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: repeats runs of a second each")
	}
	results, _ := copyOf(t, "beam", func(r accuracy.Row) bool { return r.Method == "lbfgs" && r.Seed <= 3 })
	rows, err := results.Store().Rows("beam")
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v, want 3", len(rows), err)
	}
	rows[1].Loss *= 1 + 1e-15
	rows[2].Statement = "0123456789abcdef"
	for _, r := range rows[1:] {
		if err := results.Store().Put(r, accuracy.Course{}); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := benchCheck(results.Dir, "--rerun", "9", "--seed", "3", "--problems", "beam", "--methods", "lbfgs")
	want := []string{
		"stale: beam by lbfgs, seed 3: is of the statement 0123456789abcdef",
		"passed over: 1 row stale",
		"2 of 2 rows repeated, chosen with --seed 3: 1 same bits, 1 differs, 0 bits not compared",
		"same bits: beam by lbfgs, seed 1: error ",
		"differs: beam by lbfgs, seed 2: loss ",
	}
	if kernel.Tier() != rows[0].Kernel || runtime.GOOS+"/"+runtime.GOARCH != rows[0].Platform {
		want = append(want[:2], "2 of 2 rows repeated, chosen with --seed 3: 0 same bits, 0 differs, 2 bits not compared")
	} else if !strings.Contains(errs, "1 run with other bits than in the table") {
		t.Errorf("a tampered row: %s", errs)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("%q lacks %q", out, w)
		}
	}
	if code != 1 || !strings.Contains(errs, "seeds 1 and 3 ran with different settings") {
		t.Errorf("exit %d, %s", code, errs)
	}
}
