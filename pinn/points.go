package pinn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"pinn/internal/seam"
	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
)

// place says where the points of a group come from: they are drawn from the interior or
// from the pieces of a condition, or they are those of a data set.
type place struct {
	name   string
	pieces []pde.Piece
	points int // how many of them to draw; 0 for a default, see count
	data   *pde.Data
	faces  bool // points lie on pieces, not in the interior
	normal bool // the residual reads the normal, which every point must have
}

// compile makes the groups, their places and the terms of the loss: the equations, then
// each soft condition, then each data set.
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

// addGroup appends the group of some residuals that share the points of a place.
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

// minFace is the smallest default number of points on a piece of a soft condition.
const minFace = 64

// count returns how many points the place gets if the interior has the given number. Pieces
// that are single points get one each. Other pieces get the number that the problem asks
// for, or a tenth of the interior but at least 64 for each piece.
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

// columns returns the values of the data columns, nil if the place is not of data.
func (at place) columns() [][]float64 {
	if at.data == nil {
		return nil
	}
	return at.data.Columns
}

// shuffled returns the points in a random order. Samplers that spread their points evenly,
// and grids, return them in an order of which consecutive pieces are more alike, or less,
// than random ones; ChunkStats needs random ones.
func shuffled(pts pde.Points, rng *rand.Rand) pde.Points {
	out := pde.Points{N: pts.N, D: pts.D}
	for _, i := range rng.Perm(pts.N) {
		out.X = append(out.X, pts.At(i)...)
		out.Normals = append(out.Normals, pts.Normal(i)...)
	}
	return out
}

// draw draws the points of training and the held-out ones. Data have one set for both.
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

// newSet returns the given points as a set of group i.
func (l *Loss) newSet(i int, pts pde.Points) *pointSet {
	return l.groups[i].newSet(pts, l.places[i].columns(), l.options.Threads)
}

// Points returns the number of points of all groups; equations share theirs.
func (l *Loss) Points() int {
	n := 0
	for _, s := range l.sets {
		n += s.pts.N
	}
	return n
}

// InteriorPoints returns the present number of points of the equations, 0 without
// equations.
func (l *Loss) InteriorPoints() int { return l.Interior().N }

// Interior returns the present points of the equations, none without equations.
func (l *Loss) Interior() pde.Points {
	if len(l.problem.Equations) == 0 {
		return pde.Points{D: l.problem.Box.Dim()}
	}
	return l.sets[0].pts
}

// State returns copies of all that changes in a Loss after NewLoss: the terms of the last
// evaluation over all points, and the coordinates and normals of the points of every group,
// those of training and the held-out ones.
func (l *Loss) State() []seam.Vector {
	state := []seam.Vector{{Name: "terms", Values: slices.Clone(l.terms)}}
	for i, s := range l.sets {
		state = append(state, pointState("training", i, s.pts)...)
	}
	for i, s := range l.held {
		state = append(state, pointState("held-out", i, s.pts)...)
	}
	return state
}

// pointState returns the points of a group as two vectors; the second is empty if they have
// no normals.
func pointState(kind string, group int, pts pde.Points) []seam.Vector {
	return []seam.Vector{
		{Name: fmt.Sprintf("%s/%d/points", kind, group), Values: slices.Clone(pts.X)},
		{Name: fmt.Sprintf("%s/%d/normals", kind, group), Values: slices.Clone(pts.Normals)},
	}
}

// SetState restores what State returned for a Loss of the same problem, network and
// options; both Losses then give the same bits. Batches dealt before must not be used any
// more. If the vectors are not such a state, SetState changes nothing and returns an error:
// a vector is missing or has a wrong length or name, coordinates are not finite, or data lie
// elsewhere.
func (l *Loss) SetState(state []seam.Vector) error {
	if want := 1 + 2*len(l.sets) + 2*len(l.held); len(state) != want {
		return fmt.Errorf("points: must have %d vectors, got %d", want, len(state))
	}
	if state[0].Name != "terms" || len(state[0].Values) != len(l.terms) {
		return fmt.Errorf("points: must have terms of length %d first, got %s of length %d", len(l.terms), state[0].Name, len(state[0].Values))
	}
	sets, err := l.restored("training", l.sets, state[1:])
	if err != nil {
		return err
	}
	held, err := l.restored("held-out", l.held, state[1+2*len(l.sets):])
	if err != nil {
		return err
	}
	copy(l.terms, state[0].Values)
	l.sets, l.held = sets, held
	l.full, l.heldOut = all(sets), all(held)
	return nil
}

// restored returns sets of the points with which state begins, two vectors for each of the
// old sets.
func (l *Loss) restored(kind string, old []*pointSet, state []seam.Vector) ([]*pointSet, error) {
	var sets []*pointSet
	for i, s := range old {
		x, normals := state[2*i], state[2*i+1]
		like := pointState(kind, i, s.pts)
		if x.Name != like[0].Name || normals.Name != like[1].Name {
			return nil, fmt.Errorf("points: must have %s and %s next, got %s and %s", like[0].Name, like[1].Name, x.Name, normals.Name)
		}
		pts, err := points(s.pts.D, x.Values, normals.Values)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.Name, err)
		}
		at := l.places[i]
		if at.data != nil && !slices.Equal(pts.X, s.pts.X) {
			return nil, fmt.Errorf("%s: must be those of the data", x.Name)
		}
		if at.normal && pts.MissingNormal() >= 0 {
			return nil, fmt.Errorf("%s: a point has no normal", normals.Name)
		}
		sets = append(sets, l.newSet(i, pts))
	}
	return sets, nil
}

// points returns copies of coordinates and normals as points in d dimensions, or says what
// is wrong with them.
func points(d int, x, normals []float64) (pde.Points, error) {
	n := len(x) / d
	if n == 0 || len(x) != n*d {
		return pde.Points{}, fmt.Errorf("must be points in %d dimensions, got %d numbers", d, len(x))
	}
	if len(normals) != 0 && len(normals) != len(x) {
		return pde.Points{}, fmt.Errorf("must have as many components of normals as coordinates, %d, got %d", len(x), len(normals))
	}
	for _, v := range slices.Concat(x, normals) {
		if notFinite(v) {
			return pde.Points{}, fmt.Errorf("must be finite, got %g", v)
		}
	}
	pts := pde.Points{N: n, D: d, X: slices.Clone(x)}
	if len(normals) != 0 {
		pts.Normals = slices.Clone(normals)
	}
	return pts, nil
}
