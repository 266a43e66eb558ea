package pinn

import (
	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/jet"
)

// group is the statements that share their points: all equations in the interior, one soft
// condition, or one data set. It is immutable and does not hold the points.
type group struct {
	id      int // its place among the groups of the loss
	ansatz  *ansatz
	program *expr.Program // one output per statement
	terms   []int         // the loss term of each output
	weights []float64     // w_m of each output
	coords  int           // rows of a tile's coordinates: axes, normals, data columns
	rows    int           // rows of a tile's statics
}

// newGroup compiles residuals that share about so many points. Their loss terms are
// numbered from first on; columns is the number of data columns that they read.
func newGroup(p *pde.Problem, f form, rs []*expr.Expr, weights []float64, first, columns int, o LossOptions, points int) (*group, error) {
	var needed []expr.Multi
	for _, r := range rs {
		for _, q := range r.Partials() {
			needed = append(needed, q.Order)
		}
	}
	set := jet.NewSet(needed...)
	t, err := newAnsatz(f, set, tileSize(f, set, o.CacheBytes, points))
	if err != nil {
		return nil, err
	}
	g := &group{ansatz: t, weights: weights, coords: 2*p.Box.Dim() + columns}
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

// partials lists the components of the fields in the order in which an ansatz
// stores them: field by field, and within a field in the order of the set.
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
	// cacheBytes is the default of LossOptions.CacheBytes: the size of a second-level cache.
	cacheBytes = 1 << 20
	// Tiles have goodTile points even where these fill the cache up to four times: smaller
	// ones cost more in calls than they gain in the cache. Tiles of more than maxTile points
	// gain nothing, and threads share them less evenly.
	maxTile, goodTile, minTile = 120, 96, 8
	// Rows whose distance is a multiple of pageSpan numbers fall on the same few sets of the
	// first-level cache and push one another out.
	pageSpan = 256
)

// tileSize returns the number of points of a tile, a multiple of 8, such that the memory
// of one evaluation fits into the given bytes, 0 for cacheBytes. It is about a quarter of
// the points at most, so that there are four tiles: ChunkStats compares their sums.
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

// pointSet is points of a group with their statics, tile after tile: those of tile i are
// block[i·rows·T : (i+1)·rows·T]. The last tile is filled up with copies of the last point.
type pointSet struct {
	*group
	pts     pde.Points
	columns [][]float64
	tiles   int
	block   []float64
}

// newSet computes the statics of points on so many threads; columns holds the values of the
// data columns at the points.
func (g *group) newSet(pts pde.Points, columns [][]float64, threads int) *pointSet {
	t := g.ansatz.t
	s := &pointSet{group: g, pts: pts, columns: columns, tiles: (pts.N + t - 1) / t}
	s.block = make([]float64, s.tiles*g.rows*t)
	share(threads, s.tiles, func() func(i int) {
		fill := newFiller(g.ansatz, g.program)
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
	n := s.rows * s.ansatz.t
	return s.block[i*n : (i+1)*n]
}

// coordinates stores the rows of coordinates, normals and data columns of the tile that
// starts at the given point.
func (s *pointSet) coordinates(dst []float64, first int) {
	t, d := s.ansatz.t, s.pts.D
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

// gather stores in dst the statics of the points of index as one tile: they are its first
// points, followed by copies of the last one up to the next multiple of 8.
func (s *pointSet) gather(dst []float64, index []int32) {
	t := s.ansatz.t
	for j := range s.ansatz.extent(len(index)).n {
		i := int(index[min(j, len(index)-1)])
		from := s.tile(i / t)[i%t:]
		for r := range s.rows {
			dst[r*t+j] = from[r*t]
		}
	}
}

// filler computes the statics of tiles: what depends on the place alone in an ansatz
// and in the residual program that reads it. It has memory of its own, so that every
// goroutine needs one.
type filler struct {
	ansatz  *ansatz
	program *expr.Program // of the residuals, nil if there are none
	tapes   []*expr.Tape  // one per lift
	scratch []float64     // statics of the program of a lift
	below   *below        // nil without a frozen solution
}

// newFiller returns a filler for an ansatz and the residuals that read it, if any.
func newFiller(t *ansatz, program *expr.Program) *filler {
	f := &filler{ansatz: t, program: program, below: newBelow(t.base)}
	most := 0
	for _, l := range t.lifts {
		f.tapes = append(f.tapes, l.program.NewTape(t.t))
		most = max(most, l.program.Statics())
	}
	f.scratch = make([]float64, most*t.t)
	return f
}

// fill stores the statics of one tile in dst. coords has a row of t numbers per axis, per
// component of the normal and per data column; the last two may be missing if no residual
// reads them.
func (f *filler) fill(dst, coords []float64) {
	t := f.ansatz
	c := t.set.Len()
	mirrors, images := t.net.spec.Mirrors, t.fold.images
	for i, in := range t.net.inputs {
		x := coords[in.axis*t.t:][:t.t]
		for m := range images {
			for a, alpha := range t.set.All() {
				to := dst[((i*images+m)*c+a)*t.t:][:t.t]
				for p := range to {
					to[p] = in.component(alpha, image(mirrors, m, in.axis, in.mid, x[p]))
				}
			}
		}
	}
	if f.below != nil {
		f.below.components(dst[t.base.first*t.t:], coords)
	}
	for i, l := range t.lifts {
		l.program.FillStatics(f.scratch, t.t, coords, t.t, t.t)
		l.program.Forward(f.tapes[i], t.t, f.scratch, nil, nil)
		for o := range l.outs {
			copy(dst[(l.base+o)*t.t:][:t.t], f.tapes[i].Out(o))
		}
	}
	if f.program != nil {
		f.program.FillStatics(dst[t.static*t.t:], t.t, coords, t.t, t.t)
	}
}

// TermPoints returns, for each of the loss's own terms, the number of points of its mean.
func (l *Loss) TermPoints() []int {
	n := make([]int, len(l.names))
	for i, g := range l.groups {
		for _, term := range g.terms {
			n[term] = l.sets[i].pts.N
		}
	}
	return n
}

// Group describes the points that some terms share.
type Group struct {
	Points   int   // N
	Partials int   // C, the components ∂^α u carried at each
	Tile     int   // points of a full tile
	Terms    []int // the loss's own terms that have these points
}

// Groups returns the groups of points: first that of the equations, if there are any, then
// those of the soft conditions, then those of the data.
func (l *Loss) Groups() []Group {
	gs := make([]Group, len(l.groups))
	for i, g := range l.groups {
		gs[i] = Group{l.sets[i].pts.N, g.ansatz.set.Len(), g.ansatz.t, g.terms}
	}
	return gs
}
