package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"pinn/hybrid"
)

// A small frozen set under Gauss–Newton is fitted to nothing and answers nothing: the
// alarm says so, and the θ that is kept is one from before. Points that move leave
// nothing to overfit.
func TestOverfittingAlarm(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: no training")
	}
	frozen, last := overfit(t, "none")
	if len(frozen.events) == 0 {
		t.Errorf("no alarm: training loss %.2g, held-out loss %.2g", last.LossLast, last.HeldOutLast)
	}
	// Seeds 1–4 ended at 7e-30 … 6e-7 in training and at 7 to 10 times the best
	// held-out loss, 2.1 to 2.4 against 0.24 to 0.31.
	if !(last.LossLast < 1e-5) || !(last.HeldOutLast > 5*frozen.best) {
		t.Errorf("the frozen set ended with training loss %.2g and held-out loss %.2g, the best being %.2g: this is no overfitting", last.LossLast, last.HeldOutLast, frozen.best)
	}
	moving, last := overfit(t, "rad")
	if len(moving.events) != 0 || !(last.HeldOutLast < 4*last.LossLast) {
		t.Errorf("with points that move: training loss %.2g, held-out loss %.2g, %v", last.LossLast, last.HeldOutLast, moving.events)
	}
}

// overfitted is what a run says of its alarm.
type overfitted struct {
	events []hybrid.Event
	best   float64 // held-out loss
}

// overfit solves Burgers' equation with 171 parameters on 100 points that are drawn
// anew by the method every 5 steps of lm.
func overfit(t *testing.T, method string) (o overfitted, last hybrid.PhaseResult) {
	t.Helper()
	src, err := find("burgers")
	if err != nil {
		t.Fatal(err)
	}
	st, faults := decode(src, []string{"network.hidden=[10, 10]", "points.interior=100",
		"phase=[{ method = 'adamw', steps = 300, learning_rate = 5e-3 }, { method = 'lm', steps = 60, resample = { method = '" + method + "', every = 5 } }]"})
	if st == nil {
		t.Fatal(faults)
	}
	a := &app{out: io.Discard, err: io.Discard}
	tr, err := a.prepare(st, 0, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	res, err := tr.train(context.Background(), hybrid.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o.best = res.HeldOut
	for _, e := range res.Events {
		if e.Kind == hybrid.KindWarning && strings.HasPrefix(e.Why, "overfitting: ") {
			o.events = append(o.events, e)
		}
	}
	return o, res.Phases[len(res.Phases)-1]
}
