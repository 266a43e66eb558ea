package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
)

// resultsDir holds the committed runs of the gallery, gallery/PROBLEM/seed-N.json,
// each the run.json that pinn solve PROBLEM --seed N left.
const resultsDir = "../../results"

// TestResultsTable holds results/README.md, and the table of the README, to the
// committed runs: no figure may stand in a document that no run left. With
// PINN_UPDATE=1 it writes both instead.
func TestResultsTable(t *testing.T) {
	table := resultsTable(t)
	for _, doc := range []string{filepath.Join(resultsDir, "README.md"), "../../README.md"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		begin, end := "<!-- gallery -->\n", "<!-- end of gallery -->"
		head, rest, ok := strings.Cut(string(text), begin)
		old, tail, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("%s has no table between %q and %q", doc, begin, end)
		}
		if old == table {
			continue
		}
		if os.Getenv("PINN_UPDATE") == "" {
			t.Errorf("%s: the table does not follow from the committed runs; PINN_UPDATE=1 go test ./cmd/pinn -run ResultsTable writes it anew:\n%s", doc, table)
			continue
		}
		if err := os.WriteFile(doc, []byte(head+begin+table+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// resultsTable is one line per problem of the gallery, with the runs of all seeds.
func resultsTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| problem | target | relative L2 error, by seed | AdamW ended by | seconds, by seed |\n|---|---|---|---|---|\n")
	for _, problem := range gallery() {
		name := problem.Name
		runs := committedRuns(t, name)
		if len(runs) == 0 {
			t.Errorf("results/gallery/%s: no committed run", name)
			continue
		}
		var errs, ended, seconds []string
		for _, r := range runs {
			e, _ := r.RelL2.Get("all")
			errs = append(errs, fmt.Sprintf("%.1e", e))
			ended = append(ended, r.Phases[0].Ended)
			seconds = append(seconds, fmt.Sprintf("%.0f", float64(r.Seconds)))
		}
		fmt.Fprintf(&b, "| %s | %.0e | %s | %s | %s |\n", name, *problem.RelL2,
			strings.Join(errs, ", "), strings.Join(slices.Compact(slices.Sorted(slices.Values(ended))), ", "), strings.Join(seconds, ", "))
	}
	return b.String()
}

// committedRuns reads the runs of one problem, by seed.
func committedRuns(t *testing.T, name string) []rundir.Run {
	var runs []rundir.Run
	for seed := uint64(1); ; seed++ {
		src, err := os.ReadFile(filepath.Join(resultsDir, "gallery", name, fmt.Sprintf("seed-%d.json", seed)))
		if err != nil {
			return runs
		}
		run, err := rundir.DecodeRun(bytes.TrimSpace(src))
		if err != nil {
			t.Fatalf("%s, seed %d: %v", name, seed, err)
		}
		if run.Problem != name || run.Seed != seed || len(run.Phases) == 0 {
			t.Fatalf("%s, seed %d: holds a run of %s with seed %d", name, seed, run.Problem, run.Seed)
		}
		runs = append(runs, run)
	}
}
