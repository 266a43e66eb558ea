package main

import (
	"bytes"
	"fmt"
	"path/filepath"

	"pinn/cmd/pinn/internal/record"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// job is a run about to be trained, with the draft of its folder.
type job struct {
	*solve.Run
	st          *setup.Setup
	draft       *rundir.Draft
	fingerprint string
	after       int // steps of the state that it goes on from
}

// begin prepares a run of the problem that arg names. The draft is begun before any
// training, so that a place that cannot be written to is found at once.
func (a *app) begin(arg string, f solveFlags, o solve.Options) (*job, error) {
	st, err := a.load(arg, o.Set)
	if err != nil {
		return nil, err
	}
	run, err := a.prepare(st, o)
	if err != nil {
		return nil, err
	}
	root, name := "results", st.Spec.Name
	if f.out != "" {
		root, name = f.out, ""
	}
	a.remind(filepath.Join(root, name))
	return a.drafted(&job{Run: run, st: st}, root, name)
}

// prepare makes the run of a problem. What stands against it is printed and ends in
// exit code 2.
func (a *app) prepare(st *setup.Setup, o solve.Options) (*solve.Run, error) {
	run, faults, err := solve.New(st, o)
	a.tell(faults)
	if run == nil {
		return nil, exit{rundir.ExitUsage, err}
	}
	return run, nil
}

// drafted gives the job a new draft with its problem in it.
func (a *app) drafted(j *job, root, name string) (*job, error) {
	draft, err := rundir.Create(root, name)
	if err != nil {
		return nil, exit{rundir.Failed.ExitCode(), err}
	}
	j.draft = draft
	text, err := record.Problem(draft, j.st)
	if err == nil {
		j.fingerprint, err = j.st.Fingerprint(text)
	}
	if err != nil {
		_ = draft.Abort()
		return nil, exit{rundir.Failed.ExitCode(), err}
	}
	return j, nil
}

// remind says which runs in parent were never finished.
func (a *app) remind(parent string) {
	p := a.progress()
	for _, dir := range rundir.Unfinished(parent) {
		dir = rundir.Reachable(dir)
		p.say("note: %s is a run that was not finished; pinn solve --resume %s goes on with it", dir, dir)
	}
}

// resume prepares to go on with the run in dir: an unfinished one, in its own draft,
// or an interrupted one, in a new draft beside it. What cannot go on, or not with the
// same bits, is refused with exit code 2.
func (a *app) resume(dir string, o solve.Options) (*job, error) {
	refuse := func(err error) error { return exit{rundir.ExitUsage, fmt.Errorf("--resume: %w", err)} }
	dir = filepath.Clean(dir)
	if err := resumable(dir); err != nil {
		return nil, refuse(err)
	}
	state, err := readState(dir)
	if err != nil {
		return nil, refuse(err)
	}
	src, err := problems.FromFile(rundir.ProblemPath(dir))
	if err != nil {
		return nil, refuse(err)
	}
	src.Name = state.Problem
	st, err := a.read(src, nil)
	if err != nil {
		return nil, err
	}
	sum, err := st.Fingerprint(src.Text)
	if err != nil {
		return nil, refuse(err)
	}
	if sum != state.Fingerprint {
		return nil, refuse(fmt.Errorf("%s: is the state of another problem, with fingerprint %.12s, and %s, with the files that it names, has %.12s; restore these, or %s",
			rundir.StatePath(dir), state.Fingerprint, src.File, sum, afresh(dir)))
	}
	o.From = state
	run, faults, err := solve.New(st, o)
	a.tell(faults)
	if err != nil {
		return nil, refuse(fmt.Errorf("%s: %w; %s", rundir.StatePath(dir), err, afresh(dir)))
	}
	if run == nil {
		return nil, exit{rundir.ExitUsage, nil}
	}
	j := &job{Run: run, st: st, fingerprint: sum, after: state.Snapshot.Steps()}
	if !rundir.IsDraft(dir) {
		return a.drafted(j, filepath.Dir(dir), "")
	}
	if j.draft, err = rundir.Reopen(dir); err != nil {
		return nil, refuse(err)
	}
	return j, nil
}

// resumable refuses what is not a run that could go on.
func resumable(dir string) error {
	if rundir.IsDraft(dir) {
		return nil
	}
	run, err := rundir.Open(dir)
	if err != nil {
		return err
	}
	if run.Run.Status != rundir.Interrupted {
		return fmt.Errorf("%s: must be an interrupted run, got one that is %s", dir, run.Run.Status)
	}
	return nil
}

// readState reads the state in a folder. One of another program or kernel is refused:
// it would go on with other bits.
func readState(dir string) (*solve.State, error) {
	src, err := rundir.ReadState(dir)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", err, afresh(dir))
	}
	s, err := solve.DecodeState(bytes.NewReader(src))
	if err != nil {
		return nil, fmt.Errorf("%s: %w; %s", rundir.StatePath(dir), err, afresh(dir))
	}
	if err := s.SameProgram(); err != nil {
		return nil, fmt.Errorf("%s: %w, or %s", rundir.StatePath(dir), err, afresh(dir))
	}
	return s, nil
}

// afresh is the way out where a state is of no use.
func afresh(dir string) string {
	return "solve the problem from the beginning with pinn solve " + dir
}

// save writes the state of the run into its draft.
func (j *job) save(s *solve.State) error {
	s.Fingerprint = j.fingerprint
	return j.draft.WriteState(s.Encode)
}
