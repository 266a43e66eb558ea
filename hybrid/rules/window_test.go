package rules

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/hybrid/noise"
)

// Each veto empties the window: the rule then fires nine admitted checks later.
func TestVetoes(t *testing.T) {
	for _, c := range []struct {
		name string
		veto func(*Check)
		want int // 8 if the check is admitted
	}{
		{"none", func(*Check) {}, 8},
		{"clipped just now", func(c *Check) { c.SinceClip = 19 }, 14},
		{"clipped a while ago", func(c *Check) { c.SinceClip = 20 }, 8},
		{"redrawn just now", func(c *Check) { c.SinceRestart = 3 }, 14},
		{"redrawn since the last check", func(c *Check) { c.SinceRestart = 40 }, 13},
		{"redrawn before the last check", func(c *Check) { c.SinceRestart = 50 }, 8},
		{"loss not finite", func(c *Check) { c.Loss = math.Inf(1) }, 14},
		{"gradient not finite", func(c *Check) { c.Stats.Noise, c.Stats.G2 = math.NaN(), math.NaN() }, 14},
		{"all gradients zero", func(c *Check) { c.Stats.Noise, c.Stats.G2 = 0, 0 }, 14},
		{"no statistics", func(c *Check) { c.Stats = noise.Stats{} }, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, rule := range []Rule{atTwo(), &NoiseFloor{Floor: 1, Improve: 2, Window: 9, Votes: 7}} {
				seq := checks(0.9, repeat(30, 0.65)...)
				c.veto(&seq[5])
				if at, _ := fires(rule, seq); at != c.want {
					t.Errorf("%T fires at check %d, want %d", rule, at, c.want)
				}
			}
		})
	}
}

// notes feeds the checks to a rule and returns what it had to say, with the index of
// the check.
func notes(r Rule, cs []Check) map[int]string {
	r.Reset()
	out := map[int]string{}
	for i, c := range cs {
		if d := r.Observe(c); d.Note != "" {
			out[i] = string(d.Reason) + "|" + d.Note
		}
	}
	return out
}

// What was near to a decision and came to nothing is told once.
func TestNotes(t *testing.T) {
	join := func(parts ...[]float64) []float64 { return slices.Concat(parts...) }
	clipped := checks(0.9, repeat(20, 0.65)...)
	clipped[6].SinceClip = 3
	few := checks(0.9, repeat(20, 0.65)...)
	few[2].SinceClip = 3
	grown := checks(0.9, repeat(8, 0.65)...)
	for i := 5; i < len(grown); i++ {
		grown[i].Stats.Batch *= 2
	}
	for _, c := range []struct {
		name string
		rule Rule
		seq  []Check
		want map[int]string
	}{
		{"nothing to tell", atTwo(), checks(0.9, repeat(9, 0.65)...), nil},
		{"a veto with votes", atTwo(), clipped,
			map[int]string{6: "snr|snr: the votes, 6 in 6 checks of the 7 needed, are counted anew, since a step was clipped 3 updates ago, at step 350"}},
		{"a veto with few votes", atTwo(), few, nil},
		{"another size, which has an event of its own", atTwo(), grown, nil},
		{"the median falls", atTwo(), checks(0.9, join(repeat(5, 0.65), repeat(5, 0.2))...),
			map[int]string{9: "snr|snr: the votes, 4 in 9 checks of the 7 needed, are counted anew, since their median fell to 0.8, below 2/√2, at step 500"}},
		{"a batch still carries signal", atTwo(), checks(0.9, join(repeat(12, 1.2), repeat(1, 0.9))...),
			map[int]string{8: "snr|snr: 9 of 9 checks are for leaving, but a batch of 512 still carries 1.2, more than 1, at step 450"}},
		{"drowned but still falling", DefaultNoiseFloor(), checks(0.9, repeat(12, 0.3)...),
			map[int]string{8: "noise-floor|noise-floor: in 9 of 9 checks the signal of a batch of 512 stood at ≤ 0.5 of its noise, but the held-out loss improved by 57.0 % over them, at step 450"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := notes(c.rule, c.seq)
			if len(got) != len(c.want) {
				t.Errorf("notes = %v, want %v", got, c.want)
			}
			for i, want := range c.want {
				if got[i] != want {
					t.Errorf("note at check %d = %q, want %q", i, got[i], want)
				}
			}
		})
	}
}

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
	if got := Memories([]Rule{&Budget{Steps: 1}}); len(got) != 1 || got[0].forgetful(false, false) != nil {
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

// join of sentences leaves the empty ones out.
func TestSentences(t *testing.T) {
	if got := sentences("", "a", "", "b"); got != "a; b" || sentences("", "") != "" || strings.Contains(sentences("a"), ";") {
		t.Errorf("%q", got)
	}
}
