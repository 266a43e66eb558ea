package figure

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// piece is the number of points that are drawn at a time: the time that the
// rasteriser takes grows with the square of what is on one row of pixels.
const piece = 128

// line joins neighbouring points; it breaks where a point cannot be drawn.
func (p *panel) line(xs, ys []float64, sty draw.LineStyle) {
	xs, ys = thin(xs, ys)
	var pts []vg.Point
	in := p.inside()
	flush := func() {
		if len(pts) > 1 {
			in.StrokeLines(sty, in.ClipLinesXY(pts)...)
		}
		pts = nil
	}
	for i := range ys {
		if pt, ok := p.point(xs[i], ys[i]); ok {
			pts = append(pts, pt)
			if len(pts) == piece {
				flush()
				pts = []vg.Point{pt}
			}
		} else {
			flush()
		}
	}
	flush()
}

// dots marks the points that can be drawn and lie in the box.
func (p *panel) dots(xs, ys []float64, c color.Color, radius vg.Length) {
	in := p.inside()
	sty := draw.GlyphStyle{Color: c, Radius: radius, Shape: draw.CircleGlyph{}}
	for i := range ys {
		if pt, ok := p.point(xs[i], ys[i]); ok && in.Contains(pt) {
			in.DrawGlyphNoClip(sty, pt)
		}
	}
}

// band fills between lo and hi; a lower end that has no place, as zero on a
// logarithmic axis, is at the bottom. Rows without an upper end are passed over.
func (p *panel) band(xs, lo, hi []float64, c color.Color) {
	var upper, lower []vg.Point
	in := p.inside()
	flush := func() {
		outline := slices.Clone(upper)
		for i := len(lower) - 1; i >= 0; i-- {
			outline = append(outline, lower[i])
		}
		if len(upper) > 1 {
			in.FillPolygon(c, in.ClipPolygonXY(outline))
		}
		upper, lower = upper[max(0, len(upper)-1):], lower[max(0, len(lower)-1):]
	}
	for i := range xs {
		top, ok := p.point(xs[i], hi[i])
		if !ok || math.IsNaN(lo[i]) {
			continue
		}
		bottom, ok := p.point(xs[i], lo[i])
		if !ok {
			bottom = vg.Point{X: top.X, Y: p.box.Min.Y}
		}
		upper, lower = append(upper, top), append(lower, bottom)
		if len(upper) == piece {
			flush()
		}
	}
	flush()
}

// shadeX fills the box from x = a to x = b.
func (p *panel) shadeX(a, b float64, c color.Color) {
	u, v := p.x.at(a), p.x.at(b)
	if math.IsNaN(u) || math.IsNaN(v) {
		return
	}
	u, v = clamp(u, 0, 1), clamp(v, 0, 1)
	if u < v {
		p.page.FillPolygon(c, corners(rect(p.across(u), p.box.Min.Y, p.across(v)-p.across(u), p.height())))
	}
}

// upright draws a line from bottom to top at x.
func (p *panel) upright(x float64, sty draw.LineStyle) {
	if u := p.x.at(x); u >= 0 && u <= 1 {
		p.page.StrokeLine2(sty, p.across(u), p.box.Min.Y, p.across(u), p.box.Max.Y)
	}
}

// level draws a line from x = a to x = b at y.
func (p *panel) level(a, b, y float64, sty draw.LineStyle) {
	u, v, w := p.x.at(a), p.x.at(b), p.y.at(y)
	if w >= 0 && w <= 1 && !math.IsNaN(u) && !math.IsNaN(v) {
		p.page.StrokeLine2(sty, p.across(clamp(u, 0, 1)), p.up(w), p.across(clamp(v, 0, 1)), p.up(w))
	}
}

// thinAbove is the number of points that a line may have; a page is never that
// many pixels wide.
const thinAbove = 2000

// thin keeps the shape of a long line with few points: of each run of rows it
// keeps the first value, the least, the largest and the last, in order.
func thin(xs, ys []float64) (x, y []float64) {
	if len(ys) <= thinAbove {
		return xs, ys
	}
	run := (4*len(ys) + thinAbove - 1) / thinAbove
	for from := 0; from < len(ys); from += run {
		to := min(from+run, len(ys))
		least, largest := -1, -1
		for i := from; i < to; i++ {
			if !drawable(ys[i]) {
				continue
			}
			if least < 0 || ys[i] < ys[least] {
				least = i
			}
			if largest < 0 || ys[i] > ys[largest] {
				largest = i
			}
		}
		last := -1
		for _, i := range []int{from, min(least, largest), max(least, largest), to - 1} {
			if i > last {
				x, y = append(x, xs[i]), append(y, ys[i])
				last = i
			}
		}
	}
	return x, y
}
