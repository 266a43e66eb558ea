package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/pde"
	"pinn/problems"
)

// statement is a problem file that has been read, compiled and filled in.
type statement struct {
	spec    *problems.Spec
	problem *pde.Problem
	truth   pde.Truth // nil if the file gives none
	hard    build.Hard
	read    problems.ReadFile
}

// load reads the problem that arg names, a path or a name of the gallery, puts
// the settings key=value into it, compiles it and fills in what it leaves open.
// Faults of the file are printed and end in exit code 2.
func (a *app) load(arg string, settings []string) (*statement, error) {
	src, err := find(arg)
	if err != nil {
		return nil, exit{rundir.ExitUsage, err}
	}
	return a.compile(src, settings)
}

// compile compiles a source with the settings put into it and fills in what it
// leaves open. Faults are printed and end in exit code 2.
func (a *app) compile(src problems.Source, settings []string) (*statement, error) {
	st, faults := decode(src, settings)
	a.tell(faults)
	if st == nil {
		return nil, exit{rundir.ExitUsage, nil}
	}
	return st, nil
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

// decode compiles a source with the settings put into it and fills in what it
// leaves open; the statement is nil if the diagnostics have errors.
func decode(src problems.Source, settings []string) (*statement, problems.Diagnostics) {
	c, hard, faults := build.Compile(src, settings)
	if c == nil {
		return nil, faults
	}
	build.Fill(c.Spec, c.Problem, hard)
	return &statement{c.Spec, c.Problem, c.Truth, hard, c.Read}, faults
}

// find returns the file at arg, the problem of the run folder arg, or the
// gallery problem called arg, in this order.
func find(arg string) (problems.Source, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return fromDisk(filepath.Join(arg, "problem.toml"))
	case err == nil:
		return fromDisk(arg)
	case !errors.Is(err, fs.ErrNotExist):
		return problems.Source{}, err
	}
	return problems.FromGallery(arg)
}

// fromDisk returns the problem file at path; a run's own copy keeps the name of
// the problem.
func fromDisk(path string) (problems.Source, error) {
	src, err := problems.FromFile(path)
	if err != nil || strings.TrimSuffix(filepath.Base(path), ".toml") != "problem" {
		return src, err
	}
	if run, err := rundir.Open(filepath.Dir(path)); err == nil {
		src.Name = run.Run.Problem
	}
	return src, nil
}
