package pinn

import (
	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/jet"
)

// group is a kind of point and the statements that hold there: all equations in
// the interior, one soft condition, or one data set. It is immutable.
type group struct {
	id      int // its place among the groups of the loss
	trial   *trial
	program *expr.Program // one output per statement
	terms   []int         // the loss term of each output
	weights []float64     // w_m of each output
	coords  int           // rows of the coordinate block: axes, normals, columns
	rows    int           // rows of a tile's statics
}

// newGroup compiles residuals that share their points. Terms are numbered from
// first on.
func newGroup(p *pde.Problem, f form, rs []*expr.Expr, weights []float64, first, columns int, o LossOptions, points int) (*group, error) {
	var needed []expr.Multi
	for _, r := range rs {
		for _, q := range r.Partials() {
			needed = append(needed, q.Order)
		}
	}
	set := jet.NewSet(needed...)
	t, err := newTrial(f, set, tileSize(f, set, o.CacheBytes, points))
	if err != nil {
		return nil, err
	}
	g := &group{trial: t, weights: weights, coords: 2*p.Box.Dim() + columns}
	for i := range rs {
		g.terms = append(g.terms, first+i)
	}
	g.program = expr.Compile(rs, expr.Layout{
		Partials: partials(f.fields, set),
		Params:   len(p.Params),
		Columns:  columns,
		Axes:     p.Box.Dim(),
	})
	g.rows = t.static + g.program.Statics()
	return g, nil
}

// partials lists the rows of a block of components: field by field, and within
// a field in the order of the set.
func partials(fields int, set *jet.Set) []expr.Partial {
	var ps []expr.Partial
	for f := range fields {
		for _, alpha := range set.All() {
			ps = append(ps, expr.Partial{Field: f, Order: alpha})
		}
	}
	return ps
}

const (
	// cacheBytes is the default of LossOptions.CacheBytes: a second-level cache.
	cacheBytes = 1 << 20
	// Tiles of fewer than goodTile points cost more in calls than they gain in the
	// cache, until they fill it fourfold; those of more than maxTile gain nothing,
	// and share out less evenly.
	maxTile, goodTile, minTile = 120, 96, 8
	// Rows that are a multiple of pageSpan apart fall on the same few sets of the
	// first-level cache and push one another out.
	pageSpan = 256
)

// tileSize returns the number of points of a tile, a multiple of 8, such that
// what one evaluation touches again and again fits into the given bytes, and about a
// quarter of the points at most: the sums of four tiles show how far the points
// differ; see ChunkStats.
func tileSize(f form, set *jet.Set, bytes, points int) int {
	if bytes == 0 {
		bytes = cacheBytes
	}
	units := len(f.net.inputs) + 2*f.fields + 2*f.net.width()
	for _, n := range f.net.nets {
		for _, l := range n.layers[:len(n.layers)-1] {
			units += kept(jet.Fuse(f.net.activation, set, maxTile) != nil) * l.out
		}
	}
	components := set.Len() << len(f.net.spec.Mirrors)
	fit := bytes / (8 * units * components)
	fit = max(fit, min(4*fit, goodTile))
	t := max(minTile, min(fit, maxTile, (points+3)/4+7)&^7)
	if t*components%pageSpan == 0 && t > minTile {
		t -= 8
	}
	return t
}

// pointSet is the points of a group with their statics, tile-major: tile i is
// block[i·rows·T : (i+1)·rows·T], the last one filled up with copies of the last
// point.
type pointSet struct {
	*group
	pts     pde.Points
	columns [][]float64
	tiles   int
	block   []float64
}

// newSet computes the statics of the points on so many threads, tile by tile; columns
// holds the values of the data columns there.
func (g *group) newSet(pts pde.Points, columns [][]float64, threads int) *pointSet {
	t := g.trial.t
	s := &pointSet{group: g, pts: pts, columns: columns, tiles: (pts.N + t - 1) / t}
	s.block = make([]float64, s.tiles*g.rows*t)
	share(threads, s.tiles, func() func(i int) {
		fill := newFiller(g.trial, g.program)
		coords := make([]float64, g.coords*t)
		return func(i int) {
			s.coordinates(coords, i*t)
			fill.fill(s.tile(i), coords)
		}
	})
	return s
}

// tile returns the statics of tile i.
func (s *pointSet) tile(i int) []float64 {
	n := s.rows * s.trial.t
	return s.block[i*n : (i+1)*n]
}

// coordinates stores the coordinate block of the tile that starts at a point.
func (s *pointSet) coordinates(dst []float64, first int) {
	t, d := s.trial.t, s.pts.D
	for j := range t {
		i := min(first+j, s.pts.N-1)
		for a, v := range s.pts.At(i) {
			dst[a*t+j] = v
		}
		for a, v := range s.pts.Normal(i) {
			dst[(d+a)*t+j] = v
		}
		for k, column := range s.columns {
			dst[(2*d+k)*t+j] = column[i]
		}
	}
}

// gather stores in dst the statics of the points of index, at the front of a tile
// and followed by copies of the last up to the next multiple of 8.
func (s *pointSet) gather(dst []float64, index []int32) {
	t := s.trial.t
	for j := range s.trial.extent(len(index)).n {
		i := int(index[min(j, len(index)-1)])
		from := s.tile(i / t)[i%t:]
		for r := range s.rows {
			dst[r*t+j] = from[r*t]
		}
	}
}
