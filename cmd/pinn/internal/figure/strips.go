package figure

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// The strips of the diagnostics, in their order on the page.

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

// termStrip shows the loss by term.
func (t track) termStrip() strip {
	s := strip{label: "terms", height: 100}
	var columns [][]float64
	for i, name := range t.terms() {
		columns = append(columns, t.Trace.Numbers(hybrid.TermPrefix+name))
		s.key = append(s.key, entry{hybrid.TermPrefix + name, name, lineMark, seriesStyle(i)})
	}
	s.values = decades(columns...)
	s.draw = func(p *panel) {
		for i, name := range t.terms() {
			t.curve(p, hybrid.TermPrefix+name, seriesStyle(i), false)
		}
	}
	return s
}

// errorStrip shows the true error of the best θ so far, as a staircase: what is
// known at one mark holds until the next.
func (t track) errorStrip() strip {
	truth := pen(alarm, 1.3)
	at, rel := t.Errors.Numbers(t.along), t.Errors.Numbers(rundir.ColRelL2)
	var xs, ys []float64
	for i, x := range at {
		if i > 0 {
			xs, ys = append(xs, x), append(ys, rel[i-1])
		}
		xs, ys = append(xs, x), append(ys, rel[i])
	}
	return strip{
		label: "true error", height: 90, values: decades(rel),
		key: []entry{{"", "relative L2 error of the best θ so far, not used in training", lineMark, truth}},
		draw: func(p *panel) {
			if n := len(ys); n > 0 { // the last one holds until the end
				xs, ys = append(xs, slices.Max(t.x)), append(ys, ys[n-1])
			}
			p.line(xs, ys, truth)
		},
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

// scaleStrip shows the noise scale, the batch at which SNR_b would be 1, against
// the batch and the full set.
func (t track) scaleStrip() strip {
	value, batch, full := pen(series[0], 1.3), pen(series[1], 1, 5, 2.5), pen(ink, 1, 5, 2.5)
	return strip{
		label: "points", height: 90,
		values: decades(t.Trace.Numbers(hybrid.ColBNoise), t.Trace.Numbers(hybrid.ColBatch), t.Trace.Numbers(hybrid.ColPoints)),
		key: []entry{
			{hybrid.ColBNoise, "noise scale: batch with SNR_b = 1", lineMark, value},
			{hybrid.ColBatch, "batch b", lineMark, batch}, {hybrid.ColPoints, "full set N", lineMark, full},
		},
		draw: func(p *panel) {
			t.curve(p, hybrid.ColPoints, full, false)
			t.curve(p, hybrid.ColBatch, batch, false)
			t.curve(p, hybrid.ColBNoise, value, true)
		},
	}
}

// dampingStrip shows λ of Levenberg–Marquardt.
func (t track) dampingStrip() strip {
	sty := pen(series[0], 1.1)
	return strip{
		label: "damping", height: 80, values: decades(t.Trace.Numbers(hybrid.ColDamping)),
		key:  []entry{{hybrid.ColDamping, "λ of the accepted step", lineMark, sty}},
		draw: func(p *panel) { t.curve(p, hybrid.ColDamping, sty, false) },
	}
}

// gainStrip shows the gain ratio ρ: 1 where the quadratic model foretells the
// decrease.
func (t track) gainStrip() strip {
	sty, model := pen(series[1], 1.1), pen(soft, 0.9, 1.5, 2)
	return strip{
		label: "gain", height: 70, values: fromZero(t.Trace.Numbers(hybrid.ColGain), []float64{1.2}),
		key: []entry{{hybrid.ColGain, "ρ: decrease over the predicted one", lineMark, sty}, {hybrid.ColGain, "as predicted", lineMark, model}},
		draw: func(p *panel) {
			for _, b := range t.bands {
				if lo, hi := extent(false, t.Trace.Numbers(hybrid.ColGain)[b.first:b.last]); lo <= hi {
					p.level(b.from, b.to, 1, model)
				}
			}
			t.curve(p, hybrid.ColGain, sty, false)
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
