package jet

import (
	"slices"

	"pinn/pde/expr"
)

// Set is a lower set 𝒜 of multi-indices: with α it holds every β ≤ α. A
// function known by its components u_α, α ∈ 𝒜, can be passed through sums,
// products and scalar functions without any other derivative of it. It is
// immutable.
type Set struct {
	order []expr.Multi // sorted by Compare; order[0] = 0
	index map[expr.Multi]int
}

// NewSet returns the smallest lower set that holds the needed multi-indices
// and 0. The total order of each may be at most expr.MaxOrder, or NewSet
// panics.
func NewSet(needed ...expr.Multi) *Set { return NewSetUpTo(expr.MaxOrder, needed...) }

// NewSetUpTo is NewSet for orders up to most. Activations have two derivatives more
// than the language: one for adjoints, one for the solution at the start of a slab.
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

// close adds m and everything below it.
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
		// Π(α'_j + 1) is Π(α_j + 1)·k/(k+1): smallest for the smallest k.
		if k > 0 && (axis < 0 || k < alpha[axis]) {
			axis = i
		}
	}
	below = alpha
	below[axis]--
	return below, axis
}
