package pinn

import (
	"fmt"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/jet"
)

// Solution is a trained network as a function of the points: u = g + φN at one
// θ. It is not safe for concurrent use, since derivatives of g and φ are added to
// the problem's graph when they are first asked for.
type Solution struct {
	form  form
	theta []float64
}

// NewSolution returns the solution that θ describes, with the lifts that it was
// trained with, one per field. It keeps theta; elements after net.Size() are not
// read. The problem gives the axes, the fields and the graph.
func NewSolution(p *pde.Problem, net *MLP, lifts []Lift, theta []float64) *Solution {
	if net.fields() != len(p.Fields) {
		panic("pinn: network and problem differ in their fields")
	}
	f := form{net: net, lifts: lifts, graph: p.Graph, axes: p.Box.Dim(), fields: len(p.Fields)}
	return &Solution{form: f, theta: theta}
}

// Eval returns the values of the fields, indexed by field and then by point. The
// points may lie outside the domain, where nothing was trained.
func (s *Solution) Eval(pts pde.Points) [][]float64 {
	var ps []expr.Partial
	for f := range s.form.fields {
		ps = append(ps, expr.Partial{Field: f})
	}
	u, err := s.EvalPartials(pts, ps)
	if err != nil {
		panic("pinn: no derivative was asked for") // only derivatives of lifts can fail
	}
	return u
}

// EvalPartials returns the given derivatives of the fields, indexed as ps and then
// by point. It is an error if the derivatives of the hard conditions do not fit
// into the problem's graph.
func (s *Solution) EvalPartials(pts pde.Points, ps []expr.Partial) ([][]float64, error) {
	var needed []expr.Multi
	for _, p := range ps {
		needed = append(needed, p.Order)
	}
	set := jet.NewSet(needed...)
	t, err := newTrial(s.form, set, tileSize(s.form, set, 0, pts.N))
	if err != nil {
		return nil, fmt.Errorf("derivatives of the hard conditions: %w", err)
	}
	out := make([][]float64, len(ps))
	for i := range out {
		out[i] = make([]float64, pts.N)
	}
	u := make([]float64, s.form.fields*t.field())
	walk := newWalk(t, pts)
	for first := 0; first < pts.N; first += t.t {
		t.forward(walk.blocks, t.extent(t.t), s.theta, walk.at(first), u, false)
		for i, p := range ps {
			row := p.Field*set.Len() + set.Index(p.Order)
			copy(out[i][first:], u[row*t.t:][:t.t])
		}
	}
	return out, nil
}

// walk goes through points tile by tile.
type walk struct {
	blocks  *blocks
	fill    *filler
	set     *pointSet
	coords  []float64
	statics []float64
}

func newWalk(t *trial, pts pde.Points) *walk {
	pts.Normals = nil
	return &walk{
		blocks:  newBlocks(t, make([]float64, t.size())),
		fill:    newFiller(t, nil),
		set:     &pointSet{group: &group{trial: t}, pts: pts},
		coords:  make([]float64, pts.D*t.t),
		statics: make([]float64, t.static*t.t),
	}
}

// at returns the statics of the tile that starts at a point.
func (w *walk) at(first int) []float64 {
	w.set.coordinates(w.coords, first)
	w.fill.fill(w.statics, w.coords)
	return w.statics
}
