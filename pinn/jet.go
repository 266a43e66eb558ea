package pinn

import (
	"pinn/internal/kernel"
	"pinn/internal/rows"
	"pinn/pde"
)

// The banks of the programs that run on one unit's rows.
const (
	bankZ    rows.Bank = iota + 1 // z_α, the unit's input; in an adjoint h̄_α, then z̄_α
	bankH                         // h_α, the unit's output
	bankS                         // S_β = ∂^β s'(z), which the adjoint needs
	bankWork                      // rows of no use after the unit is done
)

// Jet carries the components u_α, α ∈ 𝒜, of a function of the place through an
// activation s, for all points of a tile at once. A unit's rows lie side by
// side, component c at [c·T, (c+1)·T). The three programs are
//
//	value    h_α from z_α, and nothing else;
//	forward  h_α and S_β = ∂^β s'(z) from z_α;
//	adjoint  z̄_γ = Σ_{α≥γ} C(α,γ) S_{α−γ} h̄_α in place of h̄: a change w of z
//	         changes h by s'(z)·w, whose components follow from Leibniz' rule.
//
// They hold for any activation and any set. Where fused is not nil, one routine does
// each of the two ways in one pass, in place, and without S.
type Jet struct {
	set                     *JetSet
	value, forward, adjoint rows.Program
	work                    int // rows of scratch the programs use
	fused                   fusedJet
}

// fusedJet handles one activation on one set. Forward puts h in place of z, to
// which it adds the bias; Adjoint puts z̄ in place of h̄, given h. n is a multiple
// of 8.
type fusedJet interface {
	Forward(z []float64, n int, bias float64)
	Adjoint(bar, h []float64, n int)
}

// newJet returns the jet of an activation for rows that are t apart.
func newJet(a activation, set *JetSet, t int) *Jet {
	lean, full := newBuilder(set, false), newBuilder(set, true)
	a.build(lean)
	a.build(full)
	return &Jet{
		set:   set,
		value: lean.Program, forward: full.Program, adjoint: adjointProgram(set),
		work:  max(lean.work, full.work),
		fused: fuse(a, set, t),
	}
}

// fuse returns the routine for an activation and a set, nil if there is none.
func fuse(a activation, set *JetSet, t int) fusedJet {
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
func word(alpha pde.Multi) string {
	var w []byte
	for axis, k := range alpha {
		for range k {
			w = append(w, 'a'+byte(axis))
		}
	}
	return string(w)
}

// fuseTanh returns the routine of the kernel for a set, nil if it has none.
func fuseTanh(words []string, t int) fusedJet {
	if j, ok := kernel.NewTanhJet(words, t); ok {
		return j
	}
	return nil
}

// adjointProgram writes z̄ over h̄ in the order of the set: z̄_γ reads h̄_α for
// α ≥ γ only, none of which is overwritten yet.
func adjointProgram(set *JetSet) (p rows.Program) {
	for c, gamma := range set.order {
		p.Mul(rows.At(bankZ, c), rows.At(bankS, 0), rows.At(bankZ, c))
		for d := c + 1; d < set.Len(); d++ {
			if alpha := set.order[d]; gamma.Le(alpha) {
				s := set.Index(alpha.Sub(gamma))
				p.Product(false, rows.At(bankZ, c), alpha.Binom(gamma), rows.At(bankS, s), rows.At(bankZ, d))
			}
		}
	}
	return p
}
