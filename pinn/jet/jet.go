// Package jet carries functions of the place, known by some of their derivatives,
// through the activations of a network: tanh, sin, swish, gelu and softplus.
//
// A Set says which derivatives ∂^α are known. A Jet holds the programs that compute
// those of s(z) from those of z, and the adjoints of both.
package jet

import (
	"pinn/internal/kernel"
	"pinn/internal/rows"
	"pinn/pde/expr"
)

// The banks of the programs that run on one unit's rows.
const (
	BankZ    rows.Bank = iota + 1 // z_α, the unit's input; in an adjoint h̄_α, then z̄_α
	BankH                         // h_α, the unit's output
	BankS                         // S_β = ∂^β s'(z), which the adjoint needs
	BankWork                      // rows of no use after the unit is done
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
// They hold for any activation and any set. Where Fused is not nil, one routine does
// each of the two ways in one pass, in place, and without S.
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

// New returns the jet of an activation for rows that are t apart.
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

// Fuse returns the routine for an activation and a set, nil if there is none.
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

// adjointProgram writes z̄ over h̄ in the order of the set: z̄_γ reads h̄_α for
// α ≥ γ only, none of which is overwritten yet.
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
