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
	"pinn/internal/suggest"
	"pinn/pde"
	"pinn/pde/judging"
	"pinn/problems"
)

// statement is a problem file that has been read, compiled and filled in.
type statement struct {
	spec    *problems.Spec
	problem *pde.Problem
	truth   judging.Truth // nil if the file gives none
	hard    build.Hard
	read    build.ReadFile
}

// source is a problem file before it is decoded: its text, the name that
// messages give it, and how to read the files beside it.
type source struct {
	file, name string
	text       []byte
	read       build.ReadFile
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
func (a *app) compile(src *source, settings []string) (*statement, error) {
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

// decode compiles a source with the settings put into its text; the statement is
// nil if the diagnostics have errors.
func decode(src *source, settings []string) (*statement, problems.Diagnostics) {
	if spec, faults := problems.Decode(src.file, src.text); spec == nil {
		return nil, faults // there is nothing to put a setting into
	}
	texts := [][]byte{src.text}
	for i, s := range settings {
		text, err := problems.Set(texts[i], s)
		if err != nil {
			return nil, problems.Diagnostics{{File: "--set " + s, Message: err.Error()}}
		}
		texts = append(texts, text)
	}
	st, faults := compile(src, texts[len(settings)])
	return st, blame(faults, src, texts, settings)
}

// compile compiles a text of a source; the statement is nil if the diagnostics have
// errors.
func compile(src *source, text []byte) (*statement, problems.Diagnostics) {
	spec, faults := problems.Decode(src.file, text)
	problem, truth, faults := build.Statement(spec, faults, src.read)
	if faults.HasErrors() {
		return nil, faults
	}
	hard, impossible := build.Harden(spec, problem)
	if impossible.HasErrors() {
		return nil, append(faults, impossible...)
	}
	spec.Name = src.name
	build.Fill(spec, problem, hard)
	return &statement{spec, problem, truth, hard, src.read}, faults
}

// find returns the file at arg, the problem of the run folder arg, or the
// gallery problem called arg, in this order.
func find(arg string) (*source, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return fromDisk(filepath.Join(arg, "problem.toml"))
	case err == nil:
		return fromDisk(arg)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	name := strings.TrimSuffix(arg, ".toml")
	if text, ok := problems.Open(name); ok {
		return &source{name + ".toml", name, text, func(path string) ([]byte, error) {
			return fs.ReadFile(problems.Files, path)
		}}, nil
	}
	hint := "pinn list shows the gallery"
	if near := suggest.Nearest(filepath.Base(name), problems.Gallery()); near != "" {
		hint = "did you mean " + near + "?"
	}
	return nil, fmt.Errorf("%s: no such file, and no problem of the gallery has that name; %s", arg, hint)
}

func fromDisk(path string) (*source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	name := strings.TrimSuffix(filepath.Base(path), ".toml")
	if run, err := rundir.Open(dir); err == nil && name == "problem" {
		name = run.Run.Problem // a run's own copy keeps the problem's name
	}
	return &source{path, name, text, func(file string) ([]byte, error) {
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		return os.ReadFile(file)
	}}, nil
}
