package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// layer is one row or column of maps: what is drawn in which colours.
type layer struct {
	title   string
	column  []float64
	values  scale
	colours []color.NRGBA
}

// layers returns field, exact field and error, or the field alone.
func (f Field) layers() []layer {
	values, errors := f.ranges()
	name := clean(f.Name)
	out := []layer{{name + ", network", f.Values, values, viridis}}
	if f.Exact != nil {
		out = append(out,
			layer{name + "*, exact", f.Exact, values, viridis},
			layer{"|" + name + " − " + name + "*|, error", f.errors(), errors, magma})
	}
	return out
}

// maps draws a field of two axes: its layers side by side, line cuts below.
// Time runs to the right; of two spatial axes the first does, to equal scale.
func (a Answer) maps(f Field, grid lattice) page {
	i, j := 0, 1
	if a.time() == 0 {
		j, i = 0, 1
	}
	if a.time() == 1 {
		i, j = 1, 0
	}
	s := grid.sheet(i, j, []int{0, 0})
	layers := f.layers()
	w, h := mapSize((solutionWidth-leftRoom-3*barRoom-2*panelGap-10)/3, 160, s, a.time() < 0)
	if len(layers) == 1 {
		w, h = mapSize(solutionWidth-leftRoom-barRoom-10, 220, s, a.time() < 0)
	}
	cut := a.newCut(f, s, i, j)
	total := headRoom + titleRoom + h + bottomRoom + cut.room()
	return page{w: solutionWidth, h: total, draw: func(dc draw.Canvas) {
		a.head(dc, f)
		x, y := leftRoom, total-headRoom-titleRoom-h
		for k, l := range layers {
			p := panel{page: dc, box: rect(x, y, w, h), x: tight(s.x), y: tight(s.y), plain: true, bareY: k > 0}
			p.title, p.xlabel, p.ylabel = l.title, a.Axes[i].label(), a.Axes[j].label()
			p.chart(s, l.column, l.values, l.colours)
			p.frame()
			p.colourBar(l.values, l.colours)
			x += w + barRoom + panelGap
		}
		cut.draw(dc, y-bottomRoom)
	}}
}

// mapSize returns the size of a map at most w wide: in proportion for two
// spatial axes, and then at most 300 high, unless that would be extreme; else of
// the height given.
func mapSize(w, h vg.Length, s sheet, spatial bool) (vg.Length, vg.Length) {
	x, y := tight(s.x), tight(s.y)
	ratio := (y.max - y.min) / (x.max - x.min)
	if !spatial || !(ratio > 0.15 && ratio < 4) {
		return w, h
	}
	h = min(300, w*vg.Length(ratio))
	return h / vg.Length(ratio), h
}
