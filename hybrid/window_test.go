package hybrid

import (
	"slices"
	"strings"
	"testing"

	"pinn/optim"
)

// clippedEvery returns n checks that speak for leaving, every k-th of them some updates
// after a clipped step.
func clippedEvery(n, k int) []Check {
	seq := checks(1, repeat(n, 0.65)...)
	for i := range seq {
		if i%k == 0 {
			seq[i].SinceClip = 5
		}
	}
	return seq
}

// Steps that are clipped as a matter of course do not keep a rule from firing, however
// they lie between the checks; that they held checks back is told once.
func TestClippingDoesNotStarve(t *testing.T) {
	rules := map[string]func() Rule{
		"snr":         func() Rule { return atTwo() },
		"noise-floor": func() Rule { return &NoiseFloor{Floor: 1, Improve: 2, Window: 9, Votes: 7} },
	}
	for name, rule := range rules {
		for _, c := range []struct{ every, fires, told int }{
			{1, 11, 2}, // three are held back, the next nine fill the window
			{2, 13, 4}, // checks 0, 2 and 4 are held back
			{3, 15, 6},
			{8, 25, 16},
		} {
			r := rule()
			r.Reset()
			var notes []string
			fired := -1
			for i, check := range clippedEvery(40, c.every) {
				d := r.Observe(check)
				if strings.Contains(d.Note, "held back") {
					if notes = append(notes, d.Note); i != c.told {
						t.Errorf("%s, every %d: told at check %d, want %d", name, c.every, i, c.told)
					}
				}
				if d.Leave && fired < 0 {
					fired = i
				}
			}
			if fired != c.fires || len(notes) != 1 {
				t.Errorf("%s, every %d: fires at check %d, want %d; notes %q", name, c.every, fired, c.fires, notes)
			}
		}
		// Where the window fills between clipped steps, they bar as ever, without a word.
		seq := clippedEvery(40, 10)
		for i := range seq {
			seq[i].Stats = stats(0.3) // for noise-floor as well as against snr
		}
		for i, note := range notes(rule(), seq) {
			if strings.Contains(note, "held back") {
				t.Errorf("%s: told %q at check %d", name, note, i)
			}
		}
	}
	r := atTwo()
	r.Reset()
	var last string
	for _, c := range clippedEvery(3, 1) {
		last = r.Observe(c).Note
	}
	want := "snr: 3 checks were held back, the last since a step was clipped 5 updates ago; since steps are clipped again and again, that holds back none from here on, at step 150"
	if last != want {
		t.Errorf("note = %q\nwant   %q", last, want)
	}
	// A phase that is entered anew counts anew.
	r.Reset()
	if at, _ := fires(r, clippedEvery(40, 1)); at != 11 {
		t.Errorf("after Reset it fires at check %d, want 11", at)
	}
}

// The votes lost to the clipped step that is the last to bar are told with it.
func TestClippingThatCostsVotes(t *testing.T) {
	seq := checks(0.9, repeat(30, 0.65)...)
	seq[0].SinceClip, seq[1].SinceClip, seq[8].SinceClip = 5, 5, 5
	got := notes(atTwo(), seq)
	if len(got) != 1 || !strings.HasPrefix(got[8], "snr|snr: the votes, 6 in 6 checks of the 7 needed, are counted anew, since a step was clipped 5 updates ago, at step 450; snr: 3 checks were held back") {
		t.Errorf("notes %v", got)
	}
}

// A run that clips every step can leave by the signal, and has one event about it.
func TestRunThatClipsEveryStep(t *testing.T) {
	loss := newJudged(newToy(1024, 4, 0.5, 10, 1), 300)
	m := &scripted{do: func(step int, theta []float64, f optim.Objective) (optim.StepInfo, error) {
		info, err := crawl(step, theta, f)
		info.Clip = 0.5
		return info, err
	}}
	rule := &SNR{Threshold: 1e-3, Exhausted: 1e3, Of: OfFull, Window: 4, Votes: 3}
	res := run(t, loss, Plan{Phases: []Phase{{Name: "m", Method: m, Batch: 32, Steps: 2000, Rules: []Rule{rule}}}}, start(loss.toy))
	if p := res.Phases[0]; p.Ended != ReasonSNR || p.Steps != 50*(clipMost+4) {
		t.Errorf("ended by %s after %d steps, want snr after three checks and a window of four", p.Ended, p.Steps)
	}
	if v := of(res, KindVeto); len(v) != 1 || v[0].Reason != ReasonSNR || !strings.Contains(v[0].Why, "held back") {
		t.Errorf("vetoes %v", v)
	}
}

// What a rule remembers is taken back whole, and is a copy.
func TestMemory(t *testing.T) {
	seq := clippedEvery(12, 7)
	for _, make := range []func() Rule{
		func() Rule { return &SNR{Threshold: 1e6, Exhausted: 1, Of: OfFull, Window: 4, Votes: 3} },
		func() Rule { return &NoiseFloor{Floor: 1, Improve: 1e-9, Window: 4, Votes: 3} },
		func() Rule { return DefaultPlateau() },
	} {
		for cut := range seq {
			a, b := make(), make()
			a.Reset()
			b.Reset()
			for _, c := range seq[:cut] {
				a.Observe(c)
			}
			m := a.(remembering).memory()
			if err := b.(remembering).recall(m); err != nil {
				t.Fatal(err)
			}
			for i, c := range seq[cut:] {
				if da, db := a.Observe(c), b.Observe(c); da != db {
					t.Fatalf("%T after %d checks: %+v at the next but %d, want %+v", a, cut, db, i, da)
				}
			}
		}
	}
	if got := memories([]Rule{&Budget{Steps: 1}}); len(got) != 1 || got[0].forgetful(false, false) != nil {
		t.Errorf("a budget remembers %+v", got)
	}
	bad := []Memory{{Checks: make([]Check, 5)}, {Clips: -1}, {Clips: clipMost + 1}}
	for _, m := range bad {
		if err := (&window{}).recall(m, 4); err == nil {
			t.Errorf("a window of 4 takes %+v", m)
		}
	}
}

// The newest checks are those that were admitted last.
func TestWindowKeepsTheNewest(t *testing.T) {
	var w window
	seq := checks(1, repeat(7, 0.65)...)
	for i, c := range seq {
		if ok, o := w.admit(c, 3); !ok || o != (objection{}) {
			t.Fatalf("check %d: %v, %+v", i, ok, o)
		}
	}
	var steps []int
	for _, c := range w.newest(9) {
		steps = append(steps, c.Step)
	}
	if !slices.Equal(steps, []int{250, 300, 350}) || w.len() != 3 || len(w.newest(2)) != 2 {
		t.Errorf("the window holds the checks of steps %v", steps)
	}
}
