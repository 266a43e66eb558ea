package problems

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
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
	t, faults := parse(file, src)
	if t == nil {
		return nil, faults
	}
	return t.decode(file)
}

// parse reads the TOML of a file. The tree is nil if src is too large or no TOML.
func parse(file string, src []byte) (*tree, Diagnostics) {
	if len(src) > MaxFile {
		d := &decoder{file: file, doc: newDocument(nil)}
		d.report(d.begin(), "", "must be at most %d MiB, got %.1f MiB", MaxFile>>20, float64(len(src))/(1<<20))
		return nil, d.list
	}
	d := &decoder{file: file, doc: newDocument(src)}
	t, offset, message := walk(d.doc)
	if t == nil {
		d.report(place{d.doc, offset}, "", "must be valid TOML: %s", message)
	}
	return t, d.list
}

// decode reads the values of a tree; file is as in Decode.
func (t *tree) decode(file string) (*Spec, Diagnostics) {
	d := &decoder{file: file, doc: t.doc}
	s := &Spec{Name: baseName(file), File: file, root: t.root}
	d.clashes(t.clashes)
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
	doc     *document
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

// begin returns the first place of the file.
func (d *decoder) begin() place { return place{d.doc, 0} }

// report notes a fault at a place.
func (d *decoder) report(at place, key, format string, args ...any) {
	if d.full() {
		d.dropped++
		return
	}
	d.list = append(d.list, Diagnostic{File: d.file, Pos: at.pos(), Key: key, Message: fmt.Sprintf(format, args...)})
}

// warn notes a warning at a place.
func (d *decoder) warn(at place, key, format string, args ...any) {
	if d.full() {
		return
	}
	d.report(at, key, format, args...)
	d.list[len(d.list)-1].Warning = true
}

// full tells whether further faults are only counted.
func (d *decoder) full() bool { return len(d.list) >= maxFaults }

// diagnostics returns the sorted list, closed by the number of faults that it
// does not hold.
func (d *decoder) diagnostics() Diagnostics {
	d.list.Sort()
	if d.dropped > 0 {
		d.list = append(d.list, Diagnostic{File: d.file, Pos: d.doc.pos(len(d.doc.data)),
			Message: fmt.Sprintf("must have fewer faults, got %d more", d.dropped)})
	}
	return d.list
}

// clashes reports the names that TOML lets stand only once.
func (d *decoder) clashes(list []clash) {
	for _, c := range list {
		first := ""
		if c.old.place().pos() != (Pos{}) {
			first = bracketed("first", c.old.place())
		}
		d.report(c.name.place(), d.reader(c.parent).key(quoteKey(c.name.key)), "must be given once, got it again%s", first)
	}
}

// bracketed is how a message refers to something else of the file and its line;
// what a setting brought has none.
func bracketed(what string, p place) string {
	if pos := p.pos(); pos != (Pos{}) {
		return fmt.Sprintf(" (%s in line %d)", what, pos.Line)
	}
	return " (" + what + ")"
}

// Diagnostic is one mistake in a problem file: where, in which key, and what.
// Indices in Key count from 0 (condition[1].at); Key is empty for a fault of
// the whole file. A Warning leaves the file usable.
type Diagnostic struct {
	File         string
	Pos          Pos
	Key, Message string
	Warning      bool
}

// String returns file:line:column: key: message on one line, with "warning: "
// before the key of a warning. The position is left out where there is none.
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.File)
	if d.Pos != (Pos{}) {
		fmt.Fprintf(&b, ":%d:%d", d.Pos.Line, d.Pos.Column)
	}
	b.WriteString(": ")
	if d.Warning {
		b.WriteString("warning: ")
	}
	if d.Key != "" {
		b.WriteString(d.Key + ": ")
	}
	b.WriteString(d.Message)
	return b.String()
}

// Diagnostics is a list of mistakes. As an error it is all of them, one per
// line; use Err to get a nil error from a list without mistakes.
type Diagnostics []Diagnostic

// Error returns one line per diagnostic, without a final line break.
func (l Diagnostics) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// Err returns l as an error if it has errors, else nil.
func (l Diagnostics) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return l
}

// HasErrors tells whether any diagnostic is more than a warning.
func (l Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return !d.Warning })
}

// Sort orders l by position, errors before warnings at one place; what is still
// equal keeps its order.
func (l Diagnostics) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(comparePos(a.Pos, b.Pos), cmp.Compare(rank(a), rank(b)))
	})
}

// comparePos orders by line, then column.
func comparePos(a, b Pos) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func rank(d Diagnostic) int {
	if d.Warning {
		return 1
	}
	return 0
}
