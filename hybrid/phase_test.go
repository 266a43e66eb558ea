package hybrid

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// ends runs a phase, another behind it, and returns why the first ended.
func ends(t *testing.T, edit func(*Leg, *Options)) PhaseResult {
	t.Helper()
	loss := newScored(newToy(1024, 4, 0.5, 10, 1), 50)
	plan := Plan{Seed: 1, Phases: []Phase{
		{Name: "first", Method: &scripted{do: crawl}, Batch: 32, Steps: 2000},
		{Name: "second", Method: &scripted{do: crawl}, Steps: 3},
	}}
	l, o := one(loss, plan, start(loss.toy)), Options{}
	edit(&l, &o)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if plan.Phases[0].Steps == stopped {
		cancel()
	}
	res, err := Run(ctx, l, o)
	if res == nil {
		t.Fatal(err)
	}
	return res.Phases[0]
}

// stopped marks a phase whose run is cancelled before its first step.
const stopped = 12345

// Whatever a phase can end by has a name, and there is a run that ends by it.
func TestReasons(t *testing.T) {
	rule := func(r rules.Rule) func(*Leg, *Options) {
		return func(l *Leg, _ *Options) { l.Plan.Phases[0].Rules = []rules.Rule{r} }
	}
	status := func(s optim.Status, err error) func(*Leg, *Options) {
		return func(l *Leg, _ *Options) {
			l.Plan.Phases[0].Batch = 0
			l.Plan.Phases[0].Method = &scripted{do: func(int, []float64, optim.Objective) (optim.StepInfo, error) {
				return optim.StepInfo{Value: 1, Status: s}, err
			}}
		}
	}
	cases := map[rules.Reason]func(*Leg, *Options){
		rules.ReasonSNR:         rule(&rules.SNR{Threshold: 1e-9, Exhausted: 1e9, Of: rules.OfBatch, Window: 2, Votes: 2}),
		rules.ReasonNoiseFloor:  rule(&rules.NoiseFloor{Floor: 1e9, Improve: 2, Window: 2, Votes: 2}),
		rules.ReasonPlateau:     rule(&rules.Plateau{Improve: 2, Checks: 2}),
		rules.ReasonLoss:        rule(&rules.LossLevel{Below: 1e9}),
		rules.ReasonBudget:      func(*Leg, *Options) {},
		rules.ReasonTime:        func(l *Leg, o *Options) { o.Time, l.Plan.Phases[0].Share = time.Nanosecond, 1 },
		rules.ReasonPasses:      func(_ *Leg, o *Options) { o.Passes = 1 },
		rules.ReasonConverged:   status(optim.ConvergedGradient, nil),
		rules.ReasonLineSearch:  status(optim.LineSearch, nil),
		rules.ReasonStuck:       status(optim.Stuck, nil),
		rules.ReasonDiverged:    status(optim.Diverged, nil),
		rules.ReasonNotFinite:   func(l *Leg, _ *Options) { l.Loss.(*scored).poison = func(int, []float64) bool { return true } },
		rules.ReasonInterrupted: func(l *Leg, _ *Options) { l.Plan.Phases[0].Steps = stopped },
		rules.ReasonError:       status(optim.Running, errors.New("boom")),
		rules.ReasonFallBack: func(l *Leg, o *Options) {
			status(optim.Stuck, nil)(l, o)
			l.Plan.FallBack = back(1)
		},
	}
	for reason, edit := range cases {
		t.Run(string(reason), func(t *testing.T) {
			if p := ends(t, edit); p.Ended != reason || reason != rules.ReasonError && !strings.HasPrefix(p.Why, string(reason)+": ") {
				t.Errorf("ended %q: %s", p.Ended, p.Why)
			}
		})
	}
	for _, name := range declaredReasons(t) {
		if cases[rules.Reason(name)] == nil {
			t.Errorf("the reason %q has no run here", name)
		}
	}
	// A status of a method other than running has a reason, whatever it is.
	for s := optim.ConvergedGradient; s <= optim.NotFinite; s++ {
		if p := ends(t, status(s, nil)); p.Ended == "" || p.Why == "" {
			t.Errorf("status %v: no reason", s)
		}
	}
}

// declaredReasons returns the values of the constants of type Reason.
func declaredReasons(t *testing.T) (values []string) {
	t.Helper()
	src, err := os.ReadFile("rules/rule.go")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "rules/rule.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == "Reason" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	if len(values) < 10 || slices.Contains(values, "") {
		t.Fatalf("found the reasons %q only", values)
	}
	return values
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
		want   rules.Reason
		why    string
		steps  int
		err    error
	}{
		{"line search fails", at5(optim.StepInfo{Value: 2, GradNorm: 0.1, Status: optim.LineSearch}, nil), rules.ReasonLineSearch, "line-search: line-search with loss 2 and gradient norm 0.1, at step 4", 4, nil},
		{"line search fails with a note", at5(optim.StepInfo{Value: 2, Status: optim.LineSearch, Note: "twelve trials, none lower"}, nil), rules.ReasonLineSearch, "line-search: twelve trials, none lower, at step 4", 4, nil},
		{"converges where it stands", at5(optim.StepInfo{Value: 2, GradNorm: 1e-9, Status: optim.ConvergedGradient}, nil), rules.ReasonConverged, "converged: converged (gradient) with loss 2", 4, nil},
		{"converges by a step", at5(optim.StepInfo{Value: 2, StepNorm: 1, Status: optim.ConvergedChange}, nil), rules.ReasonConverged, "at step 5", 5, nil},
		{"fails", at5(optim.StepInfo{}, boom), rules.ReasonError, "", 4, boom},
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
			if c.err == nil && (len(res.Phases) != 2 || res.Phases[1].Ended != rules.ReasonBudget) {
				t.Errorf("phases = %+v, want the second to follow", res.Phases)
			}
		})
	}
}

// A rule in a full-batch phase sees the held-out loss.
func TestRuleInFullBatchPhase(t *testing.T) {
	loss := newScored(newToy(256, 4, 0.5, 10, 1), 300)
	plan := Plan{HeldOutEvery: 5, Phases: []Phase{{Name: "full", Method: &scripted{do: crawl}, Steps: 1000000, Rules: []rules.Rule{&rules.Plateau{Improve: 0.01, Checks: 10}}}}}
	res := run(t, loss, plan, start(loss.toy))
	if got := res.Phases[0]; got.Ended != rules.ReasonPlateau || got.Steps%5 != 0 || got.Checks != 0 {
		t.Errorf("phase = %+v, want it to end on its plateau", got)
	}
}

// The limits are looked at in their order: told to stop, time, passes, budget.
func TestLimits(t *testing.T) {
	began := time.Now()
	c := &clock{now: func() time.Time { return began.Add(10 * time.Second) }, start: began}
	entered := began.Add(4 * time.Second)
	all := limits{time: 10 * time.Second, passes: 3}
	for _, row := range []struct {
		m      limits
		stop   bool
		passes float64
		b      rules.Budget
		reason rules.Reason // "" to go on
		why    string
		stops  bool
	}{
		{all, true, 3, rules.Budget{Steps: 5}, rules.ReasonInterrupted, "interrupted: the run was told to stop, at step 5", true},
		{all, false, 3, rules.Budget{Steps: 5}, rules.ReasonTime, "time: 10 s of the run are used, at step 5", true},
		{limits{time: 11 * time.Second, passes: 3}, false, 3, rules.Budget{Steps: 5}, rules.ReasonPasses, "passes: 3 passes over all points are made, at step 5", true},
		{limits{}, false, 3, rules.Budget{Steps: 5}, rules.ReasonBudget, "budget: all 5 steps of the phase are done", false},
		{limits{}, false, 3, rules.Budget{Time: 6 * time.Second, Run: time.Minute}, rules.ReasonBudget, "budget: the phase has used its 6 s, 10 % of 60 s, at step 5", false},
		{limits{time: 11 * time.Second, passes: 3.1}, false, 3, rules.Budget{Steps: 6, Time: 7 * time.Second}, "", "", false},
	} {
		end, over := row.m.before(row.stop, 5, row.passes, c, entered, &row.b)
		if over != (row.reason != "") || end.reason != row.reason || end.why != row.why || end.stops() != row.stops {
			t.Errorf("%+v: %v, %+v", row, over, end)
		}
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
		if first.Ended != rules.ReasonBudget || !strings.Contains(first.Why, "20 % of 60 s") || math.Abs(first.Seconds-12) > 0.2 {
			t.Errorf("first phase: %.2f s, %s: %s", first.Seconds, first.Ended, first.Why)
		}
		if second.Ended != rules.ReasonTime || !strings.HasPrefix(second.Why, "time: 60 s of the run are used") {
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

// hybridPlan is AdamW by the rule given, then L-BFGS, with redraws in both.
func hybridPlan(rule rules.Rule) Plan {
	again := &Resample{Method: "uniform", Every: 20}
	return Plan{Seed: 1, Phases: []Phase{
		{Name: "adamw", Method: adamw(1e-2), Batch: 32, Steps: 200, Rules: []rules.Rule{rule}, Resample: again},
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 35, Resample: again},
	}}
}

// A limit of passes ends the run, within one step of the limit, by name.
func TestPassesEndTheRun(t *testing.T) {
	loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
	res := runWith(t, loss, hybridPlan(rules.DefaultPlateau()), start(loss.toy), Options{Passes: 5})
	if len(res.Phases) != 1 || res.Phases[0].Ended != rules.ReasonPasses || res.Phases[0].Steps != 160 || res.Status != Finished {
		t.Errorf("a run of 5 passes: %+v, want 160 steps of 1/32 pass and the reason passes", res.Phases)
	}
}

// Passes count evaluations by their points: b/N each in a minibatch phase, with
// the checks if a rule looks at them, and one each over all points.
func TestPasses(t *testing.T) {
	for name, c := range map[string]struct {
		rule   rules.Rule
		checks float64 // counted, of 32/1024 of a pass each
	}{
		"plateau": {&rules.Plateau{Improve: 0.1, Checks: 1000}, 0},
		"snr":     {&rules.SNR{Threshold: 2, Exhausted: 1, Of: rules.OfFull, Window: 9, Votes: 7, MinSteps: 1e6}, 5 * 8},
	} {
		t.Run(name, func(t *testing.T) {
			loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
			plan := hybridPlan(c.rule)
			plan.Phases[0].Checks.Every = 50
			res := run(t, loss, plan, start(loss.toy))
			want := (200+c.checks)*32/1024 + float64(res.Phases[1].LossEvals)
			if got := res.Trace.Rows[len(res.Trace.Rows)-1].Passes; math.Abs(got-want) > 1e-9 {
				t.Errorf("passes = %v, want %v (tol 1e-9: a sum of 250 terms)", got, want)
			}
		})
	}
}

// uphill is a loss whose gradient points the wrong way.
type uphill struct{ *scored }

func (u uphill) ValueGrad(grad, theta []float64) float64 {
	v := u.scored.ValueGrad(grad, theta)
	for i := range grad {
		grad[i] = -grad[i]
	}
	return v
}

// A line search that always fails ends its phase, and the next one begins, each with
// its name; the run ends well with what it has.
func TestLineSearchAlwaysFails(t *testing.T) {
	loss := uphill{newScored(newToy(128, 4, 0.5, 10, 1), 50)}
	plan := Plan{Phases: []Phase{
		{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 100},
		{Name: "bfgs", Method: optim.DefaultBFGS(), Steps: 100},
		{Name: "ssbroyden", Method: optim.DefaultSSBroyden(), Steps: 100},
	}}
	res := run(t, loss, plan, start(loss.toy))
	if len(res.Phases) != 3 || res.Status != Finished || !finite(res.HeldOut) {
		t.Fatalf("status %v, phases %+v", res.Status, res.Phases)
	}
	for _, p := range res.Phases {
		if p.Ended != rules.ReasonLineSearch || !strings.HasPrefix(p.Why, "line-search: no step lowers the loss ") || p.Steps != 0 || p.LossEvals > 60 {
			t.Errorf("%s ended by %s after %d steps and %d evaluations: %s", p.Method, p.Ended, p.Steps, p.LossEvals, p.Why)
		}
	}
	if s := of(res, KindSwitch); len(s) != 2 || s[0].Reason != rules.ReasonLineSearch || !strings.HasSuffix(s[1].Why, "; ssbroyden now minimises the loss over all 128 points") {
		t.Errorf("switches %v", s)
	}
	if s := of(res, KindStop); len(s) != 1 || s[0].Reason != rules.ReasonLineSearch {
		t.Errorf("stops %v", s)
	}
}

// A method that dropped its curvature because a search with it had failed is an event.
func TestLineSearchRestarts(t *testing.T) {
	loss := newToy(128, 4, 0.5, 10, 1)
	m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		info, err := crawl(step, theta, f)
		if step == 5 {
			info.Restarted, info.Note = true, "line search failed; went on along steepest descent"
		}
		return info, err
	}}
	res := run(t, loss, Plan{Phases: []Phase{{Name: "lbfgs", Method: m, Steps: 30}}}, start(loss))
	e := of(res, KindRestart)
	if len(e) != 1 || e[0].Reason != rules.ReasonLineSearch || e[0].Step != 5 || e[0].Why != "line-search: line search failed; went on along steepest descent, at step 5" {
		t.Errorf("restarts %v", e)
	}
}
