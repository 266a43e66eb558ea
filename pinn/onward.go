package pinn

import (
	"pinn/pde/expr"
	"pinn/pinn/jet"
)

// onward continues a frozen solution s by its Taylor polynomial in time. Of a field
// of order m in time, with τ = t − t₀ and α = (α_t, α') split into time and the rest,
//
//	∂^α Σ_{k<m} τ^k/k! ∂_t^k s(·, t₀) = Σ_{α_t≤k<m} τ^{k−α_t}/(k−α_t)! ∂^{α'} ∂_t^k s(·, t₀),
//
// so that the components of s at t₀ that it reads are those of another set.
type onward struct {
	at    float64
	time  int      // index of the axis
	from  *jet.Set // of the components that are read
	terms [][]onwardTerm
}

// onwardTerm is one summand of a row f·C + α of the result: τ^power/power! times a
// row of what is read.
type onwardTerm struct{ row, power int }

// newOnward returns how the base is continued for the components of a set, nil if it
// is not.
func newOnward(b *Base, to *jet.Set) *onward {
	if b.Start == nil {
		return nil
	}
	o := &onward{at: b.Start.At, time: b.Start.Time}
	rest := func(alpha expr.Multi, k int) expr.Multi {
		alpha[o.time] = uint8(k)
		return alpha
	}
	var needed []expr.Multi
	for _, m := range b.Start.Orders {
		for _, alpha := range to.All() {
			for k := int(alpha[o.time]); k < m; k++ {
				needed = append(needed, rest(alpha, k))
			}
		}
	}
	o.from = jet.NewSetUpTo(expr.MaxOrder+1, needed...)
	for f, m := range b.Start.Orders {
		for _, alpha := range to.All() {
			var sum []onwardTerm
			first := int(alpha[o.time])
			for k := first; k < m; k++ {
				sum = append(sum, onwardTerm{f*o.from.Len() + o.from.Index(rest(alpha, k)), k - first})
			}
			o.terms = append(o.terms, sum)
		}
	}
	return o
}

// rewind sets the times of a block of coordinates of t points to the start.
func (o *onward) rewind(coords []float64, t int) {
	times := coords[o.time*t:][:t]
	for p := range times {
		times[p] = o.at
	}
}

// continued stores in dst the components at the points of a tile, whose coordinates
// are given, from the components u at the start.
func (o *onward) continued(dst, u, coords []float64, t int) {
	times := coords[o.time*t:][:t]
	for i, sum := range o.terms {
		to := dst[i*t:][:t]
		clear(to)
		for _, s := range sum {
			for p, v := range u[s.row*t:][:t] {
				tau := times[p] - o.at
				for k := s.power; k > 0; k-- {
					v *= tau / float64(k)
				}
				to[p] += v
			}
		}
	}
}
