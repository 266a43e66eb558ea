package figure

import (
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curve draws a field of one axis: the curve with the exact values, and below
// it the error on a logarithmic side.
func (a Answer) curve(f Field, grid lattice) page {
	const w, h, errorHeight vg.Length = 480, 220, 110
	s := sheet{x: grid.at[0], y: []float64{0}, rows: grid.rows}
	total := headRoom + titleRoom + h + bottomRoom
	if f.Exact != nil {
		total += 10 + errorHeight
	}
	return page{w: leftRoom + w + 24, h: total, draw: func(dc draw.Canvas) {
		a.head(dc, f)
		p := panel{page: dc, box: rect(leftRoom+6, total-headRoom-titleRoom-h, w, h), x: tight(s.x), y: roomy(f.Values, f.Exact)}
		p.xlabel, p.ylabel, p.bareX = a.Axes[0].label(), f.label(), f.Exact != nil
		p.grid()
		x, y := s.x, s.alongX(f.Values, 0)
		if f.Exact == nil {
			p.curveWithExact(x, y, nil)
			p.frame()
			return
		}
		p.curveWithExact(x, y, s.alongX(f.Exact, 0))
		p.frame()
		p.keyAbove(true, 10)

		e := s.alongX(f.errors(), 0)
		q := panel{page: dc, box: rect(p.box.Min.X, p.box.Min.Y-10-errorHeight, w, errorHeight), x: p.x, y: decades(e)}
		q.xlabel, q.ylabel = a.Axes[0].label(), "|"+clean(f.Name)+" − "+clean(f.Name)+"*|"
		q.grid()
		q.line(x, e, pen(series[1], 1.2))
		if len(e) == 1 {
			q.dots(x, e, series[1], 2)
		}
		q.frame()
	}}
}

// scatter draws a field at points without order: against the exact field if
// that is known, where a perfect answer lies on the diagonal, else against the
// first axis.
func (a Answer) scatter(f Field) page {
	const w, h vg.Length = 360, 360
	total := headRoom + titleRoom + h + bottomRoom
	return page{w: leftRoom + w + 30, h: total, draw: func(dc draw.Canvas) {
		a.head(dc, f)
		p := panel{page: dc, box: rect(leftRoom+8, bottomRoom+4, w, h)}
		p.ylabel = f.label() + ", network"
		if f.Exact != nil {
			p.x = roomy(f.Values, f.Exact)
			p.y = p.x
			p.xlabel = f.label() + ", exact"
			p.grid()
			p.line([]float64{p.x.min, p.x.max}, []float64{p.x.min, p.x.max}, pen(soft, 0.8, 4, 3))
			p.dots(every(f.Exact), every(f.Values), series[0], 1.2)
		} else {
			x := a.Axes[0].At
			p.x, p.y = roomy(x), roomy(f.Values)
			p.xlabel = a.Axes[0].label()
			p.grid()
			p.dots(every(x), every(f.Values), series[0], 1.2)
		}
		p.frame()
	}}
}

// every returns at most 4000 values of a column, evenly picked, so that a cloud
// of points stays a small file.
func every(column []float64) []float64 {
	const most = 4000
	step := max(1, (len(column)+most-1)/most)
	var out []float64
	for i := 0; i < len(column); i += step {
		out = append(out, column[i])
	}
	return out
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
	c.at = fourOf(len(places), false)
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
