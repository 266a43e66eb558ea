package problems

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pinn/pde"
)

// declared is a name that the file introduces.
type declared struct {
	what string // such as "field", for messages
	key  string // where it stands
	name Text
}

// declare checks a name of the language and remembers it. Axes are one letter;
// fields are letters and digits; the others may have underscores; all begin
// with a letter. Letters and digits are those of Unicode.
func (d *decoder) declare(what, key string, name Text) {
	d.names = append(d.names, declared{what, key, name})
	must := ""
	switch {
	case what == "axis" && !(utf8.RuneCountInString(name.Value) == 1 && isName(name.Value, "")):
		must = "one letter"
	case what == "field" && !isName(name.Value, ""):
		must = "letters and digits, a letter first"
	case !isName(name.Value, "_"):
		must = "letters, digits and _, a letter first"
	case pde.ValidName(name.Value) != nil:
		must = "a name that the language does not reserve"
	}
	if must != "" {
		d.report(name.place(), key, "must be %s, got %s", must, quoteKey(clip([]byte(name.Value))))
	}
}

// label checks the optional name of a statement and remembers it: anything
// printable on one line, up to 64 characters.
func (r *reader) label() Text {
	t := r.filled("name", "a name in quotes")
	if !t.Set() {
		return t
	}
	if len([]rune(t.Value)) > 64 || strings.ContainsFunc(t.Value, unprintable) {
		r.report(t.place(), r.key("name"), "must be up to 64 printable characters, got %s", clip([]byte(t.Value)))
		return Text{}
	}
	r.labels = append(r.labels, declared{"name", r.key("name"), t})
	return t
}

// twice reports every name of the list that the file has used before, and
// returns their places.
func (d *decoder) twice(list []declared) map[place]bool {
	slices.SortStableFunc(list, func(a, b declared) int { return a.name.place().compare(b.name.place()) })
	first := map[string]declared{}
	again := map[place]bool{}
	for _, n := range list {
		f, ok := first[n.name.Value]
		if !ok {
			first[n.name.Value] = n
			continue
		}
		again[n.name.place()] = true
		d.report(n.name.place(), n.key, "must differ from all other names, got %s again%s",
			clip([]byte(n.name.Value)), bracketed(f.what, f.name.place()))
	}
	return again
}

// isName tells whether s is letters, digits and the extra characters, a letter
// first.
func isName(s, extra string) bool {
	for i, r := range s {
		if !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r) && !strings.ContainsRune(extra, r)) {
			return false
		}
	}
	return s != ""
}

// alike reports names that the file introduces twice, and leaves the later ones
// out.
func (d *decoder) alike(s *Spec) {
	d.twice(d.labels)
	again := d.twice(d.names)
	if len(again) == 0 {
		return
	}
	s.Fields = without(s.Fields, again, func(t Text) Text { return t })
	s.Axes = without(s.Axes, again, func(a Axis) Text { return a.Name })
	s.Boundaries = without(s.Boundaries, again, func(b Boundary) Text { return b.Name })
	s.Constants = without(s.Constants, again, func(n Named) Text { return n.Name })
	s.Parameters = without(s.Parameters, again, func(p Parameter) Text { return p.Name })
	s.Definitions = without(s.Definitions, again, func(n Named) Text { return n.Name })
}

// columnNames reports columns of inline data that bear the name of anything but
// an axis.
func (d *decoder) columnNames(s *Spec) {
	taken := map[string]declared{}
	for _, n := range d.names {
		if n.what != "axis" {
			taken[n.name.Value] = n
		}
	}
	for i, data := range s.Data {
		for j, c := range data.Columns {
			if n, ok := taken[c.Value]; ok {
				d.report(c.place(), index(index("data", i)+".columns", j), "must differ from all other names, got %s again%s",
					c.Value, bracketed(n.what, n.name.place()))
			}
		}
	}
}

// without returns the elements of list whose names do not begin at the places.
func without[T any](list []T, again map[place]bool, name func(T) Text) []T {
	var out []T
	for _, e := range list {
		if t := name(e); !t.Set() || !again[t.place()] {
			out = append(out, e)
		}
	}
	return out
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
