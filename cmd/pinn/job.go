package main

import (
	"fmt"
	"path/filepath"
	"time"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// job is a run about to be trained: what is asked for, the draft of its folder, and
// where it goes on from.
type job struct {
	*training
	st          *statement
	draft       *rundir.Draft
	fingerprint string
	from        *hybrid.Snapshot // nil: from the beginning
	along       trail
	resumed     int // times that it has gone on
}

// begin prepares a run of the problem that arg names. The draft is begun before any
// training, so that a place that cannot be written to is found at once.
func (a *app) begin(arg string, settings []string, f solveFlags, start time.Time) (*job, error) {
	st, err := a.load(arg, settings)
	if err != nil {
		return nil, err
	}
	t, err := a.prepare(st, threadCount(f.threads), start)
	if err != nil {
		return nil, err
	}
	root, name := "results", st.spec.Name
	if f.out != "" {
		root, name = f.out, ""
	}
	a.remind(filepath.Join(root, name))
	return a.drafted(&job{training: t, st: st}, root, name)
}

// drafted gives the job a new draft with its problem in it.
func (a *app) drafted(j *job, root, name string) (*job, error) {
	draft, err := rundir.Create(root, name)
	if err != nil {
		return nil, exit{rundir.Failed.ExitCode(), err}
	}
	j.draft = draft
	text, err := portable(draft, j.st)
	if err == nil {
		err = draft.WriteProblem(text)
	}
	if err == nil {
		j.fingerprint, err = fingerprint(text, j.st)
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
func (a *app) resume(dir string, f solveFlags, start time.Time) (*job, error) {
	refuse := func(err error) error { return exit{rundir.ExitUsage, fmt.Errorf("--resume: %w", err)} }
	dir = filepath.Clean(dir)
	if err := resumable(dir); err != nil {
		return nil, refuse(err)
	}
	s, err := readState(dir)
	if err != nil {
		return nil, refuse(err)
	}
	src, err := fromDisk(rundir.ProblemPath(dir))
	if err != nil {
		return nil, refuse(err)
	}
	src.name = s.problem
	st, err := a.compile(src, nil)
	if err != nil {
		return nil, err
	}
	sum, err := fingerprint(src.text, st)
	if err != nil {
		return nil, refuse(err)
	}
	if sum != s.fingerprint {
		return nil, refuse(fmt.Errorf("%s: is the state of another problem, with fingerprint %.12s, and %s, with the files that it names, has %.12s; restore these, or %s",
			rundir.StatePath(dir), s.fingerprint, src.file, sum, afresh(dir)))
	}
	t, err := a.prepare(st, threadCount(f.threads), start)
	if err != nil {
		return nil, err
	}
	if t, err = resumed(st, t, s.snapshot, threadCount(f.threads)); err != nil {
		return nil, refuse(fmt.Errorf("%s: %w; %s", rundir.StatePath(dir), err, afresh(dir)))
	}
	j := &job{training: t, st: st, fingerprint: sum, from: s.snapshot, along: s.along, resumed: s.resumed + 1}
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

// save writes the state of the run into its draft.
func (j *job) save(s *hybrid.Snapshot) error {
	w, err := saved{problem: j.st.spec.Name, fingerprint: j.fingerprint, resumed: j.resumed, snapshot: s, along: j.along}.encode()
	if err != nil {
		return err
	}
	return j.draft.WriteState(w)
}
