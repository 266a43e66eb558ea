package optim

import (
	"math"

	"pinn/internal/kernel"
)

// Pairs is a ring of the newest m curvature pairs (s, y), s a difference of
// parameters and y that of the gradients of one and the same objective. It is the
// plain twin of the direction that LBFGS takes from gonum, and the way to look at
// pairs: how often s·y > 0, how well H predicts.
type Pairs struct {
	dim    int
	s, y   []float64 // rings of m rows
	rho    []float64 // 1/s·y
	a      []float64 // scratch of Apply
	gamma  float64   // s·y/y·y of the newest pair
	oldest int       // row that the next Push overwrites
	held   int
}

// NewPairs returns an empty ring of m ≥ 1 pairs of vectors of length dim ≥ 1.
func NewPairs(dim, m int) *Pairs {
	if dim < 1 || m < 1 {
		panic("optim: Pairs needs a dimension and a history of at least 1")
	}
	return &Pairs{
		dim: dim,
		s:   make([]float64, m*dim), y: make([]float64, m*dim),
		rho: make([]float64, m), a: make([]float64, m),
		gamma: 1,
	}
}

// Dim returns the length of the vectors.
func (p *Pairs) Dim() int { return p.dim }

// Len returns the number of pairs held.
func (p *Pairs) Len() int { return p.held }

// Reset drops all pairs.
func (p *Pairs) Reset() { p.held, p.oldest, p.gamma = 0, 0, 1 }

// Push stores the pair (s, y), in place of the oldest if the ring is full, and
// reports whether it did: a pair without s·y > 1e-10·‖s‖‖y‖ would spoil H and is
// not stored. len(s) = len(y) = Dim(), or Push panics.
func (p *Pairs) Push(s, y []float64) bool {
	if len(s) != p.dim || len(y) != p.dim {
		panic("optim: Pairs.Push with vectors of the wrong length")
	}
	sy, ss, yy := kernel.Dot(s, y), kernel.Dot(s, s), kernel.Dot(y, y)
	if !(sy > minCosine*math.Sqrt(ss)*math.Sqrt(yy)) || !finite(1/sy) {
		return false
	}
	copy(p.row(p.s, p.oldest), s)
	copy(p.row(p.y, p.oldest), y)
	p.rho[p.oldest] = 1 / sy
	p.gamma = sy / yy
	p.oldest = (p.oldest + 1) % len(p.rho)
	p.held = min(p.held+1, len(p.rho))
	return true
}

// Apply stores H·g in dst and returns dst. H is the L-BFGS inverse Hessian
// estimate (θ units² per loss unit) built from the Len() pairs held; with none it
// is the identity. len(dst) = len(g) = p.Dim(), or Apply panics; dst may be g.
// The cost is about 4·Len()·Dim() multiplications and no allocation.
//
// Two-loop recursion: Nocedal and Wright, Numerical Optimization, 2nd ed. (2006),
// Algorithm 7.4, with the initial scaling γ = s·y / y·y of eq. (7.20). Unlike the
// book, pairs are kept only if s·y > 1e-10·‖s‖‖y‖; see Push.
func (p *Pairs) Apply(dst, g []float64) []float64 {
	if len(dst) != p.dim || len(g) != p.dim {
		panic("optim: Pairs.Apply with vectors of the wrong length")
	}
	copy(dst, g)
	// Newest to oldest: a_i = ρ_i s_i·q,  q −= a_i y_i.
	for k := 1; k <= p.held; k++ {
		i := (p.oldest - k + len(p.rho)) % len(p.rho)
		p.a[i] = p.rho[i] * kernel.Dot(p.row(p.s, i), dst)
		kernel.Axpy(dst, -p.a[i], p.row(p.y, i))
	}
	kernel.Scale(dst, p.gamma, dst)
	// Oldest to newest: b = ρ_i y_i·q,  q += (a_i − b) s_i.
	for k := p.held; k >= 1; k-- {
		i := (p.oldest - k + len(p.rho)) % len(p.rho)
		b := p.rho[i] * kernel.Dot(p.row(p.y, i), dst)
		kernel.Axpy(dst, p.a[i]-b, p.row(p.s, i))
	}
	return dst
}

func (p *Pairs) row(ring []float64, i int) []float64 { return ring[i*p.dim : (i+1)*p.dim] }
