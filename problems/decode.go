package problems

import (
	"fmt"
	"path/filepath"
	"strings"
)

// MaxFile is the largest problem file that Decode reads, in bytes.
const MaxFile = 4 << 20

// maxFaults bounds the number of diagnostics of one file.
const maxFaults = 1000

// Decode reads a problem file. It checks syntax, keys, types, ranges and names
// and reports every fault, sorted by position; the statements stay text. file is
// the path for messages and for Spec.File and Spec.Name; nothing is opened.
//
// The Spec is nil if src is too large or no TOML at all, which is then the only
// diagnostic. Otherwise it holds everything that could be read, even if there
// are errors, so that the caller can report the faults of the statements
// together with these: faulty values are absent, but a name with a fault stays
// (a second one of the same name does not). A Spec without errors is complete
// and in range, except for what needs expressions to be evaluated.
func Decode(file string, src []byte) (*Spec, Diagnostics) {
	d := &decoder{file: file}
	if len(src) > MaxFile {
		d.src = newSource(nil)
		d.report(0, "", "must be at most %d MiB, got %.1f MiB", MaxFile>>20, float64(len(src))/(1<<20))
		return nil, d.list
	}
	d.src = newSource(src)
	tree, offset, message := walk(d.src.data)
	if tree == nil {
		d.report(offset, "", "must be valid TOML: %s", message)
		return nil, d.list
	}
	s := &Spec{Name: baseName(file), File: file, root: tree.root, src: d.src}
	d.clashes(tree.clashes)
	d.spec(s)
	return s, d.diagnostics()
}

// baseName returns the problem's name: the last part of the path without .toml.
func baseName(file string) string {
	name := strings.TrimSuffix(filepath.Base(file), ".toml")
	if name == "" || name == "." || name == string(filepath.Separator) {
		return "problem"
	}
	return name
}

// decoder gathers the faults of one file.
type decoder struct {
	file    string
	src     *source
	list    Diagnostics
	dropped int        // faults beyond maxFaults
	names   []declared // every name of the language that the file declares
	labels  []declared // every name of an equation, a condition or data
}

// spec reads the whole file, section by section, then checks across sections.
func (d *decoder) spec(s *Spec) {
	r := d.reader(s.root)
	s.Title = r.text("title").Value
	s.Source = r.text("source").Value
	d.fields(s, r)
	d.domain(s, r)
	d.boundaries(s, r)
	s.Constants = d.expressions(r, "constants", "constant")
	d.parameters(s, r)
	s.Definitions = d.expressions(r, "define", "definition")
	d.equations(s, r)
	d.conditions(s, r)
	d.data(s, r)
	d.judging(s, r)
	d.network(s, r)
	d.points(s, r)
	d.train(s, r)
	d.phases(s, r)
	r.close()
	d.across(s)
}

// report notes a fault at a byte offset of the file.
func (d *decoder) report(offset int, key, format string, args ...any) {
	if d.full() {
		d.dropped++
		return
	}
	d.list = append(d.list, Diagnostic{File: d.file, Pos: d.src.pos(offset), Key: key, Message: fmt.Sprintf(format, args...)})
}

// warn notes a warning at a byte offset of the file.
func (d *decoder) warn(offset int, key, format string, args ...any) {
	if d.full() {
		return
	}
	d.report(offset, key, format, args...)
	d.list[len(d.list)-1].Warning = true
}

// full tells whether further faults are only counted.
func (d *decoder) full() bool { return len(d.list) >= maxFaults }

// diagnostics returns the sorted list, closed by the number of faults that it
// does not hold.
func (d *decoder) diagnostics() Diagnostics {
	d.list.Sort()
	if d.dropped > 0 {
		d.list = append(d.list, Diagnostic{File: d.file, Pos: d.src.pos(len(d.src.data)),
			Message: fmt.Sprintf("must have fewer faults, got %d more", d.dropped)})
	}
	return d.list
}

// clashes reports the names that TOML lets stand only once.
func (d *decoder) clashes(list []clash) {
	for _, c := range list {
		d.report(c.name.start, d.reader(c.parent).key(quoteKey(c.name.key)), "must be given once, got it again (first in line %d)", d.src.pos(c.old.start).Line)
	}
}
