package record

import (
	"math"

	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid/rules"
	"pinn/pinn/solve"
	"pinn/problems"
)

// History is what a run has recorded of its course.
type History struct {
	Trace  *rundir.Table
	Events []rundir.Event
	Errors *rundir.Table // nil without a truth
}

// Draw writes all figures of an answer into the folder dir and returns their names there.
func Draw(dir string, a *solve.Answer, run rundir.Run, h History) ([]string, error) {
	course := figure.History{Title: a.Statement.Spec.Title, Trace: h.Trace, Events: h.Events, Errors: h.Errors, Rules: thresholds(a.Statement.Spec, run)}
	var files []string
	for _, one := range []func() ([]string, error){
		func() ([]string, error) { return figure.Solution(dir, fields(a, run)) },
		func() ([]string, error) { return figure.Loss(dir, course) },
		func() ([]string, error) { return figure.Phases(dir, course) },
	} {
		names, err := one()
		if err != nil {
			return nil, err
		}
		files = append(files, names...)
	}
	return files, nil
}

// fields puts a judged answer into the form that figures take.
func fields(answer *solve.Answer, run rundir.Run) figure.Answer {
	st, j := answer.Statement, answer.Judged
	a := figure.Answer{Title: st.Spec.Title}
	for i, x := range st.Problem.Box.Axes {
		at := make([]float64, j.Points.N)
		for k := range at {
			at[k] = j.Points.At(k)[i]
		}
		a.Axes = append(a.Axes, figure.Axis{Name: x.Name, At: at})
	}
	for f, name := range st.Problem.Fields {
		field := figure.Field{Name: name, Values: j.U[f], RelL2: math.NaN(), MaxAbs: math.NaN()}
		if j.Truth != nil && j.Truth[f] != nil {
			field.Exact = j.Truth[f]
			field.RelL2, _ = run.RelL2.Get(name)
			field.MaxAbs, _ = run.MaxAbs.Get(name)
		}
		a.Fields = append(a.Fields, field)
	}
	return a
}

// thresholds returns those of the snr rule of every phase of the run.
func thresholds(spec *problems.Spec, run rundir.Run) []figure.Rule {
	out := make([]figure.Rule, len(run.Phases))
	for i, place := range run.Places() {
		phases := solve.Phases(spec, max(1, run.Phases[i].Stage))
		if place < 0 || place >= len(phases) {
			continue
		}
		for _, r := range phases[place].Switch {
			if r.Rule != "snr" {
				continue
			}
			out[i] = figure.Rule{Threshold: rules.DefaultSNR().Threshold, Exhausted: rules.DefaultSNR().Exhausted}
			if r.Threshold != nil {
				out[i].Threshold = *r.Threshold
			}
			if r.Exhausted != nil {
				out[i].Exhausted = *r.Exhausted
			}
		}
	}
	return out
}
