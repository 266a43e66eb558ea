package jet

import (
	"pinn/internal/rows"
	"pinn/pde/expr"
)

// builder writes the program that carries a jet through an activation s,
//
//	h_0 = s(z_0),   h_{α+e_i} = Σ_{β≤α} C(α,β) S_{α−β} z_{β+e_i},   S_β = ∂^β s'(z),
//
// which is Leibniz' rule for ∂_i h = s'(z)·∂_i z. With keep it computes S_β for the whole
// set, as the adjoint needs; otherwise only the S_β that some h_α needs.
type builder struct {
	rows.Program
	set  *Set
	keep bool
	want map[expr.Multi]bool // the β whose S_β some h_α needs
	work int                 // rows of the work bank in use
}

// newBuilder returns a builder with an empty program for the set.
func newBuilder(set *Set, keep bool) *builder {
	b := &builder{set: set, keep: keep, want: map[expr.Multi]bool{}}
	for _, alpha := range set.order[1:] {
		below, _ := Step(alpha)
		set.Below(below, func(beta expr.Multi) { b.want[beta] = true })
	}
	return b
}

// z, h and s are the rows of component c in their banks.
func (b *builder) z(c int) rows.Ref { return rows.At(BankZ, c) }
func (b *builder) h(c int) rows.Ref { return rows.At(BankH, c) }
func (b *builder) s(c int) rows.Ref { return rows.At(BankS, c) }

// temp reserves a row of the work bank.
func (b *builder) temp() rows.Ref {
	b.work++
	return rows.At(BankWork, b.work-1)
}

// wants reports whether S_β has to be computed.
func (b *builder) wants(beta expr.Multi) bool { return b.keep || b.want[beta] }

// output appends what computes h_α, α ≠ 0.
func (b *builder) output(alpha expr.Multi) {
	b.chain(b.h(b.set.Index(alpha)), 1, alpha, func(m expr.Multi) rows.Ref { return b.s(b.set.Index(m)) })
}

// chain appends dst = sign·∂^α f(z) for α ≠ 0, where d(m) is the row of
// ∂^m f'(z): with α = α' + e_i the sum Σ_{β≤α'} C(α',β) d(α'−β)·z_{β+e_i}.
func (b *builder) chain(dst rows.Ref, sign float64, alpha expr.Multi, d func(m expr.Multi) rows.Ref) {
	below, axis := Step(alpha)
	first := true
	b.set.Below(below, func(beta expr.Multi) {
		b.Product(first, dst, sign*below.Binom(beta), d(below.Sub(beta)), b.z(b.set.Index(beta.Add(axis))))
		first = false
	})
}

// tower appends the program of an activation of which only the derivatives s_0, s_1, … at
// z_0 are known; the function derivs appends what writes them to the given rows. The
// components of s_k(z) follow from those of s_{k+1}(z), and only those that something
// needs are computed:
//
//	∂^β s_k(z) = Σ_{γ≤β'} C(β',γ) ∂^{β'−γ} s_{k+1}(z) · z_{γ+e_i},   β = β' + e_i.
func (b *builder) tower(derivs func(b *builder, d []rows.Ref)) {
	t := tower{b: b, done: map[level]rows.Ref{}}
	derivs(b, t.bottom())
	for c, alpha := range b.set.order {
		if b.wants(alpha) {
			t.row(level{1, alpha})
		}
		if c > 0 {
			b.output(alpha)
		}
	}
}

// level names one number of the tower, ∂^β s_k(z).
type level struct {
	k    int
	beta expr.Multi
}

// tower keeps the rows of the levels that are computed already.
type tower struct {
	b    *builder
	done map[level]rows.Ref
}

// bottom reserves the rows of s_0 … s_n at z_0. The largest order n is that of the set, and
// one more for the adjoint.
func (t *tower) bottom() []rows.Ref {
	n := t.b.set.MaxOrder()
	if t.b.keep {
		n++
	}
	d := []rows.Ref{t.b.h(0)}
	for k := 1; k <= n; k++ {
		r := t.b.s(0)
		if k > 1 {
			r = t.b.temp()
		}
		t.done[level{k, expr.Multi{}}] = r
		d = append(d, r)
	}
	return d
}

// row returns the row of a level. If it is not there yet, row appends what computes it.
func (t *tower) row(l level) rows.Ref {
	if r, ok := t.done[l]; ok {
		return r
	}
	b := t.b
	below, _ := Step(l.beta)
	b.set.Below(below, func(m expr.Multi) { t.row(level{l.k + 1, m}) })
	r := b.s(b.set.Index(l.beta))
	if l.k > 1 {
		r = b.temp()
	}
	b.chain(r, 1, l.beta, func(m expr.Multi) rows.Ref { return t.done[level{l.k + 1, m}] })
	t.done[l] = r
	return r
}

// polynomial appends dst = w·Σ c_n x^n by Horner's rule.
func (b *builder) polynomial(dst rows.Ref, c []float64, x, w rows.Ref) {
	n := len(c) - 1
	if n == 0 {
		b.Scale(dst, c[0], w)
		return
	}
	b.Scale(dst, c[n], x)
	for n--; ; n-- {
		if c[n] != 0 {
			b.AddConst(dst, c[n], dst)
		}
		if n == 0 {
			break
		}
		b.Mul(dst, dst, x)
	}
	b.Mul(dst, dst, w)
}
