package optim

import (
	"math"
	"slices"
)

// Clip bounds the global norm of the gradient. A gradient longer than the bound is
// scaled down to it,
//
//	g ← g·min(1, bound/‖g‖₂),   bound = min(Norm, Median·median(last 100 ‖g‖₂)),
//
// before any decay is added. The median is of the norms before clipping, and
// counts only once ten of them are known. A zero field sets no bound: Clip{}
// leaves gradients alone. A spike that meets a decayed second moment moves every
// coordinate by up to 3.16 learning rates; Median 5 softens that.
type Clip struct {
	Norm   float64 // in units of the gradient
	Median float64 // a pure number
}

const (
	clipWindow = 100 // norms that the median looks back on
	clipLeast  = 10  // norms before the median counts
)

// norms is a ring of the newest gradient norms.
type norms struct {
	ring   []float64 // clipWindow values
	count  []float64 // one value: norms seen so far
	sorted []float64 // scratch
}

func (n *norms) init() {
	n.ring = make([]float64, clipWindow)
	n.count = make([]float64, 1)
	n.sorted = make([]float64, clipWindow)
}

func (n *norms) push(norm float64) {
	n.ring[int(n.count[0])%clipWindow] = norm
	n.count[0]++
}

func (n *norms) median() (float64, bool) {
	held := min(int(n.count[0]), clipWindow)
	if held < clipLeast {
		return 0, false
	}
	copy(n.sorted, n.ring[:held])
	return median(n.sorted[:held]), true
}

// median sorts values, at least one, and returns the middle one, or the mean of the
// middle two. Unlike gonum's stat.Quantile, which gives the lower of these two.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return 0.5 * (values[(n-1)/2] + values[n/2])
}

// factor returns what to multiply a gradient of the given norm by, and then
// remembers the norm.
func (c Clip) factor(norm float64, n *norms) float64 {
	bound := math.Inf(1)
	if c.Norm > 0 {
		bound = c.Norm
	}
	if c.Median > 0 {
		if m, ok := n.median(); ok {
			bound = math.Min(bound, c.Median*m)
		}
		n.push(norm)
	}
	if norm <= bound {
		return 1
	}
	return bound / norm
}

func (c *Clip) settings() []Setting {
	return []Setting{
		{Key: "clip_norm", Float: &c.Norm, Range: notNegative},
		{Key: "clip_median", Float: &c.Median, Range: notNegative},
	}
}
