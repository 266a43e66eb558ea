package figure

import (
	"image"
	"image/color"
	"math"
	"strings"

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

// slice is one column of the figure of a field with three or more axes.
type slice struct {
	title string
	sheet sheet
}

// series draws a field of three or more axes: maps of its layers over two axes,
// one column per place of a third. With time, the maps lie over the first two
// spatial axes; the last of three axes takes its place in a steady problem. Any
// further axes are in the middle.
func (a Answer) series(f Field, grid lattice) page {
	i, j, k := a.pick()
	slices := a.slices(grid, i, j, k)
	layers := f.layers()
	n := vg.Length(len(slices))
	w, h := mapSize((solutionWidth-leftRoom-barRoom-3*panelGap-6)/4, 145, slices[0].sheet, true)
	rows := vg.Length(len(layers))
	const between = titleRoom + 8
	total := headRoom + titleRoom + rows*h + (rows-1)*between + bottomRoom + 4
	right := leftRoom + n*w + (n-1)*panelGap + barRoom + 6
	return page{w: max(right, 420), h: total, draw: func(dc draw.Canvas) {
		a.head(dc, f)
		y := total - headRoom - titleRoom - h
		for r, l := range layers {
			x, start := leftRoom, vg.Length(0)
			for c, s := range slices {
				p := panel{page: dc, box: rect(x, y, w, h), x: tight(s.sheet.x), y: tight(s.sheet.y), plain: true}
				p.bareY, p.bareX, p.start = c > 0, r < len(layers)-1, start
				p.xlabel, p.ylabel = a.Axes[i].label(), a.Axes[j].label()
				p.title = s.title
				if c == 0 {
					p.title = l.title + ",  " + s.title
				}
				if r > 0 && c > 0 {
					p.title = ""
				}
				if r > 0 && c == 0 {
					p.title = l.title
				}
				p.chart(s.sheet, l.column, l.values, l.colours)
				p.frame()
				start = p.end
				if c == len(slices)-1 {
					p.colourBar(l.values, l.colours)
				}
				x += w + panelGap
			}
			y -= h + between
		}
	}}
}

// pick returns the axes to the right and up, and the one over which the columns
// go: time if there is one, else the third.
func (a Answer) pick() (i, j, k int) {
	k = 2
	if t := a.time(); t >= 0 {
		k = t
	}
	free := make([]int, 0, 3)
	for axis := 0; len(free) < 2; axis++ {
		if axis != k {
			free = append(free, axis)
		}
	}
	return free[0], free[1], k
}

// slices cuts the lattice at up to four places of axis k.
func (a Answer) slices(grid lattice, i, j, k int) []slice {
	middle := make([]int, len(grid.at))
	var fixed []string
	for axis, places := range grid.at {
		middle[axis] = len(places) / 2
		if axis != i && axis != j && axis != k {
			fixed = append(fixed, clean(a.Axes[axis].Name)+" = "+number(places[middle[axis]], 3))
		}
	}
	var out []slice
	for _, index := range fourOf(len(grid.at[k]), a.time() == k) {
		middle[k] = index
		words := append([]string{clean(a.Axes[k].Name) + " = " + number(grid.at[k][index], 3)}, fixed...)
		out = append(out, slice{strings.Join(words, ", "), grid.sheet(i, j, middle)})
	}
	return out
}
