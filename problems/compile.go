package problems

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pinn/internal/suggest"
	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pde/judging"
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

// Compiled is a problem file that has been decoded and compiled.
type Compiled struct {
	Spec    *Spec
	Problem *pde.Problem  // everything that training may see
	Truth   judging.Truth // what the answer is judged by; nil if the file gives none
	Read    ReadFile      // reads the files beside the problem file
}

// A Check finds faults of a compiled file that need more than the language of
// equations, such as the ranges of a method's settings. With errors among the
// faults found before, known, only c.Spec may be relied on, as after Decode.
type Check func(c *Compiled, known Diagnostics) Diagnostics

// Compile decodes a source with the settings key=value put into it, compiles its
// mathematics and asks the checks in their order. It returns all faults at once:
// those of the file sorted, then those that a setting brings, told at the setting.
// The result is nil if there are errors.
//
// A setting changes a value or adds a key; see Spec for the keys. The name of a
// constant, a definition, an unknown parameter or an axis must be in the file.
func Compile(src Source, settings []string, checks ...Check) (*Compiled, Diagnostics) {
	trees, faults := parseWith(src, settings)
	if faults != nil {
		return nil, faults
	}
	last := len(settings)
	c, faults := compile(src, trees[last], checks)
	if len(faults) > 0 && last > 0 {
		earlier := make([]Diagnostics, last)
		for i := range earlier {
			_, earlier[i] = compile(src, trees[i], checks)
		}
		faults = blame(faults, earlier, settings)
	}
	if faults.HasErrors() {
		return nil, faults
	}
	return c, faults
}

// parseWith returns the tree of a source as it is given and after each of the
// settings.
func parseWith(src Source, settings []string) ([]*tree, Diagnostics) {
	t, faults := parse(src.File, src.Text)
	if t == nil {
		return nil, faults
	}
	trees := []*tree{t}
	for i, s := range settings {
		next, bad := t.set(i+1, s)
		if faults = append(faults, bad...); next != nil {
			t = next
		}
		trees = append(trees, t)
	}
	return trees, faults
}

// compile compiles a tree. The results are only good if the diagnostics have no
// errors.
func compile(src Source, t *tree, checks []Check) (*Compiled, Diagnostics) {
	spec, known := t.decode(src.File)
	if src.Read == nil {
		src.Read = readNothing
	}
	if src.Name != "" {
		spec.Name = src.Name
	}
	out := &Compiled{Spec: spec, Read: src.Read}
	c := &compiler{spec: spec, read: src.Read, known: known, problem: &pde.Problem{Graph: expr.NewGraph()}}
	if len(spec.Axes) == 0 || len(spec.Fields) == 0 { // the decoder has said so
		return out, known
	}
	out.Truth, out.Problem = c.statements(), c.problem
	for _, check := range checks {
		for _, d := range check(out, c.all()) {
			c.add(d)
		}
	}
	return out, c.all()
}

// readNothing is the ReadFile of a source that is not in a folder.
func readNothing(path string) ([]byte, error) {
	return nil, fmt.Errorf("%s cannot be read: the problem does not come from a folder", path)
}

// compiler gathers the diagnostics of one file while its texts become
// expressions.
type compiler struct {
	spec        *Spec
	scope       *pde.Scope
	problem     *pde.Problem
	read        ReadFile
	known       Diagnostics // of the decoder
	box         bool        // the domain is sound
	diagnostics Diagnostics
}

// all returns the diagnostics of the decoder and the compiler, sorted.
func (c *compiler) all() Diagnostics {
	all := slices.Concat(c.known, c.diagnostics)
	all.Sort()
	return all
}

// key formats the name of a place in the file, as in Diagnostic.Key.
func key(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// fault reports an error.
func (c *compiler) fault(pos Pos, key, format string, args ...any) {
	c.add(Diagnostic{File: c.spec.File, Pos: pos, Key: key, Message: fmt.Sprintf(format, args...)})
}

// warn reports a warning.
func (c *compiler) warn(pos Pos, key, format string, args ...any) {
	c.add(Diagnostic{File: c.spec.File, Pos: pos, Key: key, Message: fmt.Sprintf(format, args...), Warning: true})
}

// add adds a diagnostic, unless the decoder has refused what stands there, a part
// of it or what it is a part of.
func (c *compiler) add(d Diagnostic) {
	for _, k := range c.known {
		if !k.Warning && (k.Pos == d.Pos && d.Pos != Pos{} || within(d.Key, k.Key) || within(k.Key, d.Key)) {
			return
		}
	}
	c.diagnostics = append(c.diagnostics, d)
}

// refused reports whether the decoder has found an error in the value of key.
func (c *compiler) refused(key string) bool {
	return slices.ContainsFunc(c.known, func(d Diagnostic) bool { return !d.Warning && within(d.Key, key) })
}

// within reports whether key names the value of whole or a part of it.
func within(key, whole string) bool {
	rest, ok := strings.CutPrefix(key, whole)
	return ok && whole != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// faults reports what is wrong with a text, each fault at its character. A fault
// that only repeats one of another text is left out.
func (c *compiler) faults(text Text, key string, faults pde.Faults) {
	for _, f := range faults {
		if !f.Follows {
			c.fault(text.At(f.Offset), key, "%s", f.Message)
		}
	}
}

// number returns the value of a constant expression of the file, and whether it
// has one.
func (c *compiler) number(text Text, key string) (float64, bool) {
	v, faults := c.scope.Number(text.Value)
	c.faults(text, key, faults)
	return v, len(faults) == 0
}
