package figure

import (
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
