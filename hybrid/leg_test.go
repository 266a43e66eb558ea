package hybrid

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/optim"
)

// legOf is the tiny run as a leg that follows others.
func legOf(name string) *Leg {
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	return &Leg{Name: name, Loss: loss, Plan: plan, Theta: start(loss.(*judged).toy), Kind: KindSlab, Why: name + " begins",
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
	if err != nil || len(res.Phases) != 2 || res.Phases[0].Steps != 5 || res.Phases[1].Steps != 15 || res.Phases[0].Ended != ReasonPasses {
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

// How often a run may fall back counts over its legs.
func TestFallBacksOfAllLegs(t *testing.T) {
	make := func() Leg {
		loss := newJudged(newToy(256, 4, 0.5, 10, 1), 50)
		m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
			if step == 5 || step == 15 {
				return optim.StepInfo{Value: 2, Status: optim.Stuck}, nil
			}
			return crawl(step, theta, f)
		}}
		return Leg{Loss: loss, Plan: Plan{FallBack: back(3), Phases: []Phase{{Name: "lm", Method: m, Steps: 60}}}, Theta: start(loss.toy), Kind: KindSlab}
	}
	next := make()
	first := make()
	first.Kind = ""
	res, err := Run(context.Background(), first, Options{Next: func(_ LegResult, all []LegResult) (*Leg, error) {
		if len(all) == 2 {
			return nil, nil
		}
		return &next, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"0 lm/0 4 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 9 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 47 budget false",
		"0 lm/0 4 fall-back false", "0 adamw/32 20 budget true", "0 lm/0 9 stuck false"}
	if got := shortly(res); !slices.Equal(got, want) {
		t.Errorf("phases %q, want %q", got, want)
	}
	if v := of(res, KindVeto); len(v) != 1 || !strings.HasSuffix(v[0].Why, "the run has fallen back 3 times already") {
		t.Errorf("vetoes %v", v)
	}
}

// An old best θ is one that is old for its leg, whatever the legs before have done, and
// the warning counts as the leg does.
func TestOldBestOfALeg(t *testing.T) {
	make := func(name string, good, steps int) Leg {
		loss := newJudged(newToy(1024, 6, 0.5, 10, 1), 300)
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

// Progress tells the leg and what the run may still take: of the phase, of those after
// it, of the legs ahead.
func TestProgressOfLegs(t *testing.T) {
	var heard []Progress
	o := Options{now: ticking(time.Second), Watch: func(p Progress) { heard = append(heard, p) }}
	first, o := twice(o)
	first.Ahead = 30
	first.Plan.FallBack = nil
	if _, err := Run(context.Background(), first, o); err != nil {
		t.Fatal(err)
	}
	begun := heard[0]
	if begun.Leg != 0 || begun.LegName != "first" || begun.StepsLeft != 24+6+30 {
		t.Errorf("at first %+v", begun)
	}
	for i, p := range heard {
		if want := max(0, 60-p.Step); p.StepsLeft != want {
			t.Errorf("report %d, leg %d, step %d: %d steps left, want %d", i, p.Leg, p.Step, p.StepsLeft, want)
		}
	}
	if last := heard[len(heard)-1]; last.Leg != 1 || last.LegName != "second" || last.StepsLeft != 0 {
		t.Errorf("at last %+v", last)
	}
}

// What is left of an interrupted phase counts, and one without a limit leaves no number.
func TestStepsLeft(t *testing.T) {
	loss := newToy(64, 2, 0.5, 10, 1)
	make := func(ahead int, phases ...Phase) *phase {
		for i := range phases {
			phases[i].Method = &scripted{do: crawl}
		}
		r := newRunner(Options{Passes: 1})
		l := r.newLeg(Leg{Loss: loss, Plan: Plan{Phases: phases, FallBack: back(2)}, Theta: start(loss), Ahead: ahead})
		return l.prepare(0)
	}
	p := make(7, Phase{Steps: 50}, Phase{Steps: 20})
	if got := p.stepsLeft(); got != 77 {
		t.Errorf("%d steps left, want 77", got)
	}
	p.leg.fall.begin(10, 0)
	if p = p.leg.prepare(0); p.stepsLeft() != 20+40+20+7 {
		t.Errorf("%d steps left of a run that has fallen back after 10 of 50, want 87", p.stepsLeft())
	}
	for i, p := range []*phase{make(-1, Phase{Steps: 5}), make(0, Phase{}), make(0, Phase{Steps: 5}, Phase{})} {
		if got := p.stepsLeft(); got != -1 {
			t.Errorf("case %d: %d steps left without a limit", i, got)
		}
	}
}

// Events are heard when they happen, all of them and once, and a resumed run does not
// repeat those before.
func TestEventsAreHeard(t *testing.T) {
	var heard []Event
	steps := map[int]bool{}
	first, o := twice(Options{Event: func(e Event) { heard = append(heard, e) }})
	var kept []*Snapshot
	o.Keep = func(_ bool, take func() *Snapshot) {
		s := take()
		if kept = append(kept, s); len(heard) != len(s.Record.Events) {
			t.Errorf("step %d: %d events heard of %d", s.Steps(), len(heard), len(s.Record.Events))
		}
		steps[len(heard)] = true
	}
	res, err := Run(context.Background(), first, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(heard, res.Events) || len(steps) < 8 {
		t.Errorf("heard %d events, the run has %d", len(heard), len(res.Events))
	}
	s := kept[len(kept)/3]
	heard = nil
	_, o = twice(Options{Event: func(e Event) { heard = append(heard, e) }})
	if res, err = Resume(context.Background(), *legOf(s.Leg), s, o); err != nil || !slices.Equal(heard, res.Events[len(s.Record.Events):]) {
		t.Errorf("resumed: %v, heard %d events after %d of %d", err, len(heard), len(s.Record.Events), len(res.Events))
	}
}

// All that is told in seconds is measured by the run's one clock.
func TestOneClock(t *testing.T) {
	frozen := time.Now()
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	loss.(*judged).duration = func() { time.Sleep(time.Microsecond) }
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

// Same legs, same bytes of every snapshot.
func TestSnapshotsRepeat(t *testing.T) {
	frozen := time.Now()
	bytesOf := func() (list [][]byte) {
		first, o := twice(Options{now: func() time.Time { return frozen }})
		o.Keep = func(_ bool, take func() *Snapshot) {
			var b bytes.Buffer
			if err := take().Encode(&b); err != nil {
				t.Fatal(err)
			}
			list = append(list, b.Bytes())
		}
		if _, err := Run(context.Background(), first, o); err != nil {
			t.Fatal(err)
		}
		return list
	}
	if a, b := bytesOf(), bytesOf(); !slices.EqualFunc(a, b, bytes.Equal) {
		t.Error("two runs of the same legs keep other bytes")
	}
}
