package accuracy

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
)

// Document is a text that holds tables between markers,
//
//	<!-- gallery -->
//	| problem | …
//	<!-- end of gallery -->
type Document struct{ Path, Text string }

func markers(name string) (begin, end string) {
	return "<!-- " + name + " -->\n", "<!-- end of " + name + " -->"
}

// cut returns what stands before, between and after the markers of a table.
func (d Document) cut(name string) (head, body, tail string, ok bool) {
	begin, end := markers(name)
	head, rest, ok := strings.Cut(d.Text, begin)
	body, tail, whole := strings.Cut(rest, end)
	return head + begin, body, end + tail, ok && whole
}

// Holds reports whether the document has a place for the table.
func (d Document) Holds(t Table) bool {
	_, _, _, ok := d.cut(t.Name)
	return ok
}

// With returns the document with the table in its place; without markers it stays
// as it is.
func (d Document) With(t Table) Document {
	if head, _, tail, ok := d.cut(t.Name); ok {
		d.Text = head + t.Markdown() + tail
	}
	return d
}

// Drift compares the table in the document with t, which follows from the runs. It
// returns one sentence for each cell that differs, with what stands there and what
// should. A document without markers of the table differs in nothing.
func (d Document) Drift(t Table) []string {
	_, body, _, ok := d.cut(t.Name)
	if !ok || body == t.Markdown() {
		return nil
	}
	var out []string
	say := func(format string, args ...any) {
		out = append(out, fmt.Sprintf("%s, table %s: ", d.Path, t.Name)+fmt.Sprintf(format, args...))
	}
	stands := rowsOf(body)
	if len(stands) == 0 {
		say("there is none between the markers")
		return out
	}
	if !slices.Equal(stands[0], t.Header) {
		say("the columns are not those that follow from the runs; write the table anew")
		return out
	}
	t.compare(stands[1:], say)
	if !strings.HasSuffix(strings.TrimSpace(body), t.Note) {
		say("the sentence below the table is not %q", t.Note)
	}
	if out == nil {
		say("the rows are those that follow, but not as they would be written; write the table anew")
	}
	return out
}

// compare tells of rows and cells that differ.
func (t Table) compare(stands [][]string, say func(format string, args ...any)) {
	name := func(row []string) string { return strings.Join(row[:min(t.Keys, len(row))], ", ") }
	for i, row := range t.Rows {
		at := slices.IndexFunc(stands, func(s []string) bool { return name(s) == name(row) })
		if at < 0 {
			say("%s: the row is missing; it follows from %s", name(row), t.From[i])
			continue
		}
		for k, cell := range row {
			if k >= len(stands[at]) || stands[at][k] != cell {
				was := "nothing"
				if k < len(stands[at]) {
					was = stands[at][k]
				}
				say("%s, %q: %s stands there, %s follows from %s", name(row), t.Header[k], was, cell, t.From[i])
			}
		}
	}
	for _, s := range stands {
		if !slices.ContainsFunc(t.Rows, func(row []string) bool { return name(row) == name(s) }) {
			say("%s: no run is behind this row", name(s))
		}
	}
}

// rowsOf returns the cells of a table's lines, the header first.
func rowsOf(body string) [][]string {
	var out [][]string
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		out = append(out, cells)
	}
	return out
}

// Write puts the document in place of the file at its path.
func (d Document) Write() error { return rundir.Put(d.Path, []byte(d.Text)) }

// Results are the runs below Dir, and the tables of README.md there and of the
// README.md above it.
type Results struct {
	Dir     string
	Gallery []Problem // in the order of the tables
}

// Store returns the folder of the runs.
func (r Results) Store() Store { return Store{filepath.Join(r.Dir, "accuracy")} }

// Name returns the folder of the runs as tables and messages name it.
func (r Results) Name() string { return filepath.ToSlash(r.Store().Dir) }

// documents reads those that may hold tables.
func (r Results) documents() (out []Document) {
	for _, path := range []string{filepath.Join(r.Dir, "README.md"), filepath.Join(r.Dir, "..", "README.md")} {
		if text, err := os.ReadFile(path); err == nil {
			out = append(out, Document{Path: filepath.ToSlash(path), Text: string(text)})
		}
	}
	return out
}

// Drift compares the tables of the documents with those that follow from the runs. It
// returns one sentence for each cell that differs, and counts the tables and the runs.
// Documents without any table are an error.
func (r Results) Drift() (faults []string, tables, runs int, err error) {
	rows, err := r.Store().Load()
	if err != nil {
		return nil, 0, 0, err
	}
	faults = Mixed(rows)
	for _, t := range Tables(r.Name(), r.Gallery, rows) {
		for _, d := range r.documents() {
			if d.Holds(t) {
				tables++
			}
			faults = append(faults, d.Drift(t)...)
		}
	}
	if tables == 0 {
		return nil, 0, 0, fmt.Errorf("%s: neither the README.md there nor the one above has the markers of a table", r.Dir)
	}
	return faults, tables, len(rows), nil
}

// Update draws the figures of the problems anew, rewrites the tables, and returns all
// rows. A problem without courses keeps the figure that it has.
func (r Results) Update(problems []Problem) ([]Row, error) {
	rows, err := r.Store().Load()
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		if err := r.Store().Draw(p); err != nil {
			return nil, err
		}
	}
	return rows, r.rewrite(rows)
}

// UpdateAll draws the figures and rewrites the tables of all problems that have runs.
func (r Results) UpdateAll() error {
	rows, err := r.Store().Load()
	if err == nil {
		_, err = r.Update(withOthers(r.Gallery, rows))
	}
	return err
}

// rewrite brings the tables of the documents up to date.
func (r Results) rewrite(rows []Row) error {
	for _, d := range r.documents() {
		fresh := d
		for _, t := range Tables(r.Name(), r.Gallery, rows) {
			fresh = fresh.With(t)
		}
		if fresh == d {
			continue
		}
		if err := fresh.Write(); err != nil {
			return err
		}
	}
	return nil
}
