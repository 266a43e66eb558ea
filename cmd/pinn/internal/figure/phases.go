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

// Phases draws the phase-switch diagnostics on one page, twice: phases.svg and
// .png over the gradients evaluated, phases-seconds.svg and .png over the time.
// Panels without a measurement are left out. Phases shows
//
//	loss and held-out loss
//	the loss by term, if there are several
//	the relative L2 error, which the run was never shown
//	the norm of the gradient, the signal and the noise of minibatch gradients
//	SNR_b with its ±2 se band, the floor 1/√K and the exhausted threshold
//	SNR_N with its band, its threshold, and the votes of the checks
//	the noise scale in points against the batch and the full set
//	learning rate, step size and length of the step
//	λ and the gain ratio of Levenberg–Marquardt
//
// with the phases shaded and the events numbered and told below. It returns the
// names of the files written to dir.
func Phases(dir string, h History) ([]string, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	return save(dir, h.gradients().phases("phases"), h.seconds().phases("phases-seconds"))
}

// phases returns the page of diagnostics.
func (t track) phases(name string) page {
	told, left := t.notes()
	return t.strips(name, t.summary("phase-switch diagnostics", left), t.diagnostics(), told)
}

// diagnostics returns the strips for which something was measured, the loss in
// any case.
func (t track) diagnostics() []strip {
	out := []strip{t.lossStrip()}
	if len(t.terms()) > 1 {
		out = append(out, t.termStrip())
	}
	if t.Errors.Rows() > 0 {
		out = append(out, t.errorStrip())
	}
	for _, s := range []struct {
		strip   func() strip
		columns []string
	}{
		{t.gradientStrip, []string{hybrid.ColGradNorm, hybrid.ColSignal, hybrid.ColNoise}},
		{t.snrStrip, []string{hybrid.ColSNR, hybrid.ColRawSNR}},
		{t.fullStrip, []string{hybrid.ColFull}},
		{t.scaleStrip, []string{hybrid.ColBNoise}},
		{t.stepStrip, []string{hybrid.ColRate, hybrid.ColStepSize, hybrid.ColStepNorm}},
		{t.dampingStrip, []string{hybrid.ColDamping}},
		{t.gainStrip, []string{hybrid.ColGain}},
	} {
		if t.has(s.columns...) {
			out = append(out, s.strip())
		}
	}
	return out
}
