package figure

import (
	"image/color"
	"math"
	"path/filepath"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sheet is a page of plots in rows. At the right of each row stands its key; marks of the
// row with the same name have one line there.
type Sheet struct {
	Name  string // of the file
	Title string
	Below string // one line under the title
	Rows  [][]Plot
}

// Plot is one set of axes and what is drawn in it, in order.
type Plot struct {
	Title  string
	X, Y   Side
	Height float64 // of the row in points, the largest of its plots; 0 for 200
	Marks  []Mark
}

// Side is one axis. If Min = Max, it spans the data of the marks.
type Side struct {
	Label    string
	Log      bool
	Bare     bool // without tick labels; for X only
	Min, Max float64
}

// Mark is one thing drawn in a plot.
type Mark struct {
	Kind MarkKind
	Name string    // in the key; "" for none
	X, Y []float64 // Level uses Y alone, Upright X alone
	Lo   []float64 // of Band, whose upper edge is Y
	Z    func(x, y float64) float64
	At   []float64 // levels of a Contour of Z
	Ink  Ink
	Dash int // 0 whole, 1 long, 2 short, 3 mixed
	Bold bool
}

// MarkKind is a way to draw a Mark.
type MarkKind int

// The kinds of marks.
const (
	Line    MarkKind = iota // joins the points
	Dots                    // marks the points
	Beads                   // both
	Band                    // fills between Lo and Y
	Contour                 // level lines of Z over the whole plot
	Level                   // across at each Y
	Upright                 // from bottom to top at each X
)

// Ink is a colour: n ≥ 0 is the nth colour of lines, and each constant below is one of
// its own.
type Ink int

// The colours beside those of lines.
const (
	Black Ink = -1 - iota
	Grey
	Pale
)

func (i Ink) colour() color.NRGBA {
	switch i {
	case Black:
		return ink
	case Grey:
		return soft
	case Pale:
		return color.NRGBA{0xb8, 0xb8, 0xb8, 0xff}
	}
	return series[int(i)%len(series)]
}

// Sizes of a sheet, in points.
const (
	sheetLeft   vg.Length = 58
	sheetGap    vg.Length = 54 // between plots, with room for the labels of the right one
	sheetBottom vg.Length = 40
)

// Sheets draws each sheet as NAME.svg into dir.
func Sheets(dir string, sheets ...Sheet) error {
	for _, s := range sheets {
		if err := saveSVG(filepath.Join(dir, s.Name+".svg"), s.page()); err != nil {
			return err
		}
	}
	return nil
}

func (s Sheet) page() page {
	total := headRoom - 6
	for _, row := range s.Rows {
		total += titleRoom + rowHeight(row) + sheetBottom
	}
	return page{name: s.Name, w: historyWidth, h: total, draw: func(dc draw.Canvas) {
		heading(dc, s.Title, s.Below)
		y := total - headRoom + 6
		for _, row := range s.Rows {
			h := rowHeight(row)
			y -= titleRoom + h
			drawRow(dc, row, y, h)
			y -= sheetBottom
		}
	}}
}

func rowHeight(row []Plot) (h vg.Length) {
	for _, p := range row {
		h = max(h, vg.Length(p.Height))
	}
	if h == 0 {
		return 200
	}
	return h
}

// drawRow draws the plots of a row, h high above y, and their key.
func drawRow(dc draw.Canvas, row []Plot, y, h vg.Length) {
	key := rowKey(row)
	room := keyRoom
	if len(key) == 0 {
		room = 14
	}
	n := vg.Length(len(row))
	w := (historyWidth - sheetLeft - room - (n-1)*sheetGap) / n
	var last *panel
	for k, plot := range row {
		last = &panel{page: dc, box: rect(sheetLeft+vg.Length(k)*(w+sheetGap), y, w, h)}
		plot.draw(last)
	}
	last.key(key)
}

func (q Plot) draw(p *panel) {
	p.title, p.xlabel, p.ylabel, p.bareX = q.Title, q.X.Label, q.Y.Label, q.X.Bare
	p.x = q.side(q.X, func(m Mark) [][]float64 { return [][]float64{m.X} })
	p.y = q.side(q.Y, func(m Mark) [][]float64 { return [][]float64{m.Y, m.Lo} })
	p.grid()
	for _, m := range q.Marks {
		m.draw(p)
	}
	p.frame()
}

// side returns the scale of an axis.
func (q Plot) side(s Side, values func(Mark) [][]float64) scale {
	if s.Min < s.Max {
		if s.Log {
			return scale{min: math.Log10(s.Min), max: math.Log10(s.Max), log: true}
		}
		return scale{min: s.Min, max: s.Max}
	}
	var columns [][]float64
	for _, m := range q.Marks {
		columns = append(columns, values(m)...)
	}
	if s.Log {
		return decades(columns...)
	}
	return roomy(columns...)
}

func (m Mark) style() draw.LineStyle {
	width := vg.Length(1.2)
	if m.Bold {
		width = 2
	}
	if m.Kind == Contour || m.Kind == Level || m.Kind == Upright {
		width = 0.8
	}
	return pen(m.Ink.colour(), width, dashes[m.Dash%len(dashes)]...)
}

func (m Mark) draw(p *panel) {
	radius := vg.Length(1.6)
	if m.Bold {
		radius = 3
	}
	switch m.Kind {
	case Line:
		p.line(m.X, m.Y, m.style())
	case Dots:
		p.dots(m.X, m.Y, m.Ink.colour(), radius)
	case Beads:
		p.line(m.X, m.Y, m.style())
		p.dots(m.X, m.Y, m.Ink.colour(), radius+0.4)
	case Band:
		p.band(m.X, m.Lo, m.Y, pale(m.Ink.colour()))
	case Contour:
		p.contours(m)
	case Level:
		for _, y := range m.Y {
			if v := p.y.at(y); v >= 0 && v <= 1 {
				p.page.StrokeLine2(m.style(), p.box.Min.X, p.up(v), p.box.Max.X, p.up(v))
			}
		}
	case Upright:
		for _, x := range m.X {
			p.upright(x, m.style())
		}
	}
}

// pale is the colour mixed with four parts of white, opaque as some formats need.
func pale(c color.NRGBA) color.NRGBA {
	mix := func(v uint8) uint8 { return uint8((int(v) + 4*255) / 5) }
	return color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

// rowKey gathers the named marks of a row, each name once.
func rowKey(row []Plot) (key []entry) {
	seen := map[string]bool{}
	for _, q := range row {
		for _, m := range q.Marks {
			if m.Name == "" || seen[m.Name] {
				continue
			}
			seen[m.Name] = true
			e := entry{text: m.Name, kind: lineMark, sty: m.style()}
			switch m.Kind {
			case Dots:
				e.kind = dotMark
			case Band:
				e.kind, e.sty = bandMark, pen(pale(m.Ink.colour()), 1)
			}
			key = append(key, e)
		}
	}
	return key
}
