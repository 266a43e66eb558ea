package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/cmd/pinn/internal/lab"
)

// committed are the results of the repository.
func committed() accuracy.Results {
	return accuracy.Results{Dir: "../../results", Gallery: galleryTargets()}
}

// TestCommittedTables holds results/README.md and the README to the committed runs:
// no figure may stand in a document that no run left. pinn bench accuracy writes
// the tables anew.
func TestCommittedTables(t *testing.T) {
	faults, tables, runs, err := committed().Drift()
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
	t.Logf("%d tables, %d runs", tables, runs)
	for _, p := range galleryTargets() {
		rows, err := committed().Store().Rows(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(rows, func(r accuracy.Row) bool { return r.Method == accuracy.Default }) {
			t.Errorf("results/accuracy/%s.csv: no committed run of the default plan", p.Name)
		}
	}
}

// TestCommittedFiles checks that the folder of runs holds a table and a figure for each
// problem of the gallery, the courses of all, and no other file, and that the documents show every figure.
func TestCommittedFiles(t *testing.T) {
	want := []string{"courses.csv"}
	for _, p := range galleryTargets() {
		want = append(want, p.Name+".csv", p.Name+".svg")
	}
	files, err := os.ReadDir("../../results/accuracy")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name())
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("results/accuracy holds %q, want %q", got, want)
	}
	text, err := os.ReadFile("../../results/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range want {
		if strings.HasSuffix(name, ".svg") && !strings.Contains(string(text), "(accuracy/"+name+")") {
			t.Errorf("results/README.md has no link to accuracy/%s", name)
		}
	}
}

// TestCommittedCourses holds the committed courses to the way in which they are written,
// and to the runs: each is of a row of the tables.
func TestCommittedCourses(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	want, err := os.ReadFile("../../results/accuracy/courses.csv")
	if err != nil {
		t.Fatal(err)
	}
	courses, err := committed().Store().Courses()
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := courses.Encode(&got); err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("courses.csv is not what Encode writes of it, %v", err)
	}
	rows, err := committed().Store().Load()
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, r := range rows {
		if slices.ContainsFunc(accuracy.Methods, func(m accuracy.Method) bool { return m.Name == r.Method }) {
			shown++
		}
	}
	if len(courses) != shown {
		t.Errorf("%d courses, want one for each of the %d runs that figures show", len(courses), shown)
	}
}

// TestCommittedFigures checks that every figure that the essay and the READMEs show is
// there.
func TestCommittedFigures(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+\.(?:svg|png))\)`)
	for _, doc := range []string{"../../README.md", "../../results/README.md", "../../results/lab/LAB.md"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		links := link.FindAllStringSubmatch(string(text), -1)
		if len(links) == 0 {
			t.Errorf("%s shows no figure", doc)
		}
		for _, m := range links {
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s: %v", doc, err)
			}
		}
	}
}

// TestCommittedEssay holds LAB.md to the claims of the experiments.
func TestCommittedEssay(t *testing.T) {
	var claims []lab.Claim
	for _, e := range lab.Experiments {
		c, err := lab.ReadClaim("../../results/lab", e.Name)
		if err != nil {
			t.Fatal(err)
		}
		claims = append(claims, c)
	}
	text, err := os.ReadFile("../../results/lab/LAB.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != lab.Essay(claims) {
		t.Error("results/lab/LAB.md does not follow from the claims beside it; pinn lab all writes it anew")
	}
}

// copyOf copies some of the committed runs of a problem into a new folder, with a
// document that holds the full table, and returns the folder and the document.
func copyOf(t *testing.T, problem string, keep func(accuracy.Row) bool) (results accuracy.Results, doc string) {
	t.Helper()
	results = accuracy.Results{Dir: filepath.Join(t.TempDir(), "results"), Gallery: galleryTargets()}
	rows, err := committed().Store().Rows(problem)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if !keep(r) {
			continue
		}
		if err := results.Store().Put(r, accuracy.Course{}); err != nil {
			t.Fatal(err)
		}
	}
	doc = filepath.Join(results.Dir, "README.md")
	if err := os.WriteFile(doc, []byte("<!-- accuracy -->\n<!-- end of accuracy -->\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := results.UpdateAll(); err != nil {
		t.Fatal(err)
	}
	return results, doc
}

// replaceIn replaces one text in a file.
func replaceIn(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("%s lacks %q", path, from)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// benchCheck runs pinn bench check.
func benchCheck(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = pinnMain(append([]string{"bench", "check"}, args...), &o, &e)
	return code, o.String(), e.String()
}

// TestDriftIsFound alters one figure in a copy of the committed documents.
func TestDriftIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	results, doc := copyOf(t, "beam", func(accuracy.Row) bool { return true })
	if code, out, errs := benchCheck(results.Dir); code != 0 || !strings.HasPrefix(out, "1 table checked against 70 runs") {
		t.Errorf("tables that follow: exit %d, %s%s", code, out, errs)
	}
	rows, err := results.Store().Rows("beam")
	if err != nil {
		t.Fatal(err)
	}
	table := accuracy.Full(results.Name(), results.Gallery, rows)
	figure := table.Rows[0][len(table.Rows[0])-1]
	replaceIn(t, doc, figure, "9.9e-99")
	code, _, errs := benchCheck(results.Dir)
	for _, want := range []string{doc, "beam, default", "9.9e-99 stands there, " + figure + " follows from ", "beam.csv, method default"} {
		if code != 1 || !strings.Contains(errs, want) {
			t.Errorf("an altered figure: exit %d, %q, want 1 and %q in it", code, errs, want)
		}
	}
	if err := os.Remove(doc); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := benchCheck(results.Dir); code != 1 || !strings.Contains(errs, "markers") {
		t.Errorf("no document: exit %d, %q", code, errs)
	}
}
