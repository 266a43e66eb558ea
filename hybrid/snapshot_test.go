package hybrid

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// tiny is a run in which everything happens that has a state: minibatches and
// checks, rules that vote, redraws, points of a phase's own, a value that is not finite, clipping, phases
// that follow one another. It is short, so that it can be resumed at every step.
func tiny(row optim.Row) (Batched, Plan) {
	loss := newScored(newToy(96, 4, 0.5, 10, 1), 20)
	loss.poison = func(call int, grad []float64) bool { return call == 23 || call == 41 }
	first := Phase{Name: row.Name, Method: row.New(), Steps: 24, Resample: &Resample{Method: "rad", Every: 9},
		Rules: []rules.Rule{&rules.Plateau{Improve: 1e-9, Checks: 40}}}
	if shared, ok := optim.ShareOf(first.Method); ok {
		shared.LearningRate, shared.Clip = optim.Constant(1e-2), optim.Clip{Median: 1.01}
	}
	if row.LeastSquares { // one step finds the minimum of a toy
		first.Resample.Every = 1
	}
	if !row.FullBatch {
		first.Batch, first.Checks = 12, Checks{Every: 3, Batches: 4, Share: 1}
		first.Rules = append(first.Rules, &rules.SNR{Threshold: 1e6, Exhausted: 1e6, Of: rules.OfBatch, Window: 4, Votes: 3, MinSteps: 20},
			&rules.NoiseFloor{Floor: 0.2, Improve: 1e-9, Window: 3, Votes: 2}, &rules.Budget{Steps: 100}, &rules.LossLevel{Below: 1e-9})
	}
	second := Phase{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 6, Points: 80, Resample: &Resample{Method: "uniform", Every: 4}}
	return loss, Plan{Seed: 5, HeldOutEvery: 4, Phases: []Phase{first, second}}
}

func begin(p Plan, loss Batched, o Options) (*Result, error) {
	if s, ok := loss.(sighted); ok {
		return Run(context.Background(), one(loss, p, start(s.toy)), o)
	}
	return Run(context.Background(), one(loss, p, start(loss.(*scored).toy)), o)
}

// resume goes on with the run of one leg.
func resume(p Plan, loss Batched, s *Snapshot, o Options) (*Result, error) {
	return Resume(context.Background(), one(loss, p, nil), s, o)
}

// through is the snapshot after it was encoded and decoded.
func through(t *testing.T, s *Snapshot) *Snapshot {
	t.Helper()
	var b bytes.Buffer
	if err := s.Encode(&b); err != nil {
		t.Fatal(err)
	}
	back, err := DecodeSnapshot(&b)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// timeless is everything that a result says, but for the clock.
func timeless(res *Result) string {
	r := *res
	r.Seconds = 0
	r.Trace = &Trace{TermNames: res.Trace.TermNames, Rows: blind(res.Trace)}
	r.Events, r.Phases = slices.Clone(r.Events), slices.Clone(r.Phases)
	for i := range r.Events {
		r.Events[i].Wall = 0
	}
	for i := range r.Phases {
		r.Phases[i].Seconds, r.Phases[i].CheckSeconds, r.Phases[i].HeldOutSeconds = 0, 0, 0
	}
	words := fmt.Sprint(r.Warnings, r.Events)
	r.Warnings = nil
	return fmt.Sprintf("%s %x %x %+v", words, *r.Trace, r.Theta, struct {
		HeldOut                                        uint64
		BestStep, Steps, LossEvals, GradEvals, phases_ int
		Status                                         Status
		Phases                                         []PhaseResult
	}{math.Float64bits(r.HeldOut), r.BestStep, r.Steps, r.LossEvals, r.GradEvals, len(r.Phases), r.Status, r.Phases})
}

// Whatever the method, a run that is stopped between any two steps and resumed
// with another loss and plan ends with the bits of one that never stopped.
func TestResumeAtEveryStep(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	for _, row := range optim.Methods {
		t.Run(row.Name, func(t *testing.T) {
			want := resumes(t, func() (Batched, Plan) { return tiny(row) })
			if len(want.Phases) != 2 || len(of(want, KindResample)) == 0 || len(of(want, KindRestart)) == 0 && !row.FullBatch {
				t.Fatalf("the run does not show what it should: %+v", want.Events)
			}
		})
	}
}

// The same for a batch that has grown, and checks that stand at their widest.
func TestResumeGrown(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: resumes a run at each of hundreds of steps")
	}
	want := resumes(t, func() (Batched, Plan) {
		loss := newScored(newToy(96, 4, 0.5, 10, 1), 20)
		hungry := &rules.SNR{Threshold: 1e6, Exhausted: 1e6, Of: rules.OfFull, Window: 3, Votes: 2, MinSteps: 300, Grow: true}
		far := &rules.SNR{Threshold: 1e6, Exhausted: 1e6, Of: rules.OfFull, Window: 2, Votes: 2}
		return loss, Plan{Seed: 5, Phases: []Phase{
			{Name: "adamw", Method: adamw(1e-3), Batch: 6, Steps: 620, Checks: Checks{Batches: 4, Share: 1}, Rules: []rules.Rule{hungry}},
			{Name: "adamw", Method: adamw(1e-3), Batch: 6, Steps: 620, Rules: []rules.Rule{far}}}}
	})
	if len(of(want, KindGrow)) != 2 || len(of(want, KindVeto)) != 1 || want.Phases[0].Batch != 24 || want.Phases[1].Checks > 6 {
		t.Fatalf("the run does not show what it should: %v, %+v", want.Events, want.Phases)
	}
}

// resumes runs a plan, and from every step of it again, and returns the result.
func resumes(t *testing.T, make func() (Batched, Plan)) *Result {
	t.Helper()
	loss, plan := make()
	want, err := begin(plan, loss, Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole := timeless(want)
	var kept []*Snapshot
	loss, plan = make()
	keep := Options{Keep: func(_ bool, take func() *Snapshot) { kept = append(kept, take()) }}
	if res, err := begin(plan, loss, keep); err != nil || timeless(res) != whole {
		t.Fatalf("keeping the state changed the run: %v", err)
	}
	if len(kept) < want.Steps {
		t.Fatalf("%d snapshots of %d steps", len(kept), want.Steps)
	}
	stride := max(1, len(kept)/80)
	for i := 0; i < len(kept); i += stride {
		loss, plan := make()
		got, err := resume(plan, loss, through(t, kept[i]), Options{})
		if err != nil {
			t.Fatalf("snapshot %d, of step %d: %v", i, kept[i].Steps(), err)
		}
		if got := timeless(got); got != whole {
			t.Fatalf("resumed from snapshot %d, of step %d:\n%s\nwant\n%s", i, kept[i].Steps(), got, whole)
		}
	}
	return want
}

// A run that was told to stop leaves a snapshot of where it would have gone on,
// without the measurements that the stop itself asked for.
func TestResumeAfterInterrupt(t *testing.T) {
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	want, err := begin(plan, loss, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{5, 40, 62} { // of the calls of the loss
		ctx, cancel := context.WithCancel(context.Background())
		loss, plan := tiny(row)
		scored := loss.(*scored)
		poison := scored.poison
		scored.poison = func(call int, grad []float64) bool {
			if call == at {
				cancel()
			}
			return poison(call, grad)
		}
		var kept *Snapshot
		keep := func(last bool, take func() *Snapshot) {
			if last {
				kept = take()
			}
		}
		res, err := Run(ctx, one(loss, plan, start(scored.toy)), Options{Keep: keep})
		if err != nil || res.Status != Interrupted || kept == nil {
			t.Fatalf("call %d: %v, status %v, kept %v", at, err, res.Status, kept)
		}
		loss, plan = tiny(row)
		got, err := resume(plan, loss, through(t, kept), Options{})
		if err != nil || timeless(got) != timeless(want) {
			t.Errorf("interrupted in call %d and resumed: %v\n%s\nwant\n%s", at, err, timeless(got), timeless(want))
		}
	}
}

// Only what can be saved can be kept.
func TestKeepNeedsStatefulMethods(t *testing.T) {
	plan := Plan{Phases: []Phase{{Name: "crawl", Method: &scripted{do: crawl}, Steps: 3}}}
	loss := newToy(32, 2, 0.5, 10, 1)
	if _, err := Run(context.Background(), one(loss, plan, start(loss)), Options{Keep: func(bool, func() *Snapshot) {}}); err == nil || !strings.Contains(err.Error(), "crawl cannot save its state") {
		t.Errorf("err = %v", err)
	}
}

// The time that a run has used before it is resumed counts against its limit and
// that of its phase.
func TestResumeCountsTheTimeUsed(t *testing.T) {
	row, _ := optim.ByName("lbfgs")
	var s *Snapshot
	loss, plan := tiny(row)
	o := Options{now: ticking(time.Second), Time: 10 * time.Hour}
	o.Keep = func(_ bool, take func() *Snapshot) {
		if s == nil || s.Steps() < 10 {
			s = take()
		}
	}
	whole, err := begin(plan, loss, o)
	if err != nil {
		t.Fatal(err)
	}
	used := 0.0
	for _, row := range whole.Trace.Rows {
		if row.Step == 10 && used == 0 {
			used = row.Wall
		}
	}
	if used < 10 {
		t.Fatalf("%g s were used at step 10", used)
	}
	loss, plan = tiny(row)
	o = Options{now: ticking(time.Second), Time: time.Duration(used+20) * time.Second}
	o.Start = o.now().Add(-5 * time.Second) // what setting up took this time
	res, err := resume(plan, loss, s, o)
	if err != nil {
		t.Fatal(err)
	}
	last := res.Phases[len(res.Phases)-1]
	first := res.Trace.Rows[11].Wall
	if first < used+5 {
		t.Errorf("the first step after it at %g s, want at least %g", first, used+5)
	}
	if last.Ended != rules.ReasonTime || res.Seconds < used+20 || res.Seconds > used+30 || last.Seconds < used+10 {
		t.Errorf("ended %s after %g s, %g of them in the phase; want time after %g", last.Ended, res.Seconds, last.Seconds, used+20)
	}
}

func TestResumeNoisy(t *testing.T) {
	want := resumes(t, func() (Batched, Plan) {
		loss := sighted{newScored(newToy(96, 4, 0.5, 10, 1), 20), func(calls int) float64 { return 0.2 + float64(calls%7)/10 }}
		return loss, Plan{Seed: 5, HeldOutEvery: 1, Phases: []Phase{
			{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 25, Resample: &Resample{Method: "uniform", Noise: 0.3}},
		}}
	})
	if n := len(of(want, KindResample)); n != 2 {
		t.Errorf("%d redraws, want 2: %v", n, slices.Clone(want.Events))
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

// ticking is a clock that goes on by a step at every look.
func ticking(step time.Duration) func() time.Time {
	t := time.Now()
	return func() time.Time { t = t.Add(step); return t }
}

// jumped returns t with the clock on the wall put forward by d, and the monotonic
// clock as it was: what time.Now gives after somebody has set the clock. It reaches
// into time.Time, whose first word holds the wall's seconds from bit 30 on.
func jumped(t time.Time, d time.Duration) time.Time {
	word := (*uint64)(unsafe.Pointer(&t))
	*word += uint64(int64(d/time.Second)) << 30
	return t
}

// The clock on the wall may be set while a run is on: its budgets, times and the
// state that it keeps do not notice.
func TestClockJumps(t *testing.T) {
	began := time.Now()
	if there := jumped(began, time.Hour); there.Sub(began) != 0 || there.Round(0).Sub(began.Round(0)) != time.Hour {
		t.Fatalf("jumped moves the clocks by %v and %v, want 0 and 1 h", there.Sub(began), there.Round(0).Sub(began.Round(0)))
	}
	row, _ := optim.ByName("lbfgs")
	var want string
	for i, jump := range []time.Duration{0, 5 * time.Hour, -5 * time.Hour} {
		steady := ticking(time.Second)
		looks := 0
		clock := func() time.Time {
			if looks++; looks > 20 {
				return jumped(steady(), jump)
			}
			return steady()
		}
		loss, plan := tiny(row)
		var s *Snapshot
		o := Options{now: clock, Time: 60 * time.Second}
		o.Keep = func(_ bool, take func() *Snapshot) {
			if s == nil || s.Steps() < 6 {
				s = take()
			}
		}
		res, err := begin(plan, loss, o)
		if err != nil {
			t.Fatal(err)
		}
		last := res.Phases[len(res.Phases)-1]
		if last.Ended != rules.ReasonTime || res.Seconds < 60 || res.Seconds > 70 {
			t.Errorf("a jump of %v: ended by %s after %g s, want time after 60", jump, last.Ended, res.Seconds)
		}
		walls := []float64{}
		for _, r := range res.Trace.Rows {
			walls = append(walls, math.Round(r.Wall))
		}
		walls = append(walls, s.Seconds, s.PhaseSeconds, s.Monitor.Seconds)
		got := fmt.Sprint(walls)
		if i == 0 {
			want = got
		}
		if got != want {
			t.Errorf("a jump of %v: times %s\nwant %s", jump, got, want)
		}
		loss, plan = tiny(row)
		o = Options{now: func() time.Time { return jumped(steady(), -jump) }, Time: 60 * time.Second}
		resumed, err := Resume(context.Background(), one(loss, plan, nil), s, o)
		if err != nil || resumed.Phases[0].Ended != rules.ReasonTime || resumed.Seconds > 70 {
			t.Errorf("resumed after a jump of %v: %v, %+v", jump, err, resumed)
		}
	}
}
