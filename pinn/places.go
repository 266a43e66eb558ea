package pinn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
)

// place says where the points of a group come from: the interior, the pieces of
// a condition, or a data set, whose points are given.
type place struct {
	name   string
	pieces []pde.Piece
	points int // how many of them to draw; 0 chooses
	data   *pde.Data
	faces  bool // points on pieces, not in the interior
	normal bool // every point needs a normal
}

// compile makes the groups: the equations, then each soft condition, then each
// data set.
func (l *Loss) compile(f form, soft []int) error {
	p := l.problem
	l.names = TermNames(p, soft)
	names := l.names[len(p.Equations):]
	var rs []*expr.Expr
	var weights []float64
	for _, e := range p.Equations {
		rs, weights = append(rs, e.Residual), append(weights, e.Weight)
	}
	if len(rs) > 0 {
		at := place{name: "equations", points: l.options.Interior}
		if err := l.addGroup(f, at, 0, rs, weights); err != nil {
			return err
		}
	}
	for k, i := range soft {
		c := p.Conditions[i]
		at := place{name: names[k], pieces: c.Pieces, points: c.Points, faces: true, normal: c.NeedsNormal()}
		if err := l.addGroup(f, at, 0, []*expr.Expr{c.Residual}, []float64{c.Weight}); err != nil {
			return err
		}
	}
	for i := range p.Data {
		d := &p.Data[i]
		at := place{name: names[len(soft)+i], data: d, points: d.Points.N}
		if err := l.addGroup(f, at, len(d.Columns), []*expr.Expr{d.Residual}, []float64{d.Weight}); err != nil {
			return err
		}
	}
	return nil
}

// TermNames returns the names of the terms of the loss: the equations, the conditions
// with the indices soft, the data sets, each in their order in the problem. A term
// without a name is called by its kind and index, such as data[0]; where two would have
// the same name, the later one has its kind and index appended in brackets.
func TermNames(p *pde.Problem, soft []int) (names []string) {
	add := func(name, kind string, i int) {
		if name == "" {
			name = fmt.Sprintf("%s[%d]", kind, i)
		}
		if slices.Contains(names, name) {
			name = fmt.Sprintf("%s (%s[%d])", name, kind, i)
		}
		names = append(names, name)
	}
	for i, e := range p.Equations {
		add(e.Name, "equation", i)
	}
	for _, i := range soft {
		add(p.Conditions[i].Name, "condition", i)
	}
	for i, d := range p.Data {
		add(d.Name, "data", i)
	}
	return names
}

func (l *Loss) addGroup(f form, at place, columns int, rs []*expr.Expr, weights []float64) error {
	n := at.count(l.problem.Box, l.options.Interior)
	g, err := newGroup(l.problem, f, rs, weights, len(l.weights), columns, l.options, n)
	if err != nil {
		return fmt.Errorf("%s: %w", at.name, err)
	}
	g.id = len(l.groups)
	l.groups, l.places = append(l.groups, g), append(l.places, at)
	l.weights = append(l.weights, weights...)
	return nil
}

// minFace is the smallest default number of points of a soft condition.
const minFace = 64

// count returns how many points the group gets beside the given number in the
// interior: what was asked for, or a tenth of the interior but at least 64 on
// each piece, or one for each point if every piece is one.
func (at place) count(box pde.Box, interior int) int {
	if !at.faces {
		return at.points
	}
	single := true
	for _, p := range at.pieces {
		single = single && p.Boundary == "" && len(p.Fixed) == box.Dim()
	}
	switch {
	case single:
		return len(at.pieces)
	case at.points > 0:
		return at.points
	}
	return max(minFace*len(at.pieces), interior/10)
}

// sample draws n points of the place.
func (at place) sample(box pde.Box, s cube.Sampler, n int, rng *rand.Rand) (pde.Points, error) {
	switch {
	case at.data != nil:
		return at.data.Points, nil
	case !at.faces:
		return box.Sample(s, n, rng)
	}
	pts, err := box.SampleOn(at.pieces, s, n, rng)
	if err != nil {
		return pts, fmt.Errorf("%s: %w", at.name, err)
	}
	if i := pts.MissingNormal(); at.normal && i >= 0 {
		return pts, fmt.Errorf("%s: no normal at %v: the domain lies on both sides", at.name, pts.At(i))
	}
	return pts, nil
}

// columns returns the values of the data columns, nil for other places.
func (at place) columns() [][]float64 {
	if at.data == nil {
		return nil
	}
	return at.data.Columns
}

// shuffled returns the points in a random order: samplers that spread their points
// evenly, and grids, have an order, and pieces that are cut from it are more alike, or
// less, than by chance.
func shuffled(pts pde.Points, rng *rand.Rand) pde.Points {
	out := pde.Points{N: pts.N, D: pts.D}
	for _, i := range rng.Perm(pts.N) {
		out.X = append(out.X, pts.At(i)...)
		out.Normals = append(out.Normals, pts.Normal(i)...)
	}
	return out
}

// draw draws the points of training and the held-out ones.
func (l *Loss) draw() error {
	o := l.options
	uniform, _ := cube.New("uniform")
	for i, at := range l.places {
		box := l.problem.Box
		pts, err := at.sample(box, l.sampler, at.count(box, o.Interior), stream(o.Seed, streamPoints, i))
		if err != nil {
			return err
		}
		if at.data == nil {
			pts = shuffled(pts, stream(o.Seed, streamOrder, i))
		}
		set := l.newSet(i, pts)
		l.sets = append(l.sets, set)
		if at.data == nil {
			n := at.count(box, o.HeldOut)
			if !at.faces {
				n = o.HeldOut
			}
			if pts, err = at.sample(box, uniform, n, stream(o.Seed, streamHeldOut, i)); err != nil {
				return err
			}
			set = l.newSet(i, pts)
		}
		l.held = append(l.held, set)
	}
	l.full, l.heldOut = all(l.sets), all(l.held)
	return nil
}

// newSet makes the set of points of group i, with its data columns if it is of data.
func (l *Loss) newSet(i int, pts pde.Points) *pointSet {
	return l.groups[i].newSet(pts, l.places[i].columns(), l.options.Threads)
}

// Points returns the number of points that the loss is a mean over: those of all
// its terms, where equations share theirs.
func (l *Loss) Points() int {
	n := 0
	for _, s := range l.sets {
		n += s.pts.N
	}
	return n
}

// InteriorPoints returns the number of points of the equations at the moment, 0 if
// there are only data.
func (l *Loss) InteriorPoints() int { return l.Interior().N }

// Interior returns the points of the equations at the moment; none if there are
// only data.
func (l *Loss) Interior() pde.Points {
	if len(l.problem.Equations) == 0 {
		return pde.Points{D: l.problem.Box.Dim()}
	}
	return l.sets[0].pts
}
