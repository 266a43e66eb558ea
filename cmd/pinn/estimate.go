package main

import (
	"fmt"
	"math"

	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/pde/judging"
)

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
// fell, ρ > rundir.MostFall, nothing is known, and the estimates are NaN.
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
	if !(e.fall <= rundir.MostFall) {
		return math.NaN()
	}
	return change / (1 - e.fall)
}

// figures applies one of the above to every field and to all together.
func (e estimate) figures(fields []string, of func(change float64) float64) (fs rundir.Figures) {
	for f, name := range fields {
		fs.Set(name, of(e.change.RelL2[f]))
	}
	fs.Set("all", of(e.change.AllRelL2))
	return fs
}

// judgeStages records the stages of a run, what each reached, and the estimate of the
// error, if there was a second one. j and the run's figures are of the answer. In
// slabs of time there is none: each begins where both stages of the one before ended.
func judgeStages(run *rundir.Run, st *statement, t *training, j judgement) {
	d := t.before
	if d == nil || build.Slabs(st.spec) > 1 {
		return
	}
	fields := st.problem.Fields
	first := j
	first.u = d.solution(d.theta).Eval(j.points)
	e := newEstimate(float64(run.HeldOut), d.heldOut, j.u, first.u)
	run.ErrorEstimate = e.figures(fields, e.answer)
	one := rundir.Stage{
		NetworkParameters: d.net.Size(), HeldOut: rundir.Number(d.heldOut),
		ErrorEstimate: e.figures(fields, e.first),
	}
	one.RelL2, one.MaxAbs = first.figures(fields)
	two := rundir.Stage{
		NetworkParameters: t.net.Size(), HeldOut: run.HeldOut, RelL2: run.RelL2, MaxAbs: run.MaxAbs, ErrorEstimate: run.ErrorEstimate,
		Change: e.figures(fields, func(change float64) float64 { return change }), Fall: rundir.Number(e.fall),
	}
	for i, a := range st.problem.Box.Axes {
		two.Modes.Set(a.Name, float64(t.correction.Modes[i]))
	}
	for f, name := range fields {
		two.Scale.Set(name, t.correction.Scale[f])
	}
	run.Stages = []rundir.Stage{one, two}
}

// uncertain is the fall of the residuals above which an estimate says little: more of
// the first stage's error is then left than was found.
const uncertain = 0.5

// estimateWords is what solve prints of the estimate, "" without a second stage.
func estimateWords(run rundir.Run) string {
	if len(run.Stages) < 2 {
		return ""
	}
	first, second := run.Stages[0], run.Stages[1]
	fall := float64(second.Fall)
	if !(fall <= rundir.MostFall) {
		return fmt.Sprintf("no estimate of the error: the second stage lowered the residuals to %.2g of what they were, more than %g\n", fall, rundir.MostFall)
	}
	answer, _ := run.ErrorEstimate.Get("all")
	before, _ := first.ErrorEstimate.Get("all")
	change, _ := second.Change.Get("all")
	s := fmt.Sprintf("estimate relative L2 error about %.1e, of the first stage alone %.1e: the second changed the answer by %.1e and lowered the residuals to %.2g of what they were",
		answer, before, change, fall)
	if fall > uncertain {
		s += "; a rough estimate, since more than half is left"
	}
	return s + "\n"
}
