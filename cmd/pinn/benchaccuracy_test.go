package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/accuracy"
	"pinn/pinn/solve"
)

// TestCommittedTables holds results/README.md and the README to the committed runs:
// no figure may stand in a document that no run left. pinn bench accuracy writes
// the tables anew.
func TestCommittedTables(t *testing.T) {
	faults, words, err := drift("../../results")
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
	t.Log(words)
	records, err := accuracy.Store{Dir: "../../results/accuracy"}.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range galleryTargets() {
		if !slices.ContainsFunc(records, func(r accuracy.Record) bool { return r.Run.Problem == p.Name && r.Method == accuracy.Default }) {
			t.Errorf("results/accuracy/%s/default: no committed run", p.Name)
		}
	}
}

// TestDriftIsFound alters one figure in a copy of the committed documents.
func TestDriftIsFound(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "results", "accuracy", "beam"), os.DirFS("../../results/accuracy/beam")); err != nil {
		t.Fatal(err)
	}
	records, err := accuracy.Store{Dir: filepath.Join(root, "results", "accuracy")}.Load()
	if err != nil {
		t.Fatal(err)
	}
	table := accuracy.Full("results/accuracy", galleryTargets(), records)
	doc := filepath.Join(root, "results", "README.md")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(doc, []byte("<!-- accuracy -->\n"+text+"<!-- end of accuracy -->\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	check := func() (int, string) {
		var out, errs bytes.Buffer
		code := pinnMain([]string{"bench", "check", filepath.Join(root, "results")}, &out, &errs)
		return code, errs.String()
	}
	write(table.Markdown())
	if code, errs := check(); code != 0 {
		t.Errorf("tables that follow: exit %d, %s", code, errs)
	}
	figure := table.Rows[0][len(table.Rows[0])-1]
	write(strings.Replace(table.Markdown(), figure, "9.9e-99", 1))
	code, errs := check()
	for _, want := range []string{doc, "beam, default", "9.9e-99 stands there, " + figure + " follows from ", "beam/default/seed-*.json"} {
		if code != 1 || !strings.Contains(errs, want) {
			t.Errorf("an altered figure: exit %d, %q, want 1 and %q in it", code, errs, want)
		}
	}
	if err := os.Remove(doc); err != nil {
		t.Fatal(err)
	}
	if code, errs := check(); code != 1 || !strings.Contains(errs, "markers") {
		t.Errorf("no document: exit %d, %q", code, errs)
	}
}

// TestCompeteKeepsWhatIsFinished cancels after the first run of several: that one
// stays, the others leave nothing, and the next time they alone are run.
func TestCompeteKeepsWhatIsFinished(t *testing.T) {
	store := accuracy.Store{Dir: filepath.Join(t.TempDir(), "accuracy")}
	f := accuracyFlags{methods: []string{"lbfgs"}, seeds: 3, passes: 3, threads: 1, jobs: 1, set: []string{"network.hidden=[4]", "points.interior=64"}}
	a := &app{out: io.Discard, err: io.Discard}
	todo, err := a.contests(store, []string{"poisson"}, f)
	if err != nil || len(todo) != 3 {
		t.Fatalf("%d runs to make, %v", len(todo), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.err = writer(func() { cancel() }) // the line about the first run
	if err := a.compete(ctx, store, todo, 1); err != nil {
		t.Error(err)
	}
	records, err := store.Load()
	if err != nil || len(records) != 1 || records[0].Run.Seed != 1 {
		t.Fatalf("%d runs are there, %v, want that of seed 1 alone", len(records), err)
	}
	if records[0].Run.Phases[0].Ended != "passes" || !(records[0].Passes >= 3 && records[0].Passes < 5) {
		t.Errorf("a run of 3 passes: %+v, %v passes", records[0].Run.Phases, records[0].Passes)
	}
	a.err = io.Discard
	if todo, err = a.contests(store, []string{"poisson"}, f); err != nil || len(todo) != 2 || todo[0].seed != 2 {
		t.Errorf("%d runs are left, %v, want 2 from seed 2 on", len(todo), err)
	}
	f.passes = 4
	if todo, err = a.contests(store, []string{"poisson"}, f); err != nil || len(todo) != 3 {
		t.Errorf("with another limit %d runs are left, %v, want 3", len(todo), err)
	}
	f.passes, f.redo = 3, true
	if todo, err = a.contests(store, []string{"poisson"}, f); err != nil || len(todo) != 3 {
		t.Errorf("to be repeated are %d runs, %v, want 3", len(todo), err)
	}
}

// writer calls a function at each write.
type writer func()

func (w writer) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}

// TestContestsAreEqual checks that the methods of the ablation differ in their phases
// alone: equal networks, points and first parameters; and that jobs and threads
// change no bit.
func TestContestsAreEqual(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard, quiet: true}
	var first []float64
	for _, m := range append(accuracy.HandOvers, accuracy.ThresholdMethods()...) {
		c := contest{problem: "poisson", method: m.Name, seed: 7, threads: 1}
		st, err := c.state(a)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := a.prepare(st, solve.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = tr.Theta()
		}
		if !slices.Equal(tr.Theta(), first) || *st.Spec.Points.Interior != ablationPoints || c.limit() != ablationPasses {
			t.Errorf("%s starts from other parameters or points", m.Name)
		}
		if tr.Plan().FallBack != nil {
			t.Errorf("%s may return to AdamW", m.Name)
		}
		for _, ph := range tr.Plan().Phases {
			if ph.Resample != nil {
				t.Errorf("%s redraws its points in %s", m.Name, ph.Name)
			}
		}
	}
	set := []string{"network.hidden=[4]", "points.interior=64"}
	var errs []float64
	for _, threads := range []int{1, 3} {
		c := contest{problem: "poisson", method: "snr", seed: 1, passes: 4, settings: set, threads: threads}
		st, err := c.state(a)
		if err != nil {
			t.Fatal(err)
		}
		r, _, err := c.run(context.Background(), a, st)
		if err != nil {
			t.Fatal(err)
		}
		errs = append(errs, r.RelL2())
	}
	if errs[0] != errs[1] {
		t.Errorf("errors of %v and %v with 1 and 3 threads, want equal bits", errs[0], errs[1])
	}
}

// TestContestNeedsTruth refuses a problem with nothing to judge by.
func TestContestNeedsTruth(t *testing.T) {
	c := contest{problem: "testdata/problems/rod.toml", method: "lbfgs", seed: 1, threads: 1}
	_, err := c.state(&app{out: io.Discard, err: io.Discard})
	var e exit
	if !errors.As(err, &e) || e.code != 2 || !strings.Contains(err.Error(), "no error to measure") {
		t.Errorf("a problem without a truth: %v", err)
	}
}
