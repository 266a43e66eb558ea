package pde

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"pinn/pde/cube"
)

// SampleOn draws points on the pieces of a place, in the order of the pieces,
// with the outward unit normal where a point has one.
//
// The n points are split in proportion to the measure of the pieces: the product
// of the lengths of the axes that are not fixed, times the share that Keep and
// Inside leave. Every piece that has points gets at least one, so Points.N is n
// or, if there are more pieces than n, their number. A piece with every axis
// fixed gives the same point as often as its share says.
//
// A point of a face belongs to Ω if Ω contains it or reaches it from one side.
//
// A piece of which Keep and Inside leave less than 1e-4 counts as having none;
// the error matches ErrEmpty if that is so for all.
func (b Box) SampleOn(pieces []Piece, s cube.Sampler, n int, rng *rand.Rand) (Points, error) {
	var regions []region
	var measure []float64
	for _, p := range pieces {
		if p.Boundary != "" {
			return Points{}, fmt.Errorf("boundary %s: curved boundaries cannot be sampled", p.Boundary)
		}
		r := b.part(p)
		if share := r.share(); share >= minShare {
			regions = append(regions, r)
			measure = append(measure, share*r.volume())
		}
	}
	if len(regions) == 0 {
		return Points{}, fmt.Errorf("place: %w", ErrEmpty)
	}
	pts := Points{D: b.Dim()}
	for i, m := range split(n, measure) {
		x, err := regions[i].draw(s, m, rng)
		if err != nil {
			return Points{}, fmt.Errorf("place: %w", err)
		}
		pts.X = append(pts.X, x...)
		pts.N += m
		pts.Normals = append(pts.Normals, b.normals(regions[i].fixed, x)...)
	}
	if !slices.ContainsFunc(pts.Normals, func(c float64) bool { return c != 0 }) {
		pts.Normals = nil
	}
	return pts, nil
}

// part returns the region of a piece, values that count as ends being moved onto
// them.
func (b Box) part(p Piece) region {
	fixed := slices.Clone(p.Fixed)
	across := make([]int, len(fixed))
	for k, f := range fixed {
		across[k] = f.Axis
		switch a := b.Axes[f.Axis]; a.End(f.Value) {
		case -1:
			fixed[k].Value = a.From
		case 1:
			fixed[k].Value = a.To
		}
	}
	keep := func(x []float64) bool { return p.Keep.Holds(x) && b.touches(x, across, aside) }
	return b.region(fixed, keep, p.Keep != nil || b.Inside != nil)
}

// aside is the distance from a face at which its two sides are tested.
func aside(a Axis) float64 { return 1e-9 * a.Length() }

// volume returns the product of the lengths of the free axes, 1 for a point.
func (r region) volume() float64 {
	v := 1.0
	for _, i := range r.free {
		v *= r.axes[i].Length()
	}
	return v
}

// split shares n among parts in proportion to their weights (all > 0) by largest
// remainders, but gives every part at least 1. The shares sum to n, or to the
// number of parts if that is larger.
func split(n int, weight []float64) []int {
	share := make([]int, len(weight))
	for i := range share {
		share[i] = 1
	}
	total := 0.0
	for _, w := range weight {
		total += w
	}
	for range n - len(weight) {
		// Give the next point to the part furthest below its due n·w/Σw.
		best, lack := 0, 0.0
		for i, w := range weight {
			if l := float64(n)*w/total - float64(share[i]); i == 0 || l > lack {
				best, lack = i, l
			}
		}
		share[best]++
	}
	return share
}

// normals returns the outward unit normals at the points x of a piece with the
// given fixed axes, row-major. Only a piece with exactly one spatial axis fixed,
// and that not periodic, can have one.
func (b Box) normals(fixed []Fixed, x []float64) []float64 {
	d := b.Dim()
	dst := make([]float64, len(x))
	time := b.Time()
	spatial := slices.DeleteFunc(slices.Clone(fixed), func(f Fixed) bool { return f.Axis == time })
	if len(spatial) != 1 || b.Axes[spatial[0].Axis].Periodic {
		return dst
	}
	axis := spatial[0].Axis
	row := make([]float64, d)
	for i := 0; i < len(x); i += d {
		copy(row, x[i:i+d])
		dst[i+axis] = b.outward(row, axis)
	}
	return dst
}

// outward returns the component ±1 of the normal at x to a face across the axis:
// it points to the side that is outside Ω, found by testing both sides. It is 0
// if both sides are inside. If neither is, the box decides. It leaves x as it
// was.
func (b Box) outward(x []float64, axis int) float64 {
	a, was := b.Axes[axis], x[axis]
	x[axis] = was - aside(a)
	below := b.Contains(x)
	x[axis] = was + aside(a)
	above := b.Contains(x)
	x[axis] = was
	switch {
	case below && !above:
		return 1
	case above && !below:
		return -1
	case above && below:
		return 0
	}
	return float64(a.End(was))
}
