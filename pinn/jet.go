package pinn

import "pinn/pde"

// Jet carries the components u_α, α ∈ 𝒜, of a function of the place through an
// activation s, for all points of a tile at once. A unit's rows lie side by
// side, component c at [c·T, (c+1)·T). The three programs are
//
//	value    h_α from z_α, and nothing else;
//	forward  h_α and S_β = ∂^β s'(z) from z_α;
//	adjoint  z̄_γ = Σ_{α≥γ} C(α,γ) S_{α−γ} h̄_α in place of h̄: because a change w
//	         of z changes h by s'(z)·w, and Leibniz.
//
// They are general: any activation, any set. A routine written for one activation
// and one set takes their place where routines has one.
type Jet struct {
	set                     *JetSet
	value, forward, adjoint unitRoutine
	work                    int // rows of scratch a routine may use
}

// unitRoutine transforms the rows of one unit, t apart, at n points; see the
// banks for what mem holds.
type unitRoutine interface {
	run(mem *[banks][]float64, t, n int)
}

// newJet returns the jet of an activation.
func newJet(a activation, set *JetSet) *Jet {
	lean, full := newBuilder(set, false), newBuilder(set, true)
	a.build(lean)
	a.build(full)
	j := &Jet{
		set:   set,
		value: &lean.passes, forward: &full.passes, adjoint: adjointPasses(set),
		work: max(lean.work, full.work),
	}
	if r, ok := routines[routineKey{a.name, shapeOf(set)}]; ok {
		j.value, j.forward, j.adjoint = r.value, r.forward, r.adjoint
	}
	return j
}

// adjointPasses writes z̄ over h̄ in the order of the set: z̄_γ reads h̄_α for
// α ≥ γ only, none of which is overwritten yet.
func adjointPasses(set *JetSet) *passes {
	p := &passes{}
	for c, gamma := range set.order {
		p.mul(row{bankZ, c}, row{bankS, 0}, row{bankZ, c})
		for d := c + 1; d < set.Len(); d++ {
			if alpha := set.order[d]; gamma.Le(alpha) {
				s := set.Index(alpha.Sub(gamma))
				p.product(false, row{bankZ, c}, alpha.Binom(gamma), row{bankS, s}, row{bankZ, d})
			}
		}
	}
	return p
}

// routine replaces the general programs of one activation on one shape of jet
// set. The general programs stay as what it is tested against.
type routine struct{ value, forward, adjoint unitRoutine }

// routineKey names an activation and the shape of a jet set.
type routineKey struct {
	activation string
	shape      string
}

// routines is the table of such replacements.
var routines = map[routineKey]routine{}

// shapeOf describes a set up to the names of its axes: one word per component
// in the order of the set, axes lettered as they first appear: "1 a b aa".
func shapeOf(set *JetSet) string {
	letter := map[int]byte{}
	var s []byte
	for c, alpha := range set.order {
		if c == 0 {
			s = append(s, '1')
			continue
		}
		s = append(s, ' ')
		s = appendShape(s, alpha, letter)
	}
	return string(s)
}

func appendShape(s []byte, alpha pde.Multi, letter map[int]byte) []byte {
	for i, k := range alpha {
		if k == 0 {
			continue
		}
		if _, ok := letter[i]; !ok {
			letter[i] = 'a' + byte(len(letter))
		}
		for range k {
			s = append(s, letter[i])
		}
	}
	return s
}
