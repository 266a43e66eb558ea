package figure

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

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

func (t track) lossStrip() strip {
	loss, heldOut, redrawn := pen(series[0], 1.1), pen(series[1], 1.3), pen(soft, 0.7)
	key := []entry{{hybrid.ColLoss, "loss", lineMark, loss}, {hybrid.ColHeldOut, "held-out loss", lineMark, heldOut}}
	if slices.ContainsFunc(t.Events, resample) {
		key = append(key, entry{"", "points redrawn", tickMark, redrawn})
	}
	return strip{
		label: "loss", height: 110, key: key,
		values: decades(t.Trace.Numbers(hybrid.ColLoss), t.Trace.Numbers(hybrid.ColHeldOut)),
		draw: func(p *panel) {
			t.curve(p, hybrid.ColLoss, loss, false)
			t.curve(p, hybrid.ColHeldOut, heldOut, false)
			t.redrawn(p, redrawn)
		},
	}
}

func resample(e rundir.Event) bool { return e.Kind == "resample" }

// redrawn marks at the bottom where points were redrawn.
func (t track) redrawn(p *panel, sty draw.LineStyle) {
	for _, e := range t.Events {
		if at := p.x.at(t.place(e)); resample(e) && at >= 0 && at <= 1 {
			p.page.StrokeLine2(sty, p.across(at), p.box.Min.Y, p.across(at), p.box.Min.Y+5)
		}
	}
}

func (t track) gradientStrip() strip {
	norm, signal, noise := pen(soft, 0.9), pen(series[0], 1.3), pen(series[1], 1.3)
	return strip{
		label: "gradient", height: 100,
		values: decades(t.Trace.Numbers(hybrid.ColGradNorm), t.Trace.Numbers(hybrid.ColSignal), t.Trace.Numbers(hybrid.ColNoise)),
		key: []entry{
			{hybrid.ColSignal, "signal: norm of the mean", lineMark, signal}, {hybrid.ColNoise, "noise: spread of batches", lineMark, noise},
			{hybrid.ColGradNorm, "norm seen by the method", lineMark, norm},
		},
		draw: func(p *panel) {
			t.curve(p, hybrid.ColGradNorm, norm, false)
			t.curve(p, hybrid.ColNoise, noise, true)
			t.curve(p, hybrid.ColSignal, signal, true)
		},
	}
}

func (t track) snrStrip() strip {
	value, floor, limit := pen(series[0], 1.3), pen(soft, 0.9, 1.5, 2), pen(alarm, 1, 5, 2.5)
	exhausted := t.limits(func(r Rule) float64 { return r.Exhausted })
	key := []entry{
		{hybrid.ColSNR, "SNR_b, per minibatch", lineMark, value}, {hybrid.ColSNRHi, "± 2 standard errors", bandMark, pen(translucent(series[0]), 0)},
		{hybrid.ColRawSNR, "before bias correction", dotMark, pen(soft, 0)}, {hybrid.ColFloor, "floor 1/√K of pure noise", lineMark, floor},
	}
	key = append(key, limitKey(exhausted, "exhausted below", limit)...)
	return strip{
		label: "SNR_b", height: 110,
		values: decades(t.Trace.Numbers(hybrid.ColSNR), t.Trace.Numbers(hybrid.ColRawSNR), t.Trace.Numbers(hybrid.ColFloor), exhausted),
		key:    key,
		draw: func(p *panel) {
			t.spread(p, hybrid.ColSNRLo, hybrid.ColSNRHi, translucent(series[0]))
			t.levels(p, exhausted, limit.Color)
			t.curve(p, hybrid.ColFloor, floor, false)
			t.measured(t.Trace.Numbers(hybrid.ColRawSNR), func(xs, ys []float64) { p.dots(xs, ys, soft, 1.1) })
			t.curve(p, hybrid.ColSNR, value, true)
		},
	}
}

func (t track) fullStrip() strip {
	value, limit := pen(series[2], 1.3), pen(alarm, 1, 5, 2.5)
	threshold := t.limits(func(r Rule) float64 { return r.Threshold })
	key := []entry{{hybrid.ColFull, "SNR_N, of the full set", lineMark, value}, {hybrid.ColFullHi, "± 2 standard errors", bandMark, pen(translucent(series[2]), 0)}}
	key = append(key, limitKey(threshold, "clear above", limit)...)
	key = append(key, entry{hybrid.ColVote, "check voted to switch", tickMark, pen(ink, 1.4)}, entry{hybrid.ColVote, "check did not", tickMark, pen(soft, 0.5)})
	return strip{
		label: "SNR_N", height: 110, key: key,
		values: decades(t.Trace.Numbers(hybrid.ColFull), threshold),
		draw: func(p *panel) {
			t.spread(p, hybrid.ColFullLo, hybrid.ColFullHi, translucent(series[2]))
			t.levels(p, threshold, limit.Color)
			t.curve(p, hybrid.ColFull, value, true)
			t.votes(p)
		},
	}
}

func (t track) stepStrip() strip {
	rate, size, norm := pen(series[0], 1.3), pen(series[1], 0.9), pen(series[2], 0.9)
	return strip{
		label: "step", height: 90,
		values: decades(t.Trace.Numbers(hybrid.ColRate), t.Trace.Numbers(hybrid.ColStepSize), t.Trace.Numbers(hybrid.ColStepNorm)),
		key:    []entry{{hybrid.ColRate, "learning rate", lineMark, rate}, {hybrid.ColStepSize, "step size of line search", lineMark, size}, {hybrid.ColStepNorm, "length of the step, ‖Δθ‖", lineMark, norm}},
		draw: func(p *panel) {
			t.curve(p, hybrid.ColStepNorm, norm, false)
			t.curve(p, hybrid.ColStepSize, size, false)
			t.curve(p, hybrid.ColRate, rate, false)
		},
	}
}

// limitKey explains a threshold, if any phase has one.
func limitKey(limit []float64, text string, sty draw.LineStyle) []entry {
	if lo, hi := extent(true, limit); lo > hi {
		return nil
	}
	return []entry{{"", text, lineMark, sty}}
}

// translucent returns a colour that lets the grid show through.
func translucent(c color.NRGBA) color.NRGBA {
	c.A = 0x40
	return c
}

// spread fills between two columns, phase by phase, where the upper one was
// measured.
func (t track) spread(p *panel, lo, hi string, c color.NRGBA) {
	lower, upper := t.Trace.Numbers(lo), t.Trace.Numbers(hi)
	if lower == nil || upper == nil {
		return
	}
	for _, b := range t.bands {
		p.band(t.x[b.first:b.last], lower[b.first:b.last], upper[b.first:b.last], c)
	}
}

// levels draws a threshold over the stretch of each phase that has one.
func (t track) levels(p *panel, limit []float64, c color.Color) {
	for _, b := range t.bands {
		p.level(b.from, b.to, limit[b.first], pen(c, 1, 5, 2.5))
	}
}

// votes marks every check at the bottom: long and dark if it voted.
func (t track) votes(p *panel) {
	t.measured(t.Trace.Numbers(hybrid.ColVote), func(xs, votes []float64) {
		for i, x := range xs {
			at := p.x.at(x)
			if !(at >= 0 && at <= 1) {
				continue
			}
			sty, length := pen(soft, 0.5), 3.0
			if votes[i] > 0 {
				sty, length = pen(ink, 1.4), 7
			}
			p.page.StrokeLine2(sty, p.across(at), p.box.Min.Y, p.across(at), p.up(length/p.height().Points()))
		}
	})
}
