package pde

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"pinn/pde/cube"
	"pinn/pde/expr"
)

const _ = uint(cube.MaxDim - expr.MaxAxes) // a sampler fills every domain

// ErrEmpty is matched by the errors of Sample and SampleOn that say that the
// domain, or the place of a condition, has no points or too few to be found.
var ErrEmpty = errors.New("no points to be found")

const (
	// minShare is the smallest part of its box that a domain may fill.
	minShare = 1e-4
	// Pilot sets: a small one to measure large shares, a large one to find
	// small ones: at minShare it holds 13 points of the domain.
	pilotSmall, pilotLarge = 1 << 12, 1 << 17
	// roundMax bounds the candidates held at one time.
	roundMax = 1 << 18
)

// Sample draws exactly n points of the interior of Ω. The sampler's points of
// the unit cube are scaled to the box and those outside Inside are rejected: as
// many candidates are drawn as the share of the box that Ω fills suggests, and
// of the points left over the first n are kept, or a random n for samplers whose
// sets fit their number (hammersley, latin-hypercube, grid).
//
// The error matches ErrEmpty if Ω fills less than 1e-4 of its box. The share is
// measured on a fixed set, so n, the box and the state of rng decide every bit.
func (b Box) Sample(s cube.Sampler, n int, rng *rand.Rand) (Points, error) {
	x, err := b.region(nil, b.Inside.Holds, b.Inside != nil).draw(s, n, rng)
	if err != nil {
		return Points{}, fmt.Errorf("domain: %w", err)
	}
	return Points{N: n, D: b.Dim(), X: x}, nil
}

// region is the set that sampling by rejection works on: the points of a box,
// some axes fixed, at which keep holds.
type region struct {
	axes  []Axis
	fixed []Fixed
	free  []int // indices of the axes that are not fixed
	keep  func(x []float64) bool
	cut   bool // whether keep can be false
}

// region returns the part of the box with the given axes fixed where keep holds.
func (b Box) region(fixed []Fixed, keep func(x []float64) bool, cut bool) region {
	pinned := make([]bool, b.Dim())
	for _, f := range fixed {
		pinned[f.Axis] = true
	}
	r := region{axes: b.Axes, fixed: fixed, keep: keep, cut: cut}
	for i, p := range pinned {
		if !p {
			r.free = append(r.free, i)
		}
	}
	return r
}

// place stores in x the point of the region at the cube point s, one coordinate
// per free axis.
func (r region) place(x, s []float64) {
	for k, i := range r.free {
		x[i] = r.axes[i].At(s[k])
	}
	for _, f := range r.fixed {
		x[f.Axis] = f.Value
	}
}

// accept appends to dst the points, of the n cube points in s, that belong to
// the region.
func (r region) accept(dst, s []float64, n int) []float64 {
	x := make([]float64, len(r.axes))
	k := len(r.free)
	for i := range n {
		r.place(x, s[i*k:(i+1)*k])
		if !r.cut || r.keep(x) {
			dst = append(dst, x...)
		}
	}
	return dst
}

// share estimates the part of its box that the region fills from the plain
// Sobol set; it is 1 exactly if nothing is cut away.
func (r region) share() float64 {
	k := len(r.free)
	switch {
	case !r.cut:
		return 1
	case k == 0:
		return float64(len(r.accept(nil, nil, 1)) / len(r.axes))
	}
	for _, n := range [...]int{pilotSmall, pilotLarge} {
		s := make([]float64, n*k)
		cube.PlainSobol(s, n, k)
		p := float64(len(r.accept(nil, s, n))/len(r.axes)) / float64(n)
		if p > 0.01 || n == pilotLarge {
			return p
		}
	}
	panic("pde: unreachable")
}

// draw returns n points of the region, row-major. It draws rounds of candidates
// until n are accepted and gives up after ten times the number expected.
func (r region) draw(s cube.Sampler, n int, rng *rand.Rand) ([]float64, error) {
	p := r.share()
	if p < minShare {
		return nil, fmt.Errorf("%w: less than %g of the box belongs to it", ErrEmpty, minShare)
	}
	d, k := len(r.axes), len(r.free)
	dst := make([]float64, 0, n*d)
	budget := 10 * (float64(n)/p + pilotSmall)
	for drawn := 0; len(dst) < n*d; {
		have := len(dst) / d
		m := candidates(n-have, p)
		if drawn += m; float64(drawn) > budget {
			return nil, fmt.Errorf("%w: %d of %d after %d attempts", ErrEmpty, have, n, drawn)
		}
		cube := make([]float64, m*k)
		s.Fill(cube, m, k, rng)
		found := r.accept(nil, cube, m)
		if c := len(found) / d; c > n-have {
			found = thin(found, c, n-have, d, s, rng)
		}
		dst = append(dst, found...)
	}
	return dst, nil
}

// candidates returns how many points to draw so that, each being accepted with
// probability p, n are accepted with some certainty (three standard deviations).
func candidates(n int, p float64) int {
	if p == 1 {
		return n
	}
	m := (float64(n) + 3*math.Sqrt(float64(n)*(1-p)) + 3) / p
	return int(math.Ceil(min(m, roundMax)))
}

// thin keeps n of the c rows of x in their order: the first n of a sequence,
// otherwise a random subset.
func thin(x []float64, c, n, d int, s cube.Sampler, rng *rand.Rand) []float64 {
	if cube.Sequential(s) {
		return x[:n*d]
	}
	kept := x[:0]
	for i := range c { // selection sampling: Knuth, vol. 2, sec. 3.4.2, algorithm S
		if left := n - len(kept)/d; rng.IntN(c-i) < left {
			kept = append(kept, x[i*d:(i+1)*d]...)
		}
	}
	return kept
}
