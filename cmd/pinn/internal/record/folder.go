package record

import (
	"fmt"
	"math"

	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid/rules"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// Leave writes the records of an answer into its draft, which holds the problem already,
// and gives the draft its name. It returns the path of the folder as rundir.Reachable
// does. Each write is a call of pass, so that a program can keep an interrupt from
// removing the draft in the middle of one.
func Leave(d *rundir.Draft, a *solve.Answer, run rundir.Run, pass func(write func() error) error) (string, error) {
	var folder string
	h := History{Trace: Trace(a.Trace), Events: Events(a.Events), Errors: Errors(a.Along)}
	writes := []func() error{
		func() error { return d.WriteRun(run) },
		func() error { return d.WriteTrace(h.Trace) },
		func() error { return d.WriteEvents(h.Events) },
		func() error { return d.WriteSolution(Solution(a.Setup.Problem, a.Judged.Points, a.Judged.U)) },
		func() error { return d.WriteWeights(a.Weights()) },
		func() error {
			if h.Errors == nil {
				return nil
			}
			return d.WriteErrors(h.Errors)
		},
		func() error {
			dir, err := d.Figures()
			if err != nil {
				return err
			}
			_, err = Draw(dir, a, run, h)
			return rundir.Remedy(err)
		},
		func() (err error) { folder, err = d.Commit(); return err },
		func() error {
			if run.Status == rundir.Interrupted {
				return nil // it may go on
			}
			return rundir.DropState(folder)
		},
	}
	for _, write := range writes {
		if err := pass(write); err != nil {
			return "", err
		}
	}
	return rundir.Reachable(folder), nil
}

// Problem writes the filled problem file into the draft and copies the files that it
// names beside it, so that the folder can be solved again wherever it stands. It returns
// the text.
func Problem(d *rundir.Draft, st *setup.Setup) ([]byte, error) {
	spec := *st.Spec
	if r := spec.Reference; r != nil && r.File.Set() {
		name, err := include(d, st, r.File.Value)
		if err != nil {
			return nil, err
		}
		copied := *r
		copied.File = problems.NewText(name)
		spec.Reference = &copied
	}
	spec.Data = append(spec.Data[:0:0], spec.Data...)
	for i := range spec.Data {
		if file := &spec.Data[i].File; file.Set() {
			name, err := include(d, st, file.Value)
			if err != nil {
				return nil, err
			}
			*file = problems.NewText(name)
		}
	}
	text := spec.Encode()
	return text, d.WriteProblem(text)
}

// include puts a file that the problem names into the draft.
func include(d *rundir.Draft, st *setup.Setup, path string) (string, error) {
	content, err := st.Read(path)
	if err != nil {
		return "", err
	}
	return d.Include(path, content)
}

// Open reads a run folder and makes its answer anew from the problem and the weights; it
// can be evaluated anywhere in the domain.
func Open(dir string) (*rundir.Folder, *solve.Answer, error) {
	folder, err := rundir.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	src, err := problems.FromFile(folder.ProblemPath())
	if err != nil {
		return nil, nil, err
	}
	src.Name = folder.Run.Problem
	st, faults := setup.Read(src, nil)
	if st == nil {
		return nil, nil, faults
	}
	w, err := folder.Weights()
	if err != nil {
		return nil, nil, err
	}
	answer, err := solve.Trained(st, w)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", dir, err)
	}
	return folder, answer, nil
}

// Redraw judges the answer and draws the figures of a run folder anew into the folder into and returns their
// names there.
func Redraw(folder *rundir.Folder, answer *solve.Answer, into string) ([]string, error) {
	answer.Judge()
	trace, err := folder.Trace()
	if err != nil {
		return nil, err
	}
	events, err := folder.Events()
	if err != nil {
		return nil, err
	}
	errs, err := folder.Errors()
	if err != nil {
		return nil, err
	}
	return Draw(into, answer, folder.Run, History{trace, events, errs})
}

// History is the record of how a run went.
type History struct {
	Trace  *rundir.Table
	Events []rundir.Event
	Errors *rundir.Table // nil without a truth
}

// Draw writes all figures of an answer into the folder dir and returns their names there.
func Draw(dir string, a *solve.Answer, run rundir.Run, h History) ([]string, error) {
	course := figure.History{Title: a.Setup.Spec.Title, Trace: h.Trace, Events: h.Events, Errors: h.Errors, Rules: thresholds(a.Setup, run)}
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
	st, j := answer.Setup, answer.Judged
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
func thresholds(st *setup.Setup, run rundir.Run) []figure.Rule {
	out := make([]figure.Rule, len(run.Phases))
	for i, place := range run.Places() {
		phases := st.Phases(max(1, run.Phases[i].Stage))
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
