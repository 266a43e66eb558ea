package record

import (
	"pinn/cmd/pinn/internal/rundir"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// Leave writes all but the problem, which is there, into the draft of an answer and gives
// it its name; it returns the folder as reachable from the working directory. Each write
// is made by pass, so that an interrupt finds the draft at rest.
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

// Statement writes the filled problem file into the draft and copies the files that it
// names beside it, so that the folder can be solved again wherever it stands. It returns
// the text.
func Statement(d *rundir.Draft, st *setup.Setup) ([]byte, error) {
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
