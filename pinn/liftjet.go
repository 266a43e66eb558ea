package pinn

import (
	"slices"

	"pinn/internal/rows"
	"pinn/pde/expr"
	"pinn/pinn/jet"
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
	program          *expr.Program // its outputs are those components
	outs             int
	forward, adjoint rows.Program
}

// newLiftJet returns the jet of a lift for the components of the set. Its statics
// begin at row base, those of the frozen solution, if there is one, at row frozen.
func newLiftJet(l Lift, g *expr.Graph, axes int, set *jet.Set, base, frozen int) (*liftJet, error) {
	j := &liftJet{field: l.Field, base: base}
	gs, err := components(l.G, 0, g, set)
	if err != nil {
		return nil, err
	}
	phis, err := components(l.Phi, 1, g, set)
	if err != nil {
		return nil, err
	}
	var outs []*expr.Expr
	rowOf := func(es []*expr.Expr) []int {
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
	j.program, j.outs = expr.Compile(outs, expr.Layout{Axes: axes}), len(outs)
	j.writeForward(set, gRow, frozenRow, phiRow)
	j.writeAdjoint(set, phiRow)
	return j, nil
}

// components returns ∂^α e for every α of the set; a nil e is the number v.
func components(e *expr.Expr, v float64, g *expr.Graph, set *jet.Set) ([]*expr.Expr, error) {
	if e == nil {
		e = g.Const(v)
	}
	es := []*expr.Expr{e}
	for _, alpha := range set.All()[1:] {
		below, axis := jet.Step(alpha)
		d, err := g.Diff(es[set.Index(below)], axis)
		if err != nil {
			return nil, err
		}
		es = append(es, d)
	}
	return es, nil
}

// writeForward goes through the set from its end, so that u_α may overwrite N_α.
func (j *liftJet) writeForward(set *jet.Set, gRow, frozenRow, phiRow []int) {
	p := &j.forward
	for c := set.Len() - 1; c >= 0; c-- {
		alpha, dst := set.At(c), rows.At(jet.BankZ, c)
		p.Mul(dst, rows.At(jet.BankS, phiRow[0]), dst)
		set.Below(alpha, func(beta expr.Multi) {
			if b := set.Index(beta); b > 0 && phiRow[b] >= 0 {
				n := set.Index(alpha.Sub(beta))
				p.Product(false, dst, alpha.Binom(beta), rows.At(jet.BankS, phiRow[b]), rows.At(jet.BankZ, n))
			}
		})
		for _, at := range []int{gRow[c], frozenRow[c]} {
			if at >= 0 {
				p.Axpy(dst, 1, rows.At(jet.BankS, at))
			}
		}
	}
}

// writeAdjoint goes through the set from its start, so that N̄_γ may overwrite
// ū_γ.
func (j *liftJet) writeAdjoint(set *jet.Set, phiRow []int) {
	p := &j.adjoint
	for c, gamma := range set.All() {
		dst := rows.At(jet.BankZ, c)
		p.Mul(dst, rows.At(jet.BankS, phiRow[0]), dst)
		for d := c + 1; d < set.Len(); d++ {
			alpha := set.At(d)
			if !gamma.Le(alpha) {
				continue
			}
			if b := set.Index(alpha.Sub(gamma)); phiRow[b] >= 0 {
				p.Product(false, dst, alpha.Binom(gamma), rows.At(jet.BankS, phiRow[b]), rows.At(jet.BankZ, d))
			}
		}
	}
}

// run applies one of the two programs to the field's components in u.
func (j *liftJet) run(p *rows.Program, w *blocks, x extent, u, statics []float64) {
	w.banks.Set(jet.BankZ, u[j.field*x.width()/x.images:], x.t)
	w.banks.Set(jet.BankS, statics, x.t)
	p.Run(&w.banks, x.n)
}
