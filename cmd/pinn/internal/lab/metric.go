package lab

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"pinn/cmd/pinn/internal/figure"
	"pinn/optim"
)

var metric = Experiment{
	Name:  "metric",
	Title: "The metric: how accumulated gradients reshape the geometry",
	Claim: "On a Burgers network the Hessian is far better conditioned in the metric that Adam has built than in plain parameters.",
	Essay: `A step of Adam is D·m with D = 1/(√v̂ + ε): descent in the metric D⁻¹, for which the
curvature is that of D^½HD^½. A network of 229 parameters learns Burgers' equation by
AdamW on minibatches of 64 of 1024 points; at four times the whole Hessian of the loss
over all points is taken by central differences of the exact gradient, and its
eigenvalues with and without the metric. A network leaves many directions flat, so that
the quotient of the extreme eigenvalues says little; the condition number here is the
largest absolute eigenvalue over the one at the middle of the list (κ₅₀) or over that
which a tenth of the list exceeds (κ₁₀). For a larger network of 961 parameters
Lanczos' method gives κ₁₀ without the matrix. The ellipses show the metric on a canyon
of two variables: Adam's can stretch along the axes, and along the axes only.`,
	Run: runMetric,
}

// metricTime is what was measured at one time of training.
type metricTime struct {
	step        int
	loss        float64
	raw, shaped []float64 // absolute eigenvalues, falling
	jacobi      []float64 // the same in the metric of the Hessian's own diagonal
	asymmetry   float64
}

// adamw returns AdamW with a constant rate.
func adamw(rate float64) *optim.Adam {
	m := optim.DefaultAdamW()
	m.LearningRate = optim.Constant(rate)
	return m
}

func runMetric(s Setup) (*Outcome, error) {
	marks := []int{10, 100, 1000, 4000}[:pick(s, 4, 2)]
	t, err := burgers(pick(s, "[12, 12]", "[3]"), pick(s, 1024, 128), s.Seed, s.Threads)
	if err != nil {
		return nil, err
	}
	var times []metricTime
	m, b, theta := adamw(2e-3), newBatches(t, pick(s, 64, 16), stream(s.Seed, 1)), t.begin(s.Seed)
	m.Init(t.Dim())
	d := make([]float64, t.Dim())
	before := 0
	for _, step := range marks {
		if err := train(m, b, theta, step-before, s.over); err != nil {
			return nil, err
		}
		before = step
		h, asymmetry, err := hessian(t, theta, s.over)
		if err != nil {
			return nil, err
		}
		m.Preconditioner(d)
		times = append(times, metricTime{step, t.Value(theta), sizes(h), sizes(inMetric(h, d)), sizes(inMetric(h, jacobi(h))), asymmetry})
	}
	l, err := lanczosSpreads(s, pick(s, "[20, 20, 20]", "[4]"), marks[len(marks)-1]/2)
	if err != nil {
		return nil, err
	}
	return metricOutcome(t.Dim(), times, l), nil
}

// jacobi is the diagonal 1/|H_ii|, which no method knows.
func jacobi(h *mat.SymDense) []float64 {
	d := make([]float64, h.SymmetricDim())
	for i := range d {
		d[i] = 1 / math.Abs(h.At(i, i))
	}
	return d
}

// lanczosResult is κ₁₀ of the larger network.
type lanczosResult struct {
	dim, step   int
	raw, shaped float64
}

// lanczosSpreads measures κ₁₀ of a larger network after some steps of AdamW.
func lanczosSpreads(s Setup, layers string, step int) (r lanczosResult, err error) {
	t, err := burgers(layers, pick(s, 1024, 128), s.Seed, s.Threads)
	if err != nil {
		return r, err
	}
	m, b, theta := adamw(2e-3), newBatches(t, pick(s, 64, 16), stream(s.Seed, 2)), t.begin(s.Seed)
	m.Init(t.Dim())
	if err := train(m, b, theta, step, s.over); err != nil {
		return r, err
	}
	d := make([]float64, t.Dim())
	m.Preconditioner(d)
	r.dim, r.step = t.Dim(), step
	for i, metric := range [][]float64{nil, d} {
		var values, weights [][]float64
		for k := range 3 {
			v, w, err := lanczos(newCurvature(t, theta, metric).apply, t.Dim(), pick(s, 80, 10), stream(s.Seed, uint64(10+k)), s.over)
			if err != nil {
				return r, err
			}
			values, weights = append(values, v), append(weights, w)
		}
		if x := spreadOf(values, weights, 0.1); i == 0 {
			r.raw = x
		} else {
			r.shaped = x
		}
	}
	return r, nil
}

func metricOutcome(dim int, times []metricTime, l lanczosResult) *Outcome {
	o := &Outcome{Table: Table{Header: []string{"parameters", "step", "loss", "metric", "largest", "k10", "k50", "k90", "asymmetry"}}}
	var steps, raw50, new50, raw10, new10 []float64
	for _, t := range times {
		for _, k := range []struct {
			name  string
			sizes []float64
		}{{"none", t.raw}, {"adam", t.shaped}, {"1/|Hii|", t.jacobi}} {
			o.Table.add(dim, t.step, t.loss, k.name, k.sizes[0], spread(k.sizes, 0.1), spread(k.sizes, 0.5), spread(k.sizes, 0.9), t.asymmetry)
		}
		steps = append(steps, float64(t.step))
		raw50, new50 = append(raw50, spread(t.raw, 0.5)), append(new50, spread(t.shaped, 0.5))
		raw10, new10 = append(raw10, spread(t.raw, 0.1)), append(new10, spread(t.shaped, 0.1))
	}
	o.Table.add(l.dim, l.step, "", "none", "", l.raw, "", "", "")
	o.Table.add(l.dim, l.step, "", "adam", "", l.shaped, "", "", "")
	last := len(times) - 1
	worst := math.Inf(1)
	for i := range times {
		worst = math.Min(worst, raw50[i]/new50[i])
	}
	o.Findings = []Finding{
		atLeast(10, raw50[last]/new50[last], fmt.Sprintf("κ₅₀ of the Hessian over κ₅₀ in Adam's metric, after %d steps", times[last].step)),
		atLeast(3, raw10[last]/new10[last], fmt.Sprintf("the same of κ₁₀, after %d steps", times[last].step)),
		atLeast(3, worst, "κ₅₀ over κ₅₀ in the metric, the least of all times"),
		atLeast(3, l.raw/l.shaped, fmt.Sprintf("κ₁₀ over κ₁₀ in the metric, %d parameters, by Lanczos, after %d steps", l.dim, l.step)),
	}
	o.Notes = []string{fmt.Sprintf("How far can a diagonal go? The metric 1/|H_ii| of the Hessian's own diagonal, which no method knows, brings κ₅₀ after %d steps from %s to %s, and κ₁₀ from %s to %s: a network's curvature lies across the axes, and there Adam's metric is as helpless as in the turned canyon.",
		times[last].step, short(raw50[last]), short(spread(times[last].jacobi, 0.5)), short(raw10[last]), short(spread(times[last].jacobi, 0.1))), fmt.Sprintf("κ₅₀ goes from %s to %s after %d steps and from %s to %s after %d. The differenced Hessian was symmetric to %s of its largest element.",
		short(raw50[0]), short(new50[0]), times[0].step, short(raw50[last]), short(new50[last]), times[last].step, short(times[last].asymmetry))}
	o.Sheets = []figure.Sheet{spectra(times, steps, raw50, new50, raw10, new10), ellipses()}
	return o
}

func spectra(times []metricTime, steps, raw50, new50, raw10, new10 []float64) figure.Sheet {
	plot := func(title string, of func(metricTime) []float64) figure.Plot {
		p := figure.Plot{Title: title, Height: 210, X: figure.Side{Label: "rank of the eigenvalue, as a share"}, Y: figure.Side{Label: "|λ| / largest", Log: true, Min: 1e-9, Max: 2}}
		for i, t := range times {
			var x, y []float64
			for k, v := range of(t) {
				x, y = append(x, float64(k)/float64(len(of(t)))), append(y, v/of(t)[0])
			}
			p.Marks = append(p.Marks, figure.Mark{Name: fmt.Sprintf("after %d steps", t.step), X: x, Y: y, Ink: figure.Ink(i)})
		}
		return p
	}
	kappa := figure.Plot{Title: "condition numbers", Height: 170, X: figure.Side{Label: "steps of AdamW", Log: true}, Y: figure.Side{Label: "κ", Log: true},
		Marks: []figure.Mark{
			{Kind: figure.Beads, Name: "κ at the middle, plain", X: steps, Y: raw50}, {Kind: figure.Beads, Name: "κ at the middle, Adam", X: steps, Y: new50, Ink: 1},
			{Kind: figure.Beads, Name: "κ at a tenth, plain", X: steps, Y: raw10, Dash: 1}, {Kind: figure.Beads, Name: "κ at a tenth, Adam", X: steps, Y: new10, Ink: 1, Dash: 1},
		}}
	return figure.Sheet{Name: "spectra", Title: "The Hessian of a Burgers network, plain and in Adam's metric", Below: "all eigenvalues by size; the flatter the curve, the better conditioned",
		Rows: [][]figure.Plot{{plot("plain", func(t metricTime) []float64 { return t.raw }), plot("in the metric of Adam", func(t metricTime) []float64 { return t.shaped })}, {kappa}}}
}

// ellipses draws the unit balls of Adam's metric along its path in two canyons.
func ellipses() figure.Sheet {
	plot := func(turned bool, title string) figure.Plot {
		f, theta, p := canyonPlot(turned, title, 0.1, []float64{0.02, 0.1, 0.3, 0.7, 2, 6, 20})
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.3, 1.3, -0.8, 0.8
		if turned {
			p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.4, 1.2, -1.2, 0.4
		}
		m := optim.DefaultAdam()
		m.LearningRate, m.Beta2 = optim.Constant(0.02), 0.9
		m.Init(2)
		var x, y []float64
		d := make([]float64, 2)
		for k := range 90 {
			x, y = append(x, theta[0]), append(y, theta[1])
			m.Step(theta, f)
			if k%15 == 0 {
				m.Preconditioner(d)
				ex, ey := ball(x[k], y[k], d, 0.16)
				p.Marks = append(p.Marks, figure.Mark{Name: "ball of Adam's metric", X: ex, Y: ey, Ink: 1})
			}
		}
		p.Marks = append(p.Marks, figure.Mark{Name: "path of adam", X: x, Y: y, Bold: true}, blackDot(0, 0))
		return p
	}
	return figure.Sheet{Name: "ellipses", Title: "The metric of Adam along its path, on two canyons of condition 100",
		Below: "each ellipse holds the steps of one length in that metric, scaled to one area",
		Rows:  [][]figure.Plot{{plot(false, "along the axes"), plot(true, "at 45° to the axes")}}}
}

// ball returns the ellipse about (x, y) with semi-axes √d_i, scaled to the area of a
// circle of the radius given.
func ball(x, y float64, d []float64, radius float64) (xs, ys []float64) {
	a, b := math.Sqrt(d[0]), math.Sqrt(d[1])
	c := radius / math.Sqrt(a*b)
	for k := range 61 {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / 60)
		xs, ys = append(xs, x+c*a*cos), append(ys, y+c*b*sin)
	}
	return xs, ys
}
