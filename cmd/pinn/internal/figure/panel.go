package figure

import (
	"image"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one set of axes: a box on the page and the two scales of its sides.
type panel struct {
	page draw.Canvas
	box  vg.Rectangle
	x, y scale

	title, xlabel, ylabel string
	bareX, bareY          bool // no tick labels on that side: the neighbour has them
	plain                 bool // no grid lines, for images

	inset vg.Length // distance of the label from the left side; 0: as close as the marks allow
	start vg.Length // no label below the box may begin left of this
	end   vg.Length // where the last one ends, for the next panel's start
}

// rect returns the box with its lower left corner at (x, y).
func rect(x, y, w, h vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + w, Y: y + h}}
}

func (p *panel) width() vg.Length  { return p.box.Max.X - p.box.Min.X }
func (p *panel) height() vg.Length { return p.box.Max.Y - p.box.Min.Y }

// across and up turn places in [0, 1] into lengths on the page.
func (p *panel) across(at float64) vg.Length { return p.box.Min.X + vg.Length(at)*p.width() }
func (p *panel) up(at float64) vg.Length     { return p.box.Min.Y + vg.Length(at)*p.height() }

// point returns the place of a pair of data on the page; ok is false if it
// cannot be drawn.
func (p *panel) point(x, y float64) (pt vg.Point, ok bool) {
	a, b := p.x.at(x), p.y.at(y)
	return vg.Point{X: p.across(a), Y: p.up(b)}, !math.IsNaN(a) && !math.IsNaN(b)
}

// inside returns the canvas cut down to the box.
func (p *panel) inside() draw.Canvas { return draw.Canvas{Canvas: p.page.Canvas, Rectangle: p.box} }

// labels returns how many labels each side has room for.
func (p *panel) labels() (nx, ny int) {
	return int(p.width() / 42), int(p.height() / 34)
}

// grid draws the lines behind the data.
func (p *panel) grid() {
	if p.plain {
		return
	}
	nx, ny := p.labels()
	marks, _ := p.x.ticks(nx)
	for _, m := range marks {
		if m.label != "" && m.at >= 0 && m.at <= 1 {
			p.page.StrokeLine2(pen(faint, 0.5), p.across(m.at), p.box.Min.Y, p.across(m.at), p.box.Max.Y)
		}
	}
	marks, _ = p.y.ticks(ny)
	for _, m := range marks {
		if m.label != "" && m.at >= 0 && m.at <= 1 {
			p.page.StrokeLine2(pen(faint, 0.5), p.box.Min.X, p.up(m.at), p.box.Max.X, p.up(m.at))
		}
	}
}

// frame draws the border, the marks and all words around the data.
func (p *panel) frame() {
	p.page.StrokeLines(pen(ink, 0.7), corners(p.box))
	p.bottom()
	p.left()
	title := typeface(sizeTitle, text.XCenter, text.YBottom)
	middle := (p.box.Min.X + p.box.Max.X) / 2
	p.page.FillText(title, vg.Point{X: middle, Y: p.box.Max.Y + 5}, fit(p.title, title, 1.3*p.width()))
}

// bottom draws the marks and labels below the box; a label that would touch
// the one before is left out.
func (p *panel) bottom() {
	nx, _ := p.labels()
	marks, factor := p.x.ticks(nx)
	sty := typeface(sizeTick, text.XCenter, text.YTop)
	p.end = p.start
	for _, m := range marks {
		if m.at < -1e-6 || m.at > 1+1e-6 {
			continue
		}
		x, y := p.across(m.at), p.box.Min.Y
		p.page.StrokeLine2(pen(ink, 0.6), x, y, x, y-tickLength(m))
		half := sty.Width(m.label) / 2
		if m.label == "" || p.bareX || x-half < p.end+4 {
			continue
		}
		p.page.FillText(sty, vg.Point{X: x, Y: y - 4}, m.label)
		p.end = x + half
	}
	if p.bareX {
		return
	}
	label := typeface(sizeLabel, text.XCenter, text.YTop)
	words := clean(p.xlabel)
	if factor != "" {
		words += "  (" + factor + ")"
	}
	p.page.FillText(label, vg.Point{X: (p.box.Min.X + p.box.Max.X) / 2, Y: p.box.Min.Y - 16}, fit(words, label, 1.2*p.width()))
}

// left draws the marks and labels beside the box.
func (p *panel) left() {
	_, ny := p.labels()
	marks, factor := p.y.ticks(ny)
	sty := typeface(sizeTick, text.XRight, text.YCenter)
	widest := vg.Length(0)
	for _, m := range marks {
		if m.at < -1e-6 || m.at > 1+1e-6 {
			continue
		}
		x, y := p.box.Min.X, p.up(m.at)
		p.page.StrokeLine2(pen(ink, 0.6), x, y, x-tickLength(m), y)
		if m.label != "" && !p.bareY {
			p.page.FillText(sty, vg.Point{X: x - 5, Y: y + centring}, m.label)
			widest = max(widest, sty.Width(m.label))
		}
	}
	if p.bareY {
		return
	}
	label := typeface(sizeLabel, text.XCenter, text.YBottom)
	label.Rotation = math.Pi / 2
	words := clean(p.ylabel)
	if factor != "" {
		words += "  (" + factor + ")"
	}
	flat := typeface(sizeLabel, text.XCenter, text.YBottom)
	inset := p.inset
	if inset == 0 {
		inset = widest + 9
	}
	p.page.FillText(label, vg.Point{X: p.box.Min.X - inset, Y: (p.box.Min.Y + p.box.Max.Y) / 2}, fit(words, flat, 1.2*p.height()))
}

// centring lifts labels beside a mark: the middle of a line of type lies below
// that of its digits.
const centring vg.Length = 0.8

func tickLength(m tick) vg.Length {
	if m.label == "" {
		return 1.5
	}
	return 3
}

// corners returns the closed outline of a box.
func corners(b vg.Rectangle) []vg.Point {
	return []vg.Point{b.Min, {X: b.Max.X, Y: b.Min.Y}, b.Max, {X: b.Min.X, Y: b.Max.Y}, b.Min}
}

// image fills the box with a picture.
func (p *panel) image(img image.Image) { p.page.DrawImage(p.box, img) }
