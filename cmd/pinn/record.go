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
	for _, c := range tr.Columns() {
		if c.Holds == hybrid.Words {
			column := make([]string, len(tr.Rows))
			for i := range tr.Rows {
				column[i] = c.Word(&tr.Rows[i])
			}
			t.AddWords(c.Name, column)
			continue
		}
		column := make([]float64, len(tr.Rows))
		for i := range tr.Rows {
			column[i] = c.Float(&tr.Rows[i])
		}
		t.Add(c.Name, column)
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
