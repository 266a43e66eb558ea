package lab

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"pinn/cmd/pinn/internal/figure"
	"pinn/optim"
)

var noise = Experiment{
	Name:  "noise",
	Title: "Noise: what minibatches do to curvature",
	Claim: "The noise of minibatches ruins L-BFGS and not AdamW, because the difference of two noisy gradients says nothing of curvature once the noise is as large as the curvature's own part.",
	Essay: `A network of 961 parameters learns Burgers' equation on 2048 points. Four ways get the
same number of gradient evaluations: L-BFGS on fresh minibatches of 128, which
searches on one minibatch and meets the next at its following step; L-BFGS on all
points; AdamW (rate 2e-3) on the minibatches and on all points. A search that fails begins anew with an
empty memory. The loss over all points is compared, the median of three seeds. (A
gradient over all points costs sixteen of those of minibatches: the second way sees
more of the points.)

Then, at a θ on AdamW's way, curvature pairs are made as a quasi-Newton method makes
them: s a step against the full gradient, y the difference of a gradient at θ + s and
one at θ, on two different minibatches or on the same. Without noise sᵀy is the
curvature along s, a positive number here. With normal noise of standard deviation σ in
sᵀy the sign is right with probability Φ(sᵀy/σ), with sᵀy of the full gradients and σ
the spread of the pairs: the line the dots should lie on.`,
	Run: runNoise,
}

// contest is one way to spend gradient evaluations.
type contest struct {
	name  string
	evals []float64
	loss  []float64 // over all points, after so many evaluations
	fails int       // searches that failed
}

// last is the loss at the end.
func (c contest) last() float64 { return c.loss[len(c.loss)-1] }

// compete lets m make steps on f until it has spent budget evaluations; next, if not
// nil, moves f on after a step. The loss over all points is looked at every so often.
func compete(name string, m optim.Method, t *task, f optim.Objective, next func(), theta []float64, budget int, over func() error) (c contest, err error) {
	c.name = name
	theta = slices.Clone(theta)
	m.Init(len(theta))
	c.evals, c.loss = []float64{0}, []float64{t.Value(theta)}
	for spent, look := 0, 10; spent < budget; {
		if err := over(); err != nil {
			return c, err
		}
		info, err := m.Step(theta, f)
		spent += max(1, info.GradEvals)
		if err != nil || info.Status != optim.Running {
			c.fails++
			m.Restart()
		}
		if next != nil {
			next()
		}
		if spent >= look {
			c.evals, c.loss = append(c.evals, float64(spent)), append(c.loss, t.Value(theta))
			look = spent + budget/100
		}
	}
	c.evals, c.loss = append(c.evals, float64(budget)), append(c.loss, t.Value(theta))
	return c, nil
}

// ways are those of runNoise: each method with noise and without.
var ways = []string{"L-BFGS, minibatches", "L-BFGS, all points", "AdamW, minibatches", "AdamW, all points"}

func runNoise(s Setup) (*Outcome, error) {
	layers, n, size, budget, seeds := pick(s, "[20, 20, 20]", "[4]"), pick(s, 2048, 64), pick(s, 128, 16), pick(s, 2000, 30), pick(s, 3, 1)
	runs := make([][]contest, len(ways)) // by way, then by seed
	var pairs []pairRow
	for k := range seeds {
		seed := s.Seed + uint64(k)
		t, err := burgers(layers, n, seed, s.Threads)
		if err != nil {
			return nil, err
		}
		start := t.begin(seed)
		for i, way := range ways {
			var m optim.Method = optim.DefaultLBFGS()
			if i >= 2 {
				m = adamw(2e-3)
			}
			var f optim.Objective = t
			var next func()
			if i%2 == 0 {
				b := newBatches(t, size, stream(seed, 3))
				f, next = b, b.next
			}
			c, err := compete(way, m, t, f, next, start, budget, s.over)
			if err != nil {
				return nil, err
			}
			runs[i] = append(runs[i], c)
		}
		if k > 0 {
			continue
		}
		theta, b, m := slices.Clone(start), newBatches(t, size, stream(seed, 4)), adamw(2e-3)
		m.Init(len(theta))
		if err := train(m, b, theta, pick(s, 1000, 20), s.over); err != nil {
			return nil, err
		}
		if pairs, err = pairStudy(s, t, theta); err != nil {
			return nil, err
		}
	}
	return noiseOutcome(runs, pairs, size, budget), nil
}

// pairRow is what pairs of one batch size and one length of s are like.
type pairRow struct {
	length      float64 // ‖s‖
	batch       int
	curvature   float64 // sᵀy of the full gradients
	sigma       float64 // standard deviation of sᵀy on two minibatches
	fresh, same float64 // share of pairs with sᵀy > 0: two minibatches, one
	cosFresh    float64 // median cosine of y with that of the full gradients
	cosSame     float64
	predicted   float64 // Φ(curvature/sigma)
}

// pairStudy makes pairs at θ for several batch sizes and lengths of s.
func pairStudy(s Setup, t *task, theta []float64) (rows []pairRow, err error) {
	g, up := make([]float64, t.Dim()), make([]float64, t.Dim())
	t.ValueGrad(g, theta)
	for _, length := range []float64{1e-1, 1e-2, 1e-3}[:pick(s, 3, 1)] {
		step := slices.Clone(g)
		floats.Scale(-length/floats.Norm(g, 2), step)
		moved := slices.Clone(theta)
		floats.Add(moved, step)
		t.ValueGrad(up, moved)
		y := slices.Clone(up)
		floats.Sub(y, g)
		for _, batch := range []int{32, 64, 128, 256, 512, 1024}[:pick(s, 6, 1)] {
			if err := s.over(); err != nil {
				return nil, err
			}
			rows = append(rows, pairsOf(t, theta, moved, step, y, batch, pick(s, 64, 4), stream(s.Seed, uint64(1000+batch))))
		}
	}
	return rows, nil
}

// pairsOf makes count pairs on minibatches of one size.
func pairsOf(t *task, theta, moved, step, y []float64, batch, count int, rng *rand.Rand) pairRow {
	b := t.Loss.Deal(batch)
	r := pairRow{length: floats.Norm(step, 2), batch: batch, curvature: floats.Dot(step, y)}
	low, high, other := make([]float64, len(theta)), make([]float64, len(theta)), make([]float64, len(theta))
	var along, cosFresh, cosSame []float64
	for k := range count {
		b.Shuffle(rng)
		b.ValueGrad(0, low, theta)
		b.ValueGrad(0, high, moved)
		b.ValueGrad(min(1, b.Len()-1), other, moved)
		floats.Sub(high, low)
		floats.Sub(other, low)
		along = append(along, floats.Dot(step, other))
		if floats.Dot(step, high) > 0 {
			r.same += 1 / float64(count)
		}
		if along[k] > 0 {
			r.fresh += 1 / float64(count)
		}
		cosSame, cosFresh = append(cosSame, cosine(high, y)), append(cosFresh, cosine(other, y))
	}
	r.sigma = stat.StdDev(along, nil)
	r.cosFresh, r.cosSame = median(cosFresh), median(cosSame)
	r.predicted = 0.5 * math.Erfc(-r.curvature/r.sigma/math.Sqrt2)
	return r
}

func cosine(a, b []float64) float64 {
	return floats.Dot(a, b) / (floats.Norm(a, 2) * floats.Norm(b, 2))
}

func noiseOutcome(runs [][]contest, pairs []pairRow, size, budget int) *Outcome {
	last := make([]float64, len(runs))
	o := &Outcome{Table: Table{Header: []string{"what", "batch", "step_length", "value", "sign_rate_fresh", "sign_rate_same", "sign_rate_predicted", "cosine_fresh", "cosine_same"}}}
	for i, way := range runs {
		var ends []float64
		for _, c := range way {
			ends = append(ends, c.last())
			o.Table.add(c.name+": loss at the end", "", "", c.last(), "", "", "", "", "")
			o.Table.add(c.name+": failed searches", "", "", c.fails, "", "", "", "", "")
		}
		last[i] = median(ends)
	}
	off, worstFresh, worstSame := 0.0, 1.0, 1.0
	for _, p := range pairs {
		o.Table.add("pairs: noise over curvature", p.batch, p.length, p.sigma/p.curvature, p.fresh, p.same, p.predicted, p.cosFresh, p.cosSame)
		off = math.Max(off, math.Abs(p.fresh-p.predicted))
		if p.batch <= size {
			worstFresh, worstSame = math.Min(worstFresh, p.fresh), math.Min(worstSame, p.same)
		}
	}
	first := runs[2][0].loss[0]
	o.Findings = []Finding{
		atLeast(10, last[0]/last[1], fmt.Sprintf("what noise costs L-BFGS: its loss on minibatches over that on all points, after %d gradients", budget)),
		atMost(3, last[2]/last[3], "what it costs AdamW: the same quotient"),
		atLeast(3, last[0]/last[2], fmt.Sprintf("loss of L-BFGS on minibatches over that of AdamW on minibatches, after %d gradients", budget)),
		atLeast(3, first/last[2], "AdamW on minibatches: loss at the start over loss at the end"),
		atLeast(3, last[2]/last[1], "loss of AdamW on minibatches over that of L-BFGS on all points, as many gradients"),
		atMost(0.75, worstFresh, fmt.Sprintf("share of pairs with sᵀy > 0 on two minibatches of up to %d, the least", size)),
		atLeast(0.9, worstSame, "the same where both gradients are of one minibatch"),
		atMost(0.2, off, "that share against Φ(sᵀy/σ), largest difference (64 pairs: standard error 0.06)"),
	}
	fails := 0
	for _, c := range runs[0] {
		fails += c.fails
	}
	o.Notes = []string{fmt.Sprintf("From %s at the start the loss comes to %s with L-BFGS on minibatches and %s on all points, to %s with AdamW on minibatches and %s on all points. %d searches on minibatches failed; L-BFGS then begins anew along the gradient, and what it gains it owes to that.",
		short(first), short(last[0]), short(last[1]), short(last[2]), short(last[3]), fails)}
	o.Sheets = []figure.Sheet{noiseRuns(runs), noisePairs(pairs)}
	return o
}

func noiseRuns(runs [][]contest) figure.Sheet {
	p := figure.Plot{Height: 230, X: figure.Side{Label: "gradient evaluations"}, Y: figure.Side{Label: "loss over all points", Log: true}}
	for i, way := range runs {
		for _, c := range way {
			p.Marks = append(p.Marks, figure.Mark{Name: c.name, X: c.evals, Y: c.loss, Ink: figure.Ink(i)})
		}
	}
	return figure.Sheet{Name: "runs", Title: "Burgers' equation at equal gradient evaluations", Below: "three seeds each; a gradient over all points counts as one, as does that of a minibatch", Rows: [][]figure.Plot{{p}}}
}

func noisePairs(pairs []pairRow) figure.Sheet {
	sign := figure.Plot{Title: "right sign of sᵀy", Height: 210, X: figure.Side{Label: "noise over curvature, σ/sᵀy", Log: true}, Y: figure.Side{Label: "share of pairs with sᵀy > 0", Min: 0.3, Max: 1.05}}
	angle := figure.Plot{Title: "direction of y", Height: 210, X: figure.Side{Label: "points of a minibatch", Log: true}, Y: figure.Side{Label: "cosine with the full y", Min: -0.3, Max: 1.05}}
	least, most := math.Inf(1), 0.0
	byLength := map[float64][]pairRow{}
	var lengths []float64
	for _, p := range pairs {
		key := math.Round(1e6*p.length) / 1e6
		if byLength[key] == nil {
			lengths = append(lengths, key)
		}
		byLength[key] = append(byLength[key], p)
		least, most = math.Min(least, p.sigma/p.curvature), math.Max(most, p.sigma/p.curvature)
	}
	var x, y []float64
	for k := range 101 {
		r := least * math.Pow(most/least, float64(k)/100)
		x, y = append(x, r), append(y, 0.5*math.Erfc(-1/r/math.Sqrt2))
	}
	sign.Marks = append(sign.Marks, figure.Mark{Name: "Φ(sᵀy/σ)", X: x, Y: y, Ink: figure.Black, Dash: 2})
	for i, l := range lengths {
		var r, f, b, cf, cs []float64
		for _, p := range byLength[l] {
			r, f = append(r, p.sigma/p.curvature), append(f, p.fresh)
			b, cf, cs = append(b, float64(p.batch)), append(cf, p.cosFresh), append(cs, p.cosSame)
		}
		name := "step of length " + cell(l)
		sign.Marks = append(sign.Marks, figure.Mark{Kind: figure.Dots, X: r, Y: f, Ink: figure.Ink(i), Bold: true})
		angle.Marks = append(angle.Marks, figure.Mark{Kind: figure.Beads, Name: name, X: b, Y: cf, Ink: figure.Ink(i)},
			figure.Mark{Kind: figure.Beads, X: b, Y: cs, Ink: figure.Ink(i), Dash: 2})
	}
	return figure.Sheet{Name: "pairs", Title: "Curvature pairs from noisy gradients, on a Burgers network", Below: "gradients at the ends of a step from two different minibatches; dotted at the right: from one and the same", Rows: [][]figure.Plot{{sign, angle}}}
}
