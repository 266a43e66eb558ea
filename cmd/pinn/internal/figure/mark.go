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

// contourCells is the number of cells across a plot in which level lines are sought.
const contourCells = 140

// contours draws the level lines of m.Z by marching squares: in each cell of a grid
// the crossings of its sides, found by linear interpolation, are joined; a cell with
// four is cut by the value at its middle. Pieces that meet are joined into lines.
//
// Source: Lorensen, Cline, SIGGRAPH 1987, in two dimensions.
func (p *panel) contours(m Mark) {
	n := contourCells
	z := make([]float64, (n+1)*(n+1))
	for i := range n + 1 {
		for j := range n + 1 {
			z[i*(n+1)+j] = m.Z(p.x.value(float64(i)/float64(n)), p.y.value(float64(j)/float64(n)))
		}
	}
	for _, level := range m.At {
		for _, line := range chain(crossings(z, n, level)) {
			pts := make([]vg.Point, len(line))
			for k, c := range line {
				pts[k] = vg.Point{X: p.across(c.at[0] / float64(n)), Y: p.up(c.at[1] / float64(n))}
			}
			in := p.inside()
			in.StrokeLines(m.style(), pts)
		}
	}
}

// value is the inverse of at, for a scale without knots.
func (s scale) value(at float64) float64 {
	v := s.min + at*(s.max-s.min)
	if s.log {
		return math.Pow(10, v)
	}
	return v
}

// crossing is where a level line cuts a side of a cell: the side's own number, shared
// by both its cells, and the place in cells.
type crossing struct {
	side int
	at   [2]float64
}

// crossings returns the pieces of a level line, two crossings each.
func crossings(z []float64, n int, level float64) (pieces [][2]crossing) {
	at := func(i, j int) float64 { return z[i*(n+1)+j] - level }
	cut := func(i, j, di, dj int) (crossing, bool) {
		a, b := at(i, j), at(i+di, j+dj)
		if (a < 0) == (b < 0) || !drawable(a) || !drawable(b) {
			return crossing{}, false
		}
		s := a / (a - b)
		side := 2*(i*(n+1)+j) + dj
		return crossing{side, [2]float64{float64(i) + s*float64(di), float64(j) + s*float64(dj)}}, true
	}
	for i := range n {
		for j := range n {
			var found []crossing
			// Around the cell: below, right, above, left.
			for _, e := range [4][4]int{{i, j, 1, 0}, {i + 1, j, 0, 1}, {i, j + 1, 1, 0}, {i, j, 0, 1}} {
				if c, ok := cut(e[0], e[1], e[2], e[3]); ok {
					found = append(found, c)
				}
			}
			switch {
			case len(found) == 2:
				pieces = append(pieces, [2]crossing{found[0], found[1]})
			case len(found) == 4:
				middle := at(i, j) + at(i+1, j) + at(i, j+1) + at(i+1, j+1)
				if (middle < 0) == (at(i, j) < 0) { // the corners below and above left belong together
					pieces = append(pieces, [2]crossing{found[0], found[1]}, [2]crossing{found[2], found[3]})
				} else {
					pieces = append(pieces, [2]crossing{found[0], found[3]}, [2]crossing{found[1], found[2]})
				}
			}
		}
	}
	return pieces
}

// chain joins pieces that meet at a side into lines.
func chain(pieces [][2]crossing) (lines [][]crossing) {
	meet := map[int][]int{}
	for k, p := range pieces {
		meet[p[0].side] = append(meet[p[0].side], k)
		meet[p[1].side] = append(meet[p[1].side], k)
	}
	used := make([]bool, len(pieces))
	follow := func(end crossing) (tail []crossing) {
		for {
			next := -1
			for _, k := range meet[end.side] {
				if !used[k] {
					next = k
				}
			}
			if next < 0 {
				return tail
			}
			used[next] = true
			p := pieces[next]
			if p[0].side == end.side {
				end = p[1]
			} else {
				end = p[0]
			}
			tail = append(tail, end)
		}
	}
	for k, p := range pieces {
		if used[k] {
			continue
		}
		used[k] = true
		line := append([]crossing{p[0], p[1]}, follow(p[1])...)
		head := follow(p[0])
		for i := 0; i < len(head)/2; i++ {
			head[i], head[len(head)-1-i] = head[len(head)-1-i], head[i]
		}
		lines = append(lines, append(head, line...))
	}
	return lines
}
