package accuracy

import (
	"math"
	"testing"
)

// TestMedian checks odd and even numbers of values, and misses.
func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3}, {[]float64{9, 1, 4}, 4}, {[]float64{1, 4}, 2}, {[]float64{math.NaN(), 1, 2}, 2}, {[]float64{math.NaN(), math.NaN(), 1}, math.Inf(1)},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v = %v, want %v", c.values, got, c.want)
		}
	}
}

// TestGeometric checks the mean of factors, of one and of none.
func TestGeometric(t *testing.T) {
	if got := geometric([]float64{0.5, 8}); math.Abs(got-2) > 4e-16 { // exp and log round once each
		t.Errorf("geometric mean of 1/2 and 8 = %v, want 2", got)
	}
	if got := geometric(nil); !math.IsNaN(got) {
		t.Errorf("geometric mean of nothing = %v, want NaN", got)
	}
}
