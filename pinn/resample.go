package pinn

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"pinn/internal/kernel"
	"pinn/pde"
	"pinn/pde/cube"
)

const (
	// An adaptive draw of N points chooses from a pool of poolFactor·N points, but of at most
	// poolMax, and of at least 2N.
	poolFactor = 10
	poolMax    = 50_000
	// RAR adds 1/rarShare of the first number of points each time, up to rarMax times that
	// number.
	rarShare = 20
	rarMax   = 4
)

// Resamplings returns the methods that Resample knows.
func Resamplings() []string { return []string{"none", "uniform", "rad", "rar"} }

// Resample redraws the points of the equations, as many as asked for or, for 0, as many as
// there are. The method is
//
//	uniform  afresh and evenly, by the sampler of the loss;
//	rad      from a pool of 10N uniform points, at most 50 000 (but at least 2N),
//	         without replacement, with probabilities in proportion to
//
//	             p_i = |r_i|^k / mean |r|^k + c;
//
//	rar      keeps the points and adds those of such a pool with the largest
//	         residuals: as many as are missing, or for 0 a twentieth of the first
//	         number, up to four times that number;
//	none     changes nothing, not even the points of conditions.
//
// |r_i|² is Σ_m w_m r_m² over the equations, at θ and point i. The soft conditions are drawn
// afresh, by the sampler of the loss; where the problem leaves the number of their points
// open, it follows the number of points of the equations. Data keep their points, and a
// sampler without randomness returns the same ones again. Batches dealt before must not be
// used any more, and what an optimiser remembers of the loss is out of date. Resample panics
// on another method or a negative number.
//
// Wu, Zhu, Tan, Kartha, Lu, CMAME 403 (2023) 115671: RAD, eq. (2); RAR-G, algorithm 1.
// Where r = 0 at all points of the pool the draw is uniform.
func (l *Loss) Resample(method string, points int, k, c float64, theta []float64, rng *rand.Rand) {
	if !slices.Contains(Resamplings(), method) {
		panic("pinn: unknown resampling method")
	}
	if points < 0 {
		panic("pinn: a negative number of points")
	}
	if method == "none" {
		return
	}
	for i, at := range l.places {
		if at.data != nil {
			continue
		}
		if at.faces || method == "uniform" {
			l.redraw(i, l.wanted(i, points), rng)
		} else {
			l.adapt(i, method, points, k, c, theta, rng)
		}
	}
	l.full = all(l.sets)
}

// wanted returns how many points group i has if the equations have the given number of
// points; 0 stands for the present number.
func (l *Loss) wanted(i, interior int) int {
	switch {
	case interior == 0:
		return l.sets[i].pts.N
	case l.places[i].faces:
		return l.places[i].count(l.problem.Box, interior)
	}
	return interior
}

// redraw draws n points of a group afresh. A place that had points before has them again; if
// the sampler finds none this time, the points stay.
func (l *Loss) redraw(i, n int, rng *rand.Rand) {
	if pts, err := l.places[i].sample(l.problem.Box, l.sampler, n, rng); err == nil {
		l.sets[i] = l.newSet(i, shuffled(pts, rng))
	}
}

// adapt draws points of the equations where the residual is large, by rad or rar.
func (l *Loss) adapt(i int, method string, points int, k, c float64, theta []float64, rng *rand.Rand) {
	old, n := l.sets[i].pts, l.wanted(i, points)
	pool, err := l.places[i].sample(l.problem.Box, cube.Uniform{}, max(2*n, min(poolFactor*n, poolMax)), rng)
	if err != nil {
		return
	}
	squares := l.squares(i, pool, theta)
	var pts pde.Points
	if method == "rad" {
		pts = pick(pool, weightedDraw(density(squares, k, c), n, rng))
	} else {
		grow := n - old.N
		if points == 0 {
			grow = min(max(1, l.options.Interior/rarShare), rarMax*l.options.Interior-old.N)
		}
		pts = pick(pool, largest(squares, max(0, grow)))
		pts.X = slices.Concat(old.X, pts.X)
		pts.N += old.N
		pts = shuffled(pts, rng)
	}
	l.sets[i] = l.newSet(i, pts)
}

// density returns |r|^k/mean|r|^k + c for the given |r|². A residual that is not finite
// counts as the largest finite one. The mean is a sum of quotients and not a quotient of a
// sum, which would be rounded otherwise: the points that are drawn depend on its last bit.
func density(squares []float64, k, c float64) []float64 {
	p := make([]float64, len(squares))
	mean, most := 0.0, 0.0
	for i, s := range squares {
		p[i] = math.Pow(s, k/2)
		if !notFinite(p[i]) {
			most = max(most, p[i])
		}
	}
	for i := range p {
		if notFinite(p[i]) {
			p[i] = most
		}
		mean += p[i] / float64(len(p))
	}
	for i := range p {
		if mean > 0 {
			p[i] /= mean
		}
		p[i] += c
		if mean == 0 && c == 0 {
			p[i] = 1
		}
	}
	return p
}

// weightedDraw draws n indices without replacement, as if one after the other, each with
// probability in proportion to the weights that are left: it takes those with the n largest
// ln(u)/w, u uniform in (0, 1].
//
// Efraimidis and Spirakis, Inf. Process. Lett. 97 (2006) 181, algorithm A.
func weightedDraw(weights []float64, n int, rng *rand.Rand) []int {
	keys := make([]float64, len(weights))
	for i, w := range weights {
		keys[i] = math.Log(1-rng.Float64()) / w
		if w == 0 {
			keys[i] = math.Inf(-1)
		}
	}
	return largest(keys, n)
}

// largest returns the indices of the n largest values, in increasing order; among
// equal values the first ones. NaN is smaller than any number.
func largest(values []float64, n int) []int {
	if n == 0 {
		return nil
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	least := sorted[len(sorted)-n]
	ties := n // how many of those equal to least are among the n
	for _, v := range values {
		if cmp.Compare(v, least) > 0 {
			ties--
		}
	}
	index := make([]int, 0, n)
	for i, v := range values {
		c := cmp.Compare(v, least)
		if c == 0 {
			ties--
		}
		if c > 0 || c == 0 && ties >= 0 {
			index = append(index, i)
		}
	}
	return index
}

// pick returns the points with the given indices.
func pick(pts pde.Points, index []int) pde.Points {
	out := pde.Points{N: len(index), D: pts.D}
	for _, i := range index {
		out.X = append(out.X, pts.At(i)...)
	}
	return out
}

// poolSlice is how many points of a pool are evaluated at a time, to bound the memory.
const poolSlice = 1 << 13

// residuals returns the residuals of a group at any points without normals and data columns,
// indexed by output and then by point.
func (l *Loss) residuals(group int, pts pde.Points, theta []float64) [][]float64 {
	rs := make([][]float64, len(l.groups[group].terms))
	for o := range rs {
		rs[o] = make([]float64, pts.N)
	}
	l.at(theta)
	for first := 0; first < pts.N; first += poolSlice {
		n := min(poolSlice, pts.N-first)
		some := pde.Points{N: n, D: pts.D, X: pts.X[first*pts.D : (first+n)*pts.D]}
		s := all([]*pointSet{l.newSet(group, some)})
		l.engine.run(&values{rs, first, s, theta, l.params}, s.tiles)
	}
	return rs
}

// squares returns Σ_m w_m r_m² over the terms of a group, at each of the points.
func (l *Loss) squares(group int, pts pde.Points, theta []float64) []float64 {
	dst := make([]float64, pts.N)
	for o, r := range l.residuals(group, pts, theta) {
		kernel.MulAddC(dst, l.groups[group].weights[o], r, r)
	}
	return dst
}

// values is the job that stores the residuals at a selection of one part in dst, from index
// first on. A unit is a tile.
type values struct {
	dst       [][]float64
	first     int
	selection *selection
	theta     []float64
	params    []float64
}

func (v *values) unit(w *worker, i int) {
	p, number := v.selection.locate(i)
	x := w.forward(p, number, v.theta, v.params, false)
	for o, dst := range v.dst {
		copy(dst[v.first+number*p.cut:], x.residual(o))
	}
}
