package main

import (
	"fmt"
	"path/filepath"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// load reads the problem that arg names, a path or a name of the gallery, with the
// settings key=value put into it. Faults of the file are printed and end in exit code 2.
func (a *app) load(arg string, settings []string) (*setup.Setup, error) {
	src, err := find(arg)
	if err != nil {
		return nil, exit{rundir.ExitUsage, err}
	}
	return a.read(src, settings)
}

// read compiles a source. Faults are printed and end in exit code 2.
func (a *app) read(src problems.Source, settings []string) (*setup.Setup, error) {
	st, faults := setup.Read(src, settings)
	a.tell(faults)
	if st == nil {
		return nil, exit{rundir.ExitUsage, nil}
	}
	return st, nil
}

// find returns the source that arg names. The copy in a run's folder has the name of the
// problem and not its own.
func find(arg string) (problems.Source, error) {
	src, err := setup.Find(arg)
	if err != nil || filepath.Base(src.File) != "problem.toml" {
		return src, err
	}
	if run, err := rundir.Open(filepath.Dir(src.File)); err == nil {
		src.Name = run.Run.Problem
	}
	return src, nil
}

// tell prints the errors among the diagnostics or, where there are none and the
// user has not asked for quiet, the warnings.
func (a *app) tell(list problems.Diagnostics) {
	bad := list.HasErrors()
	for _, d := range list {
		if d.Warning != bad && !(d.Warning && a.quiet) {
			fmt.Fprintln(a.err, d)
		}
	}
}
