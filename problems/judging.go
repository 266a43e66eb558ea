package problems

import (
	"pinn/internal/suggest"
	"slices"
)

// judging reads [exact], [reference] and [target]: what training never sees.
func (d *decoder) judging(s *Spec, root *reader) {
	s.Exact = root.exact(s)
	if r := root.table("reference", "a table with file or builtin"); r.v != nil {
		s.Reference = r.reference()
	}
	if r := root.table("target", "a table such as rel_l2 = 1e-4"); r.v != nil {
		s.Target = r.target(s)
	}
}

// exact reads a closed form for some or all fields.
func (r *reader) exact(s *Spec) []Named {
	t := r.table("exact", "a table of fields with expressions")
	if t.v == nil {
		return nil
	}
	var list []Named
	for _, f := range s.Fields {
		t.asked = append(t.asked, f.Value)
	}
	for _, e := range t.v.entries {
		if isOneOf(e.key, s.Fields) {
			list = append(list, Named{e.text(), t.expression(e.value, quoteKey(e.key))})
		} else {
			t.unknownField(e)
		}
	}
	return list
}

// unknownField reports a key that should be a field.
func (r *reader) unknownField(e entry) {
	if r.full() {
		r.dropped++
		return
	}
	r.report(e.place(), r.key(quoteKey(e.key)), "must be one of the fields, got %s%s", clip([]byte(e.key)), suggest.DidYouMean(e.key, r.asked))
}

func (r *reader) reference() *Reference {
	ref := &Reference{
		File:    r.filled("file", "the path of a CSV file"),
		Builtin: r.filled("builtin", "the name of a built-in solution"),
	}
	r.close()
	file, builtin := r.v.find("file"), r.v.find("builtin")
	switch {
	case file == nil && builtin == nil:
		r.report(r.v.place(), "reference", "must have file or builtin, got neither")
	case file != nil && builtin != nil:
		later := slices.MaxFunc([]place{file.place(), builtin.place()}, place.compare)
		r.report(later, "reference", "must have file or builtin, got both")
	}
	return ref
}

// target reads the bounds; it is nil if there are none.
func (r *reader) target(s *Spec) *Target {
	t := &Target{RelL2: r.number("rel_l2", positive), MaxAbs: r.number("max_abs", positive)}
	p := r.table("parameters", "a table such as { k = 0.01 }")
	for _, q := range s.Parameters {
		if x := p.number(q.Name.Value, positive); x != nil {
			if t.Parameters == nil {
				t.Parameters = map[string]float64{}
			}
			t.Parameters[q.Name.Value] = *x
		}
	}
	p.close()
	r.close()
	if t.RelL2 == nil && t.MaxAbs == nil && len(t.Parameters) == 0 {
		return nil
	}
	return t
}

// isOneOf tells whether a name is in a list.
func isOneOf(name string, list []Text) bool {
	for _, t := range list {
		if t.Value == name {
			return true
		}
	}
	return false
}
