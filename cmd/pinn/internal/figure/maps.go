package figure

import (
	"image/color"

	"gonum.org/v1/plot/text"
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

// cut is a row of line cuts through a sheet: along y at places of x where x is
// time, otherwise along x at places of y.
type cut struct {
	a     Answer
	f     Field
	s     sheet
	along Axis // the axis that is drawn
	over  Axis // the axis whose places are picked
	turn  bool // the cuts run along the sheet's y
	at    []int
}

func (a Answer) newCut(f Field, s sheet, i, j int) cut {
	c := cut{a: a, f: f, s: s, along: a.Axes[i], over: a.Axes[j]}
	places := s.y
	if a.time() >= 0 {
		c.turn = true
		c.along, c.over = a.Axes[j], a.Axes[i]
		places = s.x
	}
	c.at = even4(len(places), false)
	if c.turn && len(places) > 4 { // the initial time is known, the last is not
		for k := range c.at {
			c.at[k] = (len(places) - 1) * (k + 1) / 4
		}
	}
	return c
}

const cutHeight vg.Length = 130

func (c cut) room() vg.Length { return 20 + titleRoom + cutHeight + bottomRoom + 8 }

// line returns the places along the kth cut and a column's values there.
func (c cut) line(column []float64, k int) (x, y []float64, over float64) {
	if c.turn {
		return c.s.y, c.s.alongY(column, c.at[k]), c.s.x[c.at[k]]
	}
	return c.s.x, c.s.alongX(column, c.at[k]), c.s.y[c.at[k]]
}

// draw draws the cuts below top.
func (c cut) draw(dc draw.Canvas, top vg.Length) {
	n := vg.Length(len(c.at))
	w := (solutionWidth - leftRoom - 3*panelGap - 14) / 4
	if n == 1 {
		w *= 2
	}
	values := roomy(c.f.Values, c.f.Exact)
	start := vg.Length(0)
	box := rect(leftRoom, top-20-titleRoom-cutHeight, w, cutHeight)
	for k := range c.at {
		x, y, over := c.line(c.f.Values, k)
		p := panel{page: dc, box: box, x: tight(x), y: values, bareY: k > 0, start: start}
		p.title = clean(c.over.Name) + " = " + number(over, 3)
		p.xlabel, p.ylabel = c.along.label(), c.f.label()
		p.grid()
		p.curveWithExact(x, y, c.exact(k))
		p.frame()
		start = p.end
		box.Min.X += w + panelGap
		box.Max.X += w + panelGap
	}
	p := panel{page: dc, box: rect(leftRoom, top-20-titleRoom-cutHeight, solutionWidth-leftRoom-14, cutHeight)}
	p.keyAbove(c.f.Exact != nil, titleRoom+4)
}

func (c cut) exact(k int) []float64 {
	if c.f.Exact == nil {
		return nil
	}
	_, y, _ := c.line(c.f.Exact, k)
	return y
}

// curveWithExact draws the network's values as a line, the exact ones as dots,
// at most about forty.
func (p *panel) curveWithExact(x, y, exact []float64) {
	p.line(x, y, pen(series[0], 1.4))
	if len(y) == 1 {
		p.dots(x, y, series[0], 3)
	}
	every := max(1, (len(exact)+39)/40)
	var xs, ys []float64
	for i := 0; i < len(exact); i += every {
		xs, ys = append(xs, x[i]), append(ys, exact[i])
	}
	p.dots(xs, ys, series[1], 1.5)
}

// keyAbove explains lines and dots at the upper right, the given room above
// the box.
func (p *panel) keyAbove(exact bool, room vg.Length) {
	sty := typeface(sizeTick, text.XLeft, text.YCenter)
	y := p.box.Max.Y + room
	x := p.box.Max.X - 110
	if !exact {
		x += 50
	}
	p.page.StrokeLine2(pen(series[0], 1.4), x, y, x+16, y)
	p.page.FillText(sty, vg.Point{X: x + 20, Y: y}, "network")
	if exact {
		p.page.DrawGlyph(draw.GlyphStyle{Color: series[1], Radius: 1.5, Shape: draw.CircleGlyph{}}, vg.Point{X: x + 68, Y: y})
		p.page.FillText(sty, vg.Point{X: x + 74, Y: y}, "exact")
	}
}
