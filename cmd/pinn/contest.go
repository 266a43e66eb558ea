package main

import (
	"context"
	"fmt"
	"time"

	"pinn/cmd/pinn/internal/accuracy/contest"
	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/problems"
)

// entrant shows a statement to package contest.
type entrant struct {
	a  *app
	st *statement
}

// enter is a contest.Read. It prints no warning, since the same problem is read for
// every run.
func (a *app) enter(arg string, settings []string) (contest.Statement, error) {
	silent := &app{out: a.out, err: a.err, quiet: true}
	st, err := silent.load(arg, settings)
	if err != nil {
		return nil, err
	}
	if st.truth == nil {
		return nil, exit{rundir.ExitUsage, fmt.Errorf("%s: gives no [exact] or [reference], so that there is no error to measure", st.spec.File)}
	}
	return entrant{silent, st}, nil
}

// Spec returns the filled problem file.
func (e entrant) Spec() *problems.Spec { return e.st.spec }

// Fill fills in what the file leaves open.
func (e entrant) Fill() { build.Fill(e.st.spec, e.st.problem, e.st.hard) }

// Solve trains, and judges when training is over; what is judged along the run are
// copies that the trail kept.
func (e entrant) Solve(ctx context.Context, threads int, passes float64) (contest.Solved, error) {
	t, err := e.a.prepare(e.st, threads, time.Now())
	if err != nil {
		return contest.Solved{}, err
	}
	t.limit(e.st, passes)
	both := &job{training: t, st: e.st}
	res, err := both.run(ctx, threads, nil, nil)
	if ctx.Err() != nil {
		return contest.Solved{}, ctx.Err()
	}
	if res == nil {
		return contest.Solved{}, err
	}
	if err != nil { // a method failed; the run counts as far as it came
		res.Warnings = append(res.Warnings, err)
	}
	return e.judged(both, res, threads), nil
}

// judged returns the record of a run with its errors.
func (e entrant) judged(both *job, res *hybrid.Result, threads int) contest.Solved {
	st, t := e.st, both.training
	run := record(st, t, res, threads)
	j := judge(st.problem, st.truth, t.answer(res.Theta).Eval)
	run.Grid = j.grid(st)
	run.RelL2, run.MaxAbs = j.figures(st.problem.Fields)
	judgeStages(&run, st, t, j)
	run.Settle(false, res.Status == hybrid.Failed || !j.finite())
	rows := res.Trace.Rows
	return contest.Solved{Run: run, Errors: both.along.errors(st.truth, t.evaluators()...), Passes: rows[len(rows)-1].Passes}
}
