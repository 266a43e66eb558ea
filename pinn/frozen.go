package pinn

import (
	"pinn/pde/expr"
	"pinn/pinn/jet"
)

// Base is a solution s that does not change any more and on which another builds: the
// network of a Correction, or that of the next Slab. Without a Start s itself is added to
// the lifts of the other. With a Start it is the Taylor polynomial of s in time,
//
//	Σ_{k<m} (t−At)^k/k! · ∂_t^k s(·, At),   m = Start.Orders[field],
//
// which is 0 for a field with m = 0.
type Base struct {
	*Solution
	Start *Start // nil for the solution itself
}

// Start says where in time a solution is continued, and to which order.
type Start struct {
	Time   int     // index of the axis of time
	At     float64 // the time
	Orders []int   // the order of each field's evolution in time, see Evolution
}

// frozen is a Base as the ansatz above it needs it: at its own θ its components are
// statics of the other, fields·C rows from row first on.
type frozen struct {
	*ansatz
	theta  []float64
	first  int
	onward *onward // its continuation in time, nil if it is not continued
}

// layBase prepares the frozen solution below the network, if there is one.
func (t *ansatz) layBase(b *Base) error {
	if b == nil {
		return nil
	}
	set, on := t.set, newOnward(b, t.set)
	if on != nil {
		set = on.from
	}
	below, err := newAnsatz(b.form, set, t.t)
	if err != nil {
		return err
	}
	t.base = &frozen{below, b.theta, t.static, on}
	t.static += below.fields * t.set.Len()
	return nil
}

// below is a frozen solution with the memory to evaluate it on a tile.
type below struct {
	*frozen
	fill       *filler
	blocks     *blocks
	statics, u []float64
	coords     []float64 // of the points moved to the start time, if it is continued
}

// newBelow returns nil for no frozen solution.

func newBelow(f *frozen) *below {
	if f == nil {
		return nil
	}
	return &below{
		frozen: f, fill: newFiller(f.ansatz, nil), blocks: newBlocks(f.ansatz, make([]float64, f.size())),
		statics: make([]float64, f.static*f.t), u: make([]float64, f.fields*f.field()),
	}
}

// components stores in dst the components of the frozen solution, or of its continuation,
// at the points of a tile, whose coordinates are given.
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

// onward continues a frozen solution s by its Taylor polynomial in time. For a field of
// order m in time, with τ = t − t₀ and α = (α_t, α') split into time and space,
//
//	∂^α Σ_{k<m} τ^k/k! ∂_t^k s(·, t₀) = Σ_{α_t≤k<m} τ^{k−α_t}/(k−α_t)! ∂^{α'} ∂_t^k s(·, t₀),
//
// so that it needs components of s at t₀ with other multi-indices than α.
type onward struct {
	at    float64
	time  int            // index of the axis
	from  *jet.Set       // the components of s that it needs
	terms [][]onwardTerm // the sum for each row f·C + α of the result
}

// onwardTerm is one summand: τ^power/power! times a row of the components of s at t₀.
type onwardTerm struct{ row, power int }

// newOnward returns the continuation of a base with the components of the set, nil if the
// base is not continued.
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

// rewind sets the time of all t points in a block of coordinates to t₀.
func (o *onward) rewind(coords []float64, t int) {
	times := coords[o.time*t:][:t]
	for p := range times {
		times[p] = o.at
	}
}

// continued stores in dst the components of the continuation at the points of a tile, whose
// coordinates are given, from the components u of s at t₀.
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
