package pinn

import (
	"slices"

	"pinn/pde"
)

// liftJet carries one field through its lift, component by component, in place:
//
//	forward   u_α = g_α + s_α + Σ_{β≤α} C(α,β) φ_β N_{α−β}
//	adjoint   N̄_γ = Σ_{α≥γ} C(α,γ) φ_{α−γ} ū_α
//
// The components g_α and φ_β that are not zero everywhere are statics of the
// points: rows base … base+outs−1 of a tile's block; so are those of a frozen
// solution s, which have rows of their own.
type liftJet struct {
	field            int
	base             int
	program          *pde.Program // its outputs are those components
	outs             int
	forward, adjoint passes
}

// newLiftJet returns the jet of a lift for the components of the set. Its statics
// begin at row base, those of the frozen solution, if there is one, at row frozen.
func newLiftJet(l Lift, g *pde.Graph, axes int, set *JetSet, base, frozen int) (*liftJet, error) {
	j := &liftJet{field: l.Field, base: base}
	gs, err := components(l.G, 0, g, set)
	if err != nil {
		return nil, err
	}
	phis, err := components(l.Phi, 1, g, set)
	if err != nil {
		return nil, err
	}
	var outs []*pde.Expr
	rowOf := func(es []*pde.Expr) []int {
		at := make([]int, len(es))
		for c, e := range es {
			at[c] = -1
			if v, ok := e.Const(); !ok || v != 0 {
				at[c] = base + len(outs)
				outs = append(outs, e)
			}
		}
		return at
	}
	gRow, phiRow := rowOf(gs), rowOf(phis)
	frozenRow := slices.Repeat([]int{-1}, set.Len())
	if l.Base != nil {
		for c := range frozenRow {
			frozenRow[c] = frozen + l.Field*set.Len() + c
		}
	}
	j.program, j.outs = pde.Compile(outs, pde.Layout{Axes: axes}), len(outs)
	j.writeForward(set, gRow, frozenRow, phiRow)
	j.writeAdjoint(set, phiRow)
	return j, nil
}

// components returns ∂^α e for every α of the set; a nil e is the number v.
func components(e *pde.Expr, v float64, g *pde.Graph, set *JetSet) ([]*pde.Expr, error) {
	if e == nil {
		e = g.Const(v)
	}
	es := []*pde.Expr{e}
	for _, alpha := range set.order[1:] {
		below, axis := step(alpha)
		d, err := g.Diff(es[set.Index(below)], axis)
		if err != nil {
			return nil, err
		}
		es = append(es, d)
	}
	return es, nil
}

// writeForward goes through the set from its end, so that u_α may overwrite N_α.
func (j *liftJet) writeForward(set *JetSet, gRow, frozenRow, phiRow []int) {
	p := &j.forward
	for c := set.Len() - 1; c >= 0; c-- {
		alpha, dst := set.order[c], row{bankZ, c}
		p.mul(dst, row{bankS, phiRow[0]}, dst)
		set.below(alpha, func(beta pde.Multi) {
			if b := set.Index(beta); b > 0 && phiRow[b] >= 0 {
				n := set.Index(alpha.Sub(beta))
				p.product(false, dst, alpha.Binom(beta), row{bankS, phiRow[b]}, row{bankZ, n})
			}
		})
		for _, at := range []int{gRow[c], frozenRow[c]} {
			if at >= 0 {
				p.axpy(dst, 1, row{bankS, at})
			}
		}
	}
}

// writeAdjoint goes through the set from its start, so that N̄_γ may overwrite
// ū_γ.
func (j *liftJet) writeAdjoint(set *JetSet, phiRow []int) {
	p := &j.adjoint
	for c, gamma := range set.order {
		dst := row{bankZ, c}
		p.mul(dst, row{bankS, phiRow[0]}, dst)
		for d := c + 1; d < set.Len(); d++ {
			alpha := set.order[d]
			if !gamma.Le(alpha) {
				continue
			}
			if b := set.Index(alpha.Sub(gamma)); phiRow[b] >= 0 {
				p.product(false, dst, alpha.Binom(gamma), row{bankS, phiRow[b]}, row{bankZ, d})
			}
		}
	}
}

// run applies one of the two programs to the field's components in u.
func (j *liftJet) run(p *passes, w *blocks, x extent, u, statics []float64) {
	w.mem[bankZ] = u[j.field*x.width()/x.images:]
	w.mem[bankS] = statics
	p.run(&w.mem, x.t, x.n)
}
