package accuracy

import (
	"fmt"
	"os"
	"path/filepath"
)

// Results are the runs below Dir, and the tables of README.md there and of the
// README.md above it.
type Results struct {
	Dir     string
	Gallery []Problem // in the order of the tables
}

// Store holds the runs.
func (r Results) Store() Store { return Store{filepath.Join(r.Dir, "accuracy")} }

// Name is the folder of the runs as tables and messages name it.
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

// Drift says of every cell of the tables that does not follow from the runs what
// stands there, and what follows. It counts the tables and the runs; without a table
// it is an error.
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

// UpdateAll does so with all problems that have runs.
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
