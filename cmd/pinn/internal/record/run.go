package record

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/internal/kernel"
	"pinn/pinn/hard"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
)

// Run returns run.json of an answer that was trained on a number of threads.
func Run(a *solve.Answer, threads int) rundir.Run {
	st, program := a.Setup, solve.ThisProgram()
	r := rundir.Run{
		Problem: st.Spec.Name, Title: st.Spec.Title, Seconds: rundir.Number(a.Seconds), Resumed: a.Resumed,
		NetworkParameters: a.NetworkParameters, InteriorPoints: a.InteriorPoints,
		Seed: *st.Spec.Train.Seed, Threads: threads, Kernel: kernel.Tier(), CPU: cpuName(), Go: program.Go, Version: program.Version, Commit: program.Commit,
		Loss: rundir.Number(a.Loss), HeldOut: rundir.Number(a.HeldOut), Ratio: rundir.Number(a.HeldOut / a.Loss),
		Grid:   grid(a),
		Phases: []rundir.Phase{}, Warnings: []string{}, Notes: []string{}, // lists in JSON also where they are empty
		RelL2: figures(a, a.Errors), MaxAbs: figures(a, a.MaxAbs), ErrorEstimate: figures(a, a.Estimate),
	}
	for _, p := range a.Phases {
		r.Phases = append(r.Phases, phase(p))
	}
	for _, s := range a.Stages {
		r.Stages = append(r.Stages, stage(a, s))
	}
	if n := st.Slabs(); n > 1 {
		r.Slabs = n
	}
	for _, w := range a.Warnings {
		r.Warnings = append(r.Warnings, w.Error())
	}
	for _, n := range st.Hard.Notes {
		r.Notes = append(r.Notes, Note(st, n))
	}
	target(&r, st)
	parameters(&r, a)
	r.Settle(a.Status == hybrid.Interrupted, a.Status == hybrid.Failed)
	return r
}

// Note says which condition is soft and why.
func Note(st *setup.Setup, n hard.Note) string {
	return fmt.Sprintf("%s is soft: %s", st.Problem.Conditions[n.Condition].Name, n.Message)
}

// figures lists numbers of the fields, in the order of the fields, and at last that of
// all of them.
func figures(a *solve.Answer, of map[string]float64) (fs rundir.Figures) {
	for _, name := range append(a.Setup.Problem.Fields[:len(a.Setup.Problem.Fields):len(a.Setup.Problem.Fields)], "all") {
		if v, ok := of[name]; ok {
			fs.Set(name, v)
		}
	}
	return fs
}

func phase(p solve.Phase) rundir.Phase {
	return rundir.Phase{
		Method: p.Method, Slab: p.Slab, Stage: p.Stage, Inserted: p.Inserted, Batch: p.Batch, Steps: p.Steps, LossEvals: p.LossEvals, GradEvals: p.GradEvals,
		Seconds: rundir.Number(p.Seconds), LossFirst: rundir.Number(p.LossFirst), LossLast: rundir.Number(p.LossLast),
		HeldOutLast: rundir.Number(p.HeldOutLast), Ended: string(p.Ended), Why: p.Why,
		Checks: p.Checks, CheckSeconds: rundir.Number(p.CheckSeconds), CheckShare: rundir.Number(p.CheckShare()),
	}
}

func stage(a *solve.Answer, s solve.Stage) rundir.Stage {
	out := rundir.Stage{
		NetworkParameters: s.Parameters, HeldOut: rundir.Number(s.HeldOut), RelL2: figures(a, s.RelL2), MaxAbs: figures(a, s.MaxAbs),
		ErrorEstimate: figures(a, s.Estimate), Change: figures(a, s.Change), Fall: rundir.Number(s.Fall),
	}
	problem := a.Setup.Problem
	for i, m := range s.Modes {
		out.Modes.Set(problem.Box.Axes[i].Name, float64(m))
	}
	for f, v := range s.Scale {
		out.Scale.Set(problem.Fields[f], v)
	}
	return out
}

// target copies what the problem holds a run to.
func target(r *rundir.Run, st *setup.Setup) {
	t := st.Spec.Target
	if t == nil {
		return
	}
	r.Target = &rundir.Target{RelL2: t.RelL2, MaxAbs: t.MaxAbs}
	for _, p := range st.Spec.Parameters {
		if v, ok := t.Parameters[p.Name.Value]; ok {
			r.Target.Parameters.Set(p.Name.Value, v)
		}
	}
}

// parameters lists the identified values, and how far they are from the truth where the
// problem gives one.
func parameters(r *rundir.Run, a *solve.Answer) {
	for _, p := range a.Setup.Spec.Parameters {
		name := p.Name.Value
		v := a.Parameters[name]
		r.Parameters.Set(name, v)
		if p.Truth != nil {
			r.ParameterTruths.Set(name, *p.Truth)
			r.ParameterErrors.Set(name, math.Abs(v-*p.Truth)/math.Abs(*p.Truth))
		}
	}
}

// grid describes the points on which the answer is judged.
func grid(a *solve.Answer) *rundir.Grid {
	box := a.Setup.Problem.Box
	g := &rundir.Grid{Kind: a.Judged.Kind, Points: a.Judged.Points.N}
	for _, axis := range box.Axes {
		g.Axes = append(g.Axes, axis.Name)
	}
	switch g.Kind {
	case "even":
		g.PerAxis = box.JudgingCounts()
	case "file":
		g.File = a.Setup.Spec.Reference.File.Value
	}
	return g
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
