package accuracy

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Store is a folder of runs, results/accuracy in the repository.
type Store struct{ Dir string }

// Folder returns the path of what belongs to a problem.
func (s Store) Folder(problem string) string { return filepath.Join(s.Dir, problem) }

// path returns the path of a run without its extension.
func (s Store) path(problem, method string, seed uint64) string {
	return filepath.Join(s.Dir, problem, method, fmt.Sprintf("seed-%d", seed))
}

// Get reads a run; the error is fs.ErrNotExist if there is none.
func (s Store) Get(problem, method string, seed uint64) (Record, error) {
	path := s.path(problem, method, seed) + ".json"
	src, err := os.ReadFile(path)
	if err != nil {
		return Record{}, err
	}
	r, err := Decode(src)
	if err == nil && (r.Run.Problem != problem || r.Method != method || r.Run.Seed != seed) {
		err = fmt.Errorf("holds a run of %s by %s with seed %d", r.Run.Problem, r.Method, r.Run.Seed)
	}
	if err != nil {
		return Record{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Course reads the error along a run; the error is fs.ErrNotExist if there is none.
func (s Store) Course(r Record) (Course, error) {
	path := s.path(r.Run.Problem, r.Method, r.Run.Seed) + ".csv"
	f, err := os.Open(path)
	if err != nil {
		return Course{}, err
	}
	defer f.Close()
	c, err := DecodeCourse(f)
	if err != nil {
		return Course{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Put writes a run in place of an older one. Each file appears whole or not at all,
// the record last.
func (s Store) Put(r Record, c Course) error {
	var csv bytes.Buffer
	if err := c.Encode(&csv); err != nil {
		return err
	}
	record, err := r.Encode()
	if err != nil {
		return err
	}
	path := s.path(r.Run.Problem, r.Method, r.Run.Seed)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return errors.Join(put(path+".csv", csv.Bytes()), put(path+".json", record))
}

// put writes a file under a hidden name and renames it.
func put(path string, text []byte) error {
	hidden := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".partial")
	if err := os.WriteFile(hidden, text, 0o644); err != nil {
		_ = os.Remove(hidden)
		return err
	}
	return os.Rename(hidden, path)
}

// Load reads all runs of the store, by problem, method and seed. A store that is
// not there has none. Files that are not called seed-N.json are passed over.
func (s Store) Load() ([]Record, error) {
	var out []Record
	err := filepath.WalkDir(s.Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		digits, ok := strings.CutPrefix(strings.TrimSuffix(e.Name(), ".json"), "seed-")
		if e.IsDir() || !ok || filepath.Ext(path) != ".json" {
			return nil
		}
		rel, err := filepath.Rel(s.Dir, path)
		if err != nil {
			return err
		}
		parts := strings.Split(filepath.ToSlash(rel), "/")
		seed, err := strconv.ParseUint(digits, 10, 64)
		if err != nil || len(parts) != 3 {
			return fmt.Errorf("%s: a run must lie at PROBLEM/METHOD/seed-N.json", path)
		}
		r, err := s.Get(parts[0], parts[1], seed)
		out = append(out, r)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	slices.SortStableFunc(out, func(a, b Record) int { return int(a.Run.Seed) - int(b.Run.Seed) }) // WalkDir puts 10 before 2
	return out, err
}

// of returns the runs of a problem by a method.
func of(records []Record, problem, method string) []Record {
	var out []Record
	for _, r := range records {
		if r.Run.Problem == problem && r.Method == method {
			out = append(out, r)
		}
	}
	return out
}

// Mixed names the problems and methods whose seeds were not run with equal settings,
// so that a median over them means nothing.
func Mixed(records []Record) []string {
	var out []string
	for i, r := range records {
		first := of(records, r.Run.Problem, r.Method)[0]
		if first.Settings.Statement == r.Settings.Statement && first.Settings.Passes == r.Settings.Passes {
			continue
		}
		name := fmt.Sprintf("%s, %s: seeds %d and %d ran with different settings", r.Run.Problem, r.Method, first.Run.Seed, r.Run.Seed)
		if !slices.Contains(out, name) && i > 0 {
			out = append(out, name)
		}
	}
	return out
}
