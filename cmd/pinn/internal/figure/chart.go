package figure

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// chart draws a column over a sheet as coloured cells, each as wide as it is
// nearest to its place; blank cells and values that cannot be drawn stay white.
// It is a raster at the resolution of the page also in SVG, where a rectangle
// per cell would take megabytes.
func (p *panel) chart(s sheet, column []float64, values scale, colours []color.NRGBA) {
	w := max(1, int(p.width().Dots(dpi)+0.5))
	h := max(1, int(p.height().Dots(dpi)+0.5))
	cols, rows := cells(s.x, p.x, w), cells(s.y, p.y, h)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			c := white
			if i, j := cols[x], rows[h-1-y]; i >= 0 && j >= 0 {
				v := s.value(column, i, j)
				if at := values.at(v); !math.IsNaN(at) {
					c = shade(colours, at)
				} else if v == 0 { // below all decades
					c = colours[0]
				}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	p.image(img)
}

// cells returns for each of n pixels along a side the nearest place, −1 outside
// the first and the last; one place alone fills the side.
func cells(places []float64, side scale, n int) []int {
	out := make([]int, n)
	for i := range out {
		v := side.min + (float64(i)+0.5)/float64(n)*(side.max-side.min)
		out[i] = nearest(places, v)
		if len(places) > 1 && (v < places[0] || v > places[len(places)-1]) {
			out[i] = -1
		}
	}
	return out
}

// Room that a colour bar takes at the right of a panel.
const (
	barGap   vg.Length = 6
	barWidth vg.Length = 8
	barRoom  vg.Length = 50 // with its labels
)

// colourBar draws the key of a chart at the right of the panel.
func (p *panel) colourBar(values scale, colours []color.NRGBA) {
	bar := panel{page: p.page, x: scale{max: 1}, y: values}
	bar.box = rect(p.box.Max.X+barGap, p.box.Min.Y, barWidth, p.height())
	img := image.NewNRGBA(image.Rect(0, 0, 1, len(colours)))
	for i, c := range colours {
		img.SetNRGBA(0, len(colours)-1-i, c)
	}
	bar.image(img)
	p.page.StrokeLines(pen(ink, 0.5), corners(bar.box))

	sty := typeface(sizeTick, text.XLeft, text.YCenter)
	_, ny := p.labels()
	marks, factor := values.ticks(ny)
	for _, m := range marks {
		if m.at < -1e-6 || m.at > 1+1e-6 {
			continue
		}
		x, y := bar.box.Max.X, bar.up(m.at)
		p.page.StrokeLine2(pen(ink, 0.5), x, y, x+tickLength(m)-0.5, y)
		p.page.FillText(sty, vg.Point{X: x + 5, Y: y + centring}, m.label)
	}
	if factor != "" {
		above := typeface(sizeTick, text.XLeft, text.YBottom)
		p.page.FillText(above, vg.Point{X: bar.box.Min.X, Y: bar.box.Max.Y + 5}, factor)
	}
}
