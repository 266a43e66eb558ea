package figure

import (
	"image"
	"image/color"
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

// deformed draws the domain moved by a multiple of the vector, coloured by the
// vector's size, with the grid lines that were straight before.
func (p pair) deformed() page {
	factor := p.magnify()
	xs, ys := p.moved(factor)
	below := "displacement " + p.title() + ", scaled by " + number(factor, 3) + "; dashed: the domain at rest"
	return p.sheetPage("deformed", below, append(xs, p.s.x...), append(ys, p.s.y...), func(m *panel, values scale) {
		m.image(p.raster(m, values, xs, ys))
		lines := pen(color.NRGBA{0xff, 0xff, 0xff, 0xb0}, 0.5)
		for _, i := range evenly(len(p.s.x), 17) {
			m.line(p.s.alongY(xs, i), p.s.alongY(ys, i), lines)
		}
		for _, j := range evenly(len(p.s.y), 17) {
			m.line(p.s.alongX(xs, j), p.s.alongX(ys, j), lines)
		}
		x, y := tight(p.s.x), tight(p.s.y)
		m.line([]float64{x.min, x.max, x.max, x.min, x.min}, []float64{y.min, y.min, y.max, y.max, y.min}, pen(soft, 0.8, 4, 3))
	})
}

// magnify returns the round factor, 1, 2 or 5 times a power of ten, at which
// the largest displacement is about a tenth of the domain.
func (p pair) magnify() float64 {
	x, y := tight(p.s.x), tight(p.s.y)
	_, largest := extent(false, p.sizes)
	want := 0.1 * math.Max(x.max-x.min, y.max-y.min) / largest
	if !(largest > 1e-280) || !(want > 1e-280) {
		return 1
	}
	base := math.Pow(10, math.Floor(math.Log10(want)))
	for _, c := range []float64{5, 2} {
		if c*base <= want {
			return c * base
		}
	}
	return base
}

// moved returns the coordinates of the points, moved; NaN where there is no
// displacement.
func (p pair) moved(factor float64) (xs, ys []float64) {
	xs, ys = make([]float64, len(p.u)), make([]float64, len(p.v))
	for row := range xs {
		xs[row] = p.a.Axes[0].At[row] + factor*p.u[row]
		ys[row] = p.a.Axes[1].At[row] + factor*p.v[row]
	}
	return xs, ys
}

// corner is a point of a moved cell: pixels and the vector's size.
type corner struct{ x, y, size float64 }

// raster paints every moved cell as two triangles over which the size of the
// vector is interpolated linearly.
func (p pair) raster(m *panel, values scale, xs, ys []float64) image.Image {
	w, h := int(m.width().Dots(dpi)+0.5), int(m.height().Dots(dpi)+0.5)
	img := image.NewNRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	at := func(i, j int) corner {
		x, y := m.x.at(p.s.value(xs, i, j)), m.y.at(p.s.value(ys, i, j))
		return corner{x * float64(w), (1 - y) * float64(h), values.at(p.s.value(p.sizes, i, j))}
	}
	for i := range len(p.s.x) - 1 {
		for j := range len(p.s.y) - 1 {
			a, b, c, d := at(i, j), at(i+1, j), at(i+1, j+1), at(i, j+1)
			triangle(img, a, b, c)
			triangle(img, a, c, d)
		}
	}
	return img
}

// triangle colours the pixels whose centres lie in a, b, c; a corner that is
// NaN leaves it blank. Barycentric weights come from the signed areas.
func triangle(img *image.NRGBA, a, b, c corner) {
	area := (b.x-a.x)*(c.y-a.y) - (c.x-a.x)*(b.y-a.y)
	if !(math.Abs(area) > 1e-12) || math.IsNaN(a.size+b.size+c.size) {
		return
	}
	size := img.Bounds().Size()
	x0, x1 := pixels(size.X, a.x, b.x, c.x)
	y0, y1 := pixels(size.Y, a.y, b.y, c.y)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			px, py := float64(x)+0.5, float64(y)+0.5
			wb := ((px-a.x)*(c.y-a.y) - (c.x-a.x)*(py-a.y)) / area
			wc := ((b.x-a.x)*(py-a.y) - (px-a.x)*(b.y-a.y)) / area
			const edge = -1e-9 // shared edges leave no gap
			if wa := 1 - wb - wc; wa >= edge && wb >= edge && wc >= edge {
				img.SetNRGBA(x, y, shade(viridis, wa*a.size+wb*b.size+wc*c.size))
			}
		}
	}
}

// pixels returns the range of pixels that three coordinates span, cut to n.
func pixels(n int, a, b, c float64) (from, to int) {
	lo, hi := math.Min(a, math.Min(b, c)), math.Max(a, math.Max(b, c))
	return int(clamp(math.Floor(lo), 0, float64(n))), int(clamp(math.Ceil(hi), 0, float64(n)))
}
