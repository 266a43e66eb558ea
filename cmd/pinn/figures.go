package main

import (
	"math"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/problems"
)

func (a *app) plotCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "plot RUN",
		Short: "Redraw the figures of a run from its folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := redraw(args[0])
			if err != nil {
				return exit{rundir.Failed.ExitCode(), err}
			}
			return a.lines(files)
		},
	}
}

// lines prints one line each.
func (a *app) lines(lines []string) error {
	for _, l := range lines {
		if _, err := a.out.Write([]byte(l + "\n")); err != nil {
			return err
		}
	}
	return nil
}

// redraw draws the figures of a run folder anew; it returns their paths as reachable
// from the working directory.
func redraw(dir string) ([]string, error) {
	run, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	trace, err := run.folder.Trace()
	if err != nil {
		return nil, err
	}
	events, err := run.folder.Events()
	if err != nil {
		return nil, err
	}
	errs, err := run.folder.Errors()
	if err != nil {
		return nil, err
	}
	figures := run.folder.FiguresDir()
	if err := os.MkdirAll(figures, 0o777); err != nil {
		return nil, err
	}
	j := judge(run.statement.problem, run.statement.truth, run.solution.Eval)
	files, err := draw(figures, run.statement, run.folder.Run, history(run.statement, run.folder.Run, trace, events, errs), j)
	for i, name := range files {
		files[i] = rundir.Reachable(filepath.Join(figures, name))
	}
	return files, err
}

// draw writes all figures of a run into the folder dir and returns their names there.
func draw(dir string, st *statement, run rundir.Run, h figure.History, j judgement) ([]string, error) {
	var files []string
	for _, one := range []func() ([]string, error){
		func() ([]string, error) { return figure.Solution(dir, answer(st, run, j)) },
		func() ([]string, error) { return figure.Loss(dir, h) },
		func() ([]string, error) { return figure.Phases(dir, h) },
	} {
		names, err := one()
		if err != nil {
			return nil, err
		}
		files = append(files, names...)
	}
	return files, nil
}

// history puts the records of a run into the form that figures take.
func history(st *statement, run rundir.Run, trace *rundir.Table, events []rundir.Event, errs *rundir.Table) figure.History {
	return figure.History{Title: st.spec.Title, Trace: trace, Events: events, Errors: errs, Rules: rules(st.spec, run)}
}

// answer puts a judged answer into the form that figures take.
func answer(st *statement, run rundir.Run, j judgement) figure.Answer {
	a := figure.Answer{Title: st.spec.Title}
	for i, x := range st.problem.Box.Axes {
		at := make([]float64, j.points.N)
		for k := range at {
			at[k] = j.points.At(k)[i]
		}
		a.Axes = append(a.Axes, figure.Axis{Name: x.Name, At: at})
	}
	for f, name := range st.problem.Fields {
		field := figure.Field{Name: name, Values: j.u[f], RelL2: math.NaN(), MaxAbs: math.NaN()}
		if j.truth != nil && j.truth[f] != nil {
			field.Exact = j.truth[f]
			field.RelL2, _ = run.RelL2.Get(name)
			field.MaxAbs, _ = run.MaxAbs.Get(name)
		}
		a.Fields = append(a.Fields, field)
	}
	return a
}

// rules returns the thresholds of the snr rule of every phase of the run.
func rules(spec *problems.Spec, run rundir.Run) []figure.Rule {
	out := make([]figure.Rule, len(run.Phases))
	for i, place := range run.Places() {
		phases := build.Phases(spec, max(1, run.Phases[i].Stage))
		if place < 0 || place >= len(phases) {
			continue
		}
		for _, r := range phases[place].Switch {
			if r.Rule != "snr" {
				continue
			}
			out[i] = figure.Rule{Threshold: hybrid.DefaultSNR().Threshold, Exhausted: hybrid.DefaultSNR().Exhausted}
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
