package noise

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestToSignal(t *testing.T) {
	for _, c := range []struct{ signal2, noise2, want float64 }{
		{5, 1, 0.25}, {1.01, 1, 50}, {0.5, 1, 50}, {4, 0, 0}, {0, 0, math.NaN()}, {1.5, 1, 2},
	} {
		if got := ToSignal(c.signal2, c.noise2); math.Abs(got-c.want) > 1e-12*c.want && !(got != got && c.want != c.want) {
			t.Errorf("R of %g and %g = %v, want %v", c.signal2, c.noise2, got, c.want)
		}
	}
}

// In expectation |g|² exceeds the signal by the variance: the ratio of a gradient with
// known mean and spread is that of the two.
func TestToSignalOfSyntheticGradients(t *testing.T) {
	const p, chunks, repeats = 200, 32, 400
	rng := rand.New(rand.NewPCG(1, 1))
	var got []float64
	for range repeats {
		g := make([]float64, p)
		parts := gradients(rng, chunks, p, 1) // |G| = 1, a spread of 1 each
		for _, part := range parts {
			for i, x := range part {
				g[i] += x / chunks
			}
		}
		signal2, noise2 := 0.0, 0.0
		for i := range g {
			signal2 += g[i] * g[i]
			for _, part := range parts {
				noise2 += (part[i] - g[i]) * (part[i] - g[i]) / (chunks - 1) / chunks
			}
		}
		got = append(got, ToSignal(signal2, noise2))
	}
	// R = (1/32)/1. One is off by 2·√(1/(32·200)) = 2.5 % for the signal and
	// √(2/(31·200)) = 1.8 % for the noise, a median of 400 by 0.2 %; ten times that.
	if m := Median(got); math.Abs(m*chunks-1) > 0.02 {
		t.Errorf("median R = %v, want %v (tol 2 %%)", m, 1.0/chunks)
	}
}

// The median of the rules is the mean of the middle two, at any number of values.
func TestMedian(t *testing.T) {
	for _, c := range []struct {
		v    []float64
		want float64
	}{{nil, math.NaN()}, {[]float64{3}, 3}, {[]float64{3, 1}, 2}, {[]float64{9, 1, 4}, 4}, {[]float64{4, 1, 9, 2}, 3}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := Median(slices.Clone(c.v)); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("median of %v = %v, want %v", c.v, got, c.want)
		}
	}
	var r Ratios
	r.Forget()
	for i := range 3 * len(r) {
		if want := i < len(r); math.IsNaN(r.Median()) != want {
			t.Errorf("after %d ratios the median is %v", i, r.Median())
		}
		r.Add(float64(i))
		r.Add(math.NaN()) // is passed over
	}
	if got := r.Median(); got != float64(3*len(r)-1-len(r)/2) || r[len(r)-1] != float64(3*len(r)-1) {
		t.Errorf("median %v of %v", got, r)
	}
}
