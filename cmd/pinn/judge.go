package main

import (
	"math"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/pde"
	"pinn/pde/judging"
)

// judgement holds the answer and, where it is known, the truth at the points
// on which the answer is judged.
type judgement struct {
	points pde.Points
	kind   string      // "even", "sobol" or "file"
	u      [][]float64 // by field, then by point
	truth  [][]float64 // the same; nil rows, or nil, where the truth is not known
}

// judge evaluates the answer where the truth asks for it, or on the judging grid
// of the domain.
func judge(p *pde.Problem, truth judging.Truth, eval func(pde.Points) [][]float64) judgement {
	j := judgement{kind: "even"}
	if p.Box.JudgingCounts() == nil {
		j.kind = "sobol"
	}
	if truth == nil {
		j.points = p.Box.JudgingGrid()
	} else {
		j.points = truth.Where()
		j.truth = truth.At(j.points)
		if !truth.Free() {
			j.kind = "file"
		}
	}
	j.u = eval(j.points)
	return j
}

// figures returns the relative L2 error and the largest absolute error of every
// field with a truth, and of all these fields together.
func (j judgement) figures(fields []string) (rel, abs rundir.Figures) {
	if j.truth == nil {
		return nil, nil
	}
	e := judging.Judge(j.u, j.truth)
	for f, name := range fields {
		if e.Known[f] {
			rel.Set(name, e.RelL2[f])
			abs.Set(name, e.MaxAbs[f])
		}
	}
	rel.Set("all", e.AllRelL2)
	abs.Set("all", e.AllMaxAbs)
	return rel, abs
}

// finite reports whether the answer is finite at every point.
func (j judgement) finite() bool {
	for _, column := range j.u {
		for _, v := range column {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

// solution is the answer as the table solution.csv: axes, then fields. A zero has no
// sign there.
func (j judgement) solution(p *pde.Problem) *rundir.Table {
	t := &rundir.Table{}
	for i, a := range p.Box.Axes {
		column := make([]float64, j.points.N)
		for k := range column {
			column[k] = unsigned(j.points.At(k)[i])
		}
		t.Add(a.Name, column)
	}
	for f, name := range p.Fields {
		column := make([]float64, j.points.N)
		for k := range column {
			column[k] = unsigned(j.u[f][k])
		}
		t.Add(name, column)
	}
	return t
}

// unsigned returns v, and 0 for −0.
func unsigned(v float64) float64 {
	if v == 0 {
		return 0
	}
	return v
}

// grid describes the points for run.json.
func (j judgement) grid(st *statement) *rundir.Grid {
	g := &rundir.Grid{Kind: j.kind, Points: j.points.N}
	for _, a := range st.problem.Box.Axes {
		g.Axes = append(g.Axes, a.Name)
	}
	switch j.kind {
	case "even":
		g.PerAxis = st.problem.Box.JudgingCounts()
	case "file":
		g.File = st.spec.Reference.File.Value
	}
	return g
}
