package figure

import (
	"fmt"
	"math"
	"strings"
)

// Answer is a solution at n points, beside the exact or reference solution
// where that is known. The points may come in any order; where they are those
// of a grid, with or without holes, the figures show the grid.
type Answer struct {
	Title  string  // of the problem; may be empty
	Axes   []Axis  // in declared order; the axis named t is time
	Fields []Field // in declared order
	Fixed  []Fixed // axes held constant over all points, for the titles
	Vector Vector  // how the first two fields are drawn together
}

// Axis is one column of coordinates.
type Axis struct {
	Name, Unit string
	At         []float64 // n values
}

// Field is one unknown function at the points.
type Field struct {
	Name, Unit string
	Values     []float64 // n values
	Exact      []float64 // n values, NaN where unknown; nil: not known at all
	// RelL2 and MaxAbs are the errors that the run reports; NaN: not known.
	RelL2, MaxAbs float64
}

// Fixed is an axis at one place.
type Fixed struct {
	Name  string
	Value float64
}

// check refuses columns that do not match.
func (a Answer) check() error {
	if len(a.Axes) == 0 || len(a.Fields) == 0 {
		return fmt.Errorf("draw a solution: it has %d axes and %d fields", len(a.Axes), len(a.Fields))
	}
	n := len(a.Axes[0].At)
	for _, x := range a.Axes {
		if len(x.At) != n {
			return fmt.Errorf("draw a solution: axis %s has %d values, not %d", x.Name, len(x.At), n)
		}
	}
	for _, f := range a.Fields {
		if len(f.Values) != n || f.Exact != nil && len(f.Exact) != n {
			return fmt.Errorf("draw a solution: field %s has %d values and %d exact ones, not %d", f.Name, len(f.Values), len(f.Exact), n)
		}
	}
	return nil
}

// columns returns the coordinates.
func (a Answer) columns() [][]float64 {
	var out [][]float64
	for _, x := range a.Axes {
		out = append(out, x.At)
	}
	return out
}

// time returns the index of the time axis, or −1.
func (a Answer) time() int {
	for i, x := range a.Axes {
		if x.Name == "t" {
			return i
		}
	}
	return -1
}

// label spells the name of an axis with its unit.
func (x Axis) label() string { return withUnit(x.Name, x.Unit) }

// label spells the name of a field with its unit.
func (f Field) label() string { return withUnit(f.Name, f.Unit) }

func withUnit(name, unit string) string {
	if unit == "" {
		return clean(name)
	}
	return clean(name + " / " + unit)
}

// errors returns |u − u*| at each point, NaN where the exact value is unknown.
func (f Field) errors() []float64 {
	out := make([]float64, len(f.Values))
	for i, u := range f.Values {
		out[i] = math.Abs(u - f.Exact[i])
	}
	return out
}

// summary is the line below the title: places held fixed and errors.
func (a Answer) summary(f Field) string {
	var parts []string
	for _, x := range a.Fixed {
		parts = append(parts, clean(x.Name)+" = "+number(x.Value, 3))
	}
	if !math.IsNaN(f.RelL2) {
		parts = append(parts, "relative L2 error "+number(f.RelL2, 2))
	}
	if !math.IsNaN(f.MaxAbs) {
		parts = append(parts, "largest error "+number(f.MaxAbs, 2))
	}
	text := "field " + clean(f.Name)
	if len(parts) > 0 {
		text += ":  " + strings.Join(parts, ",  ")
	}
	return text
}

// names returns file names for the fields: their own, made fit for a file, and
// with a number where two would be the same in any mixture of cases, or where
// another figure of the run bears the name.
func (a Answer) names() []string {
	taken := map[string]bool{"loss": true, "phases": true, "phases-seconds": true, "deformed": true, "arrows": true}
	var out []string
	for _, f := range a.Fields {
		base := strings.Map(func(r rune) rune {
			if strings.ContainsRune(`/\:*?"<>|.`, r) || r <= ' ' || r == 0x7f {
				return '_'
			}
			return r
		}, clean(f.Name))
		if base == "" {
			base = "field"
		}
		name := base
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		taken[strings.ToLower(name)] = true
		out = append(out, name)
	}
	return out
}
