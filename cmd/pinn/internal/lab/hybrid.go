package lab

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/figure"
	"pinn/hybrid"
	"pinn/hybrid/rules"
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

// The plans.
const (
	adamAlone = "AdamW alone"
	lbfgsOnly = "L-BFGS alone"
	bySNR     = "switch by snr"
	atStep    = "switch at step 1000"
	atPlateau = "switch at a plateau"
)

// planNames are the plans in their order.
var planNames = []string{adamAlone, lbfgsOnly, bySNR, atStep, atPlateau}

// planOf returns a plan by name.
func planOf(name string, batch int, seed uint64, decays []bool) hybrid.Plan {
	const unlimited = 1 << 30
	first := func(steps int, list ...rules.Rule) hybrid.Phase {
		m := adamw(2e-3)
		m.Decay = decays
		return hybrid.Phase{Name: "adamw", Method: m, Batch: batch, Steps: steps, Rules: list}
	}
	m := optim.DefaultLBFGS()
	m.History = 100
	second := hybrid.Phase{Name: "lbfgs", Method: m, Steps: unlimited, Resample: &hybrid.Resample{Method: "rad", Every: 500, K: 1, C: 1}}
	p := hybrid.Plan{Seed: seed}
	switch name {
	case adamAlone:
		p.Phases = []hybrid.Phase{first(unlimited)}
	case lbfgsOnly:
		p.Phases = []hybrid.Phase{second}
	case bySNR:
		p.Phases = []hybrid.Phase{first(unlimited, rules.DefaultSNR()), second}
	case atStep:
		p.Phases = []hybrid.Phase{first(1000), second}
	case atPlateau:
		p.Phases = []hybrid.Phase{first(unlimited, rules.DefaultPlateau()), second}
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
}

// end is the error at the end.
func (r planRun) end() float64 { return r.errors[len(r.errors)-1] }

// planRuns are the runs of all plans and seeds.
type planRuns []planRun

// of returns the runs of one plan.
func (rs planRuns) of(plan string) (own planRuns) {
	for _, r := range rs {
		if r.plan == plan {
			own = append(own, r)
		}
	}
	return own
}

// each returns a number of every run.
func (rs planRuns) each(number func(planRun) float64) []float64 {
	x := make([]float64, len(rs))
	for i, r := range rs {
		x[i] = number(r)
	}
	return x
}

// ends returns the last errors of a plan over the seeds.
func (rs planRuns) ends(plan string) []float64 { return rs.of(plan).each(planRun.end) }

// wins is the share of seeds in which one plan ends with a smaller error than another.
func (rs planRuns) wins(plan, other string) (share float64) {
	a, b := rs.ends(plan), rs.ends(other)
	for k := range a {
		if a[k] < b[k] {
			share += 1 / float64(len(a))
		}
	}
	return share
}

// switches returns the steps at which the runs of a plan changed hands, of those that did.
func (rs planRuns) switches(plan string) (steps []float64) {
	for _, r := range rs.of(plan) {
		if r.switched > 0 {
			steps = append(steps, float64(r.switched))
		}
	}
	return steps
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
	return r, nil
}

func runHybrid(s Setup) (*Outcome, error) {
	layers, n, passes, seeds := pick(s, "[20, 20, 20]", "[4]"), pick(s, 2048, 128), pick(s, 2000., 6), pick(s, 5, 1)
	var runs planRuns
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

func hybridOutcome(runs planRuns, passes float64) *Outcome {
	o := &Outcome{Table: Table{Header: []string{"plan", "seed", "passes", "seconds", "rel_l2", "switched_at_step"}}}
	for _, r := range runs {
		last := len(r.errors) - 1
		o.Table.add(r.plan, r.seed, r.passes[last], r.seconds[last], r.errors[last], r.switched)
	}
	mid := map[string]float64{}
	var parts []string
	for _, name := range planNames {
		mid[name] = median(runs.ends(name))
		low, middle, high := scatter(runs.ends(name))
		parts = append(parts, fmt.Sprintf("%s %s (%s to %s)", name, middle, low, high))
	}
	o.Findings = []Finding{
		atLeast(3, mid[adamAlone]/mid[bySNR], fmt.Sprintf("error of AdamW alone over that with the switch by snr, medians at %.0f passes", passes)),
		atLeast(1.2, mid[lbfgsOnly]/mid[bySNR], "error of L-BFGS alone over that with the switch by snr"),
		atLeast(0.8, runs.wins(bySNR, lbfgsOnly), "share of seeds in which the switch by snr ends below L-BFGS alone"),
		atMost(1.5, mid[bySNR]/math.Min(mid[atStep], mid[atPlateau]), "error with the switch by snr over the better of fixed step and plateau"),
	}
	low, middle, high := scatter(runs.switches(bySNR))
	lowP, middleP, highP := scatter(runs.switches(atPlateau))
	o.Notes = []string{
		"Medians and extremes of the error at the end: " + strings.Join(parts, ", ") + ". With so wide a scatter five seeds tell a factor of five from chance, not one of 1.5.",
		fmt.Sprintf("The snr rule fired in %d of %d runs, at step %s in the median (from %s to %s), the plateau at %s (from %s to %s).",
			len(runs.switches(bySNR)), len(runs.of(bySNR)), middle, low, high, middleP, lowP, highP)}
	o.Sheets = []figure.Sheet{hybridSheet(runs, passes)}
	return o
}

// scatter returns the least value, the median and the largest in words.
func scatter(values []float64) (low, middle, high string) {
	return short(quantile(values, 0)), short(median(values)), short(quantile(values, 1))
}

// hybridSheet draws the medians over passes and seconds, and every run's end.
func hybridSheet(runs planRuns, passes float64) figure.Sheet {
	seconds := runs.each(func(r planRun) float64 { return r.seconds[len(r.seconds)-1] })
	last := figure.Plot{Title: "error at the end: each seed, and the median", Height: 170, X: figure.Side{Bare: true, Min: 0.4, Max: 5.6}, Y: figure.Side{Label: "relative L2 error", Log: true}}
	for i, name := range planNames {
		e := runs.ends(name)
		x := make([]float64, len(e))
		for k := range x {
			x[k] = float64(i+1) + 0.06*(float64(k)-float64(len(e)-1)/2)
		}
		last.Marks = append(last.Marks, figure.Mark{Kind: figure.Dots, X: x, Y: e, Ink: figure.Ink(i), Bold: true},
			figure.Mark{Name: name, X: []float64{float64(i) + 0.75, float64(i) + 1.25}, Y: []float64{median(e), median(e)}, Ink: figure.Ink(i), Bold: true})
	}
	return figure.Sheet{Name: "error", Title: "Burgers' equation by five plans",
		Below: "above: medians of the seeds; a line ends where the median run does",
		Rows: [][]figure.Plot{{medianPlot(runs, "passes over the points", 10, passes, func(r planRun) []float64 { return r.passes }),
			medianPlot(runs, "seconds", slices.Min(seconds)/50, slices.Max(seconds), func(r planRun) []float64 { return r.seconds })}, {last}}}
}

// medianPlot draws the median error of each plan along what a run spends.
func medianPlot(runs planRuns, label string, from, to float64, along func(planRun) []float64) figure.Plot {
	p := figure.Plot{Height: 220, X: figure.Side{Label: label, Log: true, Min: from, Max: to}, Y: figure.Side{Label: "median relative L2 error", Log: true}}
	for i, name := range planNames {
		m, own := figure.Mark{Name: name, Ink: figure.Ink(i), Bold: true}, runs.of(name)
		end := median(own.each(func(r planRun) float64 { return along(r)[len(r.errors)-1] }))
		for k := range 121 {
			at := from * math.Pow(to/from, float64(k)/120)
			e := own.each(func(r planRun) float64 { return r.errorAt(at, along(r)) })
			if !math.IsNaN(quantile(e, 0)) && at <= 1.02*end { // every run has begun
				m.X, m.Y = append(m.X, at), append(m.Y, median(e))
			}
		}
		p.Marks = append(p.Marks, m)
	}
	return p
}
