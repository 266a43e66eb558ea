package accuracy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/lock"
	"pinn/cmd/pinn/internal/rundir"
)

// Store is a folder of runs, results/accuracy in the repository.
type Store struct{ Dir string }

// coursesName is the name of the table of courses, without its ending; no problem may
// have it.
const coursesName = "courses"

func (s Store) rowsPath(problem string) string { return filepath.Join(s.Dir, problem+".csv") }
func (s Store) coursesPath() string            { return filepath.Join(s.Dir, coursesName+".csv") }

// Figure returns the path of the figure of a problem.
func (s Store) Figure(problem string) string { return filepath.Join(s.Dir, problem+".svg") }

// Rows reads the runs of a problem; without a file there are none.
func (s Store) Rows(problem string) ([]Row, error) {
	return decoded(s.rowsPath(problem), func(r io.Reader) ([]Row, error) { return DecodeRows(r, problem) })
}

// Courses reads the errors along the runs of all problems; without a file there are none.
func (s Store) Courses() (Courses, error) {
	return decoded(s.coursesPath(), DecodeCourses)
}

// decoded reads a file, if there is one, and names it in errors.
func decoded[T any](path string, decode func(io.Reader) (T, error)) (v T, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	defer f.Close()
	if v, err = decode(f); err != nil {
		return v, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

// Load reads all runs of the store, by problem, method and seed. A folder that is not
// there has none.
func (s Store) Load() ([]Row, error) {
	files, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, f := range files {
		problem, ok := strings.CutSuffix(f.Name(), ".csv")
		if !ok || problem == coursesName || strings.HasPrefix(problem, ".") {
			continue
		}
		rows, err := s.Rows(problem)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	slices.SortStableFunc(out, byName)
	return out, nil
}

// byName orders rows by problem, method and seed; methods are in the order of All.
func byName(a, b Row) int {
	return cmp.Or(cmp.Compare(a.Problem, b.Problem), byMethod(a.Method, b.Method), cmp.Compare(a.Seed, b.Seed))
}

// byMethod orders the names of methods as All does; others follow by the alphabet.
func byMethod(a, b string) int {
	rank := func(name string) int {
		if i := slices.IndexFunc(All(), func(m Method) bool { return m.Name == name }); i >= 0 {
			return i
		}
		return len(All())
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// Put adds a run in place of an older one by the same method with the same seed, and
// its course if the figure shows the method. Each file appears whole or not at all,
// the row last; programs that put runs at the same time wait for one another.
func (s Store) Put(r Row, c Course) error {
	if r.Problem == coursesName {
		return fmt.Errorf("problem %s: its table would be that of the courses; call the file something else", r.Problem)
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return err
	}
	held, err := lock.Wait(s.Dir)
	if err != nil {
		return err
	}
	defer held.Release()
	if err := s.putCourse(r, c); err != nil {
		return err
	}
	rows, err := s.Rows(r.Problem)
	if err != nil {
		return err
	}
	if i := place(rows, r.Method, r.Seed); i >= 0 {
		rows[i] = r
	} else {
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, byName)
	return write(s.rowsPath(r.Problem), func(w io.Writer) error { return EncodeRows(w, rows) })
}

func (s Store) putCourse(r Row, c Course) error {
	if !drawn(r.Method) {
		return nil
	}
	courses, err := s.Courses()
	if err != nil {
		return err
	}
	if courses == nil {
		courses = Courses{}
	}
	courses[r.run()] = c.thin()
	return write(s.coursesPath(), courses.Encode)
}

// write encodes a file and puts it in its place.
func write(path string, encode func(io.Writer) error) error {
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return rundir.Put(path, b.Bytes())
}

// Mixed names the problems and methods whose seeds were not run with equal settings,
// so that a median over them means nothing.
func Mixed(rows []Row) []string {
	var out []string
	for _, r := range rows {
		first := of(rows, r.Problem, r.Method)[0]
		if first.Seed == r.Seed || first.alike(r) {
			continue
		}
		out = append(out, fmt.Sprintf("%s, %s: seeds %d and %d ran with different settings", r.Problem, r.Method, first.Seed, r.Seed))
	}
	return out
}
