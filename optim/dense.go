package optim

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"pinn/internal/kernel"
)

// dense is the inverse Hessian estimate H of a method of the Broyden family, one
// triangle of a p×p matrix, behind the curvature guard: a step without
// s·y > 1e-10·‖s‖‖y‖ changes nothing. It is a director.
//
// H survives Restart, which only keeps steps across it from making pairs. Then,
// and every checkEvery updates, rounding could have spoilt it: if it has no
// Cholesky factor it becomes the identity again.
type dense struct {
	rule func(pair) update
	dim  int
	h    []float64 // dim×dim, the upper triangle; not yet set while updates = 0

	x, g     []float64 // the accepted point before
	search   []float64 // −g·H·g there; the first trial of the next search
	counters []float64 // see below

	s, y, hy []float64 // scratch
	factor   *cholesky // scratch of check, made when first needed
}

// Indices into dense.search.
const (
	slope = iota
	trialStep
)

// Indices into dense.counters.
const (
	updates  = iota // of H since it was the identity
	placed          // 1 if x, g, slope are set
	doubtful        // 1 if H must pass its check before it is used
	denseCounters
)

// checkEvery is the number of updates after which H is checked; the check costs
// p³/3 multiplications, an update 3p² or so.
const checkEvery = 100

func (m *dense) init(dim int, rule func(pair) update) {
	rows := make([]float64, 5*dim)
	row := func(i int) []float64 { return rows[i*dim : (i+1)*dim : (i+1)*dim] }
	*m = dense{
		rule: rule, dim: dim, h: make([]float64, dim*dim),
		x: row(0), g: row(1), s: row(2), y: row(3), hy: row(4),
		search: []float64{0, 1}, counters: make([]float64, denseCounters),
	}
}

func (m *dense) parts() []part {
	return []part{
		{name: "inverse_hessian", values: m.h, order: m.dim},
		{name: "previous_x", values: m.x}, {name: "previous_gradient", values: m.g},
		{name: "search", values: m.search},
		{name: "dense_counters", values: m.counters, counts: true},
	}
}

// forget makes H the identity.
func (m *dense) forget() { m.counters[updates], m.counters[placed], m.search[trialStep] = 0, 0, 1 }

// redrawn keeps H; see director.
func (m *dense) redrawn() { m.counters[placed], m.counters[doubtful] = 0, 1 }

// direct stores −H·g in dir after the pair from the previous accepted point has
// updated H; see director.
func (m *dense) direct(loc *optimize.Location, dir []float64) (step float64, ok bool) {
	if m.counters[placed] == 1 {
		m.learn(loc)
	}
	m.check()
	copy(m.x, loc.X)
	copy(m.g, loc.Gradient)
	m.counters[placed] = 1
	if m.counters[updates] == 0 {
		m.search[slope] = -kernel.Dot(loc.Gradient, loc.Gradient)
		return 0, false
	}
	kernel.SymvUpper(m.dim, m.h, m.dim, loc.Gradient, dir)
	kernel.Scale(dir, -1, dir)
	m.search[slope] = kernel.Dot(loc.Gradient, dir)
	return m.search[trialStep], true
}

// check makes H the identity if it is doubtful and not positive definite.
func (m *dense) check() {
	doubt := m.counters[doubtful] == 1
	m.counters[doubtful] = 0
	if !doubt || m.counters[updates] == 0 {
		return
	}
	if m.factor == nil {
		c := newCholesky(m.dim)
		m.factor = &c
	}
	if !m.factor.factor(m.h, 0) {
		m.forget()
	}
}

// learn updates H by the step to loc.
func (m *dense) learn(loc *optimize.Location) {
	floats.SubTo(m.s, loc.X, m.x)
	if !soundPair(m.s, loc.Gradient, m.g) {
		return
	}
	m.foresee(loc)
	floats.SubTo(m.y, loc.Gradient, m.g)
	if m.counters[updates] == 0 {
		copy(m.hy, m.y)
	} else {
		kernel.SymvUpper(m.dim, m.h, m.dim, m.y, m.hy)
	}
	u := m.rule(m.pair())
	if !u.sound() {
		return
	}
	if m.counters[updates] == 0 {
		m.identity()
	}
	kernel.Rank2Upper(m.dim, u.scale, u.ss, u.sHy, u.HyHy, m.s, m.hy, m.h, m.dim)
	m.counters[updates]++
	if int(m.counters[updates])%checkEvery == 0 {
		m.counters[doubtful] = 1
	}
}

// The first trial of a search moves by trialWeight of the way towards what would
// have been best in the search before, and stays above leastTrial.
const (
	trialWeight = 0.2
	leastTrial  = 0.25
)

// foresee sets the first trial of the next search. The step a to loc ended at the
// slope φ'(a); the parabola with these slopes has its minimum at
//
//	a* = a/(1 − φ'(a)/φ'(0)),
//
// which is 1 where H is the inverse Hessian and the loss quadratic. On losses of
// networks it is rather 0.5: a search that begins with 1 evaluates them 1.6 times
// and not 1.1 times, and ends no lower.
func (m *dense) foresee(loc *optimize.Location) {
	if m.counters[updates] == 0 {
		return
	}
	sg := kernel.Dot(m.s, m.g)
	best := sg / m.search[slope] / (1 - kernel.Dot(m.s, loc.Gradient)/sg)
	if best > 0 {
		m.search[trialStep] += trialWeight * (min(1, max(leastTrial, best)) - m.search[trialStep])
	}
}

func (m *dense) identity() {
	clear(m.h)
	for i := range m.dim {
		m.h[i*m.dim+i] = 1
	}
}

// pair returns the numbers of the pair in s, y, Hy. Since s = −a·H·g for some a,
// Bs = −a·g without B: a = s·g/slope.
func (m *dense) pair() pair {
	rho := 1 / kernel.Dot(m.s, m.y)
	sg := kernel.Dot(m.s, m.g)
	return pair{
		dim: m.dim, first: m.counters[updates] == 0,
		rho: rho, yHy: kernel.Dot(m.y, m.hy),
		b: -sg / m.search[slope] * rho * sg,
	}
}
