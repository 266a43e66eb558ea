package pinn

import (
	"fmt"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/hard"
	"pinn/pinn/jet"
)

// Solution is a trained network as a function of the points: u = g + φN at one θ, with the
// answer of a base added if there is one. It is not safe for concurrent use, since it adds
// derivatives of g and φ to the problem's graph when they are first needed.
type Solution struct {
	form  form
	theta []float64
}

// NewSolution returns the solution at θ of a network with the lifts that it was trained
// with, one per field. It keeps theta, of which it reads the first net.Size() elements. Of
// the problem it takes the axes, the fields and the graph. A network that was trained with
// LossOptions.Base needs Upon, too.
func NewSolution(p *pde.Problem, net *MLP, lifts []hard.Lift, theta []float64) *Solution {
	if net.fields() != len(p.Fields) {
		panic("pinn: network and problem differ in their fields")
	}
	f := form{net: net, lifts: lifts, graph: p.Graph, axes: p.Box.Dim(), fields: len(p.Fields)}
	return &Solution{form: f, theta: theta}
}

// Upon returns the solution with the answer of a base added, as in a loss with
// LossOptions.Base; nil adds nothing.
func (s *Solution) Upon(b *Base) *Solution {
	f := s.form
	f.base = b
	return &Solution{form: f, theta: s.theta}
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

// EvalPartials returns the given derivatives of the fields, indexed as ps and then by point.
// It is an error if the derivatives of g and φ do not fit into the problem's graph.
func (s *Solution) EvalPartials(pts pde.Points, ps []expr.Partial) ([][]float64, error) {
	var needed []expr.Multi
	for _, p := range ps {
		needed = append(needed, p.Order)
	}
	set := jet.NewSet(needed...)
	t, err := newAnsatz(s.form, set, tileSize(s.form, set, 0, pts.N))
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

// walk computes the statics of points, one tile after the other.
type walk struct {
	blocks  *blocks
	fill    *filler
	set     *pointSet
	coords  []float64
	statics []float64
}

// newWalk returns a walk through the points for an ansatz.
func newWalk(t *ansatz, pts pde.Points) *walk {
	pts.Normals = nil
	return &walk{
		blocks:  newBlocks(t, make([]float64, t.size())),
		fill:    newFiller(t, nil),
		set:     &pointSet{group: &group{ansatz: t}, pts: pts},
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

// Marched is a solution in slabs of time, one part for each. Part k holds up to the time
// Ends[k] and the last part beyond its end, too. A solution without slabs is one part.
type Marched struct {
	Time  int // index of the axis
	Ends  []float64
	Parts []*Solution
}

// Eval returns the values of the fields, indexed by field and then by point.
func (m Marched) Eval(pts pde.Points) [][]float64 {
	u, err := m.each(pts, m.Parts[0].form.fields, func(s *Solution, pts pde.Points) ([][]float64, error) { return s.Eval(pts), nil })
	if err != nil {
		panic("pinn: values cannot fail")
	}
	return u
}

// EvalPartials returns the given derivatives of the fields, indexed as ps and then by
// point. The error is that of Solution.EvalPartials.
func (m Marched) EvalPartials(pts pde.Points, ps []expr.Partial) ([][]float64, error) {
	return m.each(pts, len(ps), func(s *Solution, pts pde.Points) ([][]float64, error) { return s.EvalPartials(pts, ps) })
}

// each returns n columns of values at the points, from each part at the points of its slab.
func (m Marched) each(pts pde.Points, n int, eval func(s *Solution, pts pde.Points) ([][]float64, error)) ([][]float64, error) {
	if len(m.Parts) == 1 {
		return eval(m.Parts[0], pts)
	}
	where := make([][]int, len(m.Parts)) // the points of each part
	for i := range pts.N {
		k := 0
		for t := pts.At(i)[m.Time]; k < len(m.Parts)-1 && t > m.Ends[k]; {
			k++
		}
		where[k] = append(where[k], i)
	}
	u := make([][]float64, n)
	for f := range u {
		u[f] = make([]float64, pts.N)
	}
	for k, part := range m.Parts {
		if len(where[k]) == 0 {
			continue
		}
		some := pde.Points{N: len(where[k]), D: pts.D}
		for _, i := range where[k] {
			some.X = append(some.X, pts.At(i)...)
		}
		columns, err := eval(part, some)
		if err != nil {
			return nil, err
		}
		for f, column := range columns {
			for j, i := range where[k] {
				u[f][i] = column[j]
			}
		}
	}
	return u, nil
}
