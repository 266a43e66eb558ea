package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"pinn/cmd/pinn/internal/rundir"
)

// note is an event with its place on the axis.
type note struct {
	event rundir.Event
	x     float64
}

// mostNotes bounds the list below a page.
const mostNotes = 14

// ranks orders the kinds of events by what a page must tell first; kinds that
// are not here, such as resampling, are not told.
var ranks = []string{"slab", "stage", "switch", "stop", "warning", "restart"}

// notes picks the events that are told, in order; left counts those that did
// not fit, the least important ones.
func (t track) notes() (told []note, left int) {
	var picked []int
	for _, kind := range ranks {
		for i, e := range t.Events {
			if e.Kind == kind {
				picked = append(picked, i)
			}
		}
	}
	left = max(0, len(picked)-mostNotes)
	picked = picked[:len(picked)-left]
	slices.Sort(picked)
	for _, i := range picked {
		told = append(told, note{t.Events[i], t.place(t.Events[i])})
	}
	return told, left
}

// colour is dark for a switch or a stop, red for a warning or a restart.
func (n note) colour() color.NRGBA {
	if n.event.Kind == "warning" || n.event.Kind == "restart" {
		return alarm
	}
	return ink
}

// pen draws the upright line of a note: whole for a switch, else dashed.
func (n note) pen() draw.LineStyle {
	if n.event.Kind == "switch" {
		return pen(ink, 1)
	}
	return pen(n.colour(), 0.6, 2, 2)
}

// text tells the event: where it was, what it was, and why.
func (n note) text() string {
	e := n.event
	s := fmt.Sprintf("step %d", e.Step)
	if !math.IsNaN(e.Seconds) {
		s += ", " + number(e.Seconds, 3) + " s"
	}
	s += ", " + e.Kind
	if e.Reason != "" {
		s += " (" + e.Reason + ")"
	}
	why := strings.TrimPrefix(strings.TrimPrefix(e.Why, e.Kind+": "), e.Reason+": ")
	if why != "" {
		s += ": " + why
	}
	return s
}

// line is one line of the list of notes; number is empty on the lines after the
// first of a note.
type line struct {
	number, text string
}

// noteLine is the height of a line of the list.
const noteLine vg.Length = 12.5

func noteStyle() text.Style { return typeface(sizeTick+0.5, text.XLeft, text.YTop) }

// noteLines breaks the notes into lines.
func noteLines(notes []note) []line {
	var out []line
	for _, n := range notes {
		number := strconv.Itoa(n.event.Number)
		for _, words := range wrap(n.text(), noteStyle(), historyWidth-historyLeft-24) {
			out = append(out, line{number, words})
			number = ""
		}
	}
	return out
}

// drawLines writes the list below top.
func drawLines(dc draw.Canvas, lines []line, top vg.Length) {
	sty := noteStyle()
	right := noteStyle()
	right.XAlign = text.XRight
	right.Font.Weight = bold
	for _, l := range lines {
		dc.FillText(right, vg.Point{X: historyLeft - 6, Y: top}, l.number)
		dc.FillText(sty, vg.Point{X: historyLeft, Y: top}, l.text)
		top -= noteLine
	}
}
