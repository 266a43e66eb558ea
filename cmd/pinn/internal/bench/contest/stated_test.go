package contest

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
)

// quietBench keeps runs in a new folder and tells nothing.
func quietBench(t *testing.T) Bench {
	return Bench{Store: accuracy.Store{Dir: filepath.Join(t.TempDir(), "accuracy")}, Read: Stated, Log: io.Discard}
}

// TestContestKeepsWhatIsFinished cancels after the first run of several: that one
// stays, the others leave nothing, and the next time they alone are run.
func TestContestKeepsWhatIsFinished(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	bench := quietBench(t)
	w := Wanted{
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

// seen is a Read that keeps the statements that were read through it.
func seen(list *[]*setup.Setup) Read {
	return func(arg string, settings []string) (Problem, error) {
		s, err := Stated(arg, settings)
		if err == nil {
			*list = append(*list, s.(stated).st)
		}
		return s, err
	}
}

// TestContestsAreEqual checks that the methods of the ablation differ in their phases
// alone: equal networks, points and first parameters.
func TestContestsAreEqual(t *testing.T) {
	bench := quietBench(t)
	var statements []*setup.Setup
	bench.Read = seen(&statements)
	methods := append(slices.Clone(accuracy.HandOvers), accuracy.ThresholdMethods()...)
	var names []string
	for _, m := range methods {
		names = append(names, m.Name)
	}
	todo, _, err := bench.Plan(Wanted{Problems: []string{"poisson"}, Methods: names, Seeds: 1, Threads: 1})
	if err != nil || len(todo) != len(methods) || len(statements) != len(methods) {
		t.Fatalf("%d runs of %d methods, %v", len(todo), len(methods), err)
	}
	var first []float64
	for i, st := range statements {
		tr, faults, err := solve.New(st, solve.Options{Threads: 1})
		if tr == nil {
			t.Fatal(faults, err)
		}
		if first == nil {
			first = tr.Theta()
		}
		if !slices.Equal(tr.Theta(), first) || *st.Spec.Points.Interior != Points {
			t.Errorf("%s starts from other parameters or points", names[i])
		}
		if tr.Plan().FallBack != nil {
			t.Errorf("%s may return to AdamW", names[i])
		}
		for _, ph := range tr.Plan().Phases {
			if ph.Resample != nil {
				t.Errorf("%s redraws its points in %s", names[i], ph.Name)
			}
		}
	}
}

// TestContestThreads checks that threads and jobs change no bit, and that a run
// repeats itself from its row.
func TestContestThreads(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	bench := quietBench(t)
	w := Wanted{Problems: []string{"poisson"}, Methods: []string{"snr"}, Seeds: 2, Passes: 4, Threads: 1, Set: []string{"network.hidden=[4]", "points.interior=64"}}
	todo, _, err := bench.Plan(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := bench.Run(context.Background(), todo, 2); err != nil {
		t.Fatal(err)
	}
	for _, threads := range []int{1, 3} {
		report, err := bench.Rerun(context.Background(), Choice{Count: 5, Problems: w.Problems, Threads: threads}, 2, func(Repetition) {})
		if err != nil || len(report.Repetitions) != 2 {
			t.Fatalf("%d runs repeated, %v, want 2: %s", len(report.Repetitions), err, report.Summary())
		}
		for _, r := range report.Repetitions {
			if r.Outcome != Equal {
				t.Errorf("with %d threads %s", threads, r)
			}
		}
	}
}

// TestContestNeedsTruth refuses a problem with nothing to judge by.
func TestContestNeedsTruth(t *testing.T) {
	bench := quietBench(t)
	_, _, err := bench.Plan(Wanted{Problems: []string{"../../../testdata/problems/rod.toml"}, Methods: []string{"lbfgs"}, Seeds: 1, Threads: 1})
	if err == nil || !strings.Contains(err.Error(), "no error to measure") {
		t.Errorf("a problem without a truth: %v", err)
	}
}
