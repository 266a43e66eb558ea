package hybrid

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// toy is noisy least squares, L(θ) = (1/N)·Σ_i (a_i·θ − y_i)² with
// y_i = a_i·θ* + σ·noise. Columns of a have scales 1 … 1/spread, so the loss is
// ill-conditioned. It has no held-out loss; see scored.
type toy struct {
	p, n  int
	sigma float64
	truth []float64
	scale []float64
	a, y  []float64 // n×p and n
	terms [2]float64

	calls    int                                       // of ValueGrad, minibatch or full
	poison   func(call int, grad []float64) (bad bool) // plants what is not finite
	duration func()                                    // what one evaluation takes
	redrawn  []string
}

func newToy(n, p int, sigma, spread float64, seed uint64) *toy {
	rng := rand.New(rand.NewPCG(seed, 99))
	t := &toy{n: n, p: p, sigma: sigma}
	for j := range p {
		t.truth = append(t.truth, rng.NormFloat64())
		t.scale = append(t.scale, math.Pow(spread, -float64(j)/float64(max(p-1, 1))))
	}
	t.a, t.y = t.draw(n, rng)
	return t
}

// draw returns n fresh points.
func (t *toy) draw(n int, rng *rand.Rand) (a, y []float64) {
	for range n {
		v := t.sigma * rng.NormFloat64()
		for j := range t.p {
			x := t.scale[j] * rng.NormFloat64()
			a = append(a, x)
			v += x * t.truth[j]
		}
		y = append(y, v)
	}
	return a, y
}

func (t *toy) Dim() int    { return t.p }
func (t *toy) Points() int { return t.n }

// residual is a_i·θ − y_i.
func residual(a, theta []float64, y float64) float64 {
	r := -y
	for j, x := range a {
		r += x * theta[j]
	}
	return r
}

func (t *toy) row(i int) []float64 { return t.a[i*t.p : (i+1)*t.p] }

// over is the loss and gradient over the points named.
func (t *toy) over(points []int, grad, theta []float64) float64 {
	t.calls++
	if t.duration != nil {
		t.duration()
	}
	for j := range grad {
		grad[j] = 0
	}
	var sum float64
	for _, i := range points {
		r := residual(t.row(i), theta, t.y[i])
		sum += r * r
		for j, x := range t.row(i) {
			grad[j] += 2 * r * x / float64(len(points))
		}
	}
	loss := sum / float64(len(points))
	if t.poison != nil && t.poison(t.calls, grad) {
		return math.NaN()
	}
	return loss
}

func (t *toy) ValueGrad(grad, theta []float64) float64 {
	all := make([]int, t.n)
	for i := range all {
		all[i] = i
	}
	loss := t.over(all, grad, theta)
	t.split(theta)
	return loss
}

func (t *toy) Value(theta []float64) float64 {
	t.split(theta)
	return t.terms[0] + t.terms[1]
}

// split stores the parts of the loss of even and odd points.
func (t *toy) split(theta []float64) {
	t.terms = [2]float64{}
	for i := range t.n {
		r := residual(t.row(i), theta, t.y[i])
		t.terms[i%2] += r * r / float64(t.n)
	}
}

func (t *toy) TermNames() []string { return []string{"even", "odd"} }
func (t *toy) Terms(dst []float64) { copy(dst, t.terms[:]) }
func (t *toy) InteriorPoints() int { return t.n }

func (t *toy) Resample(method string, points int, _, _ float64, _ []float64, rng *rand.Rand) {
	if points > 0 {
		t.n = points
	}
	t.a, t.y = t.draw(t.n, rng)
	t.redrawn = append(t.redrawn, method)
}

// State is the points and what was last measured.
func (t *toy) State() []optim.Vector {
	return []optim.Vector{
		{Name: "a", Values: slices.Clone(t.a)}, {Name: "y", Values: slices.Clone(t.y)},
		{Name: "terms", Values: slices.Clone(t.terms[:])}, {Name: "calls", Values: []float64{float64(t.calls)}},
	}
}

func (t *toy) SetState(state []optim.Vector) error {
	for i, v := range t.State() {
		if i >= len(state) || state[i].Name != v.Name {
			return errors.New("not the state of a toy")
		}
	}
	a, y := state[0].Values, state[1].Values
	if len(a) != t.p*len(y) || len(y) == 0 || len(state[2].Values) != 2 || len(state[3].Values) != 1 {
		return errors.New("not the points of a toy")
	}
	t.a, t.y, t.n = slices.Clone(a), slices.Clone(y), len(y)
	copy(t.terms[:], state[2].Values)
	t.calls = int(state[3].Values[0])
	return nil
}

// NormalEquations stores Jᵀr and the upper triangle of JᵀJ, r scaled by 1/√N.
func (t *toy) NormalEquations(a, g, theta []float64) float64 {
	clear(a)
	v := t.ValueGrad(g, theta)
	for j := range g {
		g[j] /= 2
	}
	for i := range t.n {
		for j, x := range t.row(i) {
			for k := j; k < t.p; k++ {
				a[j*t.p+k] += x * t.row(i)[k] / float64(t.n)
			}
		}
	}
	return v
}

// Triangle folds the rows of J, scaled by 1/√N.
func (t *toy) Triangle(r, c, theta []float64) float64 {
	clear(r)
	clear(c)
	scale := 1 / math.Sqrt(float64(t.n))
	row := make([]float64, t.p)
	for i := range t.n {
		for j, x := range t.row(i) {
			row[j] = scale * x
		}
		optim.FoldRow(r, c, row, scale*residual(t.row(i), theta, t.y[i]))
	}
	return t.ValueGrad(row, theta)
}

func (t *toy) Deal(size int) Batches {
	return &toyBatches{toy: t, size: size, order: make([]int, t.n)}
}

type toyBatches struct {
	*toy
	size  int
	order []int
}

func (b *toyBatches) Shuffle(rng *rand.Rand) {
	for i := range b.order {
		b.order[i] = i
	}
	rng.Shuffle(len(b.order), func(i, j int) { b.order[i], b.order[j] = b.order[j], b.order[i] })
}

func (b *toyBatches) Len() int { return len(b.order) / b.size }

func (b *toyBatches) ValueGrad(k int, grad, theta []float64) float64 {
	return b.over(b.order[k*b.size:(k+1)*b.size], grad, theta)
}

// Rows has the rows of the minibatch's points, scaled by 1/√b.
func (b *toyBatches) Rows(k int, theta []float64) (float64, optim.RowBlock) {
	points := b.order[k*b.size : (k+1)*b.size]
	grad := make([]float64, b.p)
	v := b.over(points, grad, theta)
	block := optim.RowBlock{R: make([]float64, b.size), JT: make([]float64, b.size*b.p), Stride: b.size}
	scale := 1 / math.Sqrt(float64(b.size))
	for i, at := range points {
		block.R[i] = scale * residual(b.row(at), theta, b.y[at])
		for j, x := range b.row(at) {
			block.JT[j*b.size+i] = scale * x
		}
	}
	return v, block
}

// scored is a toy with a held-out loss over points of its own.
type scored struct {
	*toy
	ha, hy []float64
	factor float64                 // multiplies the held-out loss; 0 means 1
	rise   func(calls int) float64 // does so, too
}

func newScored(t *toy, n int) *scored {
	j := &scored{toy: t}
	j.ha, j.hy = t.draw(n, rand.New(rand.NewPCG(7, 7)))
	return j
}

func (j *scored) HeldOut(theta []float64) float64 {
	var sum float64
	for i, y := range j.hy {
		r := residual(j.ha[i*j.p:(i+1)*j.p], theta, y)
		sum += r * r / float64(len(j.hy))
	}
	if j.rise != nil {
		sum *= j.rise(j.calls)
	}
	if j.factor != 0 {
		return sum * j.factor
	}
	return sum
}

// adamw is AdamW with a constant learning rate.
func adamw(lr float64) *optim.Adam {
	m := optim.DefaultAdamW()
	m.LearningRate = optim.Constant(lr)
	return m
}

// start is a θ far from the truth.
func start(t *toy) []float64 {
	theta := make([]float64, t.p)
	for j := range theta {
		theta[j] = t.truth[j] + 3*math.Cos(float64(j))
	}
	return theta
}

var (
	_ = []Batched{(*toy)(nil), (*scored)(nil)}
	_ = []Keeping{(*toy)(nil), (*scored)(nil)}
	_ = []optim.LeastSquares{(*toy)(nil), (*scored)(nil)}
)

// bare is a loss that can do nothing but be minimised in batches.
type bare struct{ t *toy }

func (b bare) Dim() int                                { return b.t.Dim() }
func (b bare) Points() int                             { return b.t.Points() }
func (b bare) Deal(size int) Batches                   { return b.t.Deal(size) }
func (b bare) ValueGrad(grad, theta []float64) float64 { return b.t.ValueGrad(grad, theta) }

// sighted is a scored toy that tells its chunks: as if its gradient over all points
// were known with the given noise over signal power.
type sighted struct {
	*scored
	r func(calls int) float64
}

func (s sighted) ChunkStats() (signal2, noise2 float64, chunks int) {
	r := s.r(s.calls)
	if math.IsNaN(r) {
		return nan, nan, 0
	}
	return 1 + r, r, 32 // |g|² is larger than the signal by the noise
}

// scripted is a method whose every step is a function, with the calls counted.
type scripted struct {
	do              func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error)
	steps           int
	inits, restarts int
}

func (m *scripted) Init(int) { m.inits++ }
func (m *scripted) Restart() { m.restarts++ }

func (m *scripted) Step(theta []float64, f optim.Objective) (optim.StepInfo, error) {
	m.steps++
	return m.do(m.steps, theta, f)
}

// crawl is a step of plain descent by a thousandth.
func crawl(_ int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
	g := make([]float64, len(theta))
	info := optim.StepInfo{Value: f.ValueGrad(g, theta), LossEvals: 1, GradEvals: 1, Clip: 1, StepNorm: 1}
	for j := range theta {
		theta[j] -= 1e-3 * g[j]
	}
	return info, nil
}

// spy is a rule that never leaves.
type spy struct{ observe func(rules.Check) }

func (s *spy) Reset()                               {}
func (s *spy) Observe(c rules.Check) rules.Decision { s.observe(c); return rules.Decision{} }
