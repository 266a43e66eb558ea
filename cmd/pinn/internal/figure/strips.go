package figure

import (
	"slices"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// The strips of the diagnostics that tell neither of the loss nor of the switch.

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
