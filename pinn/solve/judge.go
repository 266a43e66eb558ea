package solve

import (
	"math"

	"pinn/pde"
	"pinn/pde/judging"
	"pinn/pinn/solve/statement"
)

// Judged holds the answer and, where it is known, the truth at the points on which the
// answer is judged.
type Judged struct {
	Points pde.Points
	Kind   string      // of the points: "even", "sobol" or "file"
	U      [][]float64 // the answer, by field and then by point
	Truth  [][]float64 // the same; nil, or nil rows, where the truth is not known
}

// Judge evaluates an answer where the truth of the statement asks for it, or on the
// judging grid of the domain. eval returns the fields at points, by field and then by
// point.
func Judge(st *statement.Statement, eval func(pde.Points) [][]float64) Judged {
	box := st.Problem.Box
	j := Judged{Kind: "even"}
	if box.JudgingCounts() == nil {
		j.Kind = "sobol"
	}
	if st.Truth == nil {
		j.Points = box.JudgingGrid()
	} else {
		j.Points = st.Truth.Where()
		j.Truth = st.Truth.At(j.Points)
		if !st.Truth.Free() {
			j.Kind = "file"
		}
	}
	j.U = eval(j.Points)
	return j
}

// Errors returns the relative L2 error and the largest absolute error of every field
// with a truth, and of all of these together under the name "all"; nil without a truth.
func (j Judged) Errors(fields []string) (relL2, maxAbs map[string]float64) {
	if j.Truth == nil {
		return nil, nil
	}
	e := judging.Judge(j.U, j.Truth)
	relL2, maxAbs = map[string]float64{"all": e.AllRelL2}, map[string]float64{"all": e.AllMaxAbs}
	for f, name := range fields {
		if e.Known[f] {
			relL2[name], maxAbs[name] = e.RelL2[f], e.MaxAbs[f]
		}
	}
	return relL2, maxAbs
}

// Finite reports whether the answer is finite at every point.
func (j Judged) Finite() bool {
	for _, column := range j.U {
		for _, v := range column {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}
