package rules

import (
	"math"
	"slices"
	"strings"
	"testing"
)

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

// With confidence a check counts only if its whole band is on the right side.
func TestConfidence(t *testing.T) {
	sure := atTwo()
	sure.Confidence = true
	floor := DefaultNoiseFloor()
	floor.Confidence = true
	precise := func(cs []Check, se float64) []Check {
		for i := range cs {
			cs[i].Stats.SE = se
		}
		return cs
	}
	for _, c := range []struct {
		name string
		rule Rule
		seq  []Check
		want int
	}{
		// SNR_N = 2.6 with a lower limit of 2.6·e^{−se}: 2.4 and 1.6.
		{"snr, precise", sure, precise(checks(0.9, repeat(12, 0.65)...), 0.1), 8},
		{"snr, rough", sure, precise(checks(0.9, repeat(12, 0.65)...), 0.5), -1},
		{"snr, rough but far above", sure, precise(checks(0.9, repeat(12, 0.95)...), 0.5), 8},
		// An upper limit of 0.4·e^{se}: 0.44 and 0.66.
		{"noise-floor, precise", floor, precise(checks(1, repeat(12, 0.4)...), 0.1), 8},
		{"noise-floor, rough", floor, precise(checks(1, repeat(12, 0.4)...), 0.5), -1},
		{"no error known", sure, precise(checks(0.9, repeat(12, 0.95)...), math.NaN()), -1},
	} {
		if at, d := fires(c.rule, c.seq); at != c.want {
			t.Errorf("%s: fires at check %d, want %d", c.name, at, c.want)
		} else if at >= 0 && !strings.Contains(d.Why, "surely stood") {
			t.Errorf("%s: why = %q", c.name, d.Why)
		}
	}
	two := Shape{Points: 4096, Batch: 512, Every: 50, K: 2, Statistics: true}
	refusal, _ := sure.fit(two)
	match(t, "two gradients", refusal, "confidence needs 3 minibatches to compare, but the phase has 2")
}
