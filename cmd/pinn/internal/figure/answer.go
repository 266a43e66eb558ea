package figure

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
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

// Fixed is an axis that has the same value at all points.
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

// Sizes shared by the figures of a solution, in points.
const (
	solutionWidth vg.Length = 720
	headRoom      vg.Length = 52 // title and summary
	leftRoom      vg.Length = 52 // labels of the left side
	bottomRoom    vg.Length = 34 // labels below a panel
	titleRoom     vg.Length = 18 // above a panel
	panelGap      vg.Length = 14
)

// Solution draws every field of an answer, one figure per field named after it,
// and for two fields that are a displacement or a velocity one of both together
// (see Vector). What a figure shows depends on the number of axes:
//
//	1     curve and exact values, error below
//	2     maps of field, exact field and error; line cuts below
//	3     the same maps at four places of the third axis, or of time
//	more  the same maps over the first two axes (or the first and t) through
//	      the middle of the others
//
// Points that lie on no grid give, for any number of axes, the field against
// the exact field. Solution returns the names of the files written to dir.
func Solution(dir string, a Answer) ([]string, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	return save(dir, a.pages()...)
}

// pages returns the figures of an answer.
func (a Answer) pages() []page {
	grid, onGrid := newLattice(a.columns())
	var out []page
	for i, name := range a.names() {
		var p page
		switch f := a.Fields[i]; {
		case !onGrid:
			p = a.scatter(f)
		case len(a.Axes) == 1:
			p = a.curve(f, grid)
		case len(a.Axes) == 2:
			p = a.maps(f, grid)
		default:
			p = a.series(f, grid)
		}
		p.name = name
		out = append(out, p)
	}
	if onGrid {
		out = append(out, a.vector(grid)...)
	}
	return out
}

// head writes the title of the problem and the summary of a field.
func (a Answer) head(dc draw.Canvas, f Field) { heading(dc, a.Title, a.summary(f)) }

// heading writes a title in bold and a line below it at the top of the page.
func heading(dc draw.Canvas, title, below string) {
	top := dc.Max.Y - 10
	width := dc.Max.X - dc.Min.X - 20
	sty := typeface(sizeHead, text.XLeft, text.YTop)
	sty.Font.Weight = bold
	dc.FillText(sty, vg.Point{X: dc.Min.X + 10, Y: top}, fit(title, sty, width))
	sub := coloured(typeface(sizeTitle, text.XLeft, text.YTop), soft)
	dc.FillText(sub, vg.Point{X: dc.Min.X + 10, Y: top - 16}, fit(below, sub, width))
}

// ranges are the colour scales of a field: one for the field and its exact
// twin, so that equal colours are equal values, and one for the error, whose
// colours go by its logarithm.
func (f Field) ranges() (values, errors scale) {
	if f.Exact == nil {
		return tight(f.Values), scale{max: 1}
	}
	return tight(f.Values, f.Exact), below(f.errors())
}

// fourOf picks four indices out of n, spread evenly; fewer if n is small. The
// ends are left out where edges is false.
func fourOf(n int, edges bool) []int {
	var out []int
	for k := range 4 {
		at := (float64(k) + 1) / 5
		if edges {
			at = float64(k) / 3
		}
		i := int(math.Round(at * float64(n-1)))
		if len(out) == 0 || out[len(out)-1] != i {
			out = append(out, i)
		}
	}
	return out
}
