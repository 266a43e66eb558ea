package hybrid

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pinn/optim"
)

// sighted is a judged toy that tells its chunks: as if its gradient over all points
// were known with the given noise over signal power.
type sighted struct {
	*judged
	r func(calls int) float64
}

func (s sighted) ChunkStats() (signal2, noise2 float64, chunks int) {
	r := s.r(s.calls)
	if math.IsNaN(r) {
		return nan, nan, 0
	}
	return 1 + r, r, 32 // |g|² is larger than the signal by the noise
}

func TestNoiseToSignal(t *testing.T) {
	for _, c := range []struct{ signal2, noise2, want float64 }{
		{5, 1, 0.25}, {1.01, 1, 50}, {0.5, 1, 50}, {4, 0, 0}, {0, 0, nan}, {1.5, 1, 2},
	} {
		if got := NoiseToSignal(c.signal2, c.noise2); math.Abs(got-c.want) > 1e-12*c.want && !(got != got && c.want != c.want) {
			t.Errorf("R of %g and %g = %v, want %v", c.signal2, c.noise2, got, c.want)
		}
	}
}

// In expectation |g|² exceeds the signal by the variance: the ratio of a gradient with
// known mean and spread is that of the two.
func TestNoiseToSignalOfSyntheticGradients(t *testing.T) {
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
		got = append(got, NoiseToSignal(signal2, noise2))
	}
	// R = (1/32)/1. One is off by 2·√(1/(32·200)) = 2.5 % for the signal and
	// √(2/(31·200)) = 1.8 % for the noise, a median of 400 by 0.2 %; ten times that.
	if m := median(got); math.Abs(m*chunks-1) > 0.02 {
		t.Errorf("median R = %v, want %v (tol 2 %%)", m, 1.0/chunks)
	}
}

// A full-batch phase enters R_N in its measured rows and redraws the points where the
// median of nine exceeds what the plan allows; then it counts anew.
func TestNoisyGradientRedraws(t *testing.T) {
	train := func(r func(int) float64, how *Resample) (*Result, sighted) {
		loss := sighted{newJudged(newToy(256, 4, 0.5, 10, 1), 50), r}
		res := run(t, loss, Plan{HeldOutEvery: 2, Phases: []Phase{
			{Name: "adamw", Method: adamw(1e-4), Batch: 32, Steps: 60, Resample: how},
			{Name: "crawl", Method: &scripted{do: crawl}, Steps: 60, Resample: how},
		}}, start(loss.toy))
		return res, loss
	}
	steady := func(r float64) func(int) float64 { return func(int) float64 { return r } }
	// Nine rows of two steps: redraws after steps 18, 36 and 54.
	res, loss := train(steady(0.4), &Resample{Method: "rad", Noise: 0.25})
	drawn := of(res, KindResample)
	if len(drawn) != 3 || len(loss.redrawn) != 3 || drawn[0].Phase != 1 || drawn[0].Step != 78 ||
		!strings.Contains(drawn[0].Why, "rad drew 256 points since the noise of the full gradient stood at 0.4 of its signal, in power, in the median of 9 rows, more than 0.25; ") {
		t.Errorf("redraws %v", drawn)
	}
	for _, r := range res.Trace.Rows {
		measured := r.Phase == 1 && r.PhaseStep > 0 && r.PhaseStep%2 == 0
		if measured != finite(r.FullR) || measured && math.Abs(r.FullR-0.4) > 1e-12 {
			t.Fatalf("R_N of row %+v is %v", r, r.FullR)
		}
	}
	spikes := func(calls int) float64 { return []float64{0.1, 40, 0.1}[calls%3] }
	for name, c := range map[string]struct {
		r   func(int) float64
		how *Resample
	}{
		"below":        {steady(0.2), &Resample{Method: "rad", Noise: 0.25}},
		"not known":    {steady(nan), &Resample{Method: "rad", Noise: 0.25}},
		"not asked":    {steady(50), &Resample{Method: "rad"}},
		"never redraw": {steady(50), nil},
		"a few spikes": {spikes, &Resample{Method: "rad", Noise: 0.25}},
	} {
		if res, _ := train(c.r, c.how); len(of(res, KindResample)) != 0 {
			t.Errorf("%s: %v", name, of(res, KindResample))
		}
	}
	// A loss without chunks has no ratio.
	plain := newJudged(newToy(256, 4, 0.5, 10, 1), 50)
	if res := run(t, plain, Plan{Phases: []Phase{{Name: "crawl", Method: &scripted{do: crawl}, Steps: 20, Resample: &Resample{Method: "rad", Noise: 1e-9}}}}, start(plain.toy)); len(of(res, KindResample)) != 0 {
		t.Errorf("%v", of(res, KindResample))
	}
}

func TestResumeNoisy(t *testing.T) {
	want := resumes(t, func() (Batched, Plan) {
		loss := sighted{newJudged(newToy(96, 4, 0.5, 10, 1), 20), func(calls int) float64 { return 0.2 + float64(calls%7)/10 }}
		return loss, Plan{Seed: 5, HeldOutEvery: 1, Phases: []Phase{
			{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 25, Resample: &Resample{Method: "uniform", Noise: 0.3}},
		}}
	})
	if n := len(of(want, KindResample)); n != 2 {
		t.Errorf("%d redraws, want 2: %v", n, slices.Clone(want.Events))
	}
}
