package problems

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"pinn/internal/suggest"
	"slices"
	"strings"
)

// Source is a problem file before it is read.
type Source struct {
	File string   // what messages call the file
	Name string   // of the problem; if empty, the base name of File
	Text []byte   // the file
	Read ReadFile // reads the files beside it
}

// ReadFile returns the bytes of a file that the problem file names, its path as
// written there.
type ReadFile func(path string) ([]byte, error)

// FromFile returns the problem file at path. The files that it names are looked
// for in its folder.
func FromFile(path string) (Source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Source{}, err
	}
	dir := filepath.Dir(path)
	return Source{File: path, Text: text, Read: func(file string) ([]byte, error) {
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		return os.ReadFile(file)
	}}, nil
}

// FromGallery returns the problem of the gallery called name, with or without
// .toml.
func FromGallery(name string) (Source, error) {
	text, ok := Open(name)
	if ok {
		return Source{File: strings.TrimSuffix(name, ".toml") + ".toml", Text: text, Read: readGallery}, nil
	}
	hint := suggest.DidYouMean(strings.TrimSuffix(filepath.Base(name), ".toml"), Gallery())
	if hint == "" {
		hint = "; pinn list shows the gallery"
	}
	return Source{}, fmt.Errorf("%s: no such file, and no problem of the gallery has that name%s", name, hint)
}

// readGallery reads a file of the gallery.
func readGallery(path string) ([]byte, error) { return fs.ReadFile(files, path) }

// files holds the gallery: one problem file *.toml each, and the tables *.csv
// that some of them name. (The pattern reads *.toml or *.csv; two patterns
// would have to match at least one file each.)
//
//go:embed *.[tc][os][mv]*
var files embed.FS

// Gallery returns the names of the problems of the gallery, sorted.
func Gallery() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic("problems: the embedded gallery cannot be listed")
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".toml"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Open returns the problem file of a name of the gallery, with or without
// .toml, and whether there is one.
func Open(name string) ([]byte, bool) {
	src, err := files.ReadFile(strings.TrimSuffix(name, ".toml") + ".toml")
	return src, err == nil
}
