package solve

import (
	"fmt"
	"slices"
	"strings"

	"pinn/hybrid"
	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn"
	"pinn/pinn/solve/setup"
)

// Answer is what a run has come to: the fields as functions of the place, how good they
// are as far as that is known, and how the run went. Maps hold a number per field and
// one for all fields together under "all". An answer that was loaded holds the fields
// and their errors alone. It is not safe for concurrent use.
type Answer struct {
	Setup    *setup.Setup
	Status   hybrid.Status
	Warnings []error // doubtful but usable

	Judged     Judged             // the answer on the points that it is judged on
	Errors     map[string]float64 // relative L2 error; nil without a truth
	MaxAbs     map[string]float64 // largest absolute error; nil without a truth
	Estimate   map[string]float64 // of Errors, made without the truth; nil without a second stage, NaN where nothing is known
	Parameters map[string]float64 // the unknown parameters that were identified

	Loss    float64 // over the points of training, the mean over the slabs
	HeldOut float64 // over points that training never saw

	Phases  []Phase
	Events  []Event
	Trace   *hybrid.Trace
	Stages  []Stage // two, or none
	Along   []Along // the error along the run; nil without a truth
	Slabs   int     // that have been trained
	Seconds float64 // of training, set-up included
	Passes  float64 // over all points
	Resumed int     // times that the run has gone on

	NetworkParameters int // weights and biases of all networks
	InteriorPoints    int // of the last part, at its end

	form pinn.Marched
	last *part
	best []float64 // θ of the last part
}

// Phase is one phase of a run, with the slab of time and the stage that it trained, 0
// where there is only one.
type Phase struct {
	hybrid.PhaseResult
	Slab, Stage int
}

// At returns the fields at one place of the domain, given by its axes. It panics if an
// axis is missing or unknown.
func (a *Answer) At(place map[string]float64) map[string]float64 {
	axes := a.Setup.Problem.Box.Axes
	if len(place) != len(axes) {
		panic("solve: a place must give every axis, and nothing else")
	}
	pts := pde.Points{N: 1, D: len(axes)}
	for _, axis := range axes {
		x, ok := place[axis.Name]
		if !ok {
			panic("solve: a place must give every axis, and nothing else")
		}
		pts.X = append(pts.X, x)
	}
	values := map[string]float64{}
	for f, column := range a.form.Eval(pts) {
		values[a.Setup.Problem.Fields[f]] = column[0]
	}
	return values
}

// Eval returns the fields at points, by field and then by point. Beyond the domain,
// where nothing was trained, they are continued.
func (a *Answer) Eval(pts pde.Points) [][]float64 { return a.form.Eval(pts) }

// Partial returns a derivative such as "u_x" or "u_xt" at points, or a field for its own
// name. It is exact for the network, not a difference. The error says that the name is
// none, or that the derivatives of the hard conditions do not fit into memory.
func (a *Answer) Partial(name string, pts pde.Points) ([]float64, error) {
	p, err := a.partial(name)
	if err != nil {
		return nil, err
	}
	columns, err := a.form.EvalPartials(pts, []expr.Partial{p})
	if err != nil {
		return nil, err
	}
	return columns[0], nil
}

func (a *Answer) partial(name string) (expr.Partial, error) {
	problem := a.Setup.Problem
	field, letters, _ := strings.Cut(name, "_")
	p := expr.Partial{Field: slices.Index(problem.Fields, field)}
	if p.Field < 0 || strings.HasSuffix(name, "_") || len(letters) > expr.MaxOrder {
		return p, fmt.Errorf("%q must be one of the fields %s, or that, _ and at most %d axes", name, strings.Join(problem.Fields, ", "), expr.MaxOrder)
	}
	for _, letter := range letters {
		axis := problem.Box.Index(string(letter))
		if axis < 0 {
			return p, fmt.Errorf("%q: %c is no axis", name, letter)
		}
		p.Order[axis]++
	}
	return p, nil
}

// answered judges the answer that a result is. A run that lacks a slab of time has failed.
func (r *Run) answered(res *hybrid.Result) *Answer {
	st, end := r.st, r.trainings[len(res.Legs)-1]
	p := &end.part
	a := &Answer{
		Setup: st, Status: res.Status, Warnings: res.Warnings, Events: res.Events, Trace: res.Trace,
		Slabs: p.slab, Seconds: res.Seconds, Resumed: r.resumed,
		NetworkParameters: p.size(), InteriorPoints: end.loss.Interior().N,
		form: p.answer(res.Theta), last: p, best: res.Theta, Parameters: map[string]float64{},
	}
	if n := len(res.Trace.Rows); n > 0 {
		a.Passes = res.Trace.Rows[n-1].Passes
	}
	for i, phase := range res.Phases {
		slab, stage := p.partOf(st, i)
		a.Phases = append(a.Phases, Phase{phase, slab, stage})
	}
	a.Loss, a.HeldOut = losses(p, res.Legs)
	for k, v := range end.loss.Parameters(res.Theta) {
		a.Parameters[st.Problem.Params[k].Name] = v
	}
	a.Judge()
	if a.Stages = stagesOf(st, a.last, a.HeldOut, a.Judged); a.Stages != nil {
		a.Estimate = a.Stages[1].Estimate
	}
	if !a.Judged.Finite() {
		a.Status = hybrid.Failed
	}
	if n := st.Slabs(); a.Slabs < n {
		a.Warnings = append(a.Warnings, fmt.Errorf("slab %d of %d was the last to be trained: beyond t = %.6g the answer is its continuation, which nothing was held to",
			a.Slabs, n, slabStart(st, a.Slabs+1)))
		if a.Status == hybrid.Finished {
			a.Status = hybrid.Failed // a part of the domain has no answer
		}
	}
	if st.Truth != nil {
		a.Along = r.along.errors(st.Truth, p.evaluators()...)
	}
	return a
}

// Judge measures the answer against the truth, where that asks for it, and fills in
// Judged, Errors and MaxAbs. An answer that Trained returns has not been judged.
func (a *Answer) Judge() {
	a.Judged = Judge(a.Setup, a.form.Eval)
	a.Errors, a.MaxAbs = a.Judged.Errors(a.Setup.Problem.Fields)
}

// losses returns the loss and the held-out loss of an answer whose last part is p: their
// means over the slabs, which are of equal length.
func losses(p *part, legs []hybrid.LegResult) (loss, heldOut float64) {
	end := legs[len(legs)-1]
	loss, heldOut = end.Loss, end.HeldOut
	for _, d := range p.slabs() {
		loss, heldOut = loss+d.loss, heldOut+d.heldOut
	}
	return loss / float64(p.slab), heldOut / float64(p.slab)
}
