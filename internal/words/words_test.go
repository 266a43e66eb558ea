package words

import (
	"math"
	"testing"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 points", 1: "1 point", 2: "2 points", -1: "-1 points"} {
		if got := Count(n, "point"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestRough(t *testing.T) {
	for x, want := range map[float64]string{0.654: "0.65", 12.6: "13", 123.4: "123", 1.26e7: "1.3e+07", math.NaN(): "NaN"} {
		if got := Rough(x); got != want {
			t.Errorf("Rough(%v) = %q, want %q", x, got, want)
		}
	}
}
