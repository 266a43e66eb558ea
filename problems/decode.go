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

// across checks what needs more than one section of the file.
func (d *decoder) across(s *Spec) {
	d.alike(s)
	d.columnNames(s)
	d.complete(s)
	d.judged(s)
	if n := s.Train.Slabs; n != nil && *n > 1 && len(s.Axes) > 0 && !hasTime(s) {
		d.report(s.root.find("train").value.find("slabs").value.place(), "train.slabs", "must be 1 where no axis is t, got %d", *n)
	}
	d.stages(s)
}

// stages reports phases of a stage that there is not.
func (d *decoder) stages(s *Spec) {
	most := 1
	if s.Train.Stages != nil {
		most = *s.Train.Stages
	}
	for i, ph := range s.Phases {
		if ph.Stage == nil || *ph.Stage <= most {
			continue
		}
		k := index("phase", i) + ".stage"
		d.report(s.root.find("phase").value.items[i].find("stage").value.place(), k, "must be at most train.stages, %d, got %d", most, *ph.Stage)
	}
}

// complete checks that there is something to solve.
func (d *decoder) complete(s *Spec) {
	equation, data := s.root.find("equation"), s.root.find("data")
	if equation == nil && data == nil {
		d.report(d.begin(), "equation", "must be given at least once as [[equation]], or [[data]] in its place, got nothing")
	}
}

// judged warns of targets that nothing in the file can judge.
func (d *decoder) judged(s *Spec) {
	if s.Target == nil {
		return
	}
	target := s.root.find("target").value
	if s.root.find("exact") == nil && s.root.find("reference") == nil {
		for _, key := range []string{"rel_l2", "max_abs"} {
			if e := target.find(key); e != nil {
				d.warn(e.place(), "target."+key, "has no effect without [exact] or [reference]")
			}
		}
	}
	for _, p := range s.Parameters {
		if _, ok := s.Target.Parameters[p.Name.Value]; ok && p.Truth == nil {
			table := target.find("parameters").value
			d.warn(table.find(p.Name.Value).place(), "target.parameters."+quoteKey(p.Name.Value), "has no effect without the truth of the parameter")
		}
	}
}

func hasTime(s *Spec) bool {
	for _, a := range s.Axes {
		if a.Name.Value == "t" {
			return true
		}
	}
	return false
}
