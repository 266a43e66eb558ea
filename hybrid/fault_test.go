package hybrid

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"pinn/optim"
)

// found is a loss that says where it is not finite, and remembers θ.
type found struct {
	*judged
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
			loss := &found{judged: newJudged(newToy(256, 6, 0.5, 10, 1), 100)}
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
			if len(e) != 1 || e[0].Reason != ReasonNotFinite || res.Status != Finished || !finite(res.HeldOut) {
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

// uphill is a loss whose gradient points the wrong way.
type uphill struct{ *judged }

func (u uphill) ValueGrad(grad, theta []float64) float64 {
	v := u.judged.ValueGrad(grad, theta)
	for i := range grad {
		grad[i] = -grad[i]
	}
	return v
}

// A line search that always fails ends its phase, and the next one begins, each with
// its name; the run ends well with what it has.
func TestLineSearchAlwaysFails(t *testing.T) {
	loss := uphill{newJudged(newToy(128, 4, 0.5, 10, 1), 50)}
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
		if p.Ended != ReasonLineSearch || !strings.HasPrefix(p.Why, "line-search: no step lowers the loss ") || p.Steps != 0 || p.LossEvals > 60 {
			t.Errorf("%s ended by %s after %d steps and %d evaluations: %s", p.Method, p.Ended, p.Steps, p.LossEvals, p.Why)
		}
	}
	if s := of(res, KindSwitch); len(s) != 2 || s[0].Reason != ReasonLineSearch || !strings.HasSuffix(s[1].Why, "; ssbroyden now minimises the loss over all 128 points") {
		t.Errorf("switches %v", s)
	}
	if s := of(res, KindStop); len(s) != 1 || s[0].Reason != ReasonLineSearch {
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
	if len(e) != 1 || e[0].Reason != ReasonLineSearch || e[0].Step != 5 || e[0].Why != "line-search: line search failed; went on along steepest descent, at step 5" {
		t.Errorf("restarts %v", e)
	}
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
		if last.Ended != ReasonTime || res.Seconds < 60 || res.Seconds > 70 {
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
		if err != nil || resumed.Phases[0].Ended != ReasonTime || resumed.Seconds > 70 {
			t.Errorf("resumed after a jump of %v: %v, %+v", jump, err, resumed)
		}
	}
}
