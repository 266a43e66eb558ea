package problems

import "pinn/pde"

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
