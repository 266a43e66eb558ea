package accuracy

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// document holds all tables as they follow from the rows.
func document(rows []Row) Document {
	d := Document{Path: "results/README.md", Text: "words\n\n"}
	for _, t := range Tables("results/accuracy", theGallery, rows) {
		begin, end := markers(t.Name)
		d.Text += begin + end + "\n\nwords\n"
		d = d.With(t)
	}
	return d
}

// TestDrift alters a document and its runs in every way that the check must name.
func TestDrift(t *testing.T) {
	rows := samples()
	drift := func(d Document) string {
		var all []string
		for _, table := range Tables("results/accuracy", theGallery, rows) {
			all = append(all, d.Drift(table)...)
		}
		return strings.Join(all, "\n")
	}
	sound := document(rows)
	if got := drift(sound); got != "" || sound.With(Gallery("results/accuracy", theGallery, rows)) != sound {
		t.Errorf("a sound document drifts: %s", got)
	}
	altered := func(from, to string) Document {
		if !strings.Contains(sound.Text, from) {
			t.Fatalf("the document lacks %q", from)
		}
		return Document{sound.Path, strings.Replace(sound.Text, from, to, 1)}
	}
	for name, c := range map[string]struct {
		d    Document
		want string
	}{
		"a cell": {altered("1.0e-08 [3.3e-09, 3.0e-08]", "1.0e-09 [3.3e-09, 3.0e-08]"),
			`results/README.md, table gallery: burgers, "relative L2 error, median [least, largest]": 1.0e-09 [3.3e-09, 3.0e-08] stands there, 1.0e-08 [3.3e-09, 3.0e-08] follows from results/accuracy/burgers.csv, method default`},
		"a row that is gone": {altered("| heat | adamw |", "| heat2 | adamw |"), "table accuracy: heat2, adamw: no run is behind this row"},
		"a row too few":      {altered("| heat | adamw |", "| heat2 | adamw |"), "table accuracy: heat, adamw: the row is missing; it follows from results/accuracy/heat.csv, method adamw"},
		"a column":           {altered("| to 1e-03 |", "| to 1e-02 |"), "table accuracy: the columns are not those that follow from the runs"},
		"the note":           {altered("on a machine", "on another machine"), `table gallery: the sentence below the table is not "6 runs, on a machine`},
		"the layout":         {altered("| plateau |", "|  plateau |"), "the rows are those that follow, but not as they would be written"},
		"a broken row":       {altered("| plateau |", "plateau |"), "plateau: the row is missing"},
	} {
		if got := drift(c.d); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q in it", name, got, c.want)
		}
	}
	r, _ := sample("burgers", "snr", 2, 7e-7)
	rows[slices.IndexFunc(rows, func(o Row) bool { return o.Method == "snr" && o.Seed == 2 })] = r
	if got := drift(sound); !strings.Contains(got, `burgers, snr, "final error, median [least, largest]": 1.0e-05 [3.3e-06, 3.0e-05] stands there, 3.3e-06 [7.0e-07, 3.0e-05] follows from results/accuracy/burgers.csv, method snr`) {
		t.Errorf("an altered run: %q", got)
	}
	if got := (Document{Text: "no markers"}).Drift(Gallery("", theGallery, rows)); got != nil {
		t.Errorf("a document without markers: %q", got)
	}
}

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
