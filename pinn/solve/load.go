package solve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"pinn/problems"
)

// Source is a problem file before it is decoded: its text, the name that messages give
// it, and how to read the files beside it.
type Source struct {
	File, Name string
	Text       []byte
	Read       ReadFile
}

// Find returns the problem file at arg, the problem.toml of the folder arg, or the
// gallery problem called arg, in this order.
func Find(arg string) (*Source, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return FromFile(filepath.Join(arg, "problem.toml"))
	case err == nil:
		return FromFile(arg)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	name := strings.TrimSuffix(arg, ".toml")
	if src, ok := FromGallery(name); ok {
		return src, nil
	}
	hint := "pinn list shows the gallery"
	if near := problems.Suggest(filepath.Base(name), problems.Gallery()); near != "" {
		hint = "did you mean " + near + "?"
	}
	return nil, fmt.Errorf("%s: no such file, and no problem of the gallery has that name; %s", arg, hint)
}

// FromGallery returns the problem of the gallery with that name.
func FromGallery(name string) (src *Source, ok bool) {
	text, ok := problems.Open(name)
	return &Source{name + ".toml", name, text, func(path string) ([]byte, error) {
		return fs.ReadFile(problems.Files, path)
	}}, ok
}

// FromFile reads the problem file at path.
func FromFile(path string) (*Source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	name := strings.TrimSuffix(filepath.Base(path), ".toml")
	return &Source{path, name, text, func(file string) ([]byte, error) {
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		return os.ReadFile(file)
	}}, nil
}

// Read compiles a source with the settings key=value put into its text and makes the
// choices that it leaves open; the statement is nil if the diagnostics have errors.
func Read(src *Source, settings []string) (*Statement, problems.Diagnostics) {
	return read(src, settings, func(*problems.Spec) {})
}

func read(src *Source, settings []string, apply func(*problems.Spec)) (*Statement, problems.Diagnostics) {
	if spec, faults := problems.Decode(src.File, src.Text); spec == nil {
		return nil, faults // there is nothing to put a setting into
	}
	texts := [][]byte{src.Text}
	for i, s := range settings {
		text, err := problems.Set(texts[i], s)
		if err != nil {
			return nil, problems.Diagnostics{{File: "--set " + s, Message: err.Error()}}
		}
		texts = append(texts, text)
	}
	st, faults := compile(src, texts[len(settings)], apply)
	return st, blame(faults, src, texts, settings)
}

// compile compiles a text of a source; the statement is nil if the diagnostics have
// errors.
func compile(src *Source, text []byte, apply func(*problems.Spec)) (*Statement, problems.Diagnostics) {
	spec, faults := problems.Decode(src.File, text)
	if spec != nil {
		apply(spec)
	}
	problem, truth, faults := compileStatement(spec, faults, src.Read)
	if faults.HasErrors() {
		return nil, faults
	}
	hard, impossible := Harden(spec, problem)
	if impossible.HasErrors() {
		return nil, append(faults, impossible...)
	}
	spec.Name = src.Name
	Fill(spec, problem, hard)
	return &Statement{spec, problem, truth, hard, src.Read}, faults
}
