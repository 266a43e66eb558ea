package rundir

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

	"pinn/hybrid"
	"pinn/internal/safetensors"
)

// Folder is a finished run that was opened for reading. Run is read at once,
// the other parts when they are asked for.
type Folder struct {
	Dir string
	Run Run
}

// Open opens a run folder. A folder that is not one, an unfinished one and a
// broken run.json are errors that say so.
func Open(dir string) (*Folder, error) {
	if IsDraft(dir) {
		return nil, fmt.Errorf("open %s: the run was never finished; pinn solve --resume goes on with it", dir)
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("open run: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("open %s: a run is a folder, and this is a file", dir)
	}
	f := &Folder{Dir: dir}
	src, err := f.read(runFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a run folder: %w", dir, err)
	}
	if err != nil {
		return nil, err
	}
	if f.Run, err = DecodeRun(src); err != nil {
		return nil, f.broken(runFile, err)
	}
	return f, nil
}

// Problem returns the text of problem.toml.
func (f *Folder) Problem() ([]byte, error) { return f.read(problemFile) }

// ProblemPath returns the path of problem.toml. The files that it names lie beside it.
func (f *Folder) ProblemPath() string { return ProblemPath(f.Dir) }

// ProblemPath returns the path of problem.toml in a folder.
func ProblemPath(dir string) string { return filepath.Join(dir, problemFile) }

// FiguresDir returns the path of the folder of figures, which may not exist.
func (f *Folder) FiguresDir() string { return filepath.Join(f.Dir, figuresDir) }

// Trace reads trace.csv.
func (f *Folder) Trace() (*Table, error) {
	return f.table(traceFile, hybrid.ColMethod, hybrid.ColMetric)
}

// Solution reads solution.csv.
func (f *Folder) Solution() (*Table, error) { return f.table(solutionFile) }

// Errors reads errors.csv; it returns nil if there is none, because the problem has no
// truth.
func (f *Folder) Errors() (*Table, error) {
	t, err := f.table(errorsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return t, err
}

// Events reads events.csv.
func (f *Folder) Events() ([]Event, error) {
	src, err := f.read(eventsFile)
	if err != nil {
		return nil, err
	}
	events, err := DecodeEvents(bytes.NewReader(src))
	if err != nil {
		return nil, f.broken(eventsFile, err)
	}
	return events, nil
}

// Weights reads the network.
func (f *Folder) Weights() (safetensors.File, error) {
	src, err := f.read(weightsFile)
	if err != nil {
		return safetensors.File{}, err
	}
	w, err := safetensors.Decode(src)
	if err != nil {
		return safetensors.File{}, f.broken(weightsFile, err)
	}
	return w, nil
}

func (f *Folder) table(name string, words ...string) (*Table, error) {
	src, err := f.read(name)
	if err != nil {
		return nil, err
	}
	t, err := DecodeTable(bytes.NewReader(src), words...)
	if err != nil {
		return nil, f.broken(name, err)
	}
	return t, nil
}

// read returns the bytes of one part.
func (f *Folder) read(name string) ([]byte, error) {
	src, err := os.ReadFile(filepath.Join(f.Dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the run has no %s: %w", name, err)
	}
	return src, err
}

// broken says which part cannot be read and what to do.
func (f *Folder) broken(name string, err error) error {
	return fmt.Errorf("%s: %w; restore the file or solve the problem again", filepath.Join(f.Dir, name), err)
}

// The parts of a run folder.
const (
	problemFile  = "problem.toml"
	runFile      = "run.json"
	traceFile    = "trace.csv"
	eventsFile   = "events.csv"
	weightsFile  = "weights"
	solutionFile = "solution.csv"
	errorsFile   = "errors.csv"
	figuresDir   = "figures"
	stateFile    = "state"
	stateDraft   = "state.partial"
)

// ColRelL2 is the column of errors.csv that trace.csv lacks: the relative L2 error of the
// best θ so far, which no run is shown. All other columns have the names of
// hybrid.Trace.
const ColRelL2 = "rel_l2"

// parts are the names that Include must not take.
var parts = []string{problemFile, runFile, traceFile, eventsFile, weightsFile, solutionFile, errorsFile, figuresDir, stateFile, stateDraft}

// runName returns the name of the nth run, run-0001 for 1.
func runName(n int) string { return fmt.Sprintf("run-%04d", n) }

// runNumber returns n for the nth run's name, and whether it is one.
func runNumber(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, "run-")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n > 0 && n < 1<<31-1 && runName(n) == name
}

// lastRun returns the highest number taken in parent, 0 if none.
func lastRun(parent string) (int, error) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return 0, err
	}
	last := 0
	for _, e := range entries {
		if n, ok := runNumber(e.Name()); ok {
			last = max(last, n)
		}
	}
	return last, nil
}

// List returns the paths of the runs in parent, oldest first. Unfinished and
// foreign folders are left out.
func List(parent string) ([]string, error) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var numbers []int
	for _, e := range entries {
		n, ok := runNumber(e.Name())
		if _, err := os.Stat(filepath.Join(parent, e.Name(), runFile)); ok && err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	var paths []string
	for _, n := range numbers {
		paths = append(paths, filepath.Join(parent, runName(n)))
	}
	return paths, nil
}

// Reachable returns the path by which a folder can be opened from the working
// directory: relative if it lies below, else absolute.
func Reachable(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, abs); err == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	return abs
}
