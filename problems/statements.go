package problems

import (
	"slices"

	"pinn/internal/suggest"
	"pinn/pde"
)

// EnforceModes are the values of enforce in [[condition]].
var EnforceModes = []string{"auto", "hard", "soft"}

const mustStatement = `a statement such as "u_t = u_xx"`

// expressions reads a table of names with expressions: [constants], [define].
func (d *decoder) expressions(root *reader, key, what string) []Named {
	r := root.table(key, "a table of names with expressions")
	if r.v == nil {
		return nil
	}
	var list []Named
	for _, e := range r.v.entries {
		n := Named{e.text(), r.expression(e.value, quoteKey(e.key))}
		d.declare(what, r.key(quoteKey(e.key)), n.Name)
		list = append(list, n)
	}
	return list
}

// parameters reads [parameters].
func (d *decoder) parameters(s *Spec, root *reader) {
	r := root.table("parameters", "a table of names such as k = { start = 0.5 }")
	if r.v == nil {
		return
	}
	for _, e := range r.v.entries {
		p := Parameter{Name: e.text(), Pos: e.value.place().pos()}
		d.declare("parameter", r.key(quoteKey(e.key)), p.Name)
		if e.value.kind == tableValue {
			d.reader(e.value).parameter(&p)
		} else {
			r.wrong(e.value, quoteKey(e.key), "a table such as { start = 0.5 }")
		}
		s.Parameters = append(s.Parameters, p)
	}
}

func (r *reader) parameter(p *Parameter) {
	p.Start, p.Min = r.number("start", anyNumber), r.number("min", anyNumber)
	p.Max, p.Truth = r.number("max", anyNumber), r.number("truth", anyNumber)
	r.close()
	if p.Min != nil && p.Max != nil && *p.Min >= *p.Max {
		r.wrong(r.v.find("max").value, "max", "above min")
		return
	}
	if p.Start != nil && (p.Min != nil && *p.Start < *p.Min || p.Max != nil && *p.Start > *p.Max) {
		r.wrong(r.v.find("start").value, "start", "between min and max")
	}
}

// equations reads [[equation]].
func (d *decoder) equations(s *Spec, root *reader) {
	for _, r := range root.tables("equation") {
		s.Equations = append(s.Equations, Equation{
			Name:   r.label(),
			Is:     r.need("is", mustStatement),
			Weight: r.weight(),
			Pos:    r.v.place().pos(),
		})
		r.close()
	}
}

// conditions reads [[condition]].
func (d *decoder) conditions(s *Spec, root *reader) {
	for _, r := range root.tables("condition") {
		c := Condition{
			Name:    r.label(),
			At:      r.need("at", `a place such as "t = 0" or "boundary"`),
			Is:      r.need("is", mustStatement),
			Enforce: r.word("enforce", EnforceModes),
			Weight:  r.weight(),
			Pos:     r.v.place().pos(),
		}
		if c.Enforce == "" {
			c.Enforce = "auto"
		}
		if n := r.integer("points", 1, maxPoints); n != nil {
			c.Points = *n
		}
		r.close()
		s.Conditions = append(s.Conditions, c)
	}
}

// weight reads the weight of a statement in the loss.
func (r *reader) weight() float64 {
	if w := r.number("weight", positive); w != nil {
		return *w
	}
	return 1
}

// data reads [[data]].
func (d *decoder) data(s *Spec, root *reader) {
	for _, r := range root.tables("data") {
		a := Data{
			Name:   r.label(),
			File:   r.filled("file", "the path of a CSV file"),
			Is:     r.need("is", mustStatement),
			Weight: r.weight(),
			Pos:    r.v.place().pos(),
		}
		a.Columns = r.columns(s)
		a.Points = r.rows("points", len(a.Columns))
		r.source()
		r.close()
		s.Data = append(s.Data, a)
	}
}

// source checks that data come from one place: a file, or points and columns.
func (r *reader) source() {
	file, points, columns := r.v.find("file"), r.v.find("points"), r.v.find("columns")
	switch {
	case file == nil && points == nil && columns == nil:
		r.missing("file", "given, or points with columns")
	case file != nil && points != nil:
		r.report(points.place(), r.key("points"), "must not stand beside file, got both")
	case file != nil && columns != nil:
		r.report(columns.place(), r.key("columns"), "must not stand beside file, whose header names the columns, got both")
	case file == nil && points == nil:
		r.missing("points", "a list of rows of numbers")
	case file == nil && columns == nil:
		r.missing("columns", "the list of the names of the columns")
	}
}

// columns reads the names of the columns of inline data: every axis, then names
// of the statement that mean nothing else.
func (r *reader) columns(s *Spec) []Text {
	v := r.get("columns")
	if v == nil {
		return nil
	}
	if v.kind != arrayValue || len(v.items) == 0 {
		r.wrong(v, "columns", `a list of names such as ["x", "u_obs"]`)
		return nil
	}
	list := make([]Text, len(v.items))
	seen := map[string]bool{}
	for i, item := range v.items {
		switch {
		case item.kind != stringValue || pde.ValidName(item.text) != nil:
			r.wrong(item, index("columns", i), "the name of a column in quotes")
		case seen[item.text]:
			r.wrong(item, index("columns", i), "different from the columns before it")
		default:
			seen[item.text] = true
		}
		list[i] = item.asText()
	}
	for _, a := range s.Axes {
		if !seen[a.Name.Value] {
			r.report(v.place(), r.key("columns"), "must have the axis %s, got %s", clip([]byte(a.Name.Value)), v.show())
		}
	}
	return list
}

// rows reads a list of rows of so many finite numbers; width 0 is unknown.
func (r *reader) rows(key string, width int) [][]float64 {
	const most = maxPoints
	var list [][]float64
	for i, v := range r.array(key, "a list of rows of numbers", most) {
		if v.kind != arrayValue || len(v.items) == 0 || width > 0 && len(v.items) != width {
			must := "a row with a number for each column"
			r.wrong(v, index(key, i), must)
			continue
		}
		row := make([]float64, len(v.items))
		for j, item := range v.items {
			row[j], _ = r.asNumber(item, index(index(key, i), j), anyNumber)
		}
		list = append(list, row)
	}
	return list
}

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
