package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Vector says how the first two fields of an answer over two spatial axes are
// drawn together.
type Vector int

// The ways to draw two fields as one.
const (
	// Auto draws fields named u and v over x and y: deformed if they are the
	// only fields, as arrows if a third, such as a pressure, stands beside.
	Auto     Vector = iota
	Separate        // no such figure
	Deformed        // the domain moved by the fields as a displacement
	Arrows          // arrows, as of a velocity
)

// pair is the two fields as one vector (u, v) over a sheet.
type pair struct {
	a     Answer
	s     sheet
	u, v  []float64
	sizes []float64 // √(u² + v²)
}

// vector returns the figure of the first two fields together, if there is one:
// deformed or arrows.
func (a Answer) vector(grid lattice) []page {
	kind := a.kind()
	if kind == Separate {
		return nil
	}
	p := pair{a: a, s: grid.sheet(0, 1, []int{0, 0}), u: a.Fields[0].Values, v: a.Fields[1].Values}
	p.sizes = make([]float64, len(p.u))
	for i := range p.sizes {
		p.sizes[i] = math.Hypot(p.u[i], p.v[i])
	}
	if kind == Arrows {
		return []page{p.arrows()}
	}
	return []page{p.deformed()}
}

// kind resolves Auto; it is Separate where two fields over two spatial axes are
// not at hand.
func (a Answer) kind() Vector {
	if len(a.Fields) < 2 || len(a.Axes) != 2 || a.time() >= 0 {
		return Separate
	}
	if a.Vector != Auto {
		return a.Vector
	}
	names := a.Axes[0].Name + a.Axes[1].Name + a.Fields[0].Name + a.Fields[1].Name
	switch {
	case names != "xyuv":
		return Separate
	case len(a.Fields) == 2:
		return Deformed
	default:
		return Arrows
	}
}

// title names the two fields.
func (p pair) title() string {
	return "(" + clean(p.a.Fields[0].Name) + ", " + clean(p.a.Fields[1].Name) + ")"
}

// sheetPage lays out one large map over the coordinates xs and ys with a colour
// bar of the vector's size, and calls fill to draw into it.
func (p pair) sheetPage(name, below string, xs, ys []float64, fill func(*panel, scale)) page {
	x, y := roomy(xs), roomy(ys)
	w, h := mapSize(420, 300, sheet{x: []float64{x.min, x.max}, y: []float64{y.min, y.max}}, true)
	h = max(h, 90)
	total := headRoom + titleRoom + h + bottomRoom + 4
	return page{name: name, w: max(leftRoom+w+barRoom+14, 380), h: total, draw: func(dc draw.Canvas) {
		heading(dc, p.a.Title, below)
		m := panel{page: dc, box: rect(leftRoom, total-headRoom-titleRoom-h, w, h), x: x, y: y, plain: true}
		m.title = "size of " + p.title()
		m.xlabel, m.ylabel = p.a.Axes[0].label(), p.a.Axes[1].label()
		values := fromZero(p.sizes)
		fill(&m, values)
		m.frame()
		m.colourBar(values, viridis)
	}}
}

// arrows draws the size of the vector as a map and arrows on it, the longest as
// long as neighbours are apart.
func (p pair) arrows() page {
	_, longest := extent(false, p.sizes)
	below := "arrows of " + p.title()
	if longest > 0 {
		below += ", longest arrow: " + number(longest, 3)
	}
	return p.sheetPage("arrows", below, p.s.x, p.s.y, func(m *panel, values scale) {
		m.chart(p.s, p.sizes, values, viridis)
		if !(longest > 0) {
			return
		}
		apart := max(m.width(), m.height()) / 18
		for _, i := range evenly(len(p.s.x), int(m.width()/apart)) {
			for _, j := range evenly(len(p.s.y), int(m.height()/apart)) {
				pt, ok := m.point(p.s.x[i], p.s.y[j])
				u, v := p.s.value(p.u, i, j)/longest, p.s.value(p.v, i, j)/longest
				if ok && math.Hypot(u, v) <= 1 {
					m.arrow(pt, vg.Point{X: apart * vg.Length(u), Y: apart * vg.Length(v)})
				}
			}
		}
	})
}

// arrow draws an arrow that is centred on pt, with a light rim to stand out.
func (p *panel) arrow(pt, d vg.Point) {
	length := math.Hypot(float64(d.X), float64(d.Y))
	if length < 1.5 {
		return
	}
	from := vg.Point{X: pt.X - d.X/2, Y: pt.Y - d.Y/2}
	tip := vg.Point{X: pt.X + d.X/2, Y: pt.Y + d.Y/2}
	barb := vg.Length(math.Min(0.35, 4/length))
	side := func(sign vg.Length) vg.Point {
		return vg.Point{X: tip.X - barb*(d.X+sign*0.6*d.Y), Y: tip.Y - barb*(d.Y-sign*0.6*d.X)}
	}
	for _, sty := range []draw.LineStyle{pen(white, 2), pen(ink, 0.8)} {
		in := p.inside()
		in.StrokeLines(sty, in.ClipLinesXY([]vg.Point{from, tip}, []vg.Point{side(1), tip, side(-1)})...)
	}
}

// evenly returns at most count indices out of n, spread evenly, both ends in.
func evenly(n, count int) []int {
	count = max(1, min(n, count))
	out := make([]int, count)
	for k := range out {
		out[k] = k * (n - 1) / max(1, count-1)
	}
	return out
}
