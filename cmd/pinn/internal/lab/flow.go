package lab

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"pinn/cmd/pinn/internal/figure"
	"pinn/optim"
)

var flow = Experiment{
	Name:  "flow",
	Title: "The flow: an optimiser as an integrator",
	Claim: "Descent tends to the gradient flow with first order as its rate falls and Heun's method with second; Adam goes elsewhere; and each explicit method becomes unstable at its own multiple of 1/λmax, plain descent at 2/λmax.",
	Essay: `The gradient flow dθ/dt = −∇L from (0.5, 0) on Beale's function is integrated to t = 1 by
Runge–Kutta 4(5) at tolerance 1e-12, which serves as the truth. Forward Euler, which is
gradient descent bit for bit, and Heun's method end at the same time with fixed steps;
their errors against the step give the orders. (From the usual start, (1, 1), the
error arises in a stiff beginning that has died out by then, and Heun's seems of third
order.) Adam has no time; its path is compared
with the flow's as a curve: the largest distance of its points from it, while the rate
falls. On Rosenbrock's banana the paths are drawn.

Stability is found by bisection on a quadratic with λmax = 1000: the largest step at
which a perturbation does not grow. Linear theory gives the values asked for: 2/λmax for
plain descent and for Heun, 2(1+μ)/λmax with momentum, 2(1+μ)/((1+2μ)λmax) with
Nesterov's look ahead. A step of Runge–Kutta is stable to about 3/λmax.`,
	Run: runFlow,
}

// endOf returns θ at time end of the scheme with fixed step h, or of Runge–Kutta with
// that tolerance.
func endOf(m *optim.Flow, f optim.Objective, start []float64, end float64) []float64 {
	theta := slices.Clone(start)
	m.Init(len(theta))
	for m.Time() < end {
		if info, err := m.StepTo(theta, f, end); err != nil || info.Status != optim.Running {
			return []float64{math.NaN(), math.NaN()}
		}
	}
	return theta
}

// flowPath returns the flow's curve, by Runge–Kutta at a tolerance, as the points of its
// steps; a short first step keeps them dense.
func flowPath(f optim.Objective, start []float64, end, apart float64) (path [][]float64) {
	m := optim.DefaultRungeKutta()
	m.Tolerance = 1e-9
	theta := slices.Clone(start)
	m.Init(len(theta))
	path = append(path, slices.Clone(theta))
	for t := apart; m.Time() < end; {
		if info, err := m.StepTo(theta, f, math.Min(t, end)); err != nil || info.Status != optim.Running {
			break
		}
		if m.Time() >= t {
			path, t = append(path, slices.Clone(theta)), 1.02*t+apart
		}
	}
	return path
}

// farthest returns the largest distance of the points from the curve.
func farthest(points, curve [][]float64) (most float64) {
	for _, p := range points {
		near := math.Inf(1)
		for k := 1; k < len(curve); k++ {
			near = math.Min(near, toSegment(p, curve[k-1], curve[k]))
		}
		most = math.Max(most, near)
	}
	return most
}

// toSegment is the distance of p from the segment a–b.
func toSegment(p, a, b []float64) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	s := 0.0
	if d := dx*dx + dy*dy; d > 0 {
		s = math.Min(1, math.Max(0, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/d))
	}
	return math.Hypot(p[0]-a[0]-s*dx, p[1]-a[1]-s*dy)
}

// threshold returns the largest step, in units of 1/λmax, at which the method does not
// blow up a perturbation on a quadratic, to 1e-4.
func threshold(make func(step float64) optim.Method) float64 {
	const lambda = 1000.0
	lo, hi := 0.1, 10.0
	for hi-lo > 1e-4 {
		z := (lo + hi) / 2
		m, theta := make(z/lambda), []float64{1e-3}
		f := newQuadratic([]float64{lambda}, 0)
		m.Init(1)
		grown := false
		for range 40000 {
			if _, err := m.Step(theta, f); err != nil || math.Abs(theta[0]) > 1e3 {
				grown = true
				break
			}
		}
		if grown {
			hi = z
		} else {
			lo = z
		}
	}
	return lo
}

// flowErrors is how far discrete methods are from the flow, by their steps.
type flowErrors struct {
	steps       []float64 // h of the schemes
	euler, heun []float64 // distance from the flow at t = 1
	rates       []float64 // of the methods, h/2
	sgd, adam   []float64 // largest distance of the path from the flow's curve
}

// measureFlow integrates with steps from 2⁻⁶ to 2⁻¹².
func measureFlow(s Setup) (e flowErrors, err error) {
	f, end := beale(), 1.0
	f.start = []float64{0.5, 0}
	truth := optim.DefaultRungeKutta()
	truth.Tolerance = 1e-12
	want := endOf(truth, f, f.start, end)
	miss := func(m *optim.Flow, h float64) float64 {
		m.TimeStep = h
		return floats.Distance(endOf(m, f, f.start, end), want, 2)
	}
	curve := flowPath(f, f.start, 400, 1e-3)
	far := func(method string, h float64) float64 {
		return farthest(walk(newMethod(method, h/2), f, f.start, min(int(2/h), pick(s, 8192, 512))), curve)
	}
	for k := 6; k <= 12; k++ {
		if err := s.over(); err != nil {
			return e, err
		}
		h := math.Exp2(-float64(k))
		e.steps, e.rates = append(e.steps, h), append(e.rates, h/2)
		e.euler, e.heun = append(e.euler, miss(optim.DefaultEuler(), h)), append(e.heun, miss(optim.DefaultHeun(), h))
		e.sgd, e.adam = append(e.sgd, far("sgd", h)), append(e.adam, far("adam", h))
	}
	return e, nil
}

func runFlow(s Setup) (*Outcome, error) {
	e, err := measureFlow(s)
	if err != nil {
		return nil, err
	}
	o := &Outcome{Table: Table{Header: []string{"what", "step", "value"}}}
	for i, h := range e.steps {
		o.Table.add("error of euler at t = 1", h, e.euler[i])
		o.Table.add("error of heun at t = 1", h, e.heun[i])
	}
	for i, rate := range e.rates {
		o.Table.add("distance of sgd from the flow's curve, rate", rate, e.sgd[i])
		o.Table.add("distance of adam from the flow's curve, rate", rate, e.adam[i])
	}
	off := 0.0
	for _, l := range stabilityLimits() {
		z := threshold(l.make)
		o.Table.add("largest stable step of "+l.name+" times λmax; theory in the column before", l.theory, z)
		off = math.Max(off, math.Abs(z/l.theory-1))
		o.Notes = append(o.Notes, fmt.Sprintf("%s is stable up to %s/λmax.", l.name, short(z)))
	}
	last := len(e.steps) - 1
	euler, heun := exponent(e.steps[2:], e.euler[2:]), exponent(e.steps[2:], e.heun[2:])
	o.Findings = []Finding{
		atMost(0.1, math.Abs(euler-1), fmt.Sprintf("order of descent towards the flow, off from 1 (fitted %s)", short(euler))),
		atMost(0.1, math.Abs(heun-2), fmt.Sprintf("order of Heun's method, off from 2 (fitted %s)", short(heun))),
		atLeast(10, e.adam[last]/e.sgd[last], "adam's distance from the flow's curve over descent's, at the smallest rate"),
		atMost(0.001, off, "stability limits of sgd, heun, momentum and nesterov against linear theory, largest relative difference"),
	}
	o.Sheets = []figure.Sheet{orderSheet(e), flowSheet()}
	return o, nil
}

// orderSheet shows the errors over the steps.
func orderSheet(e flowErrors) figure.Sheet {
	return figure.Sheet{Name: "order", Title: "How far discrete methods are from the gradient flow", Below: "Beale's function from (0.5, 0); the flow by Runge–Kutta 4(5)",
		Rows: [][]figure.Plot{{
			{Title: "error at t = 1", X: figure.Side{Label: "step h", Log: true}, Y: figure.Side{Label: "distance from the flow", Log: true},
				Marks: []figure.Mark{{Kind: figure.Beads, Name: "euler, which is sgd", X: e.steps, Y: e.euler}, {Kind: figure.Beads, Name: "heun", X: e.steps, Y: e.heun, Ink: 1},
					{Name: "of order h", X: e.steps, Y: scaled(e.steps, e.euler[0], 1), Ink: figure.Grey, Dash: 2}, {Name: "of order h²", X: e.steps, Y: scaled(e.steps, e.heun[0], 2), Ink: figure.Grey, Dash: 1}}},
			{Title: "distance of the path from the flow's curve", X: figure.Side{Label: "learning rate", Log: true}, Y: figure.Side{Label: "largest distance", Log: true},
				Marks: []figure.Mark{{Kind: figure.Beads, Name: "euler, which is sgd", X: e.rates, Y: e.sgd}, {Kind: figure.Beads, Name: "adam", X: e.rates, Y: e.adam, Ink: 2}}},
		}}}
}

// scaled is c·(h/h₀)^p.
func scaled(h []float64, c, p float64) []float64 {
	y := make([]float64, len(h))
	for i := range h {
		y[i] = c * math.Pow(h[i]/h[0], p)
	}
	return y
}

// limit is a method with its stability limit in units of 1/λmax.
type limit struct {
	name   string
	theory float64
	make   func(step float64) optim.Method
}

func stabilityLimits() []limit {
	const mu = 0.9
	return []limit{
		{"sgd", 2, func(h float64) optim.Method { return newMethod("sgd", h) }},
		{"heun", 2, func(h float64) optim.Method { m := optim.DefaultHeun(); m.TimeStep = h; return m }},
		{"momentum", 2 * (1 + mu), func(h float64) optim.Method { return newMethod("momentum", h) }},
		{"nesterov", 2 * (1 + mu) / (1 + 2*mu), func(h float64) optim.Method { return newMethod("nesterov", h) }},
	}
}

// flowSheet draws paths over Rosenbrock's banana.
func flowSheet() figure.Sheet {
	f := rosenbrock()
	p := figure.Plot{Height: 230, Marks: []figure.Mark{{Kind: figure.Contour, Z: f.f, At: f.levels, Ink: figure.Pale}}}
	curve := flowPath(f, f.start, 100, 1e-4)
	p.Marks = append(p.Marks, figure.Mark{Name: "gradient flow", X: column(curve, 0), Y: column(curve, 1), Ink: figure.Black, Bold: true})
	for i, r := range []struct {
		name, method string
		rate         float64
		steps        int
	}{{"sgd, rate 1.9e-3", "sgd", 1.9e-3, 3000}, {"momentum, rate 5e-4", "momentum", 5e-4, 1500}, {"adam, rate 0.05", "adam", 0.05, 1500}} {
		path := walk(newMethod(r.method, r.rate), f, f.start, r.steps)
		p.Marks = append(p.Marks, figure.Mark{Name: r.name, X: column(path, 0), Y: column(path, 1), Ink: figure.Ink(i)})
	}
	whole, near := p, p
	whole.Title, near.Title = "the valley", "its beginning"
	whole.X, whole.Y = figure.Side{Label: "x", Min: f.x[0], Max: f.x[1]}, figure.Side{Label: "y", Min: f.y[0], Max: f.y[1]}
	near.X, near.Y = figure.Side{Label: "x", Min: -1.3, Max: -0.5}, figure.Side{Label: "y", Min: 0.4, Max: 1.3}
	return figure.Sheet{Name: "paths", Title: "Paths beside the gradient flow, on Rosenbrock's banana",
		Below: "λmax falls from 1500 at the start to 200 in the bend and is 1002 at the minimum, where plain descent is stable up to 2.0e-3",
		Rows:  [][]figure.Plot{{whole, near}}}
}
