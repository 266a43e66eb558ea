package pinn

import (
	"pinn/pde"
	"pinn/pinn/jet"
)

// Base is a frozen solution that others build on. With a Start it is continued from
// the time Start.At by its Taylor polynomial there,
//
//	Σ_{k<m} (t−At)^k/k! · ∂_t^k u(·, At),   m = Start.Orders[field],
//
// which is 0 for a field with m = 0.
type Base struct {
	*Solution
	Start *Start // nil: as it is
}

// Start is a time at which a solution is continued, the index of the axis of time, and
// of each field the order of its evolution in time.
type Start struct {
	Time   int
	At     float64
	Orders []int
}

// frozen is a trial function at one θ, whose components, or those of its
// continuation, are statics of another: fields·C rows from row first on.
type frozen struct {
	*trial
	theta  []float64
	first  int
	onward *onward // nil: as it is
}

// layBase prepares the frozen solution of a form that has one.
func (t *trial) layBase(b *Base) error {
	if b == nil {
		return nil
	}
	set, on := t.set, newOnward(b, t.set)
	if on != nil {
		set = on.from
	}
	below, err := newTrial(b.form, set, t.t)
	if err != nil {
		return err
	}
	t.base = &frozen{below, b.theta, t.static, on}
	t.static += below.fields * t.set.Len()
	return nil
}

// below is what a filler needs to evaluate a frozen solution.
type below struct {
	*frozen
	fill       *filler
	blocks     *blocks
	statics, u []float64
	coords     []float64 // those at the start, of a solution that is continued
}

func newBelow(f *frozen) *below {
	if f == nil {
		return nil
	}
	return &below{
		frozen: f, fill: newFiller(f.trial, nil), blocks: newBlocks(f.trial, make([]float64, f.size())),
		statics: make([]float64, f.static*f.t), u: make([]float64, f.fields*f.field()),
	}
}

// components stores the components of the frozen fields at a tile in dst.
func (b *below) components(dst, coords []float64) {
	at := coords
	if b.onward != nil {
		b.coords = append(b.coords[:0], coords...)
		b.onward.rewind(b.coords, b.t)
		at = b.coords
	}
	b.fill.fill(b.statics, at)
	b.forward(b.blocks, b.extent(b.t), b.theta, b.statics, b.u, false)
	if b.onward == nil {
		copy(dst, b.u)
		return
	}
	b.onward.continued(dst, b.u, coords, b.t)
}

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
	rest := func(alpha pde.Multi, k int) pde.Multi {
		alpha[o.time] = uint8(k)
		return alpha
	}
	var needed []pde.Multi
	for _, m := range b.Start.Orders {
		for _, alpha := range to.All() {
			for k := int(alpha[o.time]); k < m; k++ {
				needed = append(needed, rest(alpha, k))
			}
		}
	}
	o.from = jet.NewSetUpTo(pde.MaxOrder+1, needed...)
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
