package hybrid

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// legOf is the tiny run as a leg that follows others.
func legOf(name string) *Leg {
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	return &Leg{Name: name, Loss: loss, Plan: plan, Theta: start(loss.(*scored).toy), Kind: KindSlab, Why: name + " begins",
		Recipe: []optim.Vector{{Name: "made of", Values: []float64{float64(len(name)), math.Pi}}}}
}

// twice is a run of the tiny leg and then another.
func twice(o Options) (Leg, Options) {
	first := legOf("first")
	first.Kind, first.Why = "", ""
	o.Next = func(done LegResult, all []LegResult) (*Leg, error) {
		if len(all) == 2 {
			return nil, nil
		}
		return legOf("second"), nil
	}
	return *first, o
}

// A leg takes its steps as if it were alone, while the record goes on where that of the
// leg before ended; so it is resumed, in whichever leg.
func TestLegs(t *testing.T) {
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	alone, err := begin(plan, loss, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var kept []*Snapshot
	first, o := twice(Options{})
	o.Keep = func(_ bool, take func() *Snapshot) { kept = append(kept, take()) }
	both, err := Run(context.Background(), first, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(both.Theta, alone.Theta) || both.HeldOut != alone.HeldOut {
		t.Errorf("θ = %v, want that of the leg alone, %v", both.Theta, alone.Theta)
	}
	if both.Steps != 2*alone.Steps || both.GradEvals != 2*alone.GradEvals || both.LossEvals != 2*alone.LossEvals || both.BestStep != alone.Steps+alone.BestStep {
		t.Errorf("%d steps, %d gradients, best at %d; want twice %d and %d, and %d after the first leg", both.Steps, both.GradEvals, both.BestStep, alone.Steps, alone.GradEvals, alone.BestStep)
	}
	n, p := len(alone.Trace.Rows), len(alone.Phases)
	if !same(blind(both.Trace)[:n], blind(alone.Trace)) {
		t.Error("the record does not begin with that of the first leg")
	}
	for i, r := range both.Trace.Rows[n:] {
		want, last := alone.Trace.Rows[i], both.Trace.Rows[n-1]
		if r.Step != alone.Steps+want.Step || r.Phase != p+want.Phase || r.GradEvals != last.GradEvals+want.GradEvals || math.Abs(r.Passes-last.Passes-want.Passes) > 1e-9 || r.PhaseStep != want.PhaseStep {
			t.Fatalf("row %d of the second leg is %+v, want %+v after %+v", i, r, want, last)
		}
	}
	e := len(alone.Events)
	if opened := both.Events[e]; opened.Kind != KindSlab || opened.Why != "second begins" || opened.Step != alone.Steps || opened.Phase != p-1 || opened.Reason != "" {
		t.Errorf("the second leg was opened by %+v", opened)
	}
	for i, e := range slices.Concat(both.Events[:e], both.Events[e+1:]) {
		want, steps, phases := alone.Events[i%len(alone.Events)], 0, 0
		if i >= len(alone.Events) {
			steps, phases = alone.Steps, p
		}
		if e.Step != steps+want.Step || e.Phase != phases+want.Phase || e.Kind != want.Kind {
			t.Errorf("event %+v, want %+v of the leg alone", e, want)
		}
	}
	checkLegResults(t, both, alone)
	resumesLegs(t, kept, timeless(both))
}

// checkLegResults: each leg left what it would have left alone, with what it was made by.
func checkLegResults(t *testing.T, both, alone *Result) {
	t.Helper()
	if len(both.Legs) != 2 {
		t.Fatalf("%d legs, want 2", len(both.Legs))
	}
	for i, d := range both.Legs {
		want := legOf(d.Name)
		if !slices.Equal(d.Theta, alone.Theta) || d.HeldOut != alone.HeldOut || d.Phases != (i+1)*len(alone.Phases) ||
			d.Name != []string{"first", "second"}[i] || len(d.Recipe) != 1 || !slices.Equal(d.Recipe[0].Values, want.Recipe[0].Values) {
			t.Errorf("leg %d left %+v", i, d)
		}
		if !(d.Loss > 0) {
			t.Errorf("the loss of leg %d is %v", i, d.Loss)
		}
	}
}

// resumesLegs goes on from snapshots of both legs, each made again by what the snapshot
// says.
func resumesLegs(t *testing.T, kept []*Snapshot, want string) {
	t.Helper()
	legs := map[string]int{}
	for i := 0; i < len(kept); i += 5 {
		s := through(t, kept[i])
		legs[s.Leg]++
		again := legOf(s.Leg)
		if len(s.Recipe) != 1 || !slices.Equal(s.Recipe[0].Values, again.Recipe[0].Values) {
			t.Fatalf("the snapshot of %s holds the recipe %v", s.Leg, s.Recipe)
		}
		again.Theta = nil
		_, o := twice(Options{})
		res, err := Resume(context.Background(), *again, s, o)
		if err != nil {
			t.Fatalf("step %d: %v", s.Steps(), err)
		}
		if got := timeless(res); got != want {
			t.Fatalf("resumed in the %s leg, at step %d,\n%s, want\n%s", s.Leg, s.Steps(), got, want)
		}
	}
	if legs["first"] < 3 || legs["second"] < 3 {
		t.Errorf("resumed in legs %v", legs)
	}
}

// The time used before a run is resumed counts once, in whichever leg it is resumed and
// whatever legs follow.
func TestLegsCountTheTimeOnce(t *testing.T) {
	var kept []*Snapshot
	first, o := twice(Options{now: ticking(time.Second)})
	o.Keep = func(_ bool, take func() *Snapshot) { kept = append(kept, take()) }
	whole, err := Run(context.Background(), first, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{3, len(kept) / 2, len(kept) - 3} {
		s := kept[i]
		_, o := twice(Options{now: ticking(time.Second)})
		l := legOf(s.Leg)
		res, err := Resume(context.Background(), *l, s, o)
		if err != nil {
			t.Fatal(err)
		}
		// Each look at the clock takes a second, in both runs the same ones but for
		// those of taking snapshots.
		most := whole.Seconds + 5
		if res.Seconds > most || res.Seconds < s.Seconds {
			t.Errorf("resumed after %g s of %g, the run has taken %g", s.Seconds, whole.Seconds, res.Seconds)
		}
		last := 0.0
		for _, row := range res.Trace.Rows {
			if row.Wall < last {
				t.Fatalf("resumed after %g s: the row of step %d is of second %g, after %g", s.Seconds, row.Step, row.Wall, last)
			}
			last = row.Wall
		}
	}
}

// A leg has its part of the run's time and passes, and its phases share the time that is
// its own.
func TestLegLimits(t *testing.T) {
	o := Options{Time: 90 * time.Second, Passes: 12}
	plan := Plan{Phases: []Phase{{Share: 0.5}, {Batch: 8}, {}}}
	m := newLimits(Leg{From: 1. / 3, To: 1}, o)
	if m.time != 90*time.Second || m.own != 60*time.Second || m.passes != 12 {
		t.Errorf("limits %+v", m)
	}
	for i, want := range []time.Duration{30 * time.Second, 12 * time.Second, 0} {
		if got := m.share(plan, i); got != want {
			t.Errorf("phase %d has %v of the 60 s that are the leg's own, want %v", i, got, want)
		}
	}
	if m = newLimits(Leg{To: 0.5}, o); m.time != 45*time.Second || m.own != m.time || m.passes != 6 {
		t.Errorf("half a run: %+v", m)
	}
	if m = newLimits(Leg{}, o); m.time != o.Time || m.passes != 12 {
		t.Errorf("a To of 0: %+v", m)
	}
	if m = newLimits(Leg{To: 0.1}, Options{Time: 1}); m.time < 1 {
		t.Errorf("a tenth of a nanosecond is no limit: %+v", m)
	}
	if m = newLimits(Leg{From: 0.5, To: 1}, Options{}); m != (limits{}) {
		t.Errorf("no limits: %+v", m)
	}
}

// Where a leg's passes are made, the next begins; where the last one's are, the run ends.
func TestLegsShareThePasses(t *testing.T) {
	make := func(from, to float64) Leg {
		loss := newToy(64, 4, 0.5, 10, 1)
		return Leg{Name: fmt.Sprint("to ", to), Loss: loss, Plan: Plan{Phases: []Phase{{Name: "crawl", Method: &scripted{do: crawl}}}}, Theta: start(loss), From: from, To: to}
	}
	next := make(0.25, 1)
	res, err := Run(context.Background(), make(0, 0.25), Options{Passes: 20, Next: func(_ LegResult, all []LegResult) (*Leg, error) {
		if len(all) == 1 {
			return &next, nil
		}
		return nil, nil
	}})
	if err != nil || len(res.Phases) != 2 || res.Phases[0].Steps != 5 || res.Phases[1].Steps != 15 || res.Phases[0].Ended != rules.ReasonPasses {
		t.Errorf("%v, phases %+v", err, res.Phases)
	}
	if n := len(of(res, KindSlab)) + len(of(res, KindStage)); n != 0 {
		t.Errorf("a leg without a kind has %d events", n)
	}
	for _, share := range [][2]float64{{-0.1, 1}, {0.5, 0.5}, {0, 1.5}, {nan, 1}, {1, 0}} {
		if _, err := Run(context.Background(), make(share[0], share[1]), Options{Passes: 1}); err == nil || !strings.Contains(err.Error(), "parts of the run") {
			t.Errorf("from %g to %g: %v", share[0], share[1], err)
		}
	}
}

// An old best θ is one that is old for its leg, whatever the legs before have done, and
// the warning counts as the leg does.
func TestOldBestOfALeg(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	make := func(name string, good, steps int) Leg {
		loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
		m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
			info, err := crawl(step, theta, f)
			if step > good {
				for j := range theta {
					theta[j] += 0.1
				}
			}
			return info, err
		}}
		return Leg{Name: name, Loss: loss, Plan: Plan{Phases: []Phase{{Name: "climb", Method: m, Steps: steps}}}, Theta: start(loss.toy)}
	}
	next := make("slab 2 of 2", 100, 200) // 100 of 200 steps are old, though not 100 of 2200
	res, err := Run(context.Background(), make("slab 1 of 2", 2000, 2000), Options{Next: func(_ LegResult, all []LegResult) (*Leg, error) {
		if len(all) == 2 {
			return nil, nil
		}
		return &next, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Warnings) != 1 || !hasWarning(res, "slab 2 of 2: the best held-out loss") || !hasWarning(res, "is that of step 100 of 200; the last is ") {
		t.Errorf("warnings %v", res.Warnings)
	}
}

// The same rule in a second phase starts with an empty window.
func TestRuleStartsAnewInNextPhase(t *testing.T) {
	loss := newScored(newToy(4096, 12, 0.5, 30, 1), 300)
	rule := &rules.SNR{Threshold: 0.01, Exhausted: 100, Of: rules.OfFull, Window: 3, Votes: 2, MinSteps: 200}
	phase := func(m optim.Method) Phase {
		return Phase{Name: "adamw", Method: m, Batch: 64, Steps: 1000, Rules: []rules.Rule{rule}}
	}
	res := run(t, loss, Plan{Phases: []Phase{phase(adamw(1e-3)), phase(adamw(1e-3))}}, start(loss.toy))
	for i, p := range res.Phases {
		if p.Ended != rules.ReasonSNR || p.Steps != 200 {
			t.Errorf("phase %d ended %q after %d steps, want snr after 200", i, p.Ended, p.Steps)
		}
	}
	if got := of(res, KindSwitch)[0].Why; !strings.HasSuffix(got, "; adamw goes on with minibatches of 64 of 4096 points") {
		t.Errorf("why = %q", got)
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

// The next phase begins at the best θ if the last has become much worse.
func TestNextPhaseBeginsAtBest(t *testing.T) {
	loss := newScored(newToy(1024, 6, 0.5, 10, 1), 300)
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
