package quasinewton

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"pinn/internal/kernel"
	"pinn/internal/kernel/triangle"
	"pinn/optim/internal/memory"
)

// Dense is the inverse Hessian estimate H of a method of the Broyden family, one
// triangle of a p×p matrix, behind the curvature guard: a step without
// s·y > 1e-10·‖s‖‖y‖ changes nothing. Init comes first.
//
// H survives Redrawn, which only keeps steps across it from making pairs. Then,
// and every checkEvery updates, rounding could have spoilt it: if it has no
// Cholesky factor it becomes the identity again.
type Dense struct {
	rule Rule
	dim  int
	h    []float64 // dim×dim, the upper triangle; not yet set while updates = 0

	x, g, hg []float64 // the accepted point before, and H·g there
	search   []float64 // −g·H·g there; the first trial of the next search
	counters []float64 // see below

	s, y, hy []float64 // scratch
	update   update    // the newest
	threads  int
	bands    *triangle.Bands
	factor   *triangle.Cholesky // scratch of check, made when first needed
}

// Indices into Dense.search.
const (
	slope = iota
	trialStep
)

// Indices into Dense.counters.
const (
	updates  = iota // of H since it was the identity
	placed          // 1 if x, g, slope are set
	doubtful        // 1 if H must pass its check before it is used
	denseCounters
)

// checkEvery is the number of updates after which H is checked; the check costs
// p³/3 multiplications, an update 3p² or so.
const checkEvery = 100

// Init prepares for vectors of length dim, with H the identity, updated by the rule on so
// many threads.
func (m *Dense) Init(dim, threads int, rule Rule) {
	rows := make([]float64, 6*dim)
	row := func(i int) []float64 { return rows[i*dim : (i+1)*dim : (i+1)*dim] }
	*m = Dense{
		rule: rule, dim: dim, h: make([]float64, dim*dim),
		x: row(0), g: row(1), s: row(2), y: row(3), hy: row(4), hg: row(5),
		search: []float64{0, 1}, counters: make([]float64, denseCounters),
		threads: threads, bands: triangle.NewBands(dim, threads),
	}
}

// Parts are one triangle of H, the point before and the counters.
func (m *Dense) Parts() []memory.Part {
	return []memory.Part{
		{Name: "inverse_hessian", Values: m.h, Order: m.dim},
		{Name: "previous_x", Values: m.x}, {Name: "previous_gradient", Values: m.g},
		{Name: "hessian_gradient", Values: m.hg},
		{Name: "search", Values: m.search},
		{Name: "dense_counters", Values: m.counters, Counts: true},
	}
}

// Forget makes H the identity.
func (m *Dense) Forget() { m.counters[updates], m.counters[placed], m.search[trialStep] = 0, 0, 1 }

// Redrawn keeps H and makes no pair across two objectives.
func (m *Dense) Redrawn() { m.counters[placed], m.counters[doubtful] = 0, 1 }

// Direct stores −H·g in dir after the pair from the previous accepted point has updated
// H, and returns the first step to try. ok is false if H is the identity.
func (m *Dense) Direct(loc *optimize.Location, dir []float64) (step float64, ok bool) {
	multiplied := m.counters[placed] == 1 && m.learn(loc)
	m.check()
	copy(m.x, loc.X)
	copy(m.g, loc.Gradient)
	m.counters[placed] = 1
	if m.counters[updates] == 0 {
		m.search[slope] = -kernel.Dot(loc.Gradient, loc.Gradient)
		return 0, false
	}
	if !multiplied {
		m.bands.Mul(m.hg, m.h, loc.Gradient)
	}
	kernel.Scale(dir, -1, m.hg)
	m.search[slope] = kernel.Dot(loc.Gradient, dir)
	return m.search[trialStep], true
}

// soundPair reports whether s and y = g1 − g0 make a pair with s·y > 1e-10·‖s‖‖y‖.
func soundPair(s, g1, g0 []float64) bool {
	var sy, ss, yy float64
	for i, si := range s {
		y := g1[i] - g0[i]
		sy += si * y
		ss += si * si
		yy += y * y
	}
	return sy > minCosine*math.Sqrt(ss)*math.Sqrt(yy)
}

// check makes H the identity if it is doubtful and not positive definite.
func (m *Dense) check() {
	doubt := m.counters[doubtful] == 1
	m.counters[doubtful] = 0
	if !doubt || m.counters[updates] == 0 {
		return
	}
	if m.factor == nil {
		m.factor = triangle.NewCholesky(m.dim, m.threads)
	}
	if !m.factor.Factor(m.h, 0) {
		m.Forget()
	}
}

// learn updates H by the step to loc. It reports whether it left H·g there in hg,
// which takes no product with the new H: with w = H·g of the old H and the new g,
//
//	H·y = w − H·g_before,   H₊·g = scale·w + (ss·σ + sHy·η)·s + (sHy·σ + HyHy·η)·H·y,
//
// σ = s·g, η = (H·y)·g.
func (m *Dense) learn(loc *optimize.Location) (multiplied bool) {
	floats.SubTo(m.s, loc.X, m.x)
	if !soundPair(m.s, loc.Gradient, m.g) {
		return false
	}
	m.setTrial(loc)
	floats.SubTo(m.y, loc.Gradient, m.g)
	w := m.y // H·g; y has done its work once H·y and its products are known
	first := m.counters[updates] == 0
	if first {
		copy(m.hy, m.y)
	} else {
		m.bands.Mul(m.hy, m.h, loc.Gradient)
		floats.Sub(m.hy, m.hg)
	}
	m.update = m.rule(m.pair())
	u := &m.update
	if !u.sound() {
		return false
	}
	if first {
		m.identity()
		copy(w, loc.Gradient)
	} else {
		floats.AddTo(w, m.hy, m.hg)
	}
	m.bands.Update(m.h, triangle.Rank2{Scale: u.scale, XX: u.ss, XY: u.sHy, YY: u.HyHy}, m.s, m.hy)
	sigma, eta := kernel.Dot(m.s, loc.Gradient), kernel.Dot(m.hy, loc.Gradient)
	kernel.Scale(m.hg, u.scale, w)
	kernel.Axpy(m.hg, u.ss*sigma+u.sHy*eta, m.s)
	kernel.Axpy(m.hg, u.sHy*sigma+u.HyHy*eta, m.hy)
	m.counters[updates]++
	if int(m.counters[updates])%checkEvery == 0 {
		m.counters[doubtful] = 1
	}
	return true
}

// The first trial of a search moves by trialWeight of the way towards what would
// have been best in the search before, and stays above leastTrial.
const (
	trialWeight = 0.2
	leastTrial  = 0.25
)

// setTrial sets the first trial of the next search. The step a to loc ended at the
// slope φ'(a); the parabola with these slopes has its minimum at
//
//	a* = a/(1 − φ'(a)/φ'(0)),
//
// which is 1 where H is the inverse Hessian and the loss quadratic. On losses of
// networks it is rather 0.5: a search that begins with 1 evaluates them 1.6 times
// and not 1.1 times, and ends no lower.
func (m *Dense) setTrial(loc *optimize.Location) {
	if m.counters[updates] == 0 {
		return
	}
	sg := kernel.Dot(m.s, m.g)
	best := sg / m.search[slope] / (1 - kernel.Dot(m.s, loc.Gradient)/sg)
	if best > 0 {
		m.search[trialStep] += trialWeight * (min(1, max(leastTrial, best)) - m.search[trialStep])
	}
}

func (m *Dense) identity() {
	clear(m.h)
	for i := range m.dim {
		m.h[i*m.dim+i] = 1
	}
}

// pair returns the numbers of the pair in s, y, Hy. Since s = −a·H·g for some a,
// Bs = −a·g without B: a = s·g/slope.
func (m *Dense) pair() pair {
	rho := 1 / kernel.Dot(m.s, m.y)
	sg := kernel.Dot(m.s, m.g)
	return pair{
		dim: m.dim, first: m.counters[updates] == 0,
		rho: rho, yHy: kernel.Dot(m.y, m.hy),
		b: -sg / m.search[slope] * rho * sg,
	}
}
