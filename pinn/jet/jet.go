// Package jet carries derivatives through the activations of a network: tanh, sin, swish,
// gelu and softplus. From the derivatives ∂^α z of a function z of the place it computes
// those of h = s(z).
//
// A Set says which α there are. A Jet holds the programs that compute ∂^α h from ∂^α z, and
// the adjoint, which carries the derivatives of a loss by ∂^α h back to those by ∂^α z.
package jet

import (
	"pinn/internal/kernel"
	"pinn/internal/rows"
	"pinn/pde/expr"
	"slices"
)

// The banks of the programs: each names the rows of one unit in one block of memory.
const (
	BankZ    rows.Bank = iota + 1 // z_α, the unit's input; in an adjoint h̄_α, then z̄_α
	BankH                         // h_α, the unit's output
	BankS                         // S_β = ∂^β s'(z), which the adjoint needs
	BankWork                      // scratch rows, free again after the unit
)

// Jet carries the components u_α, α ∈ 𝒜, of a function of the place through an
// activation s, for all points of a tile at once. A unit's rows lie side by
// side, component c at [c·T, (c+1)·T). The three programs are
//
//	Value    h_α from z_α, and nothing else;
//	Forward  h_α and S_β = ∂^β s'(z) from z_α;
//	Adjoint  z̄_γ = Σ_{α≥γ} C(α,γ) S_{α−γ} h̄_α in place of h̄: a change w of z
//	         changes h by s'(z)·w, whose components follow from Leibniz' rule.
//
// They exist for any activation and any set. Where Fused is not nil, it does the work of
// Forward and of Adjoint in one pass each, in place, and without S.
type Jet struct {
	Value, Forward, Adjoint rows.Program
	Work                    int     // rows of scratch that the programs use
	Fused                   Routine // nil if there is none
}

// Routine carries jets of one set through one activation. Forward puts h in place of
// z, to which it adds the bias; Adjoint puts z̄ in place of h̄, given h. n is a multiple
// of 8.
type Routine interface {
	Forward(z []float64, n int, bias float64)
	Adjoint(bar, h []float64, n int)
}

// New returns the jet of an activation on tiles of t points.
func New(a Activation, set *Set, t int) *Jet {
	lean, full := newBuilder(set, false), newBuilder(set, true)
	a.build(lean)
	a.build(full)
	return &Jet{
		Value: lean.Program, Forward: full.Program, Adjoint: adjointProgram(set),
		Work:  max(lean.work, full.work),
		Fused: Fuse(a, set, t),
	}
}

// Fuse returns the routine for an activation and a set on tiles of t points, nil if there
// is none.
func Fuse(a Activation, set *Set, t int) Routine {
	if a.fused == nil {
		return nil
	}
	words := make([]string, set.Len())
	for c, alpha := range set.order {
		words[c] = word(alpha)
	}
	return a.fused(words, t)
}

// word spells a multi-index, a letter for each derivative.
func word(alpha expr.Multi) string {
	var w []byte
	for axis, k := range alpha {
		for range k {
			w = append(w, 'a'+byte(axis))
		}
	}
	return string(w)
}

// fuseTanh returns the routine of the kernel for a set, nil if it has none.
func fuseTanh(words []string, t int) Routine {
	if j, ok := kernel.NewTanhJet(words, t); ok {
		return j
	}
	return nil
}

// adjointProgram returns the program Adjoint. It writes z̄ over h̄ in the order of the set:
// z̄_γ needs h̄_α for α ≥ γ only, and these are not overwritten yet.
func adjointProgram(set *Set) (p rows.Program) {
	for c, gamma := range set.order {
		p.Mul(rows.At(BankZ, c), rows.At(BankS, 0), rows.At(BankZ, c))
		for d := c + 1; d < set.Len(); d++ {
			if alpha := set.order[d]; gamma.Le(alpha) {
				s := set.Index(alpha.Sub(gamma))
				p.Product(false, rows.At(BankZ, c), alpha.Binom(gamma), rows.At(BankS, s), rows.At(BankZ, d))
			}
		}
	}
	return p
}

// Set is a lower set 𝒜 of multi-indices: with α it holds every β ≤ α. A
// function known by its components u_α = ∂^α u, α ∈ 𝒜, can be passed through sums,
// products and scalar functions without any other of its derivatives. It is immutable.
type Set struct {
	order []expr.Multi // sorted by Compare; order[0] = 0
	index map[expr.Multi]int
}

// NewSet returns the smallest lower set that holds the needed multi-indices
// and 0. The total order of each may be at most expr.MaxOrder, or NewSet
// panics.
func NewSet(needed ...expr.Multi) *Set { return NewSetUpTo(expr.MaxOrder, needed...) }

// NewSetUpTo is NewSet for orders up to most, which may exceed expr.MaxOrder by 1: the
// solution at the start of a slab of time needs one order more than the language has.
// Activations have yet another derivative, for the adjoint.
func NewSetUpTo(most int, needed ...expr.Multi) *Set {
	s := &Set{index: map[expr.Multi]int{}}
	s.close(expr.Multi{})
	for _, m := range needed {
		if m.Order() > most {
			panic("jet: derivative of too high an order")
		}
		s.close(m)
	}
	slices.SortFunc(s.order, expr.Multi.Compare)
	for i, m := range s.order {
		s.index[m] = i
	}
	return s
}

// close adds m and every β ≤ m, so that the set stays a lower set.
func (s *Set) close(m expr.Multi) {
	if _, seen := s.index[m]; seen {
		return
	}
	s.index[m] = 0
	s.order = append(s.order, m)
	for i, k := range m {
		if k > 0 {
			below := m
			below[i]--
			s.close(below)
		}
	}
}

// Len returns C = |𝒜|, the number of components.
func (s *Set) Len() int { return len(s.order) }

// At returns the multi-index of component c. Components are sorted by total
// order, so component 0 is the value and every β ≤ α, β ≠ α, comes before α.
func (s *Set) At(c int) expr.Multi { return s.order[c] }

// All returns the multi-indices of all components in order. The slice belongs to the
// set: do not write to it.
func (s *Set) All() []expr.Multi { return s.order }

// Index returns the component of the multi-index, or -1 if it is not in the set.
func (s *Set) Index(m expr.Multi) int {
	if i, ok := s.index[m]; ok {
		return i
	}
	return -1
}

// MaxOrder returns the largest total order K in the set.
func (s *Set) MaxOrder() int { return s.order[len(s.order)-1].Order() }

// Below calls f for every β ≤ α, in the order of the set.
func (s *Set) Below(alpha expr.Multi, f func(beta expr.Multi)) {
	for _, b := range s.order {
		if b.Le(alpha) {
			f(b)
		}
	}
}

// Step splits α ≠ 0 into α' + e_i, along the axis i that leaves the fewest
// β ≤ α', so that Leibniz sums over them are shortest.
func Step(alpha expr.Multi) (below expr.Multi, axis int) {
	axis = -1
	for i, k := range alpha {
		// The number of β ≤ α' is Π_j(α_j+1)·k/(k+1), smallest for the smallest k.
		if k > 0 && (axis < 0 || k < alpha[axis]) {
			axis = i
		}
	}
	below = alpha
	below[axis]--
	return below, axis
}
