package accuracy

import (
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
