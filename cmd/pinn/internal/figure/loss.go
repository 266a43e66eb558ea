package figure

import (
	"fmt"
	"image/color"

	"pinn/hybrid"
)

// Loss draws loss.svg and loss.png: the loss, the held-out loss and every loss
// term over the parameter updates, with the phases shaded and each switch
// marked and explained. It returns the names of the files written to dir.
func Loss(dir string, h History) ([]string, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	return save(dir, h.loss())
}

// loss returns the figure of the loss.
func (h History) loss() page {
	t := h.steps()
	s := strip{label: "loss", height: 260}
	columns := [][]float64{t.Trace.Numbers(hybrid.ColLoss), t.Trace.Numbers(hybrid.ColHeldOut)}
	total, heldOut := pen(color.NRGBA{0x99, 0x99, 0x99, 0xff}, 0.9), pen(ink, 1.4)
	s.key = []entry{{hybrid.ColLoss, "loss", lineMark, total}, {hybrid.ColHeldOut, "held-out loss", lineMark, heldOut}}
	for i, name := range h.terms() {
		columns = append(columns, t.Trace.Numbers(hybrid.TermPrefix+name))
		s.key = append(s.key, entry{hybrid.TermPrefix + name, name, lineMark, seriesStyle(i)})
	}
	s.values = decades(columns...)
	s.draw = func(p *panel) {
		t.curve(p, hybrid.ColLoss, total, false)
		for i, name := range h.terms() {
			t.curve(p, hybrid.TermPrefix+name, seriesStyle(i), false)
		}
		t.curve(p, hybrid.ColHeldOut, heldOut, false)
	}
	told, left := t.notes()
	return t.strips("loss", t.summary("the loss, and its terms as unweighted mean squares", left), []strip{s}, told)
}

// summary adds to the line below a title how many events the list leaves out.
func (t track) summary(what string, left int) string {
	if left > 0 {
		return fmt.Sprintf("%s;  %d more events in events.csv", what, left)
	}
	return what
}
