package accuracy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
)

// column is a column of PROBLEM.csv. Its place is a pointer into a row, whose type says
// how the cell is spelled: see spell and parse.
type column struct {
	name  string
	place func(r *Row) any
}

// schema lists the columns in order. A place that is rundir.Figures stands for one
// column for each figure, NAME:FIGURE. Seconds are wall-clock seconds; errors and
// losses have no unit, but max_abs has that of the fields.
var schema = slices.Concat([]column{
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
}, reachColumns(), []column{
	{"phases", func(r *Row) any { return &r.Phases }},
	{"kernel", func(r *Row) any { return &r.Kernel }},
	{"platform", func(r *Row) any { return &r.Platform }},
	{"threads", func(r *Row) any { return &r.Threads }},
	{"cpu", func(r *Row) any { return &r.CPU }},
	{"go", func(r *Row) any { return &r.Go }},
	{"version", func(r *Row) any { return &r.Version }},
	{"commit", func(r *Row) any { return &r.Commit }},
})

// reachColumns are the columns of when each target is first reached.
func reachColumns() (out []column) {
	for i, target := range Targets {
		name := "to_" + level(target)
		out = append(out,
			column{name + "_passes", func(r *Row) any { return &r.To[i].Passes }},
			column{name + "_s", func(r *Row) any { return &r.To[i].Seconds }})
	}
	return out
}

// figureMark stands between the name of a column of figures and that of the figure.
const figureMark = ":"

// figures is the place as figures, nil if it holds one value.
func (c column) figures(r *Row) *rundir.Figures {
	list, _ := c.place(r).(*rundir.Figures)
	return list
}

// expand returns the columns that hold the rows: those of the schema, each column of
// figures by as many as any of the rows has.
func expand(rows []Row) []column {
	var out []column
	for _, c := range schema {
		if c.figures(&Row{}) == nil {
			out = append(out, c)
			continue
		}
		var all rundir.Figures
		for i := range rows {
			for _, g := range *c.figures(&rows[i]) {
				all.Set(g.Name, 0)
			}
		}
		for _, g := range all {
			out = append(out, c.one(g.Name))
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
func (c column) one(name string) column {
	return column{c.name + figureMark + name, func(r *Row) any { return figurePlace{c.figures(r), name} }}
}

// named returns the column that a header names.
func named(header string) (column, error) {
	name, figure, some := strings.Cut(header, figureMark)
	for _, c := range schema {
		if c.name == name && some == (c.figures(&Row{}) != nil) {
			if some {
				c = c.one(figure)
			}
			return c, nil
		}
	}
	return column{}, fmt.Errorf("column %s: a table of runs has none of this name", header)
}

// MarshalJSON returns the row as an object of its columns.
func (r Row) MarshalJSON() ([]byte, error) {
	problem := column{"problem", func(r *Row) any { return &r.Problem }}
	var b bytes.Buffer
	sep := "{"
	for _, c := range append([]column{problem}, expand([]Row{r})...) {
		name, _ := json.Marshal(c.name) // a string always can be
		value, err := json.Marshal(c.value(&r))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s%s:%s", sep, name, value)
		sep = ","
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// value is what JSON shows in a column.
func (c column) value(r *Row) any {
	switch p := c.place(r).(type) {
	case *float64:
		return rundir.Number(*p)
	case figurePlace:
		v, _ := p.list.Get(p.name)
		return rundir.Number(v)
	case *int, *uint64:
		return p
	case *[]string:
		return append([]string{}, *p...)
	}
	return spell(c.place(r))
}

// spell returns the text of a cell. Numbers are the shortest decimal that reads back
// as the same value, and blank for NaN; settings are a JSON list; phases are
// "adamw 450 snr; lbfgs 912 passes".
func spell(place any) string {
	switch p := place.(type) {
	case *string:
		return *p
	case *int:
		return strconv.Itoa(*p)
	case *uint64:
		return strconv.FormatUint(*p, 10)
	case *float64:
		return spellNumber(*p)
	case figurePlace:
		v, _ := p.list.Get(p.name)
		return spellNumber(v)
	case *[]string:
		return spellList(*p)
	case *[]Phase:
		return spellPhases(*p)
	}
	panic("accuracy: a column has a type that has no spelling")
}

func spellNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func spellList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	text, _ := json.Marshal(list) // strings always can be
	return string(text)
}

func spellPhases(phases []Phase) string {
	var words []string
	for _, p := range phases {
		ended := p.Ended
		if ended == "" {
			ended = "-"
		}
		words = append(words, fmt.Sprintf("%s %d %s", p.Method, p.Steps, ended))
	}
	return strings.Join(words, "; ")
}

// parse puts the text of a cell into its place.
func parse(place any, text string) (err error) {
	switch p := place.(type) {
	case *string:
		*p = text
	case *int:
		*p, err = strconv.Atoi(text)
		err = expected(err, "a whole number", text)
	case *uint64:
		*p, err = strconv.ParseUint(text, 10, 64)
		err = expected(err, "a whole number, 0 or more", text)
	case *float64:
		*p, err = parseNumber(text)
	case figurePlace:
		var v float64
		if v, err = parseNumber(text); text != "" && err == nil {
			p.list.Set(p.name, v)
		}
	case *[]string:
		if text != "" {
			err = expected(json.Unmarshal([]byte(text), p), "a list of words in quotation marks, or blank", text)
		}
	case *[]Phase:
		*p, err = parsePhases(text)
	default:
		panic("accuracy: a column has a type that has no spelling")
	}
	return err
}

// expected says what a cell must be, if err says that it is not.
func expected(err error, what, text string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("must be %s, got %q", what, text)
}

func parseNumber(text string) (float64, error) {
	if text == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, expected(err, "a number or blank", text)
}

func parsePhases(text string) ([]Phase, error) {
	if text == "" {
		return nil, nil
	}
	var out []Phase
	for words := range strings.SplitSeq(text, "; ") {
		parts := strings.Split(words, " ")
		if len(parts) != 3 {
			return nil, fmt.Errorf(`must be phases as in "adamw 450 snr; lbfgs 912 passes", got %q`, text)
		}
		steps, err := strconv.Atoi(parts[1])
		if err != nil {
			return nil, fmt.Errorf("must have a whole number of steps in each phase, got %q", parts[1])
		}
		if parts[2] == "-" {
			parts[2] = ""
		}
		out = append(out, Phase{parts[0], steps, parts[2]})
	}
	return out, nil
}
