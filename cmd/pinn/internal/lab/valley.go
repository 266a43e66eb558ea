package lab

import (
	"fmt"
	"math"
	"slices"

	"pinn/cmd/pinn/internal/figure"
)

var valley = Experiment{
	Name:  "valley",
	Title: "Curved valleys, noise and bumps",
	Claim: "In curved valleys momentum and Adam need a fraction of plain descent's steps, with the noise of minibatches too, and momentum carries past bumps that hold plain descent.",
	Essay: `Three surfaces of two variables. Rosenbrock's banana and Beale's function have one
curved valley each: every method runs at each rate of one grid (1e-5 to 1, three to a
decade) until f ≤ 1e-4, and its best rate counts. Then normal noise of standard
deviation 1 is added to each component of the gradient, as a minibatch would, and every
method makes 3000 steps; the median of f at the end over 21 streams of noise is
compared, again at the best rate. The third surface is a long bowl with bumps,
f = ½(x/4)² + 2y² + 0.15(1 − cos 3x), whose least minimum lies behind three ridges; the
gradient has noise of standard deviation 0.3, and a run counts as arrived if it ends in
the innermost basin, |x| < π/3, after 2000 steps.`,
	Run: runValley,
}

var valleyMethods = []string{"sgd", "momentum", "nesterov", "rmsprop", "adam"}

// noisyEnds returns the values of f at the end of steps from the start, for each of
// the given streams of noise, and the places.
func noisyEnds(method string, rate float64, f surface, sigma float64, steps, streams int, seed uint64) (values []float64, ends [][]float64) {
	for k := range streams {
		m := newMethod(method, rate)
		theta := slices.Clone(f.start)
		m.Init(2)
		g := noisy{f, sigma, stream(seed, uint64(100+k))}
		v := math.Inf(1)
		for range steps {
			info, err := m.Step(theta, g)
			if err != nil || !(math.Abs(info.Value) < 1e12) {
				theta[0] = math.NaN()
				break
			}
		}
		if !math.IsNaN(theta[0]) {
			v = f.f(theta[0], theta[1])
		}
		values, ends = append(values, v), append(ends, theta)
	}
	return values, ends
}

// valleyRow is what one method did.
type valleyRow struct {
	quiet    [2]best // Rosenbrock, Beale
	noise    float64 // the median of f on Rosenbrock's banana with noise
	noiseAt  float64 // at this rate
	arrived  float64 // the share of runs that end in the innermost basin
	arriveAt float64
	shares   []float64 // by rate
}

func runValley(s Setup) (*Outcome, error) {
	grid := rates(1e-5, 1)
	rows := make([]valleyRow, len(valleyMethods))
	streams, steps := pick(s, 21, 3), pick(s, 3000, 200)
	err := s.each(len(rows), func(i int) error {
		r, m := &rows[i], valleyMethods[i]
		for k, f := range []surface{rosenbrock(), beale()} {
			r.quiet[k] = race(m, grid, f, f.start, 1e-4, pick(s, 60000, 3000))
		}
		r.noise = math.Inf(1)
		for _, rate := range grid {
			if err := s.over(); err != nil {
				return err
			}
			values, _ := noisyEnds(m, rate, rosenbrock(), 1, steps, streams, s.Seed)
			if v := median(values); v < r.noise {
				r.noise, r.noiseAt = v, rate
			}
			share := innermost(m, rate, 2*steps/3, streams, s.Seed)
			r.shares = append(r.shares, share)
			if share > r.arrived {
				r.arrived, r.arriveAt = share, rate
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return valleyOutcome(rows, grid), nil
}

// innermost returns the share of runs over the bumps that end with |x| < π/3.
func innermost(method string, rate float64, steps, streams int, seed uint64) float64 {
	_, ends := noisyEnds(method, rate, bumpy(), 0.3, steps, streams, seed)
	n := 0
	for _, e := range ends {
		if math.Abs(e[0]) < math.Pi/3 {
			n++
		}
	}
	return float64(n) / float64(streams)
}

func valleyOutcome(rows []valleyRow, grid []float64) *Outcome {
	at := func(m string) valleyRow { return rows[slices.Index(valleyMethods, m)] }
	sgd, momentum, adam := at("sgd"), at("momentum"), at("adam")
	speed := func(r valleyRow) float64 {
		return math.Min(float64(sgd.quiet[0].steps)/float64(r.quiet[0].steps), float64(sgd.quiet[1].steps)/float64(r.quiet[1].steps))
	}
	o := &Outcome{Findings: []Finding{
		atLeast(2, speed(momentum), "plain descent's steps over momentum's, the lesser of both valleys"),
		atLeast(2, speed(adam), "the same for adam"),
		atLeast(2, sgd.noise/momentum.noise, "with noise, plain descent's median f at the end over momentum's"),
		atLeast(2, sgd.noise/adam.noise, "the same for adam"),
		atLeast(0.2, momentum.arrived-sgd.arrived, "past the bumps: share of runs of momentum less that of plain descent, each at its best rate"),
		atLeast(0.2, adam.arrived-sgd.arrived, "the same for adam"),
	}}
	o.Table.Header = []string{"method", "rosenbrock_steps", "rosenbrock_rate", "beale_steps", "beale_rate", "noisy_median_f", "noisy_rate", "past_bumps_share", "past_bumps_rate"}
	for i, m := range valleyMethods {
		r := rows[i]
		o.Table.add(m, r.quiet[0].steps, r.quiet[0].rate, r.quiet[1].steps, r.quiet[1].rate, r.noise, r.noiseAt, r.arrived, r.arriveAt)
	}
	o.Notes = []string{
		fmt.Sprintf("Steps to 1e-4 on Rosenbrock's banana: %d for plain descent, %d with momentum, %d with Nesterov's, %d for adam; on Beale's: %d, %d, %d and %d.",
			sgd.quiet[0].steps, momentum.quiet[0].steps, at("nesterov").quiet[0].steps, adam.quiet[0].steps,
			sgd.quiet[1].steps, momentum.quiet[1].steps, at("nesterov").quiet[1].steps, adam.quiet[1].steps),
		fmt.Sprintf("Of the runs over the bumps %.0f %% of plain descent, %.0f %% of momentum and %.0f %% of adam arrive at their best rates (%s, %s, %s).",
			100*sgd.arrived, 100*momentum.arrived, 100*adam.arrived, short(sgd.arriveAt), short(momentum.arriveAt), short(adam.arriveAt)),
		"The last figure shows the same for every rate: above 2/λmax plain descent diverges across the bowl before its steps are long enough to pass a bump.",
	}
	o.Sheets = []figure.Sheet{valleyPaths(rows), valleyBumps(rows, grid)}
	return o
}

func valleyPaths(rows []valleyRow) figure.Sheet {
	plot := func(f surface, k int, title string) figure.Plot {
		p := figure.Plot{Title: title, Height: 220, X: figure.Side{Label: "x", Min: f.x[0], Max: f.x[1]}, Y: figure.Side{Label: "y", Min: f.y[0], Max: f.y[1]},
			Marks: []figure.Mark{{Kind: figure.Contour, Z: f.f, At: f.levels, Ink: figure.Pale}}}
		for i, m := range valleyMethods {
			b := rows[i].quiet[k]
			if m == "rmsprop" || !b.ok {
				continue
			}
			path := walk(newMethod(m, b.rate), f, f.start, min(b.steps, 3000))
			p.Marks = append(p.Marks, figure.Mark{Name: m, X: column(path, 0), Y: column(path, 1), Ink: figure.Ink(i)})
		}
		p.Marks = append(p.Marks, blackDot(f.minX, f.minY))
		return p
	}
	return figure.Sheet{Name: "paths", Title: "Two curved valleys", Below: "each method at its best rate; the black dot is the minimum",
		Rows: [][]figure.Plot{{plot(rosenbrock(), 0, "Rosenbrock"), plot(beale(), 1, "Beale")}}}
}

func valleyBumps(rows []valleyRow, grid []float64) figure.Sheet {
	f := bumpy()
	surfacePlot := figure.Plot{Title: "the bumps, and one run of each method", Height: 150,
		X: figure.Side{Label: "x", Min: f.x[0], Max: f.x[1]}, Y: figure.Side{Label: "y", Min: f.y[0], Max: f.y[1]},
		Marks: []figure.Mark{{Kind: figure.Contour, Z: f.f, At: f.levels, Ink: figure.Pale}}}
	share := figure.Plot{Title: "runs that end in the innermost basin", Height: 170,
		X: figure.Side{Label: "learning rate", Log: true, Min: grid[0], Max: grid[len(grid)-1]}, Y: figure.Side{Label: "share of runs", Min: -0.03, Max: 1.03}}
	for i, m := range valleyMethods {
		share.Marks = append(share.Marks, figure.Mark{Kind: figure.Beads, Name: m, X: grid, Y: rows[i].shares, Ink: figure.Ink(i)})
		rate := 0.0316
		path := walk(newMethod(m, rate), noisy{f, 0.3, stream(1, 100)}, f.start, 400)
		if m == "sgd" || m == "momentum" || m == "adam" {
			surfacePlot.Marks = append(surfacePlot.Marks, figure.Mark{Name: m, X: column(path, 0), Y: column(path, 1), Ink: figure.Ink(i)})
		}
	}
	surfacePlot.Marks = append(surfacePlot.Marks, blackDot(0, 0))
	return figure.Sheet{Name: "bumps", Title: "A long bowl with bumps, and noise", Below: "the paths are 400 steps at rate 0.0316; the minimum is the black dot",
		Rows: [][]figure.Plot{{surfacePlot}, {share}}}
}
