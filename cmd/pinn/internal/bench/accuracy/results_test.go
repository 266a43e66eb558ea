package accuracy

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// results puts samples of heat by two methods into a new folder, with a document that
// holds one empty table.
func results(t *testing.T) Results {
	t.Helper()
	r := Results{Dir: t.TempDir(), Gallery: []Problem{{Name: "heat", Title: "How heat spreads"}}}
	for _, method := range []string{"snr", "lbfgs"} {
		for seed := range uint64(2) {
			if err := r.Store().Put(sample("heat", method, seed, 1e-5/float64(seed+1))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(r.Dir, "README.md"), []byte("above\n<!-- accuracy -->\n<!-- end of accuracy -->\nbelow\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestResults writes the tables and figures of a folder, and finds a row and a table
// that were altered since.
func TestResults(t *testing.T) {
	r := results(t)
	faults, _, _, err := r.Drift()
	if err != nil || len(faults) != 1 || !strings.Contains(faults[0], "there is none between the markers") {
		t.Errorf("an empty table: %q, %v", faults, err)
	}
	if err := r.UpdateAll(); err != nil {
		t.Fatal(err)
	}
	if faults, tables, runs, err := r.Drift(); err != nil || faults != nil || tables != 1 || runs != 4 {
		t.Errorf("a table that follows: %q, %d tables, %d runs, %v", faults, tables, runs, err)
	}
	if err := r.Store().Put(sample("heat", "snr", 1, 3e-3)); err != nil {
		t.Fatal(err)
	}
	if faults, _, _, _ := r.Drift(); len(faults) == 0 || !strings.Contains(faults[0], "follows from "+r.Name()+"/heat.csv, method snr") {
		t.Errorf("another run: %q", faults)
	}
	if err := os.Remove(filepath.Join(r.Dir, "README.md")); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := r.Drift(); err == nil || !strings.Contains(err.Error(), "has the markers of a table") {
		t.Errorf("no document: %v", err)
	}
}

// TestFigures draws one figure for each problem with a course, twice with the same
// bytes, under the problem's title or its name.
func TestFigures(t *testing.T) {
	r := results(t)
	if err := r.Store().Put(sample("mine", "lbfgs", 1, 1e-4)); err != nil {
		t.Fatal(err)
	}
	if err := r.Store().Put(sample("thresholds", "snr-2", 1, 1e-4)); err != nil {
		t.Fatal(err)
	}
	var drawn [2][]byte
	for i := range drawn {
		if err := r.UpdateAll(); err != nil {
			t.Fatal(err)
		}
		drawn[i], _ = os.ReadFile(r.Store().Figure("heat"))
	}
	if !bytes.Equal(drawn[0], drawn[1]) || !bytes.Contains(drawn[0], []byte("How heat spreads")) {
		t.Error("the figure of heat is not drawn the same way twice, or lacks its title")
	}
	if mine, err := os.ReadFile(r.Store().Figure("mine")); err != nil || !bytes.Contains(mine, []byte(">mine<")) {
		t.Errorf("the figure of a problem that is not of the gallery: %v", err)
	}
	if _, err := os.Stat(r.Store().Figure("thresholds")); err == nil {
		t.Error("a problem without courses has a figure")
	}
}
