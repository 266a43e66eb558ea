package pinn

import (
	"fmt"
	"math"
	"slices"

	"pinn/internal/seam"
	"pinn/pde"
)

// State returns copies of what a Loss has drawn and measured since NewLoss: the
// coordinates and normals of the points of every group, of training and held out,
// and the terms of the last full evaluation. All else follows from these.
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

// pointState is the points of a group; normals are missing where there are none.
func pointState(kind string, group int, pts pde.Points) []seam.Vector {
	return []seam.Vector{
		{Name: fmt.Sprintf("%s/%d/points", kind, group), Values: slices.Clone(pts.X)},
		{Name: fmt.Sprintf("%s/%d/normals", kind, group), Values: slices.Clone(pts.Normals)},
	}
}

// SetState restores what State returned for a Loss of the same problem, network
// and options: both then give the same bits. Batches dealt before are void. It
// returns an error and changes nothing if the vectors are not those of State:
// one missing, too many, a wrong length, coordinates that are not finite, other
// places for data.
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

// restored makes the sets of points of which state begins with the coordinates.
// Data keep theirs.
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

// points are copies of coordinates and normals in d dimensions, if they can be.
func points(d int, x, normals []float64) (pde.Points, error) {
	n := len(x) / d
	if n == 0 || len(x) != n*d {
		return pde.Points{}, fmt.Errorf("must be points in %d dimensions, got %d numbers", d, len(x))
	}
	if len(normals) != 0 && len(normals) != len(x) {
		return pde.Points{}, fmt.Errorf("must have as many components of normals as coordinates, %d, got %d", len(x), len(normals))
	}
	for _, v := range slices.Concat(x, normals) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return pde.Points{}, fmt.Errorf("must be finite, got %g", v)
		}
	}
	pts := pde.Points{N: n, D: d, X: slices.Clone(x)}
	if len(normals) != 0 {
		pts.Normals = slices.Clone(normals)
	}
	return pts, nil
}
