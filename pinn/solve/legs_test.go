package solve

import (
	"bytes"
	"context"
	"slices"
	"testing"

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
	st := opened(t, problem)
	st.Spec.Train.Slabs, st.Spec.Train.Stages, *st.Spec.Points.Interior = new(slabs), new(stages), 96
	st.Spec.Phases = st.Spec.Phases[1:3]
	for i := range st.Spec.Phases {
		*st.Spec.Phases[i].Steps = 30
		st.Spec.Phases[i].Points = nil
		st.Spec.Phases[i].Resample = &problems.Resample{Method: "none"}
	}
	if st.Spec.Phases[1].Stage = nil; stages == 2 {
		st.Spec.Phases[1].Stage = new(2)
	}
	begin := func(o Options) (*Run, error) {
		o.Threads = 1
		r, faults, err := New(st, o)
		if faults.HasErrors() {
			t.Fatal(faults)
		}
		return r, err
	}
	var kept [][]byte
	r, err := begin(Options{KeepEvery: 1, Keep: func(s *State) error {
		var b bytes.Buffer
		defer func() { kept = append(kept, b.Bytes()) }()
		return s.Encode(&b)
	}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := r.Solve(context.Background())
	if err != nil || want.Slabs != slabs || want.last.stage != stages || len(want.Phases) != 2*slabs || want.last.index() != slabs*stages-1 {
		t.Fatalf("slab %d, stage %d, %d phases: %v", want.Slabs, want.last.stage, len(want.Phases), err)
	}
	state := func(i int) *State {
		s, err := DecodeState(bytes.NewReader(kept[i]))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, i := range []int{10, len(kept) / 2, len(kept) - 28, len(kept) - 2} {
		s := state(i)
		step := s.Snapshot.Steps()
		on, err := begin(Options{From: s})
		if err != nil {
			t.Fatal(err)
		}
		got, err := on.Solve(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.best, want.best) || len(got.Trace.Rows) != len(want.Trace.Rows) || len(got.Events) != len(want.Events) || got.last.before.phases != want.last.before.phases || got.Resumed != 1 {
			t.Errorf("from step %d the run ends with another θ or record", step)
		}
		for k := range got.Along {
			if got.Along[k].RelL2 != want.Along[k].RelL2 {
				t.Errorf("from step %d the errors along the run are %v, want %v", step, got.Along, want.Along)
				break
			}
		}
	}

	last := len(kept) - 1
	damage := map[string]func(s *State){
		"θ":      func(s *State) { s.Snapshot.Legs[0].Theta = []float64{0.5} },
		"phases": func(s *State) { s.Snapshot.Legs[0].Phases = 0 },
	}
	if stages == 2 {
		for i := range state(last).Snapshot.Recipe {
			damage[state(last).Snapshot.Recipe[i].Name] = func(s *State) { s.Snapshot.Recipe[i].Values = []float64{0.5, 0.5, 0.5, 0.5, 0.5} }
		}
	}
	for what, alter := range damage {
		s := state(last)
		alter(s)
		if _, err := begin(Options{From: s}); err == nil {
			t.Errorf("a state with damaged %s is taken", what)
		}
	}

	// The weights give the answer back.
	again, err := Trained(st, want.Weights())
	if err != nil {
		t.Fatal(err)
	}
	again.Judge()
	where := st.Problem.Box.JudgingGrid()
	if !slices.Equal(again.Eval(where)[0], want.Eval(where)[0]) || again.Errors["all"] != want.Errors["all"] {
		t.Error("the weights give another answer")
	}
	short := want.Weights()
	short.Tensors = short.Tensors[1:]
	if _, err := Trained(st, short); err == nil {
		t.Error("weights without their first tensor are taken")
	}
}
