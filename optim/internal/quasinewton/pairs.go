package quasinewton

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"pinn/optim/internal/memory"
)

// minCosine is the least s·y/(‖s‖‖y‖) of a curvature pair worth holding. It is
// relative: an absolute bound would freeze the memory once steps are tiny.
const minCosine = 1e-10

// Pairs is a ring of the newest m curvature pairs (s, y), s a difference of
// parameters and y that of the gradients of one and the same objective. It is the
// memory of LBFGS.
type Pairs struct {
	dim   int
	s, y  []float64 // rings of m rows
	count []float64 // one value: pairs stored since the last Reset
	rho   []float64 // 1/s·y
	a     []float64 // scratch of Apply
	gamma float64   // s·y/y·y of the newest pair
}

// NewPairs returns an empty ring of m ≥ 1 pairs of vectors of length dim ≥ 1.
func NewPairs(dim, m int) *Pairs {
	if dim < 1 || m < 1 {
		panic("optim: Pairs needs a dimension and a history of at least 1")
	}
	return &Pairs{
		dim: dim,
		s:   make([]float64, m*dim), y: make([]float64, m*dim), count: make([]float64, 1),
		rho: make([]float64, m), a: make([]float64, m),
		gamma: 1,
	}
}

// Dim returns the length of the vectors.
func (p *Pairs) Dim() int { return p.dim }

// Len returns the number of pairs held.
func (p *Pairs) Len() int { return min(int(p.count[0]), len(p.rho)) }

// Reset drops all pairs.
func (p *Pairs) Reset() { p.count[0], p.gamma = 0, 1 }

// Push stores the pair (s, y), in place of the oldest if the ring is full, and
// reports whether it did: a pair without s·y > 1e-10·‖s‖‖y‖ would spoil H and is
// not stored. len(s) = len(y) = Dim(), or Push panics.
func (p *Pairs) Push(s, y []float64) bool {
	if len(s) != p.dim || len(y) != p.dim {
		panic("optim: Pairs.Push with vectors of the wrong length")
	}
	sy, ss, yy := floats.Dot(s, y), floats.Dot(s, s), floats.Dot(y, y)
	if !(sy > minCosine*math.Sqrt(ss)*math.Sqrt(yy)) || !finite(1/sy) {
		return false
	}
	i := p.index(0)
	copy(p.row(p.s, i), s)
	copy(p.row(p.y, i), y)
	p.learn(i)
	p.count[0]++
	return true
}

// learn computes ρ and γ of row i, which holds the newest pair.
func (p *Pairs) learn(i int) {
	y := p.row(p.y, i)
	sy := floats.Dot(p.row(p.s, i), y)
	p.rho[i] = 1 / sy
	p.gamma = sy / floats.Dot(y, y)
}

// parts are the pairs and their count; after these have been restored, refresh computes
// the rest.
func (p *Pairs) parts() []memory.Part {
	return []memory.Part{{Name: "s", Values: p.s}, {Name: "y", Values: p.y}, {Name: "pairs", Values: p.count, Counts: true}}
}

func (p *Pairs) refresh() {
	p.gamma = 1
	for back := p.Len(); back >= 1; back-- {
		p.learn(p.index(back))
	}
}

// Apply stores H·g in dst and returns dst. H is the L-BFGS inverse Hessian
// estimate (θ units² per loss unit) built from the Len() pairs held; with none it
// is the identity. len(dst) = len(g) = p.Dim(), or Apply panics; dst may be g.
// The cost is about 4·Len()·Dim() multiplications and no allocation.
//
// Two-loop recursion: Nocedal and Wright, Numerical Optimization, 2nd ed. (2006),
// Algorithm 7.4, with the initial scaling γ = s·y / y·y of eq. (7.20). Unlike the
// book, pairs are kept only if s·y > 1e-10·‖s‖‖y‖; see Push. The bits are those of
// gonum's optimize.LBFGS, which keeps every pair and lets nobody see them.
func (p *Pairs) Apply(dst, g []float64) []float64 {
	if len(dst) != p.dim || len(g) != p.dim {
		panic("optim: Pairs.Apply with vectors of the wrong length")
	}
	copy(dst, g)
	// Newest to oldest: a_i = ρ_i s_i·q,  q −= a_i y_i.
	for back := 1; back <= p.Len(); back++ {
		i := p.index(back)
		p.a[i] = p.rho[i] * floats.Dot(p.row(p.s, i), dst)
		floats.AddScaled(dst, -p.a[i], p.row(p.y, i))
	}
	floats.Scale(p.gamma, dst)
	// Oldest to newest: b = ρ_i y_i·q,  q += (a_i − b) s_i.
	for back := p.Len(); back >= 1; back-- {
		i := p.index(back)
		b := p.rho[i] * floats.Dot(p.row(p.y, i), dst)
		floats.AddScaled(dst, p.a[i]-b, p.row(p.s, i))
	}
	return dst
}

// index returns the row of the back-th newest pair, counted from 1; for 0 that of the
// pair to come.
func (p *Pairs) index(back int) int { return (int(p.count[0]) - back + len(p.rho)) % len(p.rho) }

func (p *Pairs) row(ring []float64, i int) []float64 { return ring[i*p.dim : (i+1)*p.dim] }

// Limited is the inverse Hessian estimate of L-BFGS: the curvature pairs, and the
// accepted point before, from which the next pair is made. Init comes first.
type Limited struct {
	pairs  *Pairs
	x, g   []float64 // the accepted point before and its gradient
	placed []float64 // one value: 1 if x and g are set
	s, y   []float64 // scratch
}

// Init empties the memory for history pairs of vectors of length dim.
func (m *Limited) Init(dim, history int) {
	*m = Limited{
		pairs: NewPairs(dim, history), placed: make([]float64, 1),
		x: make([]float64, dim), g: make([]float64, dim),
		s: make([]float64, dim), y: make([]float64, dim),
	}
}

// Parts are the pairs and the point before; after these have been restored, Refresh
// computes the rest.
func (m *Limited) Parts() []memory.Part {
	return append(m.pairs.parts(),
		memory.Part{Name: "previous_x", Values: m.x}, memory.Part{Name: "previous_gradient", Values: m.g},
		memory.Part{Name: "placed", Values: m.placed, Counts: true, Most: 1})
}

// Refresh computes what follows from the restored pairs.
func (m *Limited) Refresh() { m.pairs.refresh() }

// Forget drops all pairs and the point before.
func (m *Limited) Forget() {
	m.pairs.Reset()
	m.placed[0] = 0
}

// Redrawn forgets: the pairs all belong to the objective before.
func (m *Limited) Redrawn() { m.Forget() }

// Direct stores −H·g in dir after the pair from the previous accepted point has joined
// H, and returns the first step to try, 1. ok is false if there is no pair. A pair
// without curvature is left out; see Pairs.Push.
func (m *Limited) Direct(loc *optimize.Location, dir []float64) (step float64, ok bool) {
	if m.placed[0] == 1 {
		floats.SubTo(m.s, loc.X, m.x)
		floats.SubTo(m.y, loc.Gradient, m.g)
		m.pairs.Push(m.s, m.y)
	}
	copy(m.x, loc.X)
	copy(m.g, loc.Gradient)
	m.placed[0] = 1
	if m.pairs.Len() == 0 {
		return 0, false
	}
	m.pairs.Apply(dir, loc.Gradient)
	floats.Scale(-1, dir)
	return 1, true
}
