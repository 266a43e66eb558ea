package lab

import (
	"fmt"
	"math"

	"pinn/cmd/pinn/internal/figure"
	"pinn/optim"
)

var canyon = Experiment{
	Name:  "canyon",
	Title: "The canyon: what a condition number costs",
	Claim: "The steps of plain descent grow with the condition number; scaling each coordinate by its own gradients removes that growth in a canyon along the axes but not in one at 45° to them, and L-BFGS does not care how the canyon lies.",
	Essay: `A convex quadratic of ten variables has eigenvalues from 1 to κ, evenly spaced in
logarithm; every eigendirection starts with the same share of the loss. The canyon lies
along the axes, or is turned by 45° in the planes that pair the smallest eigenvalue with
the largest, the second smallest with the second largest, and so on. Every method runs
until the loss has fallen by 1e-8, at each rate of one fixed grid (1e-7 to 10, three to a
decade), and its best rate counts; methods with a line search have none. Nobody's rate
was tuned further. adamw has no decay here and is adam.`,
	Run: runCanyon,
}

// canyonMost is the number of steps after which a method is given up.
const canyonMost = 100000

// canyonCase is one canyon for one method.
type canyonCase struct {
	method    string
	condition float64
	turned    bool
	best
}

// canyonCases are the results of all cases.
type canyonCases []canyonCase

// find returns the case of a method, zero if there is none.
func (cs canyonCases) find(method string, kappa float64, turned bool) canyonCase {
	for _, c := range cs {
		if c.method == method && c.condition == kappa && c.turned == turned {
			return c
		}
	}
	return canyonCase{}
}

// steps returns the steps of a method over the condition numbers that it copes with.
func (cs canyonCases) steps(method string, turned bool) (kappa, steps []float64) {
	for _, c := range cs {
		if c.method == method && c.turned == turned && c.ok {
			kappa, steps = append(kappa, c.condition), append(steps, float64(c.steps))
		}
	}
	return kappa, steps
}

// ratio is steps turned over steps along the axes.
func (cs canyonCases) ratio(method string, kappa float64) float64 {
	return float64(cs.find(method, kappa, true).steps) / float64(cs.find(method, kappa, false).steps)
}

func runCanyon(s Setup) (*Outcome, error) {
	conditions := []float64{1e2, 1e3, 1e4, 1e5, 1e6}[:pick(s, 5, 2)]
	var cases canyonCases
	for _, row := range optim.Methods {
		if row.Rows { // for minibatches
			continue
		}
		for _, kappa := range conditions {
			for _, turned := range []bool{false, true} {
				cases = append(cases, canyonCase{method: row.Name, condition: kappa, turned: turned})
			}
		}
	}
	most := pick(s, canyonMost, 3000)
	err := s.each(len(cases), func(i int) error {
		c := &cases[i]
		f := newQuadratic(spectrum(10, c.condition), angleOf(c.turned))
		c.best = race(c.method, rates(1e-7, 10), f, f.start(), 1e-8*5, most)
		return nil
	})
	if err != nil {
		return nil, err
	}
	o := canyonOutcome(cases, conditions, conditions[pick(s, 2, 1)])
	o.Sheets = []figure.Sheet{canyonSheet(cases, conditions, most), canyonPaths()}
	return o, nil
}

// canyonOutcome compares the canyons, the turned ones at one condition number.
func canyonOutcome(cases canyonCases, conditions []float64, at float64) *Outcome {
	o := &Outcome{Table: Table{Header: []string{"method", "condition", "turned_deg", "steps", "reached", "rate"}}}
	for _, c := range cases {
		o.Table.add(c.method, c.condition, angleOf(c.turned)*180/math.Pi, c.steps, c.ok, c.rate)
	}
	worst := 0.0
	for _, k := range conditions {
		worst = math.Max(worst, math.Abs(math.Log2(cases.ratio("lbfgs", k))))
	}
	scaled := math.Min(cases.ratio("adagrad", at), math.Min(cases.ratio("rmsprop", at), cases.ratio("adam", at)))
	o.Findings = []Finding{
		atLeast(0.9, exponent(cases.steps("sgd", false)), "growth of sgd's steps with κ, as an exponent (theory: 1)"),
		atMost(0.3, exponent(cases.steps("adagrad", false)), "the same for adagrad, along the axes"),
		atMost(0.3, exponent(cases.steps("adam", false)), "the same for adam, along the axes"),
		atLeast(3, scaled, fmt.Sprintf("steps turned over steps along the axes at κ = %.0e, the least of adagrad, rmsprop and adam", at)),
		atMost(2, math.Exp2(worst), "steps of lbfgs, turned against along the axes, the largest ratio over all κ"),
	}
	o.Notes = append(o.Notes, canyonNote(cases, conditions[len(conditions)-1]))
	return o
}

func angleOf(turned bool) float64 {
	if turned {
		return math.Pi / 4
	}
	return 0
}

func canyonNote(cases canyonCases, k float64) string {
	words := func(c canyonCase) string {
		if !c.ok {
			return fmt.Sprintf("more than %d", c.steps)
		}
		return fmt.Sprint(c.steps)
	}
	text := fmt.Sprintf("At κ = %.0e the steps along the axes and turned are", k)
	for i, m := range []string{"sgd", "nesterov", "adagrad", "adam", "lbfgs", "ssbroyden"} {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %s and %s for %s", words(cases.find(m, k, false)), words(cases.find(m, k, true)), m)
	}
	return text + ". A step of sgd, adagrad or adam is one gradient, one of lbfgs or ssbroyden seldom more; lm solves a quadratic in a few steps whatever its shape. Adam with a constant rate ends in steps of about that rate, so its best rate falls with the precision asked for: part of its count is that and not the canyon. Adagrad must reach minima at distances from 1 to 1/√κ with one rate, which is what its own growth along the axes comes from."
}

// canyonSheet shows steps over κ, along the axes and turned.
func canyonSheet(cases canyonCases, conditions []float64, most int) figure.Sheet {
	plot := func(turned bool, title string) figure.Plot {
		p := figure.Plot{Title: title, Height: 270,
			X: figure.Side{Label: "condition number κ", Log: true, Min: conditions[0] / 1.4, Max: conditions[len(conditions)-1] * 1.4},
			Y: figure.Side{Label: "steps to 1e-8 of the loss", Log: true, Min: 1, Max: 3 * float64(most)}}
		for i, m := range []string{"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "amsgrad", "nadam", "lbfgs", "bfgs", "ssbroyden", "lm"} {
			x, y := cases.steps(m, turned)
			p.Marks = append(p.Marks, figure.Mark{Kind: figure.Beads, Name: m, X: x, Y: y, Ink: figure.Ink(i % 7), Dash: i / 7})
		}
		p.Marks = append(p.Marks, figure.Mark{Kind: figure.Level, Name: "given up", Y: []float64{float64(most)}, Ink: figure.Grey, Dash: 2})
		return p
	}
	return figure.Sheet{Name: "steps", Title: "Steps at the best rate of the grid, against the condition number",
		Below: "ten variables; a method that has no point needed more steps than shown",
		Rows:  [][]figure.Plot{{plot(false, "canyon along the axes"), plot(true, "canyon at 45° to the axes")}}}
}

// canyonPaths shows trajectories in two dimensions, each method at its best rate for
// either canyon.
func canyonPaths() figure.Sheet {
	plot := func(turned bool, title string) figure.Plot {
		f, start, p := canyonPlot(turned, title, 0.25, []float64{0.01, 0.05, 0.2, 0.5, 1.2, 3, 8, 20})
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.75, 1.2, -1.1, 0.45
		if turned {
			p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.4, 1.55, -1.3, 0.25
		}
		for i, m := range []string{"sgd", "momentum", "adagrad", "adam", "lbfgs"} {
			b := race(m, rates(1e-3, 10), f, start, 1e-6, 5000)
			path := walk(newMethod(m, b.rate), f, start, min(b.steps, 250))
			p.Marks = append(p.Marks, figure.Mark{Kind: figure.Beads, Name: m, X: column(path, 0), Y: column(path, 1), Ink: figure.Ink(i)})
		}
		p.Marks = append(p.Marks, blackDot(0, 0))
		return p
	}
	return figure.Sheet{Name: "paths", Title: "Paths to the minimum of two canyons of condition 100",
		Below: "each method at its best rate of the grid, one bead a step; the black dot is the minimum",
		Rows:  [][]figure.Plot{{plot(false, "along the axes"), plot(true, "at 45° to the axes")}}}
}

// canyonPlot returns the canyon of condition 100 in two variables, the point (1, second)
// turned with it, and a plot of its contours.
func canyonPlot(turned bool, title string, second float64, levels []float64) (f *quadratic, start []float64, p figure.Plot) {
	f = newQuadratic([]float64{1, 100}, angleOf(turned))
	start = []float64{1, second}
	f.rotate(start, -f.sin)
	value := newQuadratic(f.lambda, angleOf(turned))
	p = figure.Plot{Title: title, Height: 210, X: figure.Side{Label: "θ₁"}, Y: figure.Side{Label: "θ₂"}}
	p.Marks = []figure.Mark{{Kind: figure.Contour, Ink: figure.Pale, At: levels,
		Z: func(x, y float64) float64 { return value.Value([]float64{x, y}) }}}
	return f, start, p
}

// blackDot marks a minimum.
func blackDot(x, y float64) figure.Mark {
	return figure.Mark{Kind: figure.Dots, X: []float64{x}, Y: []float64{y}, Ink: figure.Black, Bold: true}
}
