package pinn

import (
	"slices"

	"pinn/internal/kernel"
	"pinn/internal/rows"
	"pinn/pde"
	"pinn/pinn/hard"
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
	program          *pde.Program // its outputs are those components
	outs             int
	forward, adjoint rows.Program
}

// newLiftJet returns the jet of a lift for the components of the set. Its statics
// begin at row base, those of the frozen solution, if there is one, at row frozen.
func newLiftJet(l hard.Lift, g *pde.Graph, axes int, set *jet.Set, base, frozen int) (*liftJet, error) {
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
	if frozen >= 0 {
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
func components(e *pde.Expr, v float64, g *pde.Graph, set *jet.Set) ([]*pde.Expr, error) {
	if e == nil {
		e = g.Const(v)
	}
	es := []*pde.Expr{e}
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
		set.Below(alpha, func(beta pde.Multi) {
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

// fold makes the network's outputs symmetric under the mirrors of its
// description. With M = 2^k images of every place, σ_m being the composition of
// the mirrors whose bits are set in m,
//
//	N_f ← (1/M) Σ_m s_mf·N_f∘σ_m,   ∂^α: (1/M) Σ_m s_mf·(−1)^{α·m}·(∂^α N_f)(σ_m x),
//
// where s_mf is the product of the signs and α·m the order of ∂^α in the mirrored
// axes. The images stand side by side in every row of a unit, M·C components
// wide: for the layers they are more points, for the residual there is one.
type fold struct {
	images int
	scale  [][]float64 // per field, M·C factors in the order of the row
}

func newFold(mirrors []hard.Mirror, set *jet.Set, fields int) fold {
	f := fold{images: 1 << len(mirrors)}
	for field := range fields {
		var scale []float64
		for m := range f.images {
			for _, alpha := range set.All() {
				s := 1 / float64(f.images)
				for k, mirror := range mirrors {
					if m>>k&1 == 1 {
						s *= mirror.Signs[field] * hard.Parity(alpha[mirror.Axis])
					}
				}
				scale = append(scale, s)
			}
		}
		f.scale = append(f.scale, scale)
	}
	return f
}

// image returns the coordinate of image m of a place on one axis, whose middle is
// mid.
func image(mirrors []hard.Mirror, m, axis int, mid, x float64) float64 {
	for k, mirror := range mirrors {
		if m>>k&1 == 1 && mirror.Axis == axis {
			x = 2*mid - x
		}
	}
	return x
}

// forward stores the folded outputs in u, rows f·C + α, from the blocks of M·C
// components of each field in wide.
func (f *fold) forward(u, wide []float64, c, t, n int) {
	for field, scale := range f.scale {
		for i, s := range scale {
			dst, src := u[(field*c+i%c)*t:][:n], wide[(field*len(scale)+i)*t:][:n]
			if i < c {
				kernel.Scale(dst, s, src)
			} else {
				kernel.Axpy(dst, s, src)
			}
		}
	}
}

// adjoint stores in wide the derivatives by the outputs at every image, given
// those by the folded outputs.
func (f *fold) adjoint(wide, ubar []float64, c, t, n int) {
	for field, scale := range f.scale {
		for i, s := range scale {
			kernel.Scale(wide[(field*len(scale)+i)*t:][:n], s, ubar[(field*c+i%c)*t:][:n])
		}
	}
}
