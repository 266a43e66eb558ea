package figure

import (
	"image/color"
	"strconv"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// strip is one panel of a history: its words, its upright scale, and what it
// draws. Strips stand one below the other over the same axis.
type strip struct {
	label  string
	values scale
	height vg.Length
	draw   func(*panel)
	key    []entry
}

// entry explains one kind of mark beside a strip; it is left out if the column
// that it stands for holds nothing.
type entry struct {
	column string
	text   string
	kind   mark
	sty    draw.LineStyle
}

// mark is a kind of mark in a key.
type mark int

const (
	lineMark mark = iota
	dotMark
	bandMark
	tickMark
)

// Sizes of a history's page, in points.
const (
	historyWidth vg.Length = 720
	historyLeft  vg.Length = 62
	keyRoom      vg.Length = 150
	stripGap     vg.Length = 12
	marksRoom    vg.Length = 34 // event numbers and phase names
)

// strips lays out the page called name: the title, the strips over one axis with phases
// shaded and events marked, and the notes below.
func (t track) strips(name, below string, all []strip, notes []note) page {
	total := headRoom + marksRoom + bottomRoom + 6
	for _, s := range all {
		total += s.height + stripGap
	}
	lines := noteLines(notes)
	if len(lines) > 0 {
		total += 12 + noteLine*vg.Length(len(lines))
	}
	w := historyWidth - historyLeft - keyRoom
	return page{name: name, w: historyWidth, h: total, draw: func(dc draw.Canvas) {
		heading(dc, t.Title, below)
		y := total - headRoom - marksRoom
		for i, s := range all {
			y -= s.height
			p := &panel{page: dc, box: rect(historyLeft, y, w, s.height), x: t.side, y: s.values}
			p.bareX, p.xlabel, p.ylabel, p.inset = i < len(all)-1, t.axisLabel(), s.label, 38
			t.shade(p)
			p.grid()
			for _, n := range notes {
				p.upright(n.x, n.pen())
			}
			s.draw(p)
			p.frame()
			p.key(t.present(s.key))
			if i == 0 {
				t.names(p)
				t.numbers(p, notes)
			}
			y -= stripGap
		}
		drawLines(dc, lines, y+stripGap-bottomRoom-10)
	}}
}

func (t track) axisLabel() string {
	if t.side.knots != nil {
		return t.label + "  (each phase to its own scale)"
	}
	return t.label
}

// tint returns the colour of a method: methods take tints as they appear.
func (t track) tint(method string) color.NRGBA {
	seen := 0
	known := map[string]int{}
	for _, b := range t.bands {
		if _, ok := known[b.method]; !ok {
			known[b.method] = seen
			seen++
		}
	}
	return tints[known[method]%len(tints)]
}

// shade fills the stretch of each phase.
func (t track) shade(p *panel) {
	for _, b := range t.bands {
		if b.method != "" {
			p.shadeX(b.from, b.to, t.tint(b.method))
		}
	}
}

// names writes the method of each phase above the panel where there is room.
func (t track) names(p *panel) {
	sty := typeface(sizeLabel, text.XCenter, text.YBottom)
	for _, b := range t.bands {
		u, v := p.x.at(b.from), p.x.at(b.to)
		from, to := p.across(clamp(u, 0, 1)), p.across(clamp(v, 0, 1))
		if sty.Width(clean(b.method)) <= to-from-4 {
			p.page.FillText(sty, vg.Point{X: (from + to) / 2, Y: p.box.Max.Y + 19}, clean(b.method))
		}
	}
}

// numbers writes the number of each note in a disc above its line, and the
// reason beside it where there is room; discs that would overlap move to the
// right.
func (t track) numbers(p *panel, notes []note) {
	sty := coloured(typeface(sizeTick-1, text.XCenter, text.YCenter), white)
	beside := typeface(sizeTick, text.XLeft, text.YCenter)
	next := p.box.Min.X - 100
	for i, n := range notes {
		at := p.x.at(n.x)
		if !(at >= -1e-9 && at <= 1+1e-9) {
			continue
		}
		label := strconv.Itoa(n.event.Number)
		radius := max(6, sty.Width(label)/2+2.5)
		x := max(p.across(at), next+radius)
		y := p.box.Max.Y + 9
		p.page.DrawGlyphNoClip(draw.GlyphStyle{Color: n.colour(), Radius: radius, Shape: draw.CircleGlyph{}}, vg.Point{X: x, Y: y})
		p.page.FillText(sty, vg.Point{X: x, Y: y + 0.5}, label)
		next = x + radius + 1.5
		end := p.page.Max.X
		if i+1 < len(notes) {
			end = p.across(clamp(p.x.at(notes[i+1].x), 0, 1)) - 8
		}
		if reason := clean(n.event.Reason); next+2+beside.Width(reason) < end {
			p.page.FillText(beside, vg.Point{X: next + 1, Y: y + centring}, reason)
		}
	}
}

// present returns the entries that stand for something.
func (t track) present(key []entry) []entry {
	var out []entry
	for _, e := range key {
		if e.column == "" || t.has(e.column) {
			out = append(out, e)
		}
	}
	return out
}

// key explains the marks at the right of the panel, as many as fit.
func (p *panel) key(entries []entry) {
	sty := typeface(sizeTick, text.XLeft, text.YCenter)
	const row, sample vg.Length = 12.5, 18
	x, y := p.box.Max.X+10, p.box.Max.Y-row/2
	for i, e := range entries {
		lines := wrap(e.text, sty, keyRoom-10-sample-9)
		below := y - row*vg.Length(len(lines)) - p.box.Min.Y
		if below < -row/2-1 || below < row/2-1 && i < len(entries)-1 {
			more := "… " + strconv.Itoa(len(entries)-i) + " more"
			p.page.FillText(sty, vg.Point{X: x + sample + 5, Y: y + centring}, more)
			return
		}
		p.sample(e, x, y, sample)
		for _, l := range lines {
			p.page.FillText(sty, vg.Point{X: x + sample + 5, Y: y + centring}, l)
			y -= row
		}
	}
}

// sample draws an entry's mark, w wide, from (x, y) to the right.
func (p *panel) sample(e entry, x, y, w vg.Length) {
	switch e.kind {
	case lineMark:
		p.page.StrokeLine2(e.sty, x, y, x+w, y)
	case dotMark:
		p.page.DrawGlyph(draw.GlyphStyle{Color: e.sty.Color, Radius: 1.8, Shape: draw.CircleGlyph{}}, vg.Point{X: x + w/2, Y: y})
	case bandMark:
		p.page.FillPolygon(e.sty.Color, corners(rect(x, y-3.5, w, 7)))
	case tickMark:
		p.page.StrokeLine2(e.sty, x+w/2, y-4, x+w/2, y+4)
	}
}

// curve draws a column as one line per phase; dots shows the rows themselves.
func (t track) curve(p *panel, name string, sty draw.LineStyle, dots bool) {
	t.measured(t.Trace.Numbers(name), func(xs, ys []float64) {
		p.line(xs, ys, sty)
		if dots && len(xs) <= 60 || len(xs) == 1 {
			p.dots(xs, ys, sty.Color, 1.5)
		}
	})
}

// has reports whether a column holds anything that can be drawn.
func (t track) has(names ...string) bool {
	for _, name := range names {
		if lo, hi := extent(false, t.Trace.Numbers(name)); lo <= hi {
			return true
		}
	}
	return false
}
