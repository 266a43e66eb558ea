package pinn

import (
	"slices"

	"pinn/internal/kernel"
	"pinn/internal/rows"
	"pinn/pde/expr"
	"pinn/pinn/hard"
	"pinn/pinn/jet"
)

// liftJet turns the components of one output N of the network into those of its field
// u = s + g + φN, in place:
//
//	forward   u_α = g_α + s_α + Σ_{β≤α} C(α,β) φ_β N_{α−β}
//	adjoint   N̄_γ = Σ_{α≥γ} C(α,γ) φ_{α−γ} ū_α
//
// The components g_α and φ_β that are not zero everywhere are rows base … base+outs−1 of
// a tile's statics. Those of a frozen solution s have rows of their own there.
type liftJet struct {
	field            int
	base             int
	program          *expr.Program // computes these components
	outs             int
	forward, adjoint rows.Program
}

// newLiftJet returns the jet of a lift for the components of the set. Its statics begin at
// row base, those of the frozen solution at row frozen, which is −1 if there is none.
func newLiftJet(l hard.Lift, g *expr.Graph, axes int, set *jet.Set, base, frozen int) (*liftJet, error) {
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
	if frozen >= 0 {
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

// writeForward writes the program forward. It goes through the set from its end: u_α needs
// N_β for β ≤ α only, so that it may overwrite N_α.
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

// writeAdjoint writes the program adjoint. It goes through the set from its start: N̄_γ
// needs ū_α for α ≥ γ only, so that it may overwrite ū_γ.
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

// fold makes the outputs of a network symmetric under its k mirrors. Every place has
// M = 2^k images σ_m x, where σ_m applies the mirrors whose bits are set in m, and
//
//	N_f ← (1/M) Σ_m s_mf·N_f∘σ_m,   ∂^α: (1/M) Σ_m s_mf·(−1)^{α·m}·(∂^α N_f)(σ_m x),
//
// where s_mf is the product of the signs of field f under these mirrors, and α·m the order
// of ∂^α in their axes. In the blocks of the network the components at the M images stand
// side by side, so that layers treat them as further points; after the fold there is one.
type fold struct {
	images int
	scale  [][]float64 // per field, the factors of its M·C components
}

// newFold returns the fold of the mirrors, for the components of the set.

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

// image returns the coordinate x of a place after σ_m, on one axis with its middle at mid.
func image(mirrors []hard.Mirror, m, axis int, mid, x float64) float64 {
	for k, mirror := range mirrors {
		if m>>k&1 == 1 && mirror.Axis == axis {
			x = 2*mid - x
		}
	}
	return x
}

// forward stores the symmetric outputs in u, rows f·C + α, from the outputs at the images
// in wide, M·C components for each field.
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

// adjoint stores in wide the derivatives by the outputs at the images, from those by the
// symmetric outputs in ubar.
func (f *fold) adjoint(wide, ubar []float64, c, t, n int) {
	for field, scale := range f.scale {
		for i, s := range scale {
			kernel.Scale(wide[(field*len(scale)+i)*t:][:n], s, ubar[(field*c+i%c)*t:][:n])
		}
	}
}
