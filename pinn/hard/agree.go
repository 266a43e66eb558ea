package hard

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"pinn/pde/cube"
	"pinn/pde/expr"
)

const (
	// agreeTol bounds the difference of data that agree, relative to their scale.
	agreeTol = 1e-8
	// edgePoints is at how many points of an edge or a face data are compared, beside its
	// corners.
	edgePoints = 64
)

// unfit says why a datum cannot be hard: it is not finite somewhere on its face, or its
// value or slope jumps across the period of an axis.
func (pl *planner) unfit(d datum) string {
	if scale := pl.scale(d.value, d.axis); math.IsNaN(scale) || math.IsInf(scale, 0) {
		return "its data are not finite everywhere on the face"
	}
	for axis, a := range pl.p.Box.Axes {
		if !a.Periodic || axis == d.axis {
			continue
		}
		slope, err := pl.p.Graph.Diff(d.value, axis)
		if err != nil {
			return err.Error()
		}
		// The scale of a slope is at least that of the data divided by half the period.
		scale := pl.scale(d.value, d.axis)
		if gap := pl.jump(d.value, axis, d.axis); !(gap <= agreeTol*scale) {
			return fmt.Sprintf("its data jump by %.3g across the period of %s", gap, a.Name)
		}
		scale = max(pl.scale(slope, d.axis), 2*scale/a.Length())
		if gap := pl.jump(slope, axis, d.axis); !(gap <= agreeTol*scale) {
			return fmt.Sprintf("the slope of its data jumps by %.3g across the period of %s", gap, a.Name)
		}
	}
	return ""
}

// opposed says why d cannot be hard beside the data that are kept, "" if it can.
func (pl *planner) opposed(d datum, kept []datum) string {
	if d.velocity && !given(kept, datum{axis: d.axis, end: d.end}) {
		return "the velocity can be hard only where the value is hard too"
	}
	if d.velocity && given(kept, datum{axis: d.axis, end: +1}) {
		return "values at both ends of the time leave no room for a velocity"
	}
	for _, k := range kept {
		if gap, agree := pl.agree(d, k); !agree {
			return fmt.Sprintf("its data differ by %.3g from condition[%d] where both hold", gap, k.condition)
		}
	}
	return ""
}

// agree compares the data of two faces on their common edge, or on the whole face if it
// is the same one.
func (pl *planner) agree(d, k datum) (gap float64, ok bool) {
	if d.axis == k.axis {
		if d.end != k.end || d.velocity != k.velocity {
			return 0, true
		}
		return pl.compare(d.value, k.value, d.axis)
	}
	if !d.velocity && k.velocity {
		d, k = k, d
	}
	a, b := d.value, k.value
	if d.velocity { // on the other face the velocity is the time derivative of its data
		rate, err := pl.p.Graph.Diff(b, d.axis)
		if err != nil {
			return math.NaN(), false
		}
		b = rate
	}
	scale := max(pl.scale(a, d.axis), pl.scale(b, k.axis))
	return pl.differ(pl.restrict(a, k), pl.restrict(b, d), scale, d.axis, k.axis)
}

// restrict returns e on the face of d.
func (pl *planner) restrict(e *expr.Expr, d datum) *expr.Expr {
	at := pl.p.Box.Axes[d.axis].From
	if d.end > 0 {
		at = pl.p.Box.Axes[d.axis].To
	}
	return substitute(pl.p.Graph, e, d.axis, at)
}

// compare compares two expressions on a face of the axis, each taken on that face.
func (pl *planner) compare(a, b *expr.Expr, axis int) (gap float64, ok bool) {
	return pl.differ(a, b, max(pl.scale(a, axis), pl.scale(b, axis)), axis)
}

// differ returns the largest difference of a and b, which do not depend on the fixed
// axes, and whether it is small on the given scale.
func (pl *planner) differ(a, b *expr.Expr, scale float64, fixed ...int) (gap float64, ok bool) {
	gap = pl.largest(func(x []float64) float64 {
		return a.Eval(expr.Env{X: x}) - b.Eval(expr.Env{X: x})
	}, fixed...)
	return gap, gap <= agreeTol*scale
}

// scale returns the largest |e|; e does not depend on the fixed axes.
func (pl *planner) scale(e *expr.Expr, fixed ...int) float64 {
	return pl.largest(func(x []float64) float64 { return e.Eval(expr.Env{X: x}) }, fixed...)
}

// jump returns the largest difference of e between the two ends of an axis.
func (pl *planner) jump(e *expr.Expr, axis int, fixed ...int) float64 {
	a := pl.p.Box.Axes[axis]
	from, to := substitute(pl.p.Graph, e, axis, a.From), substitute(pl.p.Graph, e, axis, a.To)
	gap, _ := pl.differ(from, to, 0, append(fixed, axis)...)
	return gap
}

// largest returns max |f| over the corners of the box and the points of a Sobol set in
// it; NaN if f is NaN at one. f does not depend on the fixed axes, whose coordinates stay
// at their first ends.
func (pl *planner) largest(f func(x []float64) float64, fixed ...int) float64 {
	axes := pl.p.Box.Axes
	var free []int
	for i := range axes {
		if !slices.Contains(fixed, i) {
			free = append(free, i)
		}
	}
	x := make([]float64, len(axes))
	for i, a := range axes {
		x[i] = a.From
	}
	m := 0.0
	for _, s := range probes(len(free)) {
		for k, i := range free {
			x[i] = axes[i].At(s[k])
		}
		m = max(m, math.Abs(f(x))) // max keeps a NaN
	}
	return m
}

// probes returns points of the unit cube of k axes: all corners and edgePoints points
// inside. For k = 0 it is the one point without coordinates.
func probes(k int) [][]float64 {
	if k == 0 {
		return [][]float64{nil}
	}
	var ps [][]float64
	for c := range 1 << k {
		p := make([]float64, k)
		for i := range p {
			p[i] = float64(c >> i & 1)
		}
		ps = append(ps, p)
	}
	inside := make([]float64, edgePoints*k)
	cube.Sobol{}.Fill(inside, edgePoints, k, rand.New(rand.NewPCG(0, 0)))
	for i := range edgePoints {
		ps = append(ps, inside[i*k:(i+1)*k])
	}
	return ps
}
