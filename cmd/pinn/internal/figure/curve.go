package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curve draws a field of one axis: the curve with the exact values, and below
// it the error on a logarithmic side.
func (a Answer) curve(f Field, grid lattice) page {
	const w, h, errorHeight vg.Length = 480, 220, 110
	s := sheet{x: grid.at[0], y: []float64{0}, rows: grid.rows}
	total := headRoom + titleRoom + h + bottomRoom
	if f.Exact != nil {
		total += 10 + errorHeight
	}
	return page{w: leftRoom + w + 24, h: total, draw: func(dc draw.Canvas) {
		a.head(dc, f)
		p := panel{page: dc, box: rect(leftRoom+6, total-headRoom-titleRoom-h, w, h), x: tight(s.x), y: roomy(f.Values, f.Exact)}
		p.xlabel, p.ylabel, p.bareX = a.Axes[0].label(), f.label(), f.Exact != nil
		p.grid()
		x, y := s.x, s.alongX(f.Values, 0)
		if f.Exact == nil {
			p.curveWithExact(x, y, nil)
			p.frame()
			return
		}
		p.curveWithExact(x, y, s.alongX(f.Exact, 0))
		p.frame()
		p.keyAbove(true, 10)

		e := s.alongX(f.errors(), 0)
		q := panel{page: dc, box: rect(p.box.Min.X, p.box.Min.Y-10-errorHeight, w, errorHeight), x: p.x, y: decades(e)}
		q.xlabel, q.ylabel = a.Axes[0].label(), "|"+clean(f.Name)+" − "+clean(f.Name)+"*|"
		q.grid()
		q.line(x, e, pen(series[1], 1.2))
		if len(e) == 1 {
			q.dots(x, e, series[1], 2)
		}
		q.frame()
	}}
}

// scatter draws a field at points without order: against the exact field if
// that is known, where a perfect answer lies on the diagonal, else against the
// first axis.
func (a Answer) scatter(f Field) page {
	const w, h vg.Length = 360, 360
	total := headRoom + titleRoom + h + bottomRoom
	return page{w: leftRoom + w + 30, h: total, draw: func(dc draw.Canvas) {
		a.head(dc, f)
		p := panel{page: dc, box: rect(leftRoom+8, bottomRoom+4, w, h)}
		p.ylabel = f.label() + ", network"
		if f.Exact != nil {
			p.x = roomy(f.Values, f.Exact)
			p.y = p.x
			p.xlabel = f.label() + ", exact"
			p.grid()
			p.line([]float64{p.x.min, p.x.max}, []float64{p.x.min, p.x.max}, pen(soft, 0.8, 4, 3))
			p.dots(every(f.Exact), every(f.Values), series[0], 1.2)
		} else {
			x := a.Axes[0].At
			p.x, p.y = roomy(x), roomy(f.Values)
			p.xlabel = a.Axes[0].label()
			p.grid()
			p.dots(every(x), every(f.Values), series[0], 1.2)
		}
		p.frame()
	}}
}

// every returns at most 4000 values of a column, evenly picked, so that a cloud
// of points stays a small file.
func every(column []float64) []float64 {
	const most = 4000
	step := max(1, (len(column)+most-1)/most)
	var out []float64
	for i := 0; i < len(column); i += step {
		out = append(out, column[i])
	}
	return out
}
