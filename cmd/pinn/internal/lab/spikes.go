package lab

import (
	"fmt"
	"math"
	"slices"

	"pinn/cmd/pinn/internal/figure"
	"pinn/optim"
)

var spikes = Experiment{
	Name:  "spikes",
	Title: "Spikes: the repulsive wall of a potential-energy surface",
	Claim: "On a neural potential-energy surface the repulsive wall makes gradients spike; a spike is in Adam's second moment at once and shortens its steps for about 1/(1 − β₂) steps after; and Adam copes with the wall where plain descent does not.",
	Essay: `A network of two layers of 20 fits energies and forces of Morse's and of Lennard-Jones'
potential, and of the two-dimensional surface of Müller and Brown; forces are its own
derivatives. Of 256 points (512 in two dimensions) few lie on the wall, and a
minibatch of 24 energies and forces holds one of them or none. SGD at the best of six
rates from 1e-6 to 3e-3, and Adam and AdamW (decay 1e-2) at rate 3e-3 with four values
of β₂ make 4000 steps each.

Spikes are counted in the second half of Adam's own run: the largest norm of a
minibatch's gradient over the median. Then one is made on purpose: after 2000 steps on points off the wall the
network meets a single minibatch from the wall, and goes on without it. The effective
step is α over the root mean square of √v̂. Its recovery to half of what it was is
compared with the closed form: v̂ = q² + (1−β₂)G²β₂ⁿ falls to 4q² after
ln((1−β₂)G²/3q²)/(−ln β₂) steps, q² the mean square before and G² that of the spike.`,
	Run: runSpikes,
}

// betas are the values of β₂.
var betas = []float64{0.9, 0.99, 0.999, 0.9999}

// fit is one training on a potential.
type fit struct {
	surface, method string
	beta2, rate     float64
	steps, loss     []float64 // over all points
	effective       []float64 // step sizes at those steps
	peak            float64   // largest gradient norm over the median
}

func (f fit) last() float64 { return f.loss[len(f.loss)-1] }

// train makes steps on minibatches.
func (f *fit) train(m optim.Method, t *task, batch, steps int, seed uint64, over func() error) error {
	theta, b := t.begin(seed), newBatches(t, batch, stream(seed, 20))
	m.Init(t.Dim())
	var norms []float64
	for k := range steps {
		if over() != nil {
			return over()
		}
		if k%(steps/40) == 0 {
			f.look(k, t.Value(theta), m, t.Dim())
		}
		info, err := m.Step(theta, b)
		if err != nil || !(info.Value < 1e12) { // diverged: the loss says so
			f.look(k, math.Inf(1), m, t.Dim())
			break
		}
		norms = append(norms, info.GradNorm)
		b.next()
	}
	if len(norms) == steps {
		f.look(steps, t.Value(theta), m, t.Dim())
	}
	late := norms[len(norms)/2:] // the first gradients are large without any wall
	f.peak = slices.Max(append(late, 0)) / median(late)
	return nil
}

func (f *fit) look(step int, loss float64, m optim.Method, dim int) {
	f.steps, f.loss = append(f.steps, float64(step)), append(f.loss, loss)
	e := math.NaN()
	if a, ok := m.(*optim.Adam); ok {
		e = effective(a, dim)
	}
	f.effective = append(f.effective, e)
}

// effective is α over the root mean square of √v̂, NaN before the first step.
func effective(m *optim.Adam, dim int) float64 {
	d := make([]float64, dim)
	if !m.Preconditioner(d) {
		return math.NaN()
	}
	sum := 0.0
	for _, w := range d {
		sum += 1 / (w * w) / float64(dim)
	}
	return m.LearningRate.At(0) / math.Sqrt(sum)
}

// recovery is what one minibatch from the wall does.
type recovery struct {
	surface   string
	beta2     float64
	effective []float64 // before the spike, then after each step
	atOnce    float64   // of the largest fall of the effective step (in logarithm), the share that came with the spike
	half      int       // steps until half of what it was; −1: never
	predicted float64
}

// strike trains on the quiet task, shows one minibatch of the wall, and goes on.
func strike(m *optim.Adam, quietTask, wall *task, batch, before, after int, seed uint64, over func() error) (r recovery, err error) {
	theta, b := quietTask.begin(seed), newBatches(quietTask, batch, stream(seed, 21))
	m.Init(quietTask.Dim())
	if err := train(m, b, theta, before, over); err != nil {
		return r, err
	}
	dim := quietTask.Dim()
	calm := effective(m, dim)
	rate := m.LearningRate.At(0)
	r.beta2, r.effective, r.half = m.Beta2, []float64{calm}, -1
	info, err := m.Step(theta, newBatches(wall, batch, stream(seed, 22)))
	if err != nil {
		return r, err
	}
	struck := info.GradNorm * info.GradNorm / float64(dim)
	q2 := rate * rate / (calm * calm)
	r.predicted = math.Log((1-m.Beta2)*struck/(3*q2)) / -math.Log(m.Beta2)
	r.effective = append(r.effective, effective(m, dim))
	for k := 1; k <= after; k++ {
		if err := train(m, b, theta, 1, over); err != nil {
			return r, err
		}
		e := effective(m, dim)
		r.effective = append(r.effective, e)
		if r.half < 0 && e >= calm/2 {
			r.half = k
		}
	}
	r.atOnce = math.Log(calm/r.effective[1]) / math.Log(calm/slices.Min(r.effective))
	return r, nil
}

// surfaceTasks are the points of a potential: all, those off the wall, those on it.
type surfaceTasks struct{ all, quiet, wall []byte }

func newSurfaceTasks(p potential, count int, hidden string, seed uint64) surfaceTasks {
	rng := stream(seed, 30)
	anywhere := func([]float64) bool { return true }
	off := func(x []float64) bool { return !p.wall(x) }
	return surfaceTasks{
		all:   p.file(p.sample(count, anywhere, rng), hidden, seed),
		quiet: p.file(p.sample(count, off, rng), hidden, seed),
		wall:  p.file(p.sample(64, p.wall, rng), hidden, seed),
	}
}

// spikeBatch is the number of terms of a minibatch on a surface.
const spikeBatch = 24

func runSpikes(s Setup) (*Outcome, error) {
	surfaces := []potential{morse(), lennardJones(), muellerBrown()}[:pick(s, 3, 1)]
	var fits []fit
	var strikes []recovery
	files := map[string]surfaceTasks{}
	for _, p := range surfaces {
		files[p.name] = newSurfaceTasks(p, pick(s, 256, 64)*len(p.axes), pick(s, "[20, 20]", "[4]"), s.Seed)
		for _, rate := range []float64{1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3} {
			fits = append(fits, fit{surface: p.name, method: "sgd", rate: rate})
		}
		for _, beta2 := range betas {
			fits = append(fits, fit{surface: p.name, method: "adam", beta2: beta2, rate: 3e-3}, fit{surface: p.name, method: "adamw", beta2: beta2, rate: 3e-3})
			strikes = append(strikes, recovery{surface: p.name, beta2: beta2})
		}
	}
	err := s.each(len(fits)+len(strikes), func(i int) error {
		if i < len(fits) {
			return fits[i].run(s, files[fits[i].surface])
		}
		r := &strikes[i-len(fits)]
		return r.run(s, files[r.surface])
	})
	if err != nil {
		return nil, err
	}
	return spikesOutcome(surfaces, fits, strikes), nil
}

// run makes the fit.
func (f *fit) run(s Setup, files surfaceTasks) error {
	t, err := stated("potential", files.all, 1)
	if err != nil {
		return err
	}
	return f.train(f.fresh(t.Decays()), t, spikeBatch, pick(s, 4000, 80), s.Seed, s.over)
}

// run strikes a network off the wall.
func (r *recovery) run(s Setup, files surfaceTasks) error {
	quietTask, err := stated("potential", files.quiet, 1)
	if err != nil {
		return err
	}
	wall, err := stated("potential", files.wall, 1)
	if err != nil {
		return err
	}
	m := adamw(3e-3)
	m.Beta2 = r.beta2
	after := int(math.Min(pick(s, 20000., 40), 20/(1-r.beta2)))
	found, err := strike(m, quietTask, wall, spikeBatch, pick(s, 2000, 40), after, s.Seed, s.over)
	found.surface = r.surface
	*r = found
	return err
}

// fresh returns the method of the fit before its first step.
func (f fit) fresh(decays []bool) optim.Method {
	if f.method == "sgd" {
		return newMethod("sgd", f.rate)
	}
	m := newMethod(f.method, f.rate).(*optim.Adam)
	m.Beta2, m.Decay = f.beta2, decays
	if f.method == "adamw" {
		m.WeightDecay = 1e-2
	}
	return m
}

// bestOf is the fit of a method with the least loss at the end.
func bestOf(fits []fit, surface, method string) fit {
	best := fit{loss: []float64{math.Inf(1)}}
	for _, f := range fits {
		if f.surface == surface && f.method == method && f.last() < best.last() {
			best = f
		}
	}
	return best
}

func spikesOutcome(surfaces []potential, fits []fit, strikes []recovery) *Outcome {
	o := &Outcome{Table: Table{Header: []string{"surface", "method", "beta2", "rate", "loss", "gradient_peak_over_median", "recovery_steps", "recovery_predicted", "share_at_once"}}}
	for _, f := range fits {
		o.Table.add(f.surface, f.method, f.beta2, f.rate, f.last(), f.peak, "", "", "")
	}
	peak, gain, atOnce, off := math.Inf(1), math.Inf(1), 1.0, 0.0
	for _, p := range surfaces {
		sgd, adam, wd := bestOf(fits, p.name, "sgd"), bestOf(fits, p.name, "adam"), bestOf(fits, p.name, "adamw")
		gain = math.Min(gain, sgd.last()/adam.last())
		for _, f := range fits {
			if f.surface == p.name && f.method == "adam" && f.beta2 == 0.999 {
				peak = math.Min(peak, f.peak)
			}
		}
		o.Notes = append(o.Notes, fmt.Sprintf("%s: the loss ends at %s with sgd (rate %s), %s with adam (β₂ = %g does best) and %s with adamw (β₂ = %g).",
			p.name, short(sgd.last()), short(sgd.rate), short(adam.last()), adam.beta2, short(wd.last()), wd.beta2))
	}
	var memory, half []float64
	for _, r := range strikes {
		o.Table.add(r.surface, "adamw, struck", r.beta2, 3e-3, "", "", r.half, r.predicted, r.atOnce)
		atOnce = math.Min(atOnce, r.atOnce)
		if r.half > 0 && r.predicted > 0 {
			memory, half = append(memory, 1/(1-r.beta2)), append(half, float64(r.half))
			off = math.Max(off, math.Abs(math.Log2(float64(r.half)/r.predicted)))
		}
	}
	o.Findings = []Finding{
		atLeast(5, peak, "largest gradient norm over the median in the second half of adam's run, the least of all surfaces"),
		atLeast(0.9, atOnce, "share of the fall of the effective step that comes with the spike itself, the least of all"),
		atMost(0.3, math.Abs(exponent(memory, half)-1), fmt.Sprintf("recovery against 1/(1 − β₂), exponent off from 1 (fitted %s)", short(exponent(memory, half)))),
		atMost(2, math.Exp2(off), "recovery against its closed form, largest factor between them"),
		atLeast(2, gain, "loss of sgd over that of adam, each at its best, the least of all surfaces"),
	}
	o.Sheets = []figure.Sheet{spikesRuns(surfaces, fits), spikesRecovery(surfaces, strikes), potentials()}
	return o
}

func spikesRuns(surfaces []potential, fits []fit) figure.Sheet {
	var losses, steps []figure.Plot
	for _, p := range surfaces {
		l := figure.Plot{Title: p.name, Height: 170, X: figure.Side{Label: "step"}, Y: figure.Side{Label: "loss over all points", Log: true}}
		e := figure.Plot{Title: p.name, Height: 170, X: figure.Side{Label: "step"}, Y: figure.Side{Label: "effective step", Log: true}}
		sgd := bestOf(fits, p.name, "sgd")
		l.Marks = append(l.Marks, figure.Mark{Name: "sgd, best rate", X: sgd.steps, Y: sgd.loss, Ink: figure.Black})
		for _, f := range fits {
			i := slices.Index(betas, f.beta2)
			if f.surface != p.name || i < 0 {
				continue
			}
			m := figure.Mark{Name: fmt.Sprintf("%s, β₂ = %g", f.method, f.beta2), X: f.steps, Y: f.loss, Ink: figure.Ink(i)}
			if f.method == "adamw" {
				m.Dash = 2
			}
			l.Marks = append(l.Marks, m)
			if f.method == "adam" {
				m.Y = f.effective
				e.Marks = append(e.Marks, m)
			}
		}
		losses, steps = append(losses, l), append(steps, e)
	}
	return figure.Sheet{Name: "runs", Title: "Fitting potential-energy surfaces with a repulsive wall", Below: "energies and forces, minibatches of 24 terms; the effective step is α over the root mean square of √v", Rows: [][]figure.Plot{losses, steps}}
}

func spikesRecovery(surfaces []potential, strikes []recovery) figure.Sheet {
	var row []figure.Plot
	for _, p := range surfaces {
		q := figure.Plot{Title: p.name, Height: 190, X: figure.Side{Label: "steps after the spike", Log: true}, Y: figure.Side{Label: "effective step / before", Log: true}}
		for _, r := range strikes {
			if r.surface != p.name {
				continue
			}
			i := slices.Index(betas, r.beta2)
			var x, y []float64
			for k := 1.0; k < float64(len(r.effective)); k *= 1.03 {
				x, y = append(x, k), append(y, r.effective[int(k)]/r.effective[0])
			}
			q.Marks = append(q.Marks, figure.Mark{Name: fmt.Sprintf("β₂ = %g", r.beta2), X: x, Y: y, Ink: figure.Ink(i)})
			if r.predicted >= 1 {
				q.Marks = append(q.Marks, figure.Mark{Kind: figure.Dots, Name: "half, closed form", X: []float64{r.predicted}, Y: []float64{0.5}, Ink: figure.Black, Bold: true})
			}
		}
		row = append(row, q)
	}
	return figure.Sheet{Name: "recovery", Title: "One minibatch from the wall, and what it leaves in the second moment", Below: "the step falls with the spike itself and comes back as v forgets it", Rows: [][]figure.Plot{row}}
}

// potentials draws the surfaces.
func potentials() figure.Sheet {
	line := func(p potential, low, high float64) figure.Plot {
		q := figure.Plot{Title: p.name, Height: 190, X: figure.Side{Label: "r"}, Y: figure.Side{Label: "energy", Min: low, Max: high}}
		var x, e, wx, we []float64
		for k := range 201 {
			r := p.from[0] + (p.to[0]-p.from[0])*float64(k)/200
			x, e = append(x, r), append(e, p.energy([]float64{r}))
			if p.wall([]float64{r}) {
				wx, we = append(wx, r), append(we, p.energy([]float64{r}))
			}
		}
		q.Marks = []figure.Mark{{Name: "energy", X: x, Y: e}, {Name: "the wall", X: wx, Y: we, Ink: 1, Bold: true}}
		return q
	}
	m := muellerBrown()
	mb := figure.Plot{Title: m.name, Height: 190, X: figure.Side{Label: "x", Min: m.from[0], Max: m.to[0]}, Y: figure.Side{Label: "y", Min: m.from[1], Max: m.to[1]},
		Marks: []figure.Mark{{Kind: figure.Contour, Ink: figure.Pale, At: []float64{-1.4, -1.2, -1, -0.8, -0.6, -0.4, -0.2, 0, 0.5, 1, 2, 4, 8, 16}, Z: func(x, y float64) float64 { return m.energy([]float64{x, y}) }},
			{Name: "the wall", X: []float64{0.5, 0.5, m.to[0]}, Y: []float64{m.to[1], 1.3, 1.3}, Ink: 1, Bold: true}}}
	return figure.Sheet{Name: "surfaces", Title: "The potential-energy surfaces", Below: "Müller and Brown's is divided by 100", Rows: [][]figure.Plot{{line(morse(), -1, 20), line(lennardJones(), -1.5, 7), mb}}}
}
