package hybrid

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// A scaled step goes that part of the way and says so in the rate.
func TestScaledStep(t *testing.T) {
	loss := newToy(64, 2, 0.5, 10, 1)
	m := &scripted{do: func(_ int, theta []float64, _ optim.Objective) (optim.StepInfo, error) {
		theta[0], theta[1] = theta[0]+8, theta[1]-4
		return optim.StepInfo{LearningRate: 0.1}, nil
	}}
	s := newStepper(loss, Phase{Method: m, Batch: 8}, newStreams(1).batches)
	s.kept.Scale = 0.25
	theta := []float64{1, 1}
	if info, err := s.step(theta); err != nil || info.LearningRate != 0.025 || !slices.Equal(theta, []float64{3, 0}) {
		t.Errorf("θ = %v, %+v, %v", theta, info, err)
	}
	if s.mini.k != 1 {
		t.Errorf("the next minibatch is number %d, want 1", s.mini.k)
	}
}

// A first-order method is set back four times, each with half the steps; any other once.
func TestSetBacks(t *testing.T) {
	loss := newToy(64, 2, 0.5, 10, 1)
	first := newStepper(loss, Phase{Method: adamw(1), Batch: 8}, newStreams(1).batches)
	for i := range scaledSetBacks {
		if allowed, how, over := first.setBack(); over || allowed != scaledSetBacks || how != fmt.Sprintf("with steps scaled by %g", math.Pow(0.5, float64(i+1))) {
			t.Errorf("set-back %d: %d allowed, %s, %v", i, allowed, how, over)
		}
	}
	if _, _, over := first.setBack(); !over || first.kept.Scale != 1./16 {
		t.Errorf("one more: %v, %+v", over, first.kept)
	}
	other := newStepper(loss, Phase{Method: &scripted{do: crawl}}, newStreams(1).batches)
	if _, how, over := other.setBack(); over || how != "with a cleared method" || other.kept.Scale != 1 {
		t.Errorf("a method without a rate: %s, %v", how, over)
	}
	if _, _, over := other.setBack(); !over {
		t.Error("it is set back twice")
	}
}

// After a value that is not finite AdamW goes on from the best θ with the state
// it had there and with half the step.
func TestSetBackRestoresTheBestState(t *testing.T) {
	loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
	const every, k = 50, 8
	// Held-out losses fall at first, so the best of step 120 is that of 100.
	at := k + 120 + 2*k + 1
	var saved, restored []optim.Vector
	m := adamw(1e-2)
	loss.poison = func(call int, _ []float64) bool {
		if call == k+100+k+1 { // first step after the check at 100
			saved = m.State()
		}
		if call == at+1 {
			restored = m.State()
		}
		return call == at
	}
	plan := Plan{Phases: []Phase{{Name: "adamw", Method: m, Batch: 32, Steps: 130, Checks: Checks{Every: every, Batches: k}}}}
	res := run(t, loss, plan, start(loss.toy))
	if saved == nil || !reflect.DeepEqual(saved, restored) {
		t.Errorf("state after the set-back differs from that of the best θ")
	}
	e := of(res, KindRestart)
	if len(e) != 1 || e[0].Step != 120 || !strings.Contains(e[0].Why, "of step 100") || !strings.Contains(e[0].Why, "steps scaled by 0.5") {
		t.Fatalf("restarts = %v", e)
	}
	rows := res.Trace.Rows
	if rate := rows[len(rows)-1].LearningRate; rate != 0.5e-2 {
		t.Errorf("learning rate in the trace = %v, want half of 1e-2", rate)
	}
	if rows[121].GradNorm == rows[101].GradNorm {
		t.Error("the minibatch of step 101 came again")
	}
}

// NaN or Inf in one evaluation, in the loss or the gradient, never reaches θ and
// never ends the run.
func TestOneValueNotFinite(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for trial := range int(6 * seeds(5)) {
		at := 1 + rng.IntN(1500)
		kind := trial % 3
		t.Run(fmt.Sprintf("kind %d at call %d", kind, at), func(t *testing.T) {
			loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
			loss.poison = func(call int, grad []float64) bool {
				if call == at && kind > 0 {
					grad[call%len(grad)] = math.Inf(kind)
				}
				return call == at && kind == 0
			}
			plan := pipeline()
			plan.Phases[0].Batch, plan.Phases[0].Steps, plan.Phases[0].Rules = 32, 1000, nil
			res := run(t, loss, plan, start(loss.toy))
			back := slices.DeleteFunc(of(res, KindRestart), func(e Event) bool { return e.Reason == rules.ReasonLineSearch }) // at the minimum
			if res.Status != Finished || len(res.Phases) != 2 || !finite(res.HeldOut) || len(back) > 1 {
				t.Errorf("status %v, held-out %v, events %v", res.Status, res.HeldOut, res.Events)
			}
			for _, e := range back {
				if e.Reason != rules.ReasonNotFinite || !strings.Contains(e.Why, "back to the best θ, of step ") {
					t.Errorf("restart: %+v", e)
				}
			}
			if res.HeldOut > 0.3 { // the noise of the points is 0.25
				t.Errorf("held-out loss %.3g at the end, want about 0.25", res.HeldOut)
			}
		})
	}
}

func TestNeverFiniteAgain(t *testing.T) {
	for _, from := range []int{1, 700} {
		t.Run(fmt.Sprint("from call ", from), func(t *testing.T) {
			loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
			loss.poison = func(call int, _ []float64) bool { return call >= from }
			res := run(t, loss, pipeline2(), start(loss.toy))
			if len(res.Phases) != 2 || res.Phases[0].Ended != rules.ReasonNotFinite || res.Phases[1].Ended != rules.ReasonNotFinite {
				t.Fatalf("phases = %+v, want both to end not-finite", res.Phases)
			}
			if n := len(of(res, KindRestart)); n != scaledSetBacks+searchSetBacks {
				t.Errorf("%d restarts, want %d", n, scaledSetBacks+searchSetBacks)
			}
			if !strings.Contains(res.Phases[0].Why, "after 4 fresh starts") {
				t.Errorf("why = %q", res.Phases[0].Why)
			}
			if got := loss.HeldOut(res.Theta); got != res.HeldOut {
				t.Errorf("held-out loss of the result = %v, want %v", got, res.HeldOut)
			}
		})
	}
}

// hollow is a loss that is nowhere finite.
type hollow struct{ *toy }

func (hollow) ValueGrad(grad, _ []float64) float64 { return math.NaN() }
func (hollow) Value([]float64) float64             { return math.NaN() }
func (hollow) HeldOut([]float64) float64           { return math.NaN() }

func TestNowhereFinite(t *testing.T) {
	loss := hollow{newToy(256, 4, 0.5, 10, 1)}
	loss.poison = func(int, []float64) bool { return true }
	plan := pipeline2()
	res := run(t, loss, plan, start(loss.toy))
	if res.Status != Failed || !math.IsInf(res.HeldOut, 1) {
		t.Errorf("status %v with held-out loss %v, want failed with +Inf", res.Status, res.HeldOut)
	}
	if !hasWarning(res, "no finite loss was seen") || !hasWarning(res, "the held-out loss is NaN at the start") {
		t.Errorf("warnings = %v", res.Warnings)
	}
}

// found is a loss that says where it is not finite, and remembers θ.
type found struct {
	*scored
	at [][]float64
}

func (f *found) FindNonFinite(theta []float64) string {
	f.at = append(f.at, slices.Clone(theta))
	if len(f.at) > 1 {
		return ""
	}
	return "the residual of even is NaN at x = 3, from hidden layer 2 of 3 on"
}

// A term that is NaN at a random step, and stays so until the method goes back, is
// survived from the best θ, with smaller steps where the method has none of its own;
// the event says where it was, asked at the θ that gave it.
func TestPlantedNotFinite(t *testing.T) {
	for i, c := range []struct {
		method optim.Method
		batch  int
		how    string
	}{
		{adamw(1e-2), 32, "with steps scaled by 0.5"},
		{optim.DefaultLBFGS(), 0, "with a cleared method"},
		{optim.DefaultSSBroyden(), 0, "with a cleared method"},
		{optim.DefaultLM(), 0, "with a cleared method"},
	} {
		t.Run(fmt.Sprintf("%T", c.method), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(i), 3))
			loss := &found{scored: newScored(newToy(256, 6, 0.5, 10, 1), 100)}
			from := 2 + rng.IntN(6)
			if c.batch > 0 {
				from = 100 + rng.IntN(300)
			}
			var last []float64
			loss.poison = func(call int, _ []float64) bool { return call >= from && len(loss.at) == 0 }
			spied := &spying{loss, &last}
			plan := Plan{Seed: 2, Phases: []Phase{{Name: "m", Method: c.method, Batch: c.batch, Steps: 600, Resample: &Resample{Method: "uniform", Every: 4}}}}
			res := run(t, spied, plan, start(loss.toy))
			e := of(res, KindRestart)
			if len(e) != 1 || e[0].Reason != rules.ReasonNotFinite || res.Status != Finished || !finite(res.HeldOut) {
				t.Fatalf("status %v, held-out loss %g, restarts %v", res.Status, res.HeldOut, e)
			}
			for _, part := range []string{"not-finite: ", ": the residual of even is NaN at x = 3, from hidden layer 2 of 3 on; back to the best θ, of step ", c.how} {
				if !strings.Contains(e[0].Why, part) {
					t.Errorf("why = %q, want %q in it", e[0].Why, part)
				}
			}
			if len(loss.at) != 1 || !slices.Equal(loss.at[0], last) {
				t.Errorf("asked at %v, want the θ that was not finite, %v", loss.at, last)
			}
		})
	}
}

// spying notes the last θ at which the loss was not finite.
type spying struct {
	*found
	last *[]float64
}

func (s *spying) note(v float64, theta []float64) float64 {
	if !finite(v) {
		*s.last = slices.Clone(theta)
	}
	return v
}

func (s *spying) ValueGrad(grad, theta []float64) float64 {
	return s.note(s.found.ValueGrad(grad, theta), theta)
}

func (s *spying) NormalEquations(a, g, theta []float64) float64 {
	return s.note(s.found.NormalEquations(a, g, theta), theta)
}

func (s *spying) Deal(size int) Batches { return &spiedBatches{s.found.Deal(size), s} }

type spiedBatches struct {
	Batches
	spy *spying
}

func (b *spiedBatches) ValueGrad(k int, grad, theta []float64) float64 {
	return b.spy.note(b.Batches.ValueGrad(k, grad, theta), theta)
}

// Between checks a step allocates nothing but the growth of the trace.
func TestStepsDoNotAllocate(t *testing.T) {
	if testing.Short() {
		t.Skip("long: 16 000 steps")
	}
	allocs := func(steps int) float64 {
		return testing.AllocsPerRun(1, func() {
			loss := newScored(newToy(64, 4, 0.5, 10, 1), 10)
			run(t, loss, Plan{Phases: []Phase{{Name: "adamw", Method: adamw(1e-9), Batch: 8, Steps: steps, Checks: Checks{Every: 1 << 20}}}}, start(loss.toy))
		})
	}
	if extra := allocs(12000) - allocs(4000); extra > 10 {
		t.Errorf("8000 more steps allocate %v times more, want at most the growth of the trace", extra)
	}
}

// A restored minibatch view deals the same order and goes on with the same minibatch.
func TestMinibatchesRestore(t *testing.T) {
	loss := newToy(64, 2, 0.5, 10, 1)
	a := newMinibatches(loss, 8, newStreams(3).batches)
	for range 13 {
		a.next()
	}
	b := newMinibatches(loss, 8, newStreams(9).batches)
	if err := b.restore(a.snapshot()); err != nil {
		t.Fatal(err)
	}
	ga, gb, theta := make([]float64, 2), make([]float64, 2), start(loss)
	for i := range 20 {
		if va, vb := a.ValueGrad(ga, theta), b.ValueGrad(gb, theta); va != vb || !slices.Equal(ga, gb) || a.Dim() != 2 {
			t.Fatalf("minibatch %d: %v and %v", i, va, vb)
		}
		a.next()
		b.next()
	}
	for _, k := range []BatchState{{}, {Before: a.snapshot().Before, K: -1}, {Before: a.snapshot().Before, K: 8}} {
		if err := b.restore(k); err == nil {
			t.Errorf("%+v is taken", k)
		}
	}
	rows := a.view().(optim.Rows)
	if v, block := rows.Rows(theta); v != rows.ValueGrad(ga, theta) || len(block.R) != 8 || rows.Dim() != 2 {
		t.Errorf("the view with rows gives %v and %d rows", v, len(block.R))
	}
}

// A stream that was kept gives the same numbers.
func TestStreamsRestore(t *testing.T) {
	a, b := newStreams(1), newStreams(2)
	for range 5 {
		a.checks.rng.Uint64()
	}
	if err := b.restore(a.snapshot()); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]stream{{a.batches, b.batches}, {a.checks, b.checks}, {a.points, b.points}} {
		if x, y := pair[0].rng.Uint64(), pair[1].rng.Uint64(); x != y {
			t.Errorf("%d and %d", x, y)
		}
	}
	if a.batches.rng.Uint64() == a.points.rng.Uint64() {
		t.Error("two streams give the same number")
	}
}
