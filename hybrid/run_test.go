package hybrid

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pinn/optim"
)

// scripted is a method whose every step is a function, with the calls counted.
type scripted struct {
	do              func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error)
	steps           int
	inits, restarts int
}

func (m *scripted) Init(int) { m.inits++ }
func (m *scripted) Restart() { m.restarts++ }
func (m *scripted) Step(theta []float64, f optim.Objective) (optim.StepInfo, error) {
	m.steps++
	return m.do(m.steps, theta, f)
}

// crawl is a step of plain descent by a thousandth.
func crawl(_ int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
	g := make([]float64, len(theta))
	info := optim.StepInfo{Value: f.ValueGrad(g, theta), LossEvals: 1, GradEvals: 1, Clip: 1, StepNorm: 1}
	for j := range theta {
		theta[j] -= 1e-3 * g[j]
	}
	return info, nil
}

// pipeline is AdamW until the signal of the full set stands clear, then L-BFGS.
func pipeline() Plan {
	return Plan{Seed: 1, Phases: []Phase{
		{Name: "adamw", Method: adamw(3e-3), Batch: 64, Steps: 3000, Checks: Checks{Every: 50}, Rules: []Rule{atTwo(), DefaultNoiseFloor()}},
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 200},
	}}
}

// run carries out a plan that must be sound.
func run(t *testing.T, loss Batched, plan Plan, theta []float64) *Result {
	t.Helper()
	return runWith(t, loss, plan, theta, Options{})
}

func runWith(t *testing.T, loss Batched, plan Plan, theta []float64, o Options) *Result {
	t.Helper()
	res, err := Run(context.Background(), one(loss, plan, theta), o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// one is the leg of a run that has no other.
func one(loss Batched, plan Plan, theta []float64) Leg {
	return Leg{Loss: loss, Plan: plan, Theta: theta}
}

// of returns the events of one kind.
func of(res *Result, kind Kind) (out []Event) {
	for _, e := range res.Events {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

func TestPipelineReachesTheMinimum(t *testing.T) {
	for seed := range seeds(3) {
		loss := newToy(4096, 12, 2, 10, seed)
		theta := start(loss)
		before := slices.Clone(theta)
		plan := pipeline()
		plan.Seed = seed
		res := run(t, loss, plan, theta)
		if !slices.Equal(theta, before) {
			t.Error("Run changed the start")
		}
		if len(res.Phases) != 2 || res.Phases[0].Ended != ReasonSNR || res.Phases[1].Ended != ReasonConverged {
			t.Fatalf("phases = %+v, want snr and converged", res.Phases)
		}
		// The minimum is where the gradient is zero. L-BFGS stops where rounding
		// hides the decrease, |∇L| ≈ √(ε·L·curvature) ≈ 4e-8; worst of 20 seeds
		// 3.5e-8. Margin 30.
		grad := make([]float64, loss.p)
		loss.ValueGrad(grad, res.Theta)
		for j, g := range grad {
			if math.Abs(g) > 1e-6 {
				t.Errorf("seed %d: gradient[%d] = %.2g at the result, want 0 (tol 1e-6)", seed, j, g)
			}
		}
		if res.Status != Finished || res.BestStep < res.Steps-5 { // the last steps differ by rounding only
			t.Errorf("status %v, best at step %d of %d, want one of the last of a finished run", res.Status, res.BestStep, res.Steps)
		}
		first, second := res.Phases[0], res.Phases[1]
		if !strings.Contains(first.Why, "times its noise") || first.LossLast >= first.LossFirst || first.LossLast != second.LossFirst {
			t.Errorf("phase results do not join: %+v, %+v", first, second)
		}
		if first.LossEvals != first.Steps || first.CheckGrads != 8*first.Checks || first.Checks != 1+first.Steps/50 {
			t.Errorf("counts of the first phase do not add up: %+v", first)
		}
		if got := of(res, KindSwitch); len(got) != 1 || !strings.Contains(got[0].Why, "; lbfgs now minimises the loss over all 4096 points") {
			t.Errorf("switches = %v", got)
		}
		if got := of(res, KindStop); len(got) != 1 || got[0].Reason != ReasonConverged || got[0].Step != res.Steps {
			t.Errorf("stops = %v", got)
		}
	}
}

// seeds is n, or 1 in a short test.
func seeds(n uint64) uint64 {
	if testing.Short() {
		return 1
	}
	return n
}

// blind is a copy of the trace without what the clock says.
func blind(tr *Trace) []Row {
	rows := slices.Clone(tr.Rows)
	for i := range rows {
		rows[i].Wall, rows[i].CheckSeconds = 0, 0
	}
	return rows
}

// same compares by bits, so that NaN equals NaN.
func same(a, b []Row) bool { return fmt.Sprintf("%x", a) == fmt.Sprintf("%x", b) }

func TestSameSeedSameBits(t *testing.T) {
	results := make([]*Result, 3)
	for i := range results {
		loss := newJudged(newToy(512, 6, 0.5, 10, 1), 100)
		plan := pipeline()
		plan.Phases[0].Batch, plan.Phases[0].Steps = 16, 1500
		plan.Phases[0].Resample = &Resample{Method: "uniform", Every: 300}
		if i == 2 {
			plan.Seed = 2
		}
		results[i] = run(t, loss, plan, start(loss.toy))
	}
	a, b, other := results[0], results[1], results[2]
	if !slices.Equal(a.Theta, b.Theta) || !same(blind(a.Trace), blind(b.Trace)) {
		t.Error("two runs of one seed differ")
	}
	if slices.Equal(a.Theta, other.Theta) {
		t.Error("runs of two seeds are equal")
	}
}

// Checks draw from their own stream and never move θ.
func TestChecksDoNotChangeThePath(t *testing.T) {
	var want []Row
	for i, c := range []Checks{{Every: 50}, {Every: 25, Share: 1}, {Every: 10, Batches: 16, Share: 1}, {Every: 1000, Batches: 4}} {
		loss := newToy(1024, 6, 0.5, 10, 1)
		res := run(t, loss, Plan{Seed: 3, Phases: []Phase{{Name: "adamw", Method: adamw(1e-2), Batch: 32, Steps: 900, Checks: c}}}, start(loss))
		rows := blind(res.Trace)
		if len(rows) != 901 {
			t.Fatalf("%d rows, want one for each of 900 steps and the start", len(rows))
		}
		if got := res.Phases[0]; got.CheckEvery != c.Every || got.Checks != 1+900/c.Every {
			t.Fatalf("checked %d times every %d steps, want every %d", got.Checks, got.CheckEvery, c.Every)
		}
		if i == 0 {
			want = rows
		}
		for s := range rows {
			if rows[s].Loss != want[s].Loss || s > 0 && rows[s].GradNorm != want[s].GradNorm {
				t.Fatalf("checks every %d: loss at step %d is %v, want %v as with checks every 50", c.Every, s, rows[s].Loss, want[s].Loss)
			}
		}
	}
}

func TestInterrupt(t *testing.T) {
	for _, at := range []int{0, 1, 137, 900} {
		t.Run(fmt.Sprint("call ", at), func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if at == 0 {
				cancel()
			}
			loss := newToy(512, 6, 0.5, 30, 1)
			loss.poison = func(call int, _ []float64) bool {
				if call == at {
					cancel()
				}
				return false
			}
			plan := pipeline()
			plan.Phases[0].Rules, plan.Phases[0].Steps = nil, 300
			plan.Phases[1].Method = &scripted{do: crawl}
			plan.Phases[1].Steps = 100000
			res, err := Run(ctx, one(loss, plan, start(loss)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			last := res.Phases[len(res.Phases)-1]
			if res.Status != Interrupted || last.Ended != ReasonInterrupted {
				t.Errorf("status %v, ended %q, want interrupted", res.Status, last.Ended)
			}
			stop := of(res, KindStop)
			if len(stop) != 1 || stop[0].Reason != ReasonInterrupted {
				t.Errorf("stops = %v", stop)
			}
			if at < 300 && !strings.Contains(stop[0].Why, "lbfgs was not reached") {
				t.Errorf("why = %q, want to hear that lbfgs was not reached", stop[0].Why)
			}
			if !finite(last.HeldOutLast) || !finite(last.LossLast) {
				t.Errorf("the last θ was not judged: %+v", last)
			}
		})
	}
}

// A minibatch phase that others follow gets a fifth of the time, the last phase
// the rest. Evaluations take 10 ms of a clock that only they move.
func TestTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loss := newToy(256, 4, 0.5, 10, 1)
		loss.duration = func() { time.Sleep(10 * time.Millisecond) }
		began := time.Now()
		var calls int
		plan := Plan{Phases: []Phase{
			{Name: "adamw", Method: adamw(1e-3), Batch: 16},
			{Name: "crawl", Method: &scripted{do: crawl}},
			{Name: "never", Method: &scripted{do: crawl}},
		}}
		res, err := Run(context.Background(), one(loss, plan, start(loss)), Options{Time: 60 * time.Second, Start: began.Add(-5 * time.Second), Watch: func(Progress) { calls++ }})
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Phases) != 2 {
			t.Fatalf("%d phases, want 2", len(res.Phases))
		}
		first, second := res.Phases[0], res.Phases[1]
		if first.Ended != ReasonBudget || !strings.Contains(first.Why, "20 % of 60 s") || math.Abs(first.Seconds-12) > 0.2 {
			t.Errorf("first phase: %.2f s, %s: %s", first.Seconds, first.Ended, first.Why)
		}
		if second.Ended != ReasonTime || !strings.HasPrefix(second.Why, "time: 60 s of the run are used") {
			t.Errorf("second phase: %s: %s", second.Ended, second.Why)
		}
		if got := time.Since(began); got < 55*time.Second || got > 55*time.Second+200*time.Millisecond {
			t.Errorf("the run took %v, want the 55 s that were left", got)
		}
		if res.Status != Finished || len(of(res, KindStop)) != 1 || !strings.Contains(of(res, KindStop)[0].Why, "never was not reached") {
			t.Errorf("status %v, events %v", res.Status, res.Events)
		}
		if calls < 400 || calls > 560 {
			t.Errorf("the watcher was called %d times in 55 s, want about ten a second", calls)
		}
		// 8 of 58 gradients go into checks, and so do the seconds.
		if share := first.CheckShare(); math.Abs(share-8.0/58) > 0.01 {
			t.Errorf("share of checks = %.3f, want %.3f", share, 8.0/58)
		}
		rows := res.Trace.Rows
		if w := rows[0].Wall; w < 5 || w > 5.2 {
			t.Errorf("first row at %.2f s, want 5: the clock started earlier", w)
		}
	})
}

// NaN or Inf in one evaluation, in the loss or the gradient, never reaches θ and
// never ends the run.
func TestOneValueNotFinite(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for trial := range int(6 * seeds(5)) {
		at := 1 + rng.IntN(1500)
		kind := trial % 3
		t.Run(fmt.Sprintf("kind %d at call %d", kind, at), func(t *testing.T) {
			loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
			loss.poison = func(call int, grad []float64) bool {
				if call == at && kind > 0 {
					grad[call%len(grad)] = math.Inf(kind)
				}
				return call == at && kind == 0
			}
			plan := pipeline()
			plan.Phases[0].Batch, plan.Phases[0].Steps, plan.Phases[0].Rules = 32, 1000, nil
			res := run(t, loss, plan, start(loss.toy))
			back := slices.DeleteFunc(of(res, KindRestart), func(e Event) bool { return e.Reason == ReasonLineSearch }) // at the minimum
			if res.Status != Finished || len(res.Phases) != 2 || !finite(res.HeldOut) || len(back) > 1 {
				t.Errorf("status %v, held-out %v, events %v", res.Status, res.HeldOut, res.Events)
			}
			for _, e := range back {
				if e.Reason != ReasonNotFinite || !strings.Contains(e.Why, "back to the best θ, of step ") {
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
			loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
			loss.poison = func(call int, _ []float64) bool { return call >= from }
			res := run(t, loss, pipeline2(), start(loss.toy))
			if len(res.Phases) != 2 || res.Phases[0].Ended != ReasonNotFinite || res.Phases[1].Ended != ReasonNotFinite {
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

func pipeline2() Plan {
	plan := pipeline()
	plan.Phases[0].Batch, plan.Phases[0].Steps, plan.Phases[0].Rules = 32, 1000, nil
	return plan
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

func hasWarning(res *Result, part string) bool {
	return slices.ContainsFunc(res.Warnings, func(err error) bool { return strings.Contains(err.Error(), part) })
}

// After a value that is not finite AdamW goes on from the best θ with the state
// it had there and with half the step.
func TestSetBackRestoresTheBestState(t *testing.T) {
	loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
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

func TestRedraw(t *testing.T) {
	loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	m := &scripted{do: crawl}
	full := &scripted{do: crawl}
	var seen []int
	watch := &spy{observe: func(c Check) { seen = append(seen, c.SinceRestart) }}
	plan := Plan{Phases: []Phase{
		{Name: "mini", Method: m, Batch: 32, Steps: 300, Checks: Checks{Every: 50}, Rules: []Rule{watch}, Resample: &Resample{Method: "rad", Every: 100, K: 1, C: 1}},
		{Name: "full", Method: full, Steps: 50, Resample: &Resample{Method: "uniform", Every: 20}},
		{Name: "fixed", Method: &scripted{do: crawl}, Steps: 50},
	}}
	res := run(t, loss, plan, start(loss.toy))
	// Not after the last step of a phase: 300 and 50 are ends.
	if want := []string{"rad", "rad", "uniform", "uniform"}; !slices.Equal(loss.redrawn, want) {
		t.Errorf("redrawn = %v, want %v", loss.redrawn, want)
	}
	if m.restarts != 2 || full.restarts != 2 || m.inits != 1 {
		t.Errorf("restarts = %d and %d, want 2 and 2", m.restarts, full.restarts)
	}
	if want := []int{Never, Never, 50, 100, 50, 100}; !slices.Equal(seen, want) {
		t.Errorf("rules saw redraws %v updates ago, want %v", seen, want)
	}
	var steps []int
	for _, e := range of(res, KindResample) {
		steps = append(steps, e.Step)
		if !strings.Contains(e.Why, "drew 1024 points as every ") {
			t.Errorf("why = %q", e.Why)
		}
	}
	if want := []int{100, 200, 320, 340}; !slices.Equal(steps, want) {
		t.Errorf("redrawn at %v, want %v", steps, want)
	}
}

// spy is a rule that never leaves.
type spy struct{ observe func(Check) }

func (s *spy) Reset()                   {}
func (s *spy) Observe(c Check) Decision { s.observe(c); return Decision{} }

func TestOverfittingAlarm(t *testing.T) {
	for _, redraw := range []bool{false, true} {
		t.Run(fmt.Sprint("redraw=", redraw), func(t *testing.T) {
			loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
			loss.factor = 10
			plan := Plan{Phases: []Phase{{Name: "full", Method: &scripted{do: crawl}, Steps: 100}}}
			if redraw {
				plan.Phases[0].Resample = &Resample{Method: "rad"}
			}
			res := run(t, loss, plan, start(loss.toy))
			w := of(res, KindWarning)
			if len(w) != 1 || w[0].Step != 10 || !strings.HasPrefix(w[0].Why, "overfitting: the held-out loss ") {
				t.Errorf("warnings = %v, want one at step 10", w)
			}
			if !hasWarning(res, "times the training loss") {
				t.Errorf("warnings of the result = %v", res.Warnings)
			}
			if want := map[bool]int{true: 1}[redraw]; len(loss.redrawn) != want {
				t.Errorf("redrawn %d times, want %d", len(loss.redrawn), want)
			}
			if want := map[bool]int{true: 1536, false: 1024}[redraw]; loss.n != want {
				t.Errorf("%d points at the end, want %d", loss.n, want)
			}
		})
	}
}

// Every alarm enlarges the set by half, up to twice what the plan gave it.
func TestAlarmEnlargesTheSet(t *testing.T) {
	loss := newJudged(newToy(100, 4, 0.5, 10, 1), 300)
	loss.factor = 10
	plan := Plan{Phases: []Phase{
		{Name: "own", Method: &scripted{do: crawl}, Steps: 45, Points: 64, Resample: &Resample{Method: "rad", Every: 5}},
		{Name: "next", Method: &scripted{do: crawl}, Steps: 35, Resample: &Resample{Method: "rad", Every: 5}},
	}}
	res := run(t, loss, plan, start(loss.toy))
	var sizes []string
	for _, e := range of(res, KindResample) {
		if i := strings.Index(e.Why, "alarm, "); i >= 0 {
			sizes = append(sizes, strings.Fields(e.Why[i:])[1])
		}
	}
	// The scheduled redraws arm the alarm again before each of its looks, every ten steps.
	if want := []string{"96", "128"}; !slices.Equal(sizes, want) {
		t.Errorf("the alarm drew %v points, want %v; events %v", sizes, want, of(res, KindResample))
	}
	if n := loss.InteriorPoints(); n != 128 {
		t.Errorf("%d points at the end, want 2 × 64", n)
	}
	// Each growth is warned of, and once in each phase that the set can grow no more.
	if n := len(of(res, KindWarning)); n != 4 {
		t.Errorf("%d warnings, want 4: %v", n, of(res, KindWarning))
	}
}

// A phase with points of its own draws them as it begins, and goes by them.
func TestPhaseDrawsItsOwnPoints(t *testing.T) {
	loss := newJudged(newToy(256, 4, 0.5, 10, 1), 300)
	plan := Plan{Phases: []Phase{
		{Name: "first", Method: adamw(1e-2), Batch: 300, Points: 600, Steps: 10},
		{Name: "polish", Method: &scripted{do: crawl}, Steps: 100, Points: 900, Resample: &Resample{Method: "rad"}},
	}}
	res := run(t, loss, plan, start(loss.toy))
	if want := []string{"uniform", "rad"}; !slices.Equal(loss.redrawn, want) {
		t.Errorf("redrawn = %v, want %v", loss.redrawn, want)
	}
	if a, b := res.Phases[0].Points, res.Phases[1].Points; a != 600 || b != 900 {
		t.Errorf("phases ended with %d and %d points, want 600 and 900", a, b)
	}
	events := of(res, KindResample)
	if len(events) != 2 || events[1].Step != 10 || !strings.HasPrefix(events[1].Why, "resample: rad drew 900 points for the phase, to begin with; the loss over them is ") {
		t.Errorf("events = %v", events)
	}
	if why := of(res, KindSwitch)[0].Why; !strings.HasSuffix(why, "polish now minimises the loss over points drawn for it") {
		t.Errorf("why = %q", why)
	}
	plan.Phases[0].Batch = 601
	if _, err := Run(t.Context(), one(loss, plan, start(loss.toy)), Options{}); err == nil || !strings.Contains(err.Error(), "the 600 points") {
		t.Errorf("a batch of 601 of 600 points: %v", err)
	}
}

func TestAlarmHysteresis(t *testing.T) {
	var o Alarm
	ratios := []float64{1, 5, 6, 3, 5, 1.9, 4.1, math.Inf(1), 1, nan, 4}
	want := []bool{false, true, false, false, false, false, true, false, false, false, false}
	for i, r := range ratios {
		if got := o.sound(r, i); got != want[i] {
			t.Errorf("ratio %d = %v: alarm %v, want %v", i, r, got, want[i])
		}
	}
	if o.Worst != 6 || o.Step != 2 {
		t.Errorf("worst = %v at %d, want 6 at 2", o.Worst, o.Step)
	}
}

func TestMethodEndsThePhase(t *testing.T) {
	boom := errors.New("boom")
	at5 := func(info optim.StepInfo, err error) *scripted {
		return &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
			if step == 5 {
				return info, err
			}
			return crawl(step, theta, f)
		}}
	}
	for _, c := range []struct {
		name   string
		method *scripted
		want   Reason
		why    string
		steps  int
		err    error
	}{
		{"line search fails", at5(optim.StepInfo{Value: 2, GradNorm: 0.1, Status: optim.LineSearch}, nil), ReasonLineSearch, "line-search: line-search with loss 2 and gradient norm 0.1, at step 4", 4, nil},
		{"line search fails with a note", at5(optim.StepInfo{Value: 2, Status: optim.LineSearch, Note: "twelve trials, none lower"}, nil), ReasonLineSearch, "line-search: twelve trials, none lower, at step 4", 4, nil},
		{"converges where it stands", at5(optim.StepInfo{Value: 2, GradNorm: 1e-9, Status: optim.ConvergedGradient}, nil), ReasonConverged, "converged: converged (gradient) with loss 2", 4, nil},
		{"converges by a step", at5(optim.StepInfo{Value: 2, StepNorm: 1, Status: optim.ConvergedChange}, nil), ReasonConverged, "at step 5", 5, nil},
		{"fails", at5(optim.StepInfo{}, boom), ReasonError, "", 4, boom},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss := newToy(256, 4, 0.5, 10, 1)
			plan := Plan{Phases: []Phase{
				{Name: "first", Method: c.method, Steps: 100},
				{Name: "second", Method: &scripted{do: crawl}, Steps: 10},
			}}
			res, err := Run(context.Background(), one(loss, plan, start(loss)), Options{})
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Fatalf("error = %v, want %v", err, c.err)
			}
			first := res.Phases[0]
			if first.Ended != c.want || !strings.Contains(first.Why, c.why) || first.Steps != c.steps {
				t.Errorf("ended %q after %d steps: %s", first.Ended, first.Steps, first.Why)
			}
			if c.err != nil && (res.Status != Failed || first.Why != "step 4: boom" || of(res, KindStop)[0].Why != first.Why) {
				t.Errorf("status %v, why %q, events %v", res.Status, first.Why, res.Events)
			}
			if c.err == nil && (len(res.Phases) != 2 || res.Phases[1].Ended != ReasonBudget) {
				t.Errorf("phases = %+v, want the second to follow", res.Phases)
			}
		})
	}
}

// A rule in a full-batch phase sees the held-out loss.
func TestRuleInFullBatchPhase(t *testing.T) {
	loss := newJudged(newToy(256, 4, 0.5, 10, 1), 300)
	plan := Plan{HeldOutEvery: 5, Phases: []Phase{{Name: "full", Method: &scripted{do: crawl}, Steps: 1000000, Rules: []Rule{&Plateau{Improve: 0.01, Checks: 10}}}}}
	res := run(t, loss, plan, start(loss.toy))
	if got := res.Phases[0]; got.Ended != ReasonPlateau || got.Steps%5 != 0 || got.Checks != 0 {
		t.Errorf("phase = %+v, want it to end on its plateau", got)
	}
}

// The same rule in a second phase starts with an empty window.
func TestRuleStartsAnewInNextPhase(t *testing.T) {
	loss := newJudged(newToy(4096, 12, 0.5, 30, 1), 300)
	rule := &SNR{Threshold: 0.01, Exhausted: 100, Of: OfFull, Window: 3, Votes: 2, MinSteps: 200}
	phase := func(m optim.Method) Phase {
		return Phase{Name: "adamw", Method: m, Batch: 64, Steps: 1000, Rules: []Rule{rule}}
	}
	res := run(t, loss, Plan{Phases: []Phase{phase(adamw(1e-3)), phase(adamw(1e-3))}}, start(loss.toy))
	for i, p := range res.Phases {
		if p.Ended != ReasonSNR || p.Steps != 200 {
			t.Errorf("phase %d ended %q after %d steps, want snr after 200", i, p.Ended, p.Steps)
		}
	}
	if got := of(res, KindSwitch)[0].Why; !strings.HasSuffix(got, "; adamw goes on with minibatches of 64 of 4096 points") {
		t.Errorf("why = %q", got)
	}
}

// A clipped step is reported to the rules.
func TestClippedStepIsSeen(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	var seen []int
	m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		info, err := crawl(step, theta, f)
		if step == 95 {
			info.Clip = 0.3
		}
		return info, err
	}}
	run(t, loss, Plan{Phases: []Phase{{Name: "m", Method: m, Batch: 16, Steps: 150, Rules: []Rule{&spy{func(c Check) { seen = append(seen, c.SinceClip) }}}}}}, start(loss))
	if want := []int{Never, 5, 55}; !slices.Equal(seen, want) {
		t.Errorf("rules saw the clipped step %v updates ago, want %v", seen, want)
	}
}

func TestDecayIsNamedAtTheSwitch(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	m := adamw(1e-3)
	m.WeightDecay = 1e-4
	res := run(t, loss, Plan{Phases: []Phase{
		{Name: "adamw", Method: m, Batch: 16, Steps: 10},
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 10},
	}}, start(loss))
	want := "budget: all 10 steps of the phase are done; lbfgs now minimises the loss over all 256 points without the weight decay 0.0001 of adamw, which is no part of it"
	if got := of(res, KindSwitch)[0].Why; got != want {
		t.Errorf("why = %q\nwant  %q", got, want)
	}
}

// A method that is stuck goes on with new points if nothing follows it and the
// last redraw was worth something.
func TestStuckMethodGetsNewPoints(t *testing.T) {
	loss := newToy(256, 4, 0.5, 10, 1)
	stuck := func() *scripted {
		return &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
			if step%30 == 0 || step > 90 {
				return optim.StepInfo{Value: 1, Status: optim.LineSearch}, nil
			}
			return crawl(step, theta, f)
		}}
	}
	phase := func(name string) Phase {
		return Phase{Name: name, Method: stuck(), Steps: 1000, Resample: &Resample{Method: "rad", Every: 500}}
	}
	res := run(t, loss, Plan{Phases: []Phase{phase("first"), phase("second")}}, start(loss))
	if p := res.Phases[0]; p.Ended != ReasonLineSearch || p.Steps != 29 {
		t.Errorf("first phase ended %q after %d steps, want line-search after 29", p.Ended, p.Steps)
	}
	if p := res.Phases[1]; p.Ended != ReasonLineSearch || p.Steps != 3*29 || len(loss.redrawn) != 3 {
		t.Errorf("second phase ended %q after %d steps and %d redraws, want line-search after 87 and 3", p.Ended, p.Steps, len(loss.redrawn))
	}
	if why := of(res, KindResample)[0].Why; !strings.Contains(why, "drew 256 points since second had no more to gain on the old ones (line-search); the loss over them is ") {
		t.Errorf("why = %q", why)
	}
}

// The best θ is returned, not the last, and an old best is said so.
func TestBestIsKept(t *testing.T) {
	loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	climb := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		info, err := crawl(step, theta, f)
		if step > 500 {
			for j := range theta {
				theta[j] += 0.1
			}
		}
		return info, err
	}}
	res := run(t, loss, Plan{Phases: []Phase{{Name: "climb", Method: climb, Steps: 700}}}, start(loss.toy))
	if res.BestStep != 500 || loss.HeldOut(res.Theta) != res.HeldOut {
		t.Errorf("best at step %d with held-out loss %v, want step 500", res.BestStep, res.HeldOut)
	}
	if !hasWarning(res, "is that of step 500 of 700") {
		t.Errorf("warnings = %v", res.Warnings)
	}
}

// The next phase begins at the best θ if the last has become much worse.
func TestNextPhaseBeginsAtBest(t *testing.T) {
	loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	spoil := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		info, err := crawl(step, theta, f)
		if step == 95 {
			theta[0] += 100
		}
		return info, err
	}}
	res := run(t, loss, Plan{Phases: []Phase{
		{Name: "spoil", Method: spoil, Steps: 95},
		{Name: "crawl", Method: &scripted{do: crawl}, Steps: 5},
	}}, start(loss.toy))
	if first, second := res.Phases[0], res.Phases[1]; second.HeldOutFirst >= first.HeldOutFirst || first.HeldOutLast < 1000 {
		t.Errorf("held-out losses %v … %v, then %v", first.HeldOutFirst, first.HeldOutLast, second.HeldOutFirst)
	}
	if why := of(res, KindSwitch)[0].Why; !strings.Contains(why, ", from the best θ, of step 90 with held-out loss ") {
		t.Errorf("why = %q", why)
	}
}

// The watcher hears of every phase and cannot change the run.
func TestWatch(t *testing.T) {
	var heard []Progress
	loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	with := runWith(t, loss, pipeline2(), start(loss.toy), Options{Watch: func(p Progress) { heard = append(heard, p) }})
	loss = newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
	without := run(t, loss, pipeline2(), start(loss.toy))
	if !slices.Equal(with.Theta, without.Theta) {
		t.Error("the watcher changed the result")
	}
	first, last := heard[0], heard[len(heard)-1]
	if first.Step != 0 || first.Method != "adamw" || first.Phases != 2 || first.PhaseSteps != 1000 || first.TimeLeft != -1 {
		t.Errorf("first = %+v", first)
	}
	if last.Method != "lbfgs" || last.Step != with.Steps || last.BestHeldOut != with.HeldOut || (last.WorstTerm != "even" && last.WorstTerm != "odd") || !math.IsNaN(last.SNR) {
		t.Errorf("last = %+v", last)
	}
}
