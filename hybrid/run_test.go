package hybrid

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// pipeline is AdamW until the signal of the full set stands clear, then L-BFGS.
func pipeline() Plan {
	return Plan{Seed: 1, Phases: []Phase{
		{Name: "adamw", Method: adamw(3e-3), Batch: 64, Steps: 3000, Checks: Checks{Every: 50}, Rules: []rules.Rule{atTwo(), rules.DefaultNoiseFloor()}},
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 200},
	}}
}

func pipeline2() Plan {
	plan := pipeline()
	plan.Phases[0].Batch, plan.Phases[0].Steps, plan.Phases[0].Rules = 32, 1000, nil
	return plan
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

func hasWarning(res *Result, part string) bool {
	return slices.ContainsFunc(res.Warnings, func(err error) bool { return strings.Contains(err.Error(), part) })
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

// match holds an error to a part of its text; "" means no error.
func match(t *testing.T, what string, err error, want string) {
	t.Helper()
	switch {
	case err == nil && want == "":
	case err == nil || want == "":
		t.Errorf("%s = %v, want %q", what, err, want)
	case !strings.Contains(err.Error(), want):
		t.Errorf("%s = %v, want a text with %q", what, err, want)
	}
}

// atTwo is the rule snr with the threshold that the sequences of the tests are made
// for.
func atTwo() *rules.SNR {
	r := rules.DefaultSNR()
	r.Threshold = 2
	return r
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
		if len(res.Phases) != 2 || res.Phases[0].Ended != rules.ReasonSNR || res.Phases[1].Ended != rules.ReasonConverged {
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
		if got := of(res, KindStop); len(got) != 1 || got[0].Reason != rules.ReasonConverged || got[0].Step != res.Steps {
			t.Errorf("stops = %v", got)
		}
	}
}

func TestSameSeedSameBits(t *testing.T) {
	results := make([]*Result, 3)
	for i := range results {
		loss := newScored(newToy(512, 6, 0.5, 10, 1), 100)
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
			if res.Status != Interrupted || last.Ended != rules.ReasonInterrupted {
				t.Errorf("status %v, ended %q, want interrupted", res.Status, last.Ended)
			}
			stop := of(res, KindStop)
			if len(stop) != 1 || stop[0].Reason != rules.ReasonInterrupted {
				t.Errorf("stops = %v", stop)
			}
			if at < 300 && !strings.Contains(stop[0].Why, "lbfgs was not reached") {
				t.Errorf("why = %q, want to hear that lbfgs was not reached", stop[0].Why)
			}
			if !finite(last.HeldOutLast) || !finite(last.LossLast) {
				t.Errorf("the last θ was not scored: %+v", last)
			}
		})
	}
}

// What Next says: no leg, a doubt, a leg that cannot be carried out, and what it is told.
func TestNext(t *testing.T) {
	doubt := errors.New("doubtful")
	impossible := legOf("impossible")
	impossible.Plan.Phases = nil
	other := legOf("other")
	other.Loss = bare{newToy(96, 4, 0.5, 10, 1)}
	for name, c := range map[string]struct {
		next    *Leg
		doubt   error
		legs    int
		warning string // "" for none
		refused bool
	}{
		"none":                  {legs: 1},
		"a doubt alone":         {doubt: doubt, legs: 1, warning: "doubtful"},
		"a doubt and a leg":     {next: legOf("next"), doubt: doubt, legs: 2, warning: "doubtful"},
		"a leg without phases":  {next: impossible, legs: 1, warning: "impossible could not begin: plan: no phase", refused: true},
		"a leg of other terms":  {next: other, legs: 1, warning: "other could not begin: ", refused: true},
		"a doubt, and no phase": {next: impossible, doubt: doubt, legs: 1, warning: "doubtful", refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			first, o := twice(Options{})
			o.Next = func(done LegResult, all []LegResult) (*Leg, error) {
				if asked++; len(all) != asked || all[len(all)-1].Phases != done.Phases || !slices.Equal(done.Theta, all[len(all)-1].Theta) {
					t.Errorf("asked %d times, with %d legs", asked, len(all))
				}
				if asked == 2 {
					return nil, nil
				}
				return c.next, c.doubt
			}
			res, err := Run(context.Background(), first, o)
			if err != nil || res.Status != Finished || len(res.Legs) != c.legs {
				t.Fatalf("%v, status %v, %d legs", err, res.Status, len(res.Legs))
			}
			var refusal *RefusedLeg
			found := slices.ContainsFunc(res.Warnings, func(w error) bool { return errors.As(w, &refusal) })
			if found != c.refused || c.warning != "" && !hasWarning(res, c.warning) || found && len(of(res, KindSlab)) > 0 {
				t.Errorf("warnings %v, events %v", res.Warnings, of(res, KindSlab))
			}
			if found && refusal.Name != c.next.Name {
				t.Errorf("refused is %+v", refusal)
			}
		})
	}
	if e := (&RefusedLeg{Err: ErrNoPhase}); e.Error() != "the next leg could not begin: plan: no phase" || !errors.Is(e, ErrNoPhase) {
		t.Errorf("%v", e)
	}
}

// A run that was told to stop, or that has failed, has no next leg; the leg in hand is
// among the results.
func TestNoLegAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	first, o := twice(Options{})
	o.Next = func(LegResult, []LegResult) (*Leg, error) {
		t.Error("asked for another leg")
		return nil, nil
	}
	res, err := Run(ctx, first, o)
	if err != nil || res.Status != Interrupted || len(res.Legs) != 1 || !finite(res.Legs[0].HeldOut) {
		t.Errorf("%v, %v, legs %+v", err, res.Status, res.Legs)
	}
	void := hollow{newToy(256, 4, 0.5, 10, 1)}
	void.poison = func(int, []float64) bool { return true }
	res, err = Run(context.Background(), one(void, pipeline2(), start(void.toy)), o)
	if err != nil || res.Status != Failed || len(res.Legs) != 1 {
		t.Errorf("%v, %v, legs %+v", err, res.Status, res.Legs)
	}
	boom := errors.New("boom")
	loss := newToy(256, 4, 0.5, 10, 1)
	plan := Plan{Phases: []Phase{{Name: "m", Steps: 3, Method: &scripted{do: func(int, []float64, optim.Objective) (optim.StepInfo, error) { return optim.StepInfo{}, boom }}}}}
	res, err = Run(context.Background(), one(loss, plan, start(loss)), o)
	if !errors.Is(err, boom) || res.Status != Failed || len(res.Legs) != 1 || !hasWarning(res, "no held-out loss") {
		t.Errorf("%v, %v, legs %+v", err, res.Status, res.Legs)
	}
	if d := res.Legs[0]; d.HeldOut != d.Loss || !finite(d.Loss) {
		t.Errorf("without a held-out loss the leg left %g and %g", d.Loss, d.HeldOut)
	}
}

func TestRunPanics(t *testing.T) {
	loss := newToy(64, 4, 0.5, 10, 1)
	for name, f := range map[string]func(){
		"theta too short": func() {
			_, _ = Run(context.Background(), one(loss, Plan{Phases: []Phase{{Method: &scripted{do: crawl}, Steps: 1}}}, []float64{1}), Options{})
		},
		"no method": func() { _, _ = Run(context.Background(), one(loss, Plan{Phases: []Phase{{}}}, start(loss)), Options{}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("want a panic")
				}
			}()
			f()
		})
	}
}

// All that is told in seconds is measured by the run's one clock.
func TestOneClock(t *testing.T) {
	frozen := time.Now()
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	loss.(*scored).duration = func() { time.Sleep(time.Microsecond) }
	res, err := begin(plan, loss, Options{now: func() time.Time { return frozen }})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range res.Phases {
		if p.Seconds != 0 || p.CheckSeconds != 0 || p.HeldOutSeconds != 0 {
			t.Errorf("%s took %g s, %g of them for checks and %g for the held-out loss, by a clock that stands", p.Method, p.Seconds, p.CheckSeconds, p.HeldOutSeconds)
		}
	}
	for _, r := range res.Trace.Rows {
		if r.Wall != 0 || r.K > 0 && r.CheckSeconds != 0 {
			t.Fatalf("row %+v by a clock that stands", r)
		}
	}
}
