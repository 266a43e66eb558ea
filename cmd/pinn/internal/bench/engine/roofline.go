package engine

import (
	"time"

	"pinn/internal/kernel"
)

// Limits are rates of one thread that bound what an evaluation can do, beside the
// peak of arithmetic.
type Limits struct {
	TanhNS float64 `json:"tanh_ns"` // time of one hyperbolic tangent
	GBps   float64 `json:"l2_gbps"` // reading and writing a block in the second-level cache
}

// Bound holds the least time that each resource needs for a loss and its gradient on one
// thread, as a share of the time measured. Arithmetic and hyperbolic tangents need the
// same units of the processor, one after the other; traffic goes on beside them.
type Bound struct {
	Arithmetic float64 `json:"arithmetic"` // products, at the peak
	Tanh       float64 `json:"tanh"`
	Traffic    float64 `json:"traffic"` // between the first two levels of cache
	Binds      string  `json:"binds"`   // what needs most
}

// minimum returns the least time of some runs.
func minimum(runs int, f func()) time.Duration {
	best := time.Hour
	for range runs {
		t := time.Now()
		f()
		best = min(best, time.Since(t))
	}
	return best
}

// measureLimits takes some milliseconds.
func measureLimits() Limits {
	const small, large = 1 << 10, 1 << 16 // 8 KiB and 512 KiB
	x := kernel.Aligned(large)
	for i := range x {
		x[i] = float64(i%7) - 3
	}
	y := kernel.Aligned(small)
	tanh := minimum(200, func() { kernel.Tanh(y, x[:small]) })
	copied := minimum(200, func() { kernel.Scale(x, 1, x) })
	return Limits{TanhNS: float64(tanh.Nanoseconds()) / small, GBps: 16 * large / float64(copied.Nanoseconds())}
}

// blockMoves is how often a block of a hidden layer's units passes between the
// caches: z written, read and written as h, h read by the next layer; on the way
// down h̄ written from the z̄ of the next layer, h̄ and h read and z̄ written, z̄ and h
// read by the sums over points.
const blockMoves = 11

// bound compares the time of a gradient on one thread with what the limits allow.
func (l Limits) bound(s *Subject, units int, peak float64, ms float64) Bound {
	values, rows := 0.0, 0.0
	for _, g := range s.Groups() {
		values += float64(g.Points * units)
		rows += float64(g.Points * units * g.Partials)
	}
	b := Bound{
		Arithmetic: s.GradientWork() / peak / 1e6 / ms,
		Tanh:       values * l.TanhNS / 1e6 / ms,
		Traffic:    8 * blockMoves * rows / l.GBps / 1e6 / ms,
	}
	b.Binds = "arithmetic"
	switch {
	case b.Traffic > b.Arithmetic+b.Tanh:
		b.Binds = "traffic"
	case b.Tanh > b.Arithmetic:
		b.Binds = "tanh"
	}
	return b
}
