package main

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"pinn/hybrid"
	"pinn/optim"
)

// TestResumeAcrossStages: the state of a run in its second stage, as it is kept in
// the file, holds what that stage builds on: it goes on to the same bits, with the
// record and the trail of both stages.
func TestResumeAcrossStages(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	a := &app{out: io.Discard, err: io.Discard}
	begin := func() (*statement, *job) {
		st := opened(t, "poisson")
		st.spec.Train.Stages, *st.spec.Points.Interior = new(int), 96
		*st.spec.Train.Stages = 2
		st.spec.Phases = st.spec.Phases[1:3]
		for i := range st.spec.Phases {
			*st.spec.Phases[i].Steps = 30
		}
		st.spec.Phases[1].Stage = st.spec.Train.Stages
		tr, err := a.prepare(st, 1, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return st, &job{training: tr, st: st}
	}
	st, j := begin()
	var kept []saved
	keep := func(last bool, take func() *hybrid.Snapshot) {
		kept = append(kept, saved{snapshot: take(), along: trail{marks: slices.Clone(j.along.marks)}, below: j.below.state()})
	}
	want, err := j.run(context.Background(), 1, keep, nil)
	if err != nil || j.below == nil || len(want.Phases) != 2 {
		t.Fatalf("there was no second stage: %v", err)
	}
	for _, i := range []int{10, len(kept) - 28, len(kept) - 2} {
		s := kept[i]
		_, on := begin()
		if on.training, err = resumed(st, on.training, s.below, 1); err != nil {
			t.Fatal(err)
		}
		on.from, on.along = s.snapshot, s.along
		got, err := on.run(context.Background(), 1, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Theta, want.Theta) || len(got.Trace.Rows) != len(want.Trace.Rows) || len(got.Events) != len(want.Events) || on.below.phases != j.below.phases {
			t.Errorf("from step %d of %d the run ends with another θ or record", s.snapshot.Steps(), want.Steps)
		}
		errs, all := on.along.errors(st.truth, on.evaluators(st)...).Numbers("rel_l2"), j.along.errors(st.truth, j.evaluators(st)...).Numbers("rel_l2")
		if !slices.Equal(errs, all) {
			t.Errorf("from step %d of %d the errors along the run are %v, want %v", s.snapshot.Steps(), want.Steps, errs, all)
		}
	}

	s := kept[len(kept)-1]
	for i := range s.below {
		damaged := slices.Clone(s.below)
		damaged[i] = optim.Vector{Name: damaged[i].Name, Values: []float64{0.5, 0.5, 0.5, 0.5, 0.5}}
		_, on := begin()
		if _, err := resumed(st, on.training, damaged, 1); err == nil {
			t.Errorf("a state with a damaged %s is taken", damaged[i].Name)
		}
	}
}
