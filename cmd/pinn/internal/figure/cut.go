package figure

import (
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
