package hybrid

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"pinn/optim"
)

// A run after another takes its steps as if it were alone, while its record goes on
// where the other's ended; so it is resumed.
func TestAfter(t *testing.T) {
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	first, err := begin(plan, loss)
	if err != nil {
		t.Fatal(err)
	}
	alone := func() *Result {
		loss, plan := tiny(row)
		res, err := begin(plan, loss)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}()
	loss, plan = tiny(row)
	plan.After = first
	var kept []*Snapshot
	plan.Keep = func(_ bool, take func() *Snapshot) { kept = append(kept, take()) }
	both, err := begin(plan, loss)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(both.Theta, alone.Theta) || both.HeldOut != alone.HeldOut {
		t.Errorf("θ = %v, want that of the run alone, %v", both.Theta, alone.Theta)
	}
	if both.Steps != 2*alone.Steps || both.GradEvals != 2*alone.GradEvals || both.LossEvals != 2*alone.LossEvals || both.BestStep != first.Steps+alone.BestStep {
		t.Errorf("%d steps, %d gradients, best at %d; want twice %d and %d, and %d after the first run", both.Steps, both.GradEvals, both.BestStep, alone.Steps, alone.GradEvals, alone.BestStep)
	}
	n, p := len(first.Trace.Rows), len(first.Phases)
	if !same(both.Trace.Rows[:n], first.Trace.Rows) || !slices.Equal(both.Events[:len(first.Events)], first.Events) || !slices.Equal(both.Phases[:p], first.Phases) {
		t.Error("the record does not begin with that of the first run")
	}
	for i, r := range both.Trace.Rows[n:] {
		want := alone.Trace.Rows[i]
		last := first.Trace.Rows[n-1]
		if r.Step != first.Steps+want.Step || r.Phase != p+want.Phase || r.GradEvals != last.GradEvals+want.GradEvals || math.Abs(r.Passes-last.Passes-want.Passes) > 1e-9 || r.PhaseStep != want.PhaseStep {
			t.Fatalf("row %d of the second run is %+v, want %+v after %+v", i, r, want, last)
		}
	}
	for i, e := range both.Events[len(first.Events):] {
		if want := alone.Events[i]; e.Step != first.Steps+want.Step || e.Phase != p+want.Phase || e.Kind != want.Kind {
			t.Errorf("event %+v, want %+v after the first run", e, want)
		}
	}

	loss, plan = tiny(row)
	resumed, err := Resume(context.Background(), loss, plan, kept[len(kept)/2], nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := timeless(resumed), timeless(both); got != want {
		t.Errorf("resumed\n%s, want\n%s", got, want)
	}
}

// TestAfterTime: the clock of a run after another goes on from what that had used,
// whether or not it was resumed in between, and its phases share what is left for it.
func TestAfterTime(t *testing.T) {
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	first, err := begin(plan, loss)
	if err != nil {
		t.Fatal(err)
	}
	first.Seconds = 100 // of which most were used by a program that was killed
	loss, plan = tiny(row)
	plan.After = first
	both, err := begin(plan, loss)
	if err != nil {
		t.Fatal(err)
	}
	if !(both.Seconds >= 100 && both.Seconds < 200) {
		t.Errorf("%v s after a run of 100 s", both.Seconds)
	}
	plan = Plan{From: 30 * time.Second, Time: 90 * time.Second, Phases: []Phase{{Share: 0.5}, {Batch: 8}, {}}}
	for i, want := range []time.Duration{30 * time.Second, 12 * time.Second, 0} {
		if got := plan.time(i); got != want {
			t.Errorf("phase %d has %v of the 60 s that are the run's own, want %v", i, got, want)
		}
	}
}
