package lab

import (
	"fmt"
	"math"

	"pinn/cmd/pinn/internal/figure"
	"pinn/hybrid"
	"pinn/optim"
)

var hybridPlans = Experiment{
	Name:  "hybrid",
	Title: "AdamW first, L-BFGS after, and when to change",
	Claim: "AdamW on minibatches followed by L-BFGS on all points beats either alone, and the signal-to-noise ratio of the gradient finds the moment to change as well as a fixed step or a plateau does.",
	Essay: `Five plans on Burgers' equation: AdamW alone (rate 2e-3, minibatches of a sixteenth of
the 2048 points); L-BFGS alone (100 pairs) on all points; and AdamW handing over to
L-BFGS by the snr rule (the full set's signal stands at twice its noise in 7 of 9 checks
while a minibatch carries no more signal than noise), after 1000 steps, or at a plateau
of the held-out loss (less than a tenth better over ten checks). L-BFGS redraws its
points by RAD every 500 steps in every plan. Every plan makes the same number of passes
over the points: a minibatch gradient counts its share of one. The relative L2 error is
that of the θ with the best held-out loss so far; it was computed afterwards and nothing
in training saw it. Five seeds, compared by their medians and one by one.`,
	Run: runHybrid,
}

// planNames are the plans in their order.
var planNames = []string{"AdamW alone", "L-BFGS alone", "switch by snr", "switch at step 1000", "switch at a plateau"}

// planOf returns a plan by name.
func planOf(name string, batch int, seed uint64, decays []bool) hybrid.Plan {
	const unlimited = 1 << 30
	first := func(steps int, rules ...hybrid.Rule) hybrid.Phase {
		m := adamw(2e-3)
		m.Decay = decays
		return hybrid.Phase{Name: "adamw", Method: m, Batch: batch, Steps: steps, Rules: rules}
	}
	m := optim.DefaultLBFGS()
	m.History = 100
	second := hybrid.Phase{Name: "lbfgs", Method: m, Steps: unlimited, Resample: &hybrid.Resample{Method: "rad", Every: 500, K: 1, C: 1}}
	p := hybrid.Plan{Seed: seed}
	switch name {
	case planNames[0]:
		p.Phases = []hybrid.Phase{first(unlimited)}
	case planNames[1]:
		p.Phases = []hybrid.Phase{second}
	case planNames[2]:
		p.Phases = []hybrid.Phase{first(unlimited, hybrid.DefaultSNR()), second}
	case planNames[3]:
		p.Phases = []hybrid.Phase{first(1000), second}
	case planNames[4]:
		p.Phases = []hybrid.Phase{first(unlimited, hybrid.DefaultPlateau()), second}
	default:
		panic("lab: no such plan")
	}
	return p
}

// planRun is one run of a plan.
type planRun struct {
	plan     string
	seed     uint64
	passes   []float64
	seconds  []float64
	errors   []float64 // relative L2, of the best θ at those passes
	switched int       // step of the handover, 0 for none
	why      string
}

// runPlan runs a plan and judges what it showed, afterwards.
func runPlan(s Setup, t *task, j judge, name string, batch int, passes float64, seed uint64) (planRun, error) {
	r := planRun{plan: name, seed: seed}
	plan := planOf(name, batch, seed, t.Decays())
	var kept [][]float64
	next := 1.0
	keep := func(passes, seconds float64, best []float64) {
		r.passes, r.seconds, kept = append(r.passes, passes), append(r.seconds, seconds), append(kept, best)
	}
	var at, wall float64
	observe := func(_ int, row hybrid.Row, best []float64) {
		if at, wall = row.Passes, row.Wall; at >= next {
			keep(at, wall, best)
			next = math.Max(1.12*at, at+0.5)
		}
	}
	res, err := hybrid.Run(s.Context, hybrid.Leg{Loss: t, Plan: plan, Theta: t.begin(seed)}, hybrid.Options{Passes: passes, Observe: observe})
	if err != nil {
		return r, err
	}
	if err := s.over(); err != nil {
		return r, err
	}
	keep(at, wall, res.Theta)
	for _, theta := range kept {
		r.errors = append(r.errors, j.relL2(t, theta))
	}
	if len(res.Phases) > 1 {
		r.switched = res.Phases[0].Steps
	}
	r.why = res.Phases[0].Why
	return r, nil
}

func runHybrid(s Setup) (*Outcome, error) {
	layers, n, passes, seeds := "[20, 20, 20]", s.pick(2048, 128), float64(s.pick(2000, 6)), s.pick(5, 1)
	if s.Brief {
		layers = "[4]"
	}
	var runs []planRun
	var j judge
	for k := range seeds {
		seed := s.Seed + uint64(k)
		for _, name := range planNames {
			t, err := burgers(layers, n, seed, s.Threads) // anew: L-BFGS redraws its points
			if err != nil {
				return nil, err
			}
			if j.truth == nil {
				j = newJudge(t)
			}
			r, err := runPlan(s, t, j, name, n/16, passes, seed)
			if err != nil {
				return nil, err
			}
			runs = append(runs, r)
		}
	}
	return hybridOutcome(runs, passes), nil
}

// errorAt is the error of the last θ kept by that many passes.
func (r planRun) errorAt(at float64, along []float64) float64 {
	e := math.NaN()
	for i, x := range along {
		if x <= at {
			e = r.errors[i]
		}
	}
	return e
}

// ends returns the last errors of a plan over the seeds.
func ends(runs []planRun, plan string) (e []float64) {
	for _, r := range runs {
		if r.plan == plan {
			e = append(e, r.errors[len(r.errors)-1])
		}
	}
	return e
}

func hybridOutcome(runs []planRun, passes float64) *Outcome {
	o := &Outcome{Table: Table{Header: []string{"plan", "seed", "passes", "seconds", "rel_l2", "switched_at_step"}}}
	for _, r := range runs {
		last := len(r.errors) - 1
		o.Table.Rows = append(o.Table.Rows, []string{r.plan, fmt.Sprint(r.seed), cell(r.passes[last]), cell(r.seconds[last]), cell(r.errors[last]), fmt.Sprint(r.switched)})
	}
	mid := map[string]float64{}
	text := "Medians and extremes of the error at the end:"
	for i, name := range planNames {
		e := ends(runs, name)
		mid[name] = median(e)
		text += fmt.Sprintf(" %s %s (%s to %s)%s", name, short(mid[name]), short(quantile(e, 0)), short(quantile(e, 1)), map[bool]string{true: ".", false: ","}[i == len(planNames)-1])
	}
	steps := map[string][]float64{}
	for _, r := range runs {
		if r.switched > 0 {
			steps[r.plan] = append(steps[r.plan], float64(r.switched))
		}
	}
	text += " With so wide a scatter five seeds tell a factor of five from chance, not one of 1.5."
	snr, adam, alone := mid[planNames[2]], mid[planNames[0]], mid[planNames[1]]
	o.Findings = []Finding{
		atLeast(3, adam/snr, fmt.Sprintf("error of AdamW alone over that with the switch by snr, medians at %.0f passes", passes)),
		atLeast(1.2, alone/snr, "error of L-BFGS alone over that with the switch by snr"),
		atLeast(0.8, wins(runs, planNames[2], planNames[1]), "share of seeds in which the switch by snr ends below L-BFGS alone"),
		atMost(1.5, snr/math.Min(mid[planNames[3]], mid[planNames[4]]), "error with the switch by snr over the better of fixed step and plateau"),
	}
	o.Notes = []string{text, fmt.Sprintf("The snr rule fired in %d of %d runs, at step %s in the median (from %s to %s), the plateau at %s (from %s to %s).",
		len(steps[planNames[2]]), len(ends(runs, planNames[2])), short(median(steps[planNames[2]])), short(quantile(steps[planNames[2]], 0)), short(quantile(steps[planNames[2]], 1)),
		short(median(steps[planNames[4]])), short(quantile(steps[planNames[4]], 0)), short(quantile(steps[planNames[4]], 1)))}
	o.Sheets = []figure.Sheet{hybridSheet(runs, passes)}
	return o
}

// wins is the share of seeds in which one plan ends with a smaller error than another.
func wins(runs []planRun, plan, other string) (share float64) {
	a, b := ends(runs, plan), ends(runs, other)
	for k := range a {
		if a[k] < b[k] {
			share += 1 / float64(len(a))
		}
	}
	return share
}

// hybridSheet draws the medians over passes and seconds, and every run's end.
func hybridSheet(runs []planRun, passes float64) figure.Sheet {
	least, longest := math.Inf(1), 0.0
	for _, r := range runs {
		least, longest = math.Min(least, r.seconds[len(r.seconds)-1]), math.Max(longest, r.seconds[len(r.seconds)-1])
	}
	plot := func(label string, from, to float64, along func(planRun) []float64) figure.Plot {
		p := figure.Plot{Height: 220, X: figure.Side{Label: label, Log: true, Min: from, Max: to}, Y: figure.Side{Label: "median relative L2 error", Log: true}}
		for i, name := range planNames {
			m := figure.Mark{Name: name, Ink: figure.Ink(i), Bold: true}
			var ends []float64
			for _, r := range runs {
				if r.plan == name {
					ends = append(ends, along(r)[len(r.errors)-1])
				}
			}
			for k := range 121 {
				at := from * math.Pow(to/from, float64(k)/120)
				var e []float64
				for _, r := range runs {
					if r.plan == name {
						e = append(e, r.errorAt(at, along(r)))
					}
				}
				if !math.IsNaN(quantile(e, 0)) && at <= 1.02*median(ends) {
					m.X, m.Y = append(m.X, at), append(m.Y, median(e))
				}
			}
			p.Marks = append(p.Marks, m)
		}
		return p
	}
	last := figure.Plot{Title: "error at the end: each seed, and the median", Height: 170, X: figure.Side{Bare: true, Min: 0.4, Max: 5.6}, Y: figure.Side{Label: "relative L2 error", Log: true}}
	for i, name := range planNames {
		e := ends(runs, name)
		x := make([]float64, len(e))
		for k := range x {
			x[k] = float64(i+1) + 0.06*(float64(k)-float64(len(e)-1)/2)
		}
		last.Marks = append(last.Marks, figure.Mark{Kind: figure.Dots, X: x, Y: e, Ink: figure.Ink(i), Bold: true},
			figure.Mark{Name: name, X: []float64{float64(i) + 0.75, float64(i) + 1.25}, Y: []float64{median(e), median(e)}, Ink: figure.Ink(i), Bold: true})
	}
	return figure.Sheet{Name: "error", Title: "Burgers' equation by five plans",
		Below: "above: medians of the seeds; a line ends where the median run does",
		Rows: [][]figure.Plot{{plot("passes over the points", 10, passes, func(r planRun) []float64 { return r.passes }),
			plot("seconds", least/50, longest, func(r planRun) []float64 { return r.seconds })}, {last}}}
}
