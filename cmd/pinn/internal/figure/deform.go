package figure

import (
	"image"
	"image/color"
	"math"
)

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
