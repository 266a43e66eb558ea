package hybrid

import "testing"

func TestTexts(t *testing.T) {
	e := Event{Step: 850, Phase: 0, Kind: KindSwitch, Reason: ReasonSNR, Why: "snr: because"}
	for _, c := range []struct{ got, want string }{
		{e.String(), "step 850, phase 0, switch: snr: because"},
		{Finished.String(), "finished"},
		{Interrupted.String(), "interrupted"},
		{Failed.String(), "failed"},
		{Status(7).String(), "Status(7)"},
		{two(0.654), "0.65"},
		{two(12.6), "13"},
		{two(123.4), "123"},
		{two(1.26e7), "1.3e+07"},
		{two(nan), "NaN"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if got := (PhaseResult{Seconds: 4, CheckSeconds: 1}).CheckShare(); got != 0.25 {
		t.Errorf("CheckShare = %v, want 0.25", got)
	}
	if got := (PhaseResult{}).CheckShare(); got != 0 {
		t.Errorf("CheckShare of no time = %v, want 0", got)
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median of 1 … 4 = %v, want 2.5", got)
	}
}
