package figure

import (
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Course is the error of one method along its runs: the median over several seeds, and
// the least and the largest error of all.
type Course struct {
	Name    string
	Passes  Span
	Seconds Span
}

// Span is a course over passes or over seconds: at X[i] the median is Median[i] and all
// errors lie in [Lo[i], Hi[i]]. The four slices have equal lengths.
type Span struct{ X, Median, Lo, Hi []float64 }

// Courses draws the error of several methods on one problem as SVG into the file at
// path: over the passes over all points at the left and over seconds at the right, both
// logarithmic. A method's place in the list gives it its colour; a method without a
// course is not drawn.
func Courses(path, title string, courses []Course) error {
	return saveSVG(path, coursesPage(title, courses))
}

// Sizes of the page of courses, in points.
const (
	courseWidth  vg.Length = 310
	courseHeight vg.Length = 260
	courseKey    vg.Length = 120
)

func coursesPage(title string, courses []Course) page {
	w := historyLeft + 2*courseWidth + 28 + courseKey
	h := headRoom + courseHeight + bottomRoom + 6
	var errs, passes, seconds [][]float64
	for _, c := range courses {
		errs = append(errs, c.Passes.Median, c.Passes.Lo, c.Passes.Hi, c.Seconds.Median)
		passes, seconds = append(passes, c.Passes.X), append(seconds, c.Seconds.X)
	}
	y := decades(errs...)
	return page{name: "error", w: w, h: h, draw: func(dc draw.Canvas) {
		heading(dc, title, "median over seeds; the shade holds all of them. No run was shown its error.")
		left := &panel{page: dc, box: rect(historyLeft, bottomRoom+6, courseWidth, courseHeight), x: decades(passes...), y: y}
		left.xlabel, left.ylabel = "passes over all points", "relative L2 error"
		left.courses(courses, func(c Course) Span { return c.Passes })
		right := &panel{page: dc, box: rect(historyLeft+courseWidth+28, bottomRoom+6, courseWidth, courseHeight), x: decades(seconds...), y: y, bareY: true}
		right.xlabel, right.start = "seconds", left.end
		right.courses(courses, func(c Course) Span { return c.Seconds })
		right.courseKey(courses)
	}}
}

// courses draws all bands, then all lines.
func (p *panel) courses(courses []Course, of func(Course) Span) {
	p.grid()
	for i, c := range courses {
		shade := courseColour(i)
		shade.A = 0x22
		p.band(of(c).X, of(c).Lo, of(c).Hi, shade)
	}
	for i, c := range courses {
		p.line(of(c).X, of(c).Median, courseStyle(i))
		if n := len(of(c).X); n > 0 {
			p.dots(of(c).X[n-1:], of(c).Median[n-1:], courseColour(i), 2)
		}
	}
	p.frame()
}

// courseKey names the lines at the right, with where each ends.
func (p *panel) courseKey(courses []Course) {
	sty := typeface(sizeTick, text.XLeft, text.YCenter)
	x, y := p.box.Max.X+10, p.box.Max.Y-7
	for i, c := range courses {
		n := len(c.Passes.Median)
		if n == 0 {
			continue
		}
		p.page.StrokeLine2(courseStyle(i), x, y, x+20, y)
		words := c.Name + "  " + number(c.Passes.Median[n-1], 2)
		p.page.FillText(sty, vg.Point{X: x + 25, Y: y + centring}, fit(words, sty, courseKey-38))
		y -= 15
	}
}
