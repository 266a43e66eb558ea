package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"

	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/internal/kernel"
)

// record returns run.json for a result, but for what judging adds.
func record(st *statement, t *training, res *hybrid.Result, threads int) rundir.Run {
	b := thisBuild()
	r := rundir.Run{
		Problem: st.spec.Name, Title: st.spec.Title, Seconds: rundir.Number(res.Seconds),
		NetworkParameters: t.size(), InteriorPoints: t.loss.Interior().N,
		Seed: t.seed, Threads: threads, Kernel: kernel.Tier(), CPU: cpuName(), Go: b.Go, Version: b.Version, Commit: b.Commit,
	}
	loss, heldOut := t.losses(res)
	r.Loss, r.HeldOut, r.Ratio = rundir.Number(loss), rundir.Number(heldOut), rundir.Number(heldOut/loss)
	for i, p := range res.Phases {
		slab, stage := t.partOf(st, i)
		r.Phases = append(r.Phases, phaseRecord(p, slab, stage))
	}
	for _, w := range res.Warnings {
		r.Warnings = append(r.Warnings, w.Error())
	}
	if n := build.Slabs(st.spec); n > 1 {
		if r.Slabs = n; t.slab < n {
			r.Warnings = append(r.Warnings, fmt.Sprintf("slab %d of %d was the last to be trained: beyond t = %.6g the answer is its continuation, which nothing was held to",
				t.slab, n, slabStart(st, t.slab+1)))
		}
	}
	for _, n := range st.hard.Notes {
		r.Notes = append(r.Notes, noteWords(st, n))
	}
	if target := st.spec.Target; target != nil {
		r.Target = &rundir.Target{RelL2: target.RelL2, MaxAbs: target.MaxAbs}
		for _, p := range st.spec.Parameters {
			if v, ok := target.Parameters[p.Name.Value]; ok {
				r.Target.Parameters.Set(p.Name.Value, v)
			}
		}
	}
	for k, v := range t.loss.Parameters(res.Theta) {
		p := st.spec.Parameters[k]
		r.Parameters.Set(p.Name.Value, v)
		if p.Truth != nil {
			r.ParameterErrors.Set(p.Name.Value, math.Abs(v-*p.Truth)/math.Abs(*p.Truth))
		}
	}
	return r
}

func phaseRecord(p hybrid.PhaseResult, slab, stage int) rundir.Phase {
	return rundir.Phase{
		Method: p.Method, Slab: slab, Stage: stage, Inserted: p.Inserted, Batch: p.Batch, Steps: p.Steps, LossEvals: p.LossEvals, GradEvals: p.GradEvals,
		Seconds: rundir.Number(p.Seconds), LossFirst: rundir.Number(p.LossFirst), LossLast: rundir.Number(p.LossLast),
		HeldOutLast: rundir.Number(p.HeldOutLast), Ended: string(p.Ended), Why: p.Why,
		Checks: p.Checks, CheckSeconds: rundir.Number(p.CheckSeconds), CheckShare: rundir.Number(p.CheckShare()),
	}
}

// traceTable returns trace.csv.
func traceTable(tr *hybrid.Trace) *rundir.Table {
	t := &rundir.Table{}
	number := func(name string, of func(r *hybrid.Row) float64) {
		column := make([]float64, len(tr.Rows))
		for i := range tr.Rows {
			column[i] = of(&tr.Rows[i])
		}
		t.Add(name, column)
	}
	count := func(name string, of func(r *hybrid.Row) int) {
		number(name, func(r *hybrid.Row) float64 {
			if n := of(r); n >= 0 {
				return float64(n)
			}
			return math.NaN()
		})
	}
	count(rundir.ColStep, func(r *hybrid.Row) int { return r.Step })
	count(rundir.ColPhase, func(r *hybrid.Row) int { return r.Phase })
	words := func(name string, of func(r *hybrid.Row) string) {
		column := make([]string, len(tr.Rows))
		for i := range tr.Rows {
			column[i] = of(&tr.Rows[i])
		}
		t.AddWords(name, column)
	}
	words(rundir.ColMethod, func(r *hybrid.Row) string { return r.Method })
	count(rundir.ColPhaseStep, func(r *hybrid.Row) int { return r.PhaseStep })
	count(rundir.ColLossEvals, func(r *hybrid.Row) int { return r.LossEvals })
	count(rundir.ColGradEvals, func(r *hybrid.Row) int { return r.GradEvals })
	number(rundir.ColWall, func(r *hybrid.Row) float64 { return r.Wall })
	number(rundir.ColLoss, func(r *hybrid.Row) float64 { return r.Loss })
	number(rundir.ColHeldOut, func(r *hybrid.Row) float64 { return r.HeldOut })
	number(rundir.ColGradNorm, func(r *hybrid.Row) float64 { return r.GradNorm })
	number(rundir.ColStepNorm, func(r *hybrid.Row) float64 { return r.StepNorm })
	number(rundir.ColStepSize, func(r *hybrid.Row) float64 { return r.StepSize })
	number(rundir.ColRate, func(r *hybrid.Row) float64 { return r.LearningRate })
	count(rundir.ColBatch, func(r *hybrid.Row) int { return r.Batch })
	number(rundir.ColPasses, func(r *hybrid.Row) float64 { return r.Passes })
	count(rundir.ColPoints, func(r *hybrid.Row) int { return r.Points })
	number(rundir.ColDamping, func(r *hybrid.Row) float64 { return r.Damping })
	number(rundir.ColGain, func(r *hybrid.Row) float64 { return r.Gain })
	count(rundir.ColTrials, func(r *hybrid.Row) int { return r.Trials })
	words(rundir.ColMetric, func(r *hybrid.Row) string { return r.Metric })
	number(rundir.ColSignal, func(r *hybrid.Row) float64 { return r.Signal })
	number(rundir.ColNoise, func(r *hybrid.Row) float64 { return r.Noise })
	number(rundir.ColRawSNR, func(r *hybrid.Row) float64 { return r.RawSNR })
	number(rundir.ColSNR, func(r *hybrid.Row) float64 { return r.SNR })
	number(rundir.ColSNRLo, func(r *hybrid.Row) float64 { return r.SNRLo })
	number(rundir.ColSNRHi, func(r *hybrid.Row) float64 { return r.SNRHi })
	number(rundir.ColFloor, func(r *hybrid.Row) float64 { return r.Floor })
	number(rundir.ColFull, func(r *hybrid.Row) float64 { return r.FullSNR })
	number(rundir.ColFullLo, func(r *hybrid.Row) float64 { return r.FullLo })
	number(rundir.ColFullHi, func(r *hybrid.Row) float64 { return r.FullHi })
	number(rundir.ColFullR, func(r *hybrid.Row) float64 { return r.FullR })
	number(rundir.ColBNoise, func(r *hybrid.Row) float64 { return r.BNoise })
	count(rundir.ColVote, func(r *hybrid.Row) int { return r.Vote })
	count(rundir.ColVotes, func(r *hybrid.Row) int { return r.Votes })
	number(rundir.ColCheck, func(r *hybrid.Row) float64 { return r.CheckSeconds })
	for k, name := range tr.TermNames {
		number(rundir.TermPrefix+name, func(r *hybrid.Row) float64 {
			if r.Terms == nil {
				return math.NaN()
			}
			return r.Terms[k]
		})
	}
	return t
}

// eventRecords returns events.csv.
func eventRecords(events []hybrid.Event) []rundir.Event {
	out := make([]rundir.Event, len(events))
	for i, e := range events {
		out[i] = rundir.Event{
			Number: i + 1, Step: e.Step, Seconds: e.Wall, Phase: e.Phase,
			Kind: string(e.Kind), Reason: string(e.Reason), Why: e.Why,
		}
	}
	return out
}

// cpuName returns the processor's name where the system tells it, else its
// architecture.
func cpuName() string {
	src, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(src)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				return strings.TrimSpace(v)
			}
		}
	}
	return runtime.GOARCH
}
