package main

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/problems"
)

// TestResumeAcrossParts: the state of a run in a second stage or a later slab of time,
// as it is kept in the file, holds what that builds on: it goes on to the same bits,
// with the record and the trail of all parts.
func TestResumeAcrossParts(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	for _, c := range []struct {
		problem       string
		slabs, stages int
	}{{"poisson", 1, 2}, {"wave", 2, 1}, {"heat", 2, 2}} {
		t.Run(c.problem, func(t *testing.T) { resumeAcross(t, c.problem, c.slabs, c.stages) })
	}
}

func resumeAcross(t *testing.T, problem string, slabs, stages int) {
	a := &app{out: io.Discard, err: io.Discard}
	begin := func() (*statement, *job) {
		st := opened(t, problem)
		st.spec.Train.Slabs, st.spec.Train.Stages, *st.spec.Points.Interior = new(slabs), new(stages), 96
		st.spec.Phases = st.spec.Phases[1:3]
		for i := range st.spec.Phases {
			*st.spec.Phases[i].Steps = 30
			st.spec.Phases[i].Points = nil
			st.spec.Phases[i].Resample = &problems.Resample{Method: "none"}
		}
		if st.spec.Phases[1].Stage = nil; stages == 2 {
			st.spec.Phases[1].Stage = new(2)
		}
		tr, err := a.prepare(st, 1, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return st, &job{training: tr, st: st}
	}
	st, j := begin()
	var kept []saved
	keep := func(last bool, take func() *hybrid.Snapshot) {
		kept = append(kept, saved{snapshot: take(), along: trail{marks: slices.Clone(j.along.marks)}, before: j.state()})
	}
	want, err := j.run(context.Background(), 1, keep, nil)
	if err != nil || j.slab != slabs || j.stage != stages || len(want.Phases) != 2*slabs || j.index() != slabs*stages-1 {
		t.Fatalf("slab %d, stage %d, %d phases: %v", j.slab, j.stage, len(want.Phases), err)
	}
	for _, i := range []int{10, len(kept) / 2, len(kept) - 28, len(kept) - 2} {
		s := kept[i]
		_, on := begin()
		if on.training, err = resumed(st, on.training, s.before, 1); err != nil {
			t.Fatal(err)
		}
		on.from, on.along = s.snapshot, s.along
		got, err := on.run(context.Background(), 1, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Theta, want.Theta) || len(got.Trace.Rows) != len(want.Trace.Rows) || len(got.Events) != len(want.Events) || on.before.phases != j.before.phases {
			t.Errorf("from step %d of %d the run ends with another θ or record", s.snapshot.Steps(), want.Steps)
		}
		errs, all := on.along.errors(st.truth, on.evaluators()...).Numbers("rel_l2"), j.along.errors(st.truth, j.evaluators()...).Numbers("rel_l2")
		if !slices.Equal(errs, all) {
			t.Errorf("from step %d of %d the errors along the run are %v, want %v", s.snapshot.Steps(), want.Steps, errs, all)
		}
	}

	s := kept[len(kept)-1]
	for i := range s.before {
		damaged := slices.Clone(s.before)
		damaged[i] = optim.Vector{Name: damaged[i].Name, Values: []float64{0.5, 0.5, 0.5, 0.5, 0.5}}
		_, on := begin()
		if _, err := resumed(st, on.training, damaged, 1); err == nil {
			t.Errorf("a state with a damaged %s is taken", damaged[i].Name)
		}
	}

	// The weights give the answer back.
	again, err := trained(st, weights(st, j.training, want.Theta))
	if err != nil {
		t.Fatal(err)
	}
	where := st.problem.Box.JudgingGrid()
	if !slices.Equal(again.Eval(where)[0], j.answer(want.Theta).Eval(where)[0]) {
		t.Error("the weights give another answer")
	}
	short := weights(st, j.training, want.Theta)
	short.Tensors = short.Tensors[1:]
	if _, err := trained(st, short); err == nil {
		t.Error("weights without their first tensor are taken")
	}
}
