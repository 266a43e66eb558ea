package rundir

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

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
