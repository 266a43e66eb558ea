package main

import (
	"fmt"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/problems"
)

// leave writes all but the problem, which is there, into the draft and gives it its
// name, errs only if it is not nil; it returns the folder as reachable from the
// working directory. Each write passes the gate, so that an interrupt finds the
// draft at rest.
func (a *app) leave(d *rundir.Draft, g *gate, st *statement, t *training, res *hybrid.Result, j judgement, run rundir.Run, errs *rundir.Table) (string, error) {
	var folder string
	trace, events := traceTable(res.Trace), eventRecords(res.Events)
	writes := []func() error{
		func() error { return d.WriteRun(run) },
		func() error { return d.WriteTrace(trace) },
		func() error { return d.WriteEvents(events) },
		func() error { return d.WriteSolution(j.solution(st.problem)) },
		func() error { return d.WriteWeights(weights(st, t, res.Theta)) },
		func() error {
			if errs == nil {
				return nil
			}
			return d.WriteErrors(errs)
		},
		func() error {
			dir, err := d.Figures()
			if err != nil {
				return err
			}
			_, err = draw(dir, st, run, history(st, run, trace, events, errs), j)
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
		if err := g.pass(write); err != nil {
			return "", err
		}
	}
	return rundir.Reachable(folder), nil
}

// portable returns the filled problem file and copies the files that it names
// into the draft, so that the folder can be solved again wherever it stands.
func portable(d *rundir.Draft, st *statement) ([]byte, error) {
	spec := *st.spec
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
	return spec.Encode(), nil
}

// include puts a file that the problem names into the draft.
func include(d *rundir.Draft, st *statement, path string) (string, error) {
	content, err := st.read(path)
	if err != nil {
		return "", err
	}
	return d.Include(path, content)
}

// weights is the file of trained parameters: θ as it stands, with what is needed
// to check that it fits the problem beside it.
func weights(st *statement, t *training, theta []float64) rundir.Weights {
	return rundir.Weights{
		Metadata: map[string]string{"problem": st.spec.Name, "fields": strings.Join(st.problem.Fields, " ")},
		Tensors:  tensorsOf(append(t.namedBefore(), t.named(theta)...)),
	}
}

// summary is what solve prints of a run.
func summary(run rundir.Run) string {
	var b strings.Builder
	for _, p := range run.Phases {
		if p.Slab > 0 {
			fmt.Fprintf(&b, "slab %-3d ", p.Slab)
		}
		fmt.Fprintf(&b, "%-8s %6d steps %7d gradients %7.1f s   loss %.2e → %.2e   ended: %s\n",
			p.Method, p.Steps, p.GradEvals, float64(p.Seconds), float64(p.LossFirst), float64(p.LossLast), p.Ended)
	}
	fmt.Fprintf(&b, "held-out loss %.2e, %.2f times the training loss; %.1f s in all\n", float64(run.HeldOut), float64(run.Ratio), float64(run.Seconds))
	for _, f := range run.RelL2 {
		m, _ := run.MaxAbs.Get(f.Name)
		fmt.Fprintf(&b, "%-8s relative L2 error %.3e, largest error %.3e\n", f.Name, float64(f.Value), m)
	}
	b.WriteString(estimateWords(run))
	for _, f := range run.Parameters {
		fmt.Fprintf(&b, "%-8s = %.8g\n", f.Name, float64(f.Value))
	}
	for _, w := range run.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	fmt.Fprintf(&b, "%s%s\n", run.Status, targetWords(run))
	return b.String()
}

// targetWords says how a run stands to its target.
func targetWords(run rundir.Run) string {
	switch t := run.Target; {
	case t == nil:
		return ""
	case t.Met == nil:
		return ": nothing in the problem can judge all of the target"
	case t.RelL2 == nil:
		return ""
	}
	got, _ := run.RelL2.Get("all")
	return fmt.Sprintf(": relative L2 error %.2e, target %.0e", got, *run.Target.RelL2)
}
