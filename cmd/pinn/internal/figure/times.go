package figure

import (
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
