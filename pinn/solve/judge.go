package solve

import (
	"math"

	"pinn/pde"
	"pinn/pde/judging"
	"pinn/pinn/solve/setup"
)

// Judged holds the answer and, where it is known, the truth at the points on which the
// answer is judged.
type Judged struct {
	Points pde.Points
	Kind   string      // of the points: "even", "sobol" or "file"
	U      [][]float64 // the answer, by field and then by point
	Truth  [][]float64 // the same; nil, or nil rows, where the truth is not known
}

// Judge evaluates an answer where the truth of the problem asks for it, or on the
// judging grid of the domain. eval returns the fields at points, by field and then by
// point.
func Judge(st *setup.Setup, eval func(pde.Points) [][]float64) Judged {
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

// Stage is what was reached with one of two networks that are trained one upon the
// other: the figures are those of the sum of all up to it. Maps hold a number per field
// and one for all of them under "all".
type Stage struct {
	Parameters    int     // weights and biases of its network
	HeldOut       float64 // loss
	RelL2, MaxAbs map[string]float64
	Estimate      map[string]float64 // of RelL2, made without the truth; NaN where nothing is known

	// Of the second stage only.
	Modes  []int              // per axis, up to which the inputs of its network go
	Scale  []float64          // per field, of its network
	Change map[string]float64 // by which it changed the answer, relative to it, as RelL2
	Fall   float64            // the factor ρ by which it lowered the root of the held-out loss
}

// MostFall is the fall of the residuals above which a second stage tells nothing of the
// error: on problems whose first stage ends where rounding does, the estimate is up to
// 50 times too small or too large; up to 0.7 it is right to a factor of 3.
const MostFall = 0.9

// estimate judges the stages of a run by one another, without the truth. With the
// correction c = u − u₁ and the factor ρ by which it lowered the residuals, the root
// of the held-out losses' ratio, the errors are taken to be
//
//	first stage  |c|/(1 − ρ)     answer  ρ·|c|/(1 − ρ)
//
// relative to |u|: if the error fell by the same factor as the residuals and kept its
// shape, that is exact. Where its shape changes, (1 − ρ) is the cautious choice,
// √(1 − ρ²) belonging to parts that have nothing in common. A smooth part of an error
// hides behind small residuals; it falls less than they do. Where the residuals hardly
// fell, ρ > MostFall, nothing is known, and the estimates are NaN.
type estimate struct {
	change judging.Errors // |c|, relative to u
	fall   float64        // ρ
}

// newEstimate compares the answer u with that of the first stage, by their held-out
// losses too.
func newEstimate(heldOut, before float64, u, first [][]float64) estimate {
	return estimate{judging.Judge(first, u), math.Sqrt(heldOut / before)}
}

// answer and first return the estimated errors of an error's change.
func (e estimate) answer(change float64) float64 { return e.fall * e.first(change) }

func (e estimate) first(change float64) float64 {
	if !(e.fall <= MostFall) {
		return math.NaN()
	}
	return change / (1 - e.fall)
}

// figures applies one of the above to every field and to all together.
func (e estimate) figures(fields []string, of func(change float64) float64) map[string]float64 {
	figures := map[string]float64{"all": of(e.change.AllRelL2)}
	for f, name := range fields {
		figures[name] = of(e.change.RelL2[f])
	}
	return figures
}

// stagesOf returns what each of two stages reached; nil for one, and in slabs of time,
// each of which begins where both stages of the one before ended. j and heldOut are of
// the answer, whose last part is p.
func stagesOf(st *setup.Setup, p *part, heldOut float64, j Judged) []Stage {
	d := p.before
	if d == nil || st.Slabs() > 1 {
		return nil
	}
	fields := st.Problem.Fields
	first := j
	first.U = d.solution(d.theta).Eval(j.Points)
	e := newEstimate(heldOut, d.heldOut, j.U, first.U)
	one := Stage{Parameters: d.net.Size(), HeldOut: d.heldOut, Estimate: e.figures(fields, e.first)}
	one.RelL2, one.MaxAbs = first.Errors(fields)
	two := Stage{
		Parameters: p.net.Size(), HeldOut: heldOut, Estimate: e.figures(fields, e.answer),
		Modes: p.correction.Modes, Scale: p.correction.Scale,
		Change: e.figures(fields, func(change float64) float64 { return change }), Fall: e.fall,
	}
	two.RelL2, two.MaxAbs = j.Errors(fields)
	return []Stage{one, two}
}
