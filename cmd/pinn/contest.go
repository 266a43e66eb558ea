package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"pinn/cmd/pinn/internal/accuracy"
	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/problems"
)

// The conditions of the ablation, the same for every method: a small network, so many
// interior points, drawn once, and so many passes over all points. They are as small
// as they are so that all methods and thresholds, the gallery and five seeds, 910
// runs, take an hour of one slow core.
const (
	ablationHidden = "[12, 12, 12]"
	ablationPoints = 1024
	ablationPasses = 1000
)

// handOvers are the rules by which AdamW gives way to L-BFGS in the ablation.
var handOvers = map[string]problems.Rule{
	"snr":         {Rule: "snr"},
	"noise-floor": {Rule: "noise-floor"},
	"grow":        {Rule: "noise-floor", Grow: ptr(true)},
	"plateau":     {Rule: "plateau"},
	"fixed-300":   {Rule: "steps", Steps: ptr(300)},
	"fixed-1000":  {Rule: "steps", Steps: ptr(1000)},
	"fixed-5000":  {Rule: "steps", Steps: ptr(5000)},
}

// ablationPhases returns the phases of a method of the ablation, without limits of
// their own and without a way back; ok is false for the default plan,
// which has the phases of the file.
// AdamW has the learning rate of the default plan, L-BFGS its history.
func ablationPhases(method string) (phases []problems.Phase, ok bool) {
	const endless = 1 << 30
	frozen := &problems.Resample{Method: "none"}
	adamw := problems.Phase{Method: "adamw", Steps: ptr(endless), LearningRate: &problems.LearningRate{Start: ptr(2e-3), Kind: "constant"}, Resample: frozen}
	lbfgs := problems.Phase{Method: "lbfgs", Steps: ptr(endless), History: ptr(100), Resample: frozen}
	switch method {
	case accuracy.Default:
		return nil, false
	case "adamw":
		return []problems.Phase{adamw}, true
	case "lbfgs":
		return []problems.Phase{lbfgs}, true
	}
	rule := handOvers[method]
	if v, ok := accuracy.ThresholdOf(method); ok {
		rule = problems.Rule{Rule: "snr", Threshold: ptr(v)}
	}
	adamw.Switch = []problems.Rule{rule}
	return []problems.Phase{adamw, lbfgs}, true
}

func ptr[T any](v T) *T { return &v }

// contest is one run to be made: a problem, a method, a seed, and what the user set.
type contest struct {
	problem  string // as it was named
	method   string
	seed     uint64   // 0 for that of the file
	settings []string // key=value
	passes   float64  // the limit; 0 for that of the method
	threads  int
}

// state reads and fills the problem of a contest.
func (c contest) state(a *app) (*statement, error) {
	settings := c.settings
	phases, ablation := ablationPhases(c.method)
	if ablation {
		settings = append([]string{"network.hidden=" + ablationHidden, fmt.Sprintf("points.interior=%d", ablationPoints)}, settings...)
	}
	if c.seed > 0 {
		settings = append(settings[:len(settings):len(settings)], fmt.Sprintf("train.seed=%d", c.seed))
	}
	st, err := a.load(c.problem, settings)
	if err != nil {
		return nil, err
	}
	if st.truth == nil {
		return nil, exit{rundir.ExitUsage, fmt.Errorf("%s: gives no [exact] or [reference], so that there is no error to measure", st.spec.File)}
	}
	if ablation {
		st.spec.Phases, st.spec.Train.FallBack, st.spec.Train.Stages, st.spec.Train.Slabs = phases, ptr(0), ptr(1), ptr(1)
		build.Fill(st.spec, st.problem, st.hard)
	}
	return st, nil
}

// limit is the run's limit of passes: the user's, else that of the ablation.
func (c contest) limit() float64 {
	if _, ablation := ablationPhases(c.method); c.passes == 0 && ablation {
		return ablationPasses
	}
	return c.passes
}

// conditions digests the filled statement, whatever its seed and what it is held to;
// that there is one stage, or one slab of time, goes without saying.
func (c contest) conditions(st *statement) accuracy.Settings {
	train, target := st.spec.Train, st.spec.Target
	st.spec.Train.Seed, st.spec.Target = ptr(uint64(0)), nil
	if build.Stages(st.spec) == 1 {
		st.spec.Train.Stages = nil
	}
	if build.Slabs(st.spec) == 1 {
		st.spec.Train.Slabs = nil
	}
	digest := sha256.Sum256(st.spec.Encode())
	st.spec.Train, st.spec.Target = train, target
	return accuracy.Settings{
		Statement: fmt.Sprintf("%x", digest[:8]), Set: c.settings, Passes: rundir.Number(c.limit()),
	}
}

// run trains, and judges when training is over; what was judged along the run are
// copies that the trail kept. A run that was cut off is ctx's error.
func (c contest) run(ctx context.Context, a *app, st *statement) (accuracy.Record, accuracy.Course, error) {
	start := time.Now()
	fail := func(err error) (accuracy.Record, accuracy.Course, error) {
		return accuracy.Record{}, accuracy.Course{}, fmt.Errorf("%s by %s, seed %d: %w", st.spec.Name, c.method, c.seed, err)
	}
	t, err := a.prepare(st, c.threads, start)
	if err != nil {
		return fail(err)
	}
	t.limits.Passes = c.limit()
	both := &job{training: t, st: st}
	res, err := both.run(ctx, c.threads, nil, nil)
	if ctx.Err() != nil {
		return fail(ctx.Err())
	}
	if res == nil {
		return fail(err)
	}
	if err != nil { // a method failed; the run counts as far as it came
		res.Warnings = append(res.Warnings, err)
	}
	t = both.training
	run := record(st, t, res, c.threads)
	j := judge(st.problem, st.truth, t.answer(res.Theta).Eval)
	run.Grid = j.grid(st)
	run.RelL2, run.MaxAbs = j.figures(st.problem.Fields)
	judgeStages(&run, st, t, j)
	run.Settle(false, res.Status == hybrid.Failed || !j.finite())
	course, err := accuracy.CourseOf(both.along.errors(st.truth, t.evaluators()...))
	if err != nil {
		return fail(err)
	}
	rows := res.Trace.Rows
	return accuracy.Record{
		Method: c.method, Settings: c.conditions(st),
		Passes: rundir.Number(rows[len(rows)-1].Passes), Reached: accuracy.ReachedOf(course), Run: run,
	}, course, nil
}
