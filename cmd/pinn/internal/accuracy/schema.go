package accuracy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
)

// field is a column of PROBLEM.csv. Its place is a pointer into a row, whose type says
// how the cell is spelled: see spell and parse.
type field struct {
	name  string
	place func(r *Row) any
}

// schema lists the columns in order. A place that is rundir.Figures stands for one
// column for each figure, NAME:FIGURE. Seconds are wall-clock seconds; errors and
// losses have no unit, but max_abs has that of the fields.
var schema = append(append([]field{
	{"method", func(r *Row) any { return &r.Method }},
	{"seed", func(r *Row) any { return &r.Seed }},
	{"set", func(r *Row) any { return &r.Set }},
	{"limit_passes", func(r *Row) any { return &r.Limit }},
	{"statement", func(r *Row) any { return &r.Statement }},
	{"status", func(r *Row) any { return &r.Status }},
	{"rel_l2", func(r *Row) any { return &r.RelL2 }},
	{"rel_l2", func(r *Row) any { return &r.Fields }},
	{"max_abs", func(r *Row) any { return &r.MaxAbs }},
	{"loss", func(r *Row) any { return &r.Loss }},
	{"heldout", func(r *Row) any { return &r.HeldOut }},
	{"error_estimate", func(r *Row) any { return &r.Estimate }},
	{"first_rel_l2", func(r *Row) any { return &r.FirstRelL2 }},
	{"first_error_estimate", func(r *Row) any { return &r.FirstEstimate }},
	{"residual_fall", func(r *Row) any { return &r.Fall }},
	{"parameter", func(r *Row) any { return &r.Parameters }},
	{"parameter_error", func(r *Row) any { return &r.ParameterError }},
	{"passes", func(r *Row) any { return &r.Passes }},
	{"wall_s", func(r *Row) any { return &r.Seconds }},
}, reachFields()...), []field{
	{"phases", func(r *Row) any { return &r.Phases }},
	{"kernel", func(r *Row) any { return &r.Kernel }},
	{"platform", func(r *Row) any { return &r.Platform }},
	{"threads", func(r *Row) any { return &r.Threads }},
	{"cpu", func(r *Row) any { return &r.CPU }},
	{"go", func(r *Row) any { return &r.Go }},
	{"version", func(r *Row) any { return &r.Version }},
	{"commit", func(r *Row) any { return &r.Commit }},
}...)

// reachFields are the columns of when each target is first reached.
func reachFields() (out []field) {
	for i, target := range Targets {
		name := "to_" + level(target)
		out = append(out,
			field{name + "_passes", func(r *Row) any { return &r.To[i].Passes }},
			field{name + "_s", func(r *Row) any { return &r.To[i].Seconds }})
	}
	return out
}

// figureMark stands between the name of a column of figures and that of the figure.
const figureMark = ":"

// figures is the place as figures, nil if it holds one value.
func (f field) figures(r *Row) *rundir.Figures {
	list, _ := f.place(r).(*rundir.Figures)
	return list
}

// expand returns the columns that hold the rows: those of the schema, each column of
// figures by as many as any of the rows has.
func expand(rows []Row) []field {
	var out []field
	for _, f := range schema {
		if f.figures(&Row{}) == nil {
			out = append(out, f)
			continue
		}
		var all rundir.Figures
		for i := range rows {
			for _, g := range *f.figures(&rows[i]) {
				all.Set(g.Name, 0)
			}
		}
		for _, g := range all {
			out = append(out, f.one(g.Name))
		}
	}
	return out
}

// figurePlace is one figure of a list in a row.
type figurePlace struct {
	list *rundir.Figures
	name string
}

// one returns the column of one figure.
func (f field) one(name string) field {
	return field{f.name + figureMark + name, func(r *Row) any { return figurePlace{f.figures(r), name} }}
}

// named returns the column that a header names.
func named(header string) (field, error) {
	name, figure, some := strings.Cut(header, figureMark)
	for _, f := range schema {
		if f.name == name && some == (f.figures(&Row{}) != nil) {
			if some {
				f = f.one(figure)
			}
			return f, nil
		}
	}
	return field{}, fmt.Errorf("column %s: a table of runs has none of this name", header)
}

// MarshalJSON returns the row as an object of its columns.
func (r Row) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{%q:%q", "problem", r.Problem)
	for _, f := range expand([]Row{r}) {
		var v any = spell(f.place(&r))
		switch p := f.place(&r).(type) {
		case *float64:
			v = rundir.Number(*p)
		case figurePlace:
			x, _ := p.list.Get(p.name)
			v = rundir.Number(x)
		case *int, *uint64:
			v = p
		case *[]string:
			v = append([]string{}, *p...)
		}
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, ",%q:%s", f.name, text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
