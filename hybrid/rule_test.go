package hybrid

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// stats has the given SNR_b exactly; 0 means a signal that is not resolved.
func stats(snr float64) Stats {
	g2 := snr * snr
	if snr == 0 {
		g2 = -0.01
	}
	return Stats{K: 8, Batch: 512, Metric: Plain, Noise: 1, Signal: math.Sqrt(max(g2, 0) + 1.0/8), G2: g2, SE: 0.5}
}

// checks scripts one check every 50 steps with N/b = 16, so that SNR_N is four
// times SNR_b. Held-out losses start at 1 and are multiplied by fall each time.
func checks(fall float64, snr ...float64) []Check {
	out := make([]Check, len(snr))
	heldOut := 1.0
	for i, s := range snr {
		out[i] = Check{Step: 50 * (i + 1), Points: 8192, Stats: stats(s), Loss: heldOut, HeldOut: heldOut,
			SinceClip: Never, SinceRestart: Never}
		heldOut *= fall
	}
	return out
}

func repeat(n int, snr float64) []float64 { return slices.Repeat([]float64{snr}, n) }

// fires feeds the checks to a rule and returns the index of the first that makes
// it leave, −1 if none does, and that decision.
func fires(r Rule, cs []Check) (int, Decision) {
	r.Reset()
	for i, c := range cs {
		if d := r.Observe(c); d.Leave {
			return i, d
		}
	}
	return -1, Decision{}
}

// Each rule fires on its own sequence, at the check named, and on no other.
func TestEachRuleFiresOnItsSequenceOnly(t *testing.T) {
	rules := []struct {
		name string
		rule Rule
	}{
		{"snr", atTwo()},
		{"noise-floor", DefaultNoiseFloor()},
		{"plateau", DefaultPlateau()},
		{"loss", &LossLevel{Below: 5e-7}},
		{"budget", &Budget{Steps: 5000}},
		{"time", &Budget{Time: 12 * time.Second, Run: time.Minute}},
	}
	late := checks(0.9, repeat(4, 0.6)...)
	late[3].Step = 5000
	slow := checks(0.9, repeat(4, 0.6)...)
	slow[3].Elapsed = 13 * time.Second
	for _, c := range []struct {
		name string
		at   int
		why  string
		seq  []Check
	}{
		{"snr", 8, "snr: in 9 of 9 checks the full-set signal stood ≥ 2 times its noise (median 2.6 for N = 8192) while a batch of 512 carried 0.65, at step 450",
			checks(0.9, repeat(12, 0.65)...)},
		{"noise-floor", 8, "noise-floor: in 9 of 9 checks the signal of a batch of 512 stood at ≤ 0.5 of its noise (median 0.3, 0 not resolved) and the held-out loss improved by 9.2 % over them, less than 10 %, at step 450",
			checks(0.988, repeat(12, 0.3)...)},
		{"plateau", 10, "plateau: the held-out loss improved by 0.0 % over 10 checks, less than 10 %, and stands at 1 at best, at step 550",
			checks(1, repeat(12, 1.2)...)},
		{"loss", 3, "loss: the held-out loss 1e-09 has come down to 5e-07, at step 200",
			checks(1e-3, repeat(12, 1.2)...)[:4]},
		{"budget", 3, "budget: all 5000 steps of the phase are done", late},
		{"time", 3, "budget: the phase has used its 12 s, 20 % of 60 s, at step 200", slow},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range rules {
				at, d := fires(r.rule, c.seq)
				want := -1
				if r.name == c.name {
					want = c.at
				}
				if at != want {
					t.Errorf("rule %s fires at check %d of the %s sequence, want %d", r.name, at, c.name, want)
				}
				if at >= 0 && at == want && d.Why != c.why {
					t.Errorf("why = %q\nwant  %q", d.Why, c.why)
				}
			}
		})
	}
}

func TestSNR(t *testing.T) {
	const stand, low = 0.65, 0.2 // SNR_N 2.6 and 0.8
	join := func(parts ...[]float64) []float64 { return slices.Concat(parts...) }
	batchForm := atTwo()
	batchForm.Of = OfBatch
	for _, c := range []struct {
		name string
		rule *SNR
		seq  []Check
		want int // check at which it fires
	}{
		{"seven votes of nine", atTwo(), checks(0.9, join(repeat(2, low), repeat(9, stand))...), 8},
		{"six votes of nine", atTwo(), checks(0.9, slices.Repeat([]float64{stand, stand, low}, 6)...), -1},
		{"a batch still carries signal", atTwo(), checks(0.9, repeat(20, 1.1)...), -1},
		{"median counts, not each check", atTwo(), checks(0.9, 0.6, 3, 0.6, 3, 0.6, 3, 0.6, 3, 0.6), 8},
		{"not before min_steps", &SNR{Threshold: 2, Exhausted: 1, Of: OfFull, Window: 3, Votes: 3, MinSteps: 300}, checks(0.9, repeat(9, stand)...), 5},
		{"full window needed", atTwo(), checks(0.9, repeat(8, stand)...), -1},
		{"batch form", batchForm, checks(0.9, repeat(9, 2.1)...), 8},
		{"batch form below", batchForm, checks(0.9, repeat(20, 1.9)...), -1},

		// Hysteresis: the median of SNR_N falls through 2/√2, so the window
		// starts anew; with SNR_N at 1.6 it does not, and old votes still count.
		{"falls and rises", atTwo(), checks(0.9, join(repeat(6, stand), repeat(5, low), repeat(9, stand))...), 19},
		{"dips and rises", atTwo(), checks(0.9, join(repeat(6, stand), repeat(5, 0.4), repeat(9, stand))...), 17},
		{"rises from below without delay", atTwo(), checks(0.9, join(repeat(20, low), repeat(7, stand))...), 26},
	} {
		t.Run(c.name, func(t *testing.T) {
			if at, d := fires(c.rule, c.seq); at != c.want {
				t.Errorf("fires at check %d, want %d: %s", at, c.want, d.Why)
			}
		})
	}
}

// An unresolved signal must not vote even where the floor 0.141·√(N/b) is above
// the threshold.
func TestSNRUnresolvedNeverVotes(t *testing.T) {
	seq := checks(0.9, repeat(20, 0)...)
	for i := range seq {
		seq[i].Points = 512 * 400
	}
	if at, d := fires(atTwo(), seq); at >= 0 {
		t.Errorf("fires at check %d on signals that are not resolved: %s", at, d.Why)
	}
}

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
		{"gradient not finite", func(c *Check) { c.Stats.Noise, c.Stats.G2 = nan, nan }, 14},
		{"all gradients zero", func(c *Check) { c.Stats.Noise, c.Stats.G2 = 0, 0 }, 14},
		{"no statistics", func(c *Check) { c.Stats = Stats{} }, 9},
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

// A phase that is entered again starts with an empty window and counts its
// steps anew.
func TestReset(t *testing.T) {
	for _, r := range []Rule{atTwo(), DefaultNoiseFloor(), DefaultPlateau()} {
		snr, fall := 0.65, 0.9
		if _, ok := r.(*NoiseFloor); ok {
			snr, fall = 0.3, 0.999
		}
		if _, ok := r.(*Plateau); ok {
			fall = 1
		}
		first, _ := fires(r, checks(fall, repeat(20, snr)...))
		again, _ := fires(r, checks(fall, repeat(20, snr)...))
		if first < 0 || first != again {
			t.Errorf("%T fires at check %d, after Reset at %d", r, first, again)
		}
	}
}

func TestNoiseFloor(t *testing.T) {
	for _, c := range []struct {
		name string
		seq  []Check
		want int
	}{
		{"drowned and standing still", checks(1, repeat(12, 0.3)...), 8},
		{"not resolved counts", checks(1, repeat(12, 0)...), 8},
		{"drowned but still falling", checks(0.97, repeat(20, 0.3)...), -1},
		{"standing still but not drowned", checks(1, repeat(20, 0.6)...), -1},
		// The median rises through √2·0.5 at check 10, so nine more are needed; at
		// 0.6 it does not, and seven more make seven of nine.
		{"rises and drowns", checks(1, slices.Concat(repeat(6, 0.3), repeat(5, 0.9), repeat(12, 0.3))...), 19},
		{"bobs and drowns", checks(1, slices.Concat(repeat(6, 0.3), repeat(5, 0.6), repeat(12, 0.3))...), 17},
	} {
		t.Run(c.name, func(t *testing.T) {
			if at, d := fires(DefaultNoiseFloor(), c.seq); at != c.want {
				t.Errorf("fires at check %d, want %d: %s", at, c.want, d.Why)
			}
		})
	}
}

func TestPlateau(t *testing.T) {
	spiky := checks(0.98, repeat(12, 1)...)
	for i := range spiky {
		if i%2 == 1 {
			spiky[i].HeldOut *= 50
		}
	}
	unmeasured := checks(1, repeat(30, 1)...)
	for i := range unmeasured {
		if i%2 == 1 {
			unmeasured[i].HeldOut = nan
		}
	}
	redrawn := checks(1, repeat(12, 1)...)
	for i := range redrawn {
		redrawn[i].SinceRestart = 5
	}
	for _, c := range []struct {
		name string
		seq  []Check
		want int
	}{
		{"still", checks(1, repeat(12, 1)...), 10},
		{"rising", checks(1.5, repeat(12, 1)...), 10},
		{"falling 2 % a check", checks(0.98, repeat(40, 1)...), -1},
		{"falling 1 % a check", checks(0.99, repeat(12, 1)...), 10},
		{"spikes do not hide progress", spiky, -1},
		{"only measured losses count", unmeasured, 20},
		{"a redraw does not matter", redrawn, 10},
		{"losses that reach zero", checks(0, repeat(12, 1)...), 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			if at, d := fires(DefaultPlateau(), c.seq); at != c.want {
				t.Errorf("fires at check %d, want %d: %s", at, c.want, d.Why)
			}
		})
	}
}

func TestLossLevelFallsBackOnTrainingLoss(t *testing.T) {
	c := Check{Step: 7, Loss: 1e-7, HeldOut: nan}
	d := (&LossLevel{Below: 1e-6}).Observe(c)
	if !d.Leave || !strings.Contains(d.Why, "training loss 1e-07") {
		t.Errorf("decision = %+v, want to leave by the training loss", d)
	}
	c.HeldOut, c.First = 1e-9, 1e3
	for fall, leaves := range map[float64]bool{1e-11: true, 1e-12: true, 9e-13: false} {
		if d := (&LossLevel{Fall: fall}).Observe(c); d.Leave != leaves {
			t.Errorf("fall %g from 1e3 to 1e-9: leaves = %v, want %v: %s", fall, d.Leave, leaves, d.Why)
		}
	}
	c.HeldOut = 1
	if d := (&LossLevel{Below: 1e-6}).Observe(c); d.Leave {
		t.Errorf("leaves although the held-out loss is 1: %s", d.Why)
	}
}

func TestFit(t *testing.T) {
	with := func(f func(*SNR)) *SNR { r := atTwo(); f(r); return r }
	room := shape{points: 4096, batch: 512, every: 50, steps: 2000, statistics: true}
	tight, short, blind := room, room, room
	tight.batch, short.steps, blind.statistics = 2048, 400, false
	for _, c := range []struct {
		name           string
		rule           fitter
		shape          shape
		refusal, doubt string
	}{
		{"snr fits", atTwo(), room, "", ""},
		{"snr without room", atTwo(), tight, "can never fire: 4096 points are 2 batches of 2048, but threshold 2 over exhausted 1 needs 4", ""},
		{"snr of batch needs no room", with(func(r *SNR) { r.Of = OfBatch }), tight, "", ""},
		{"snr in a short phase", atTwo(), short, "", "cannot fire before step 450, but the phase ends at step 400"},
		{"snr without minibatches", atTwo(), blind, "needs minibatches", ""},
		{"snr votes", with(func(r *SNR) { r.Votes = 10 }), room, "votes must lie between 1 and window, got 10 of 9", ""},
		{"snr of nothing", with(func(r *SNR) { r.Of = "half" }), room, `of: must be "full" or "batch", got "half"`, ""},
		{"snr threshold", with(func(r *SNR) { r.Threshold = nan }), room, "must be positive, got NaN and 1", ""},
		{"noise-floor fits", DefaultNoiseFloor(), room, "", ""},
		{"noise-floor below what can be resolved", &NoiseFloor{Floor: 0.1, Improve: 0.1, Window: 9, Votes: 7}, room, "can never fire: noise_floor must be at least 0.141", ""},
		{"noise-floor in a short phase", DefaultNoiseFloor(), short, "", "cannot fire before step 450"},
		{"plateau fits", DefaultPlateau(), room, "", ""},
		{"plateau in a short phase", DefaultPlateau(), short, "", "cannot fire before step 550"},
		{"plateau of nothing", &Plateau{}, room, "must be positive, got 0 and 0", ""},
		{"loss", &LossLevel{Below: 1e-3}, room, "", ""},
		{"loss of nothing", &LossLevel{}, room, "must have a positive threshold or fall, got 0 and 0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			refusal, doubt := c.rule.fit(c.shape)
			match(t, "refusal", refusal, c.refusal)
			match(t, "doubt", doubt, c.doubt)
		})
	}
}

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
func atTwo() *SNR {
	r := DefaultSNR()
	r.Threshold = 2
	return r
}
