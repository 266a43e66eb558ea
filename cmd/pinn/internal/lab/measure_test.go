package lab

import (
	"math"
	"testing"

	"pinn/optim"
)

// Plain descent on ½λx² needs ln(target)/(2·ln|1 − αλ|) steps.
func TestStepsTo(t *testing.T) {
	f := newQuadratic([]float64{2}, 0)
	for _, rate := range []float64{0.01, 0.1, 0.7} {
		want := int(math.Ceil(math.Log(1e-8) / (2 * math.Log(math.Abs(1-2*rate)))))
		if got, ok := stepsTo(newMethod("sgd", rate), f, f.start(), 0.5e-8, 10000); got != want || !ok {
			t.Errorf("rate %g: %d steps, %v, want %d", rate, got, ok, want)
		}
	}
	if _, ok := stepsTo(newMethod("sgd", 1.01), f, f.start(), 0.5e-8, 10000); ok {
		t.Error("a run above 2/λ reached the target")
	}
	if n, ok := stepsTo(newMethod("sgd", 1e-6), f, f.start(), 0.5e-8, 10000); ok || n > 2*firstLook {
		t.Errorf("a hopeless run went on for %d steps", n)
	}
	// lm solves a quadratic in one step, its Hessian being exact.
	if n, ok := stepsTo(newMethod("lm", 0), f, f.start(), 0.5e-8, 10); !ok || n > 2 {
		t.Errorf("lm: %d steps, %v", n, ok)
	}
}

// The best rate for eigenvalues 1 and 9 is 2/(1 + 9), of a grid that holds it.
func TestRace(t *testing.T) {
	f := newQuadratic([]float64{1, 9}, 0)
	if b := race("sgd", []float64{0.02, 0.1, 0.2, 0.22, 0.3}, f, f.start(), 1e-8, 10000); b.rate != 0.2 || !b.ok {
		t.Errorf("best = %+v, want rate 0.2", b)
	}
	r := rates(1e-2, 10)
	if len(r) != 10 || math.Abs(r[9]-10) > 1e-12 || math.Abs(r[3]-0.1) > 1e-15 {
		t.Errorf("rates = %v", r)
	}
}

func TestStatistics(t *testing.T) {
	x, y := []float64{1, 10, 100}, []float64{3, 3e2, 3e4}
	if s := exponent(x, y); math.Abs(s-2) > 1e-12 {
		t.Errorf("exponent = %g, want 2", s)
	}
	if q := quantile([]float64{4, 1, 3, 2}, 0.5); q != 2.5 {
		t.Errorf("median = %g, want 2.5", q)
	}
	if q := quantile([]float64{7}, 0.9); q != 7 {
		t.Errorf("quantile of one = %g", q)
	}
	if m := tailMean([]float64{9, 9, 9, 9, 9, 9, 9, 9, 9, 1}); m != 1 {
		t.Errorf("mean of the last tenth = %g, want 1", m)
	}
}

// The share that noise carries nowhere, and the whole of those that start at home.
func TestInnermost(t *testing.T) {
	if s := innermost("sgd", 1e-5, 50, 5, 1); s != 0 {
		t.Errorf("share at a tiny rate = %g, want 0", s)
	}
	values, ends := noisyEnds("sgd", 0.1, surface{start: []float64{2, 2}, f: func(x, y float64) float64 { return 0 },
		slope: func(x, y float64) (float64, float64) { return x, y }}, 0, 10, 3, 1)
	if want := 2 * math.Pow(0.9, 10); len(values) != 3 || math.Abs(ends[1][0]-want) > 1e-14 {
		t.Errorf("ends without noise = %v, want %g", ends, want)
	}
}

// Adam's effective step against its closed form, and AMSGrad's that only the bias
// correction moves.
func TestSpikeSteps(t *testing.T) {
	got := spikeSteps(optim.DefaultAdam(), spikeAt+500)
	for _, k := range []int{0, 10, spikeAt - 1, spikeAt, spikeAt + 499} {
		if want := spikeForm(0.999, 1e-8, k); math.Abs(got[k]/want-1) > 1e-10 {
			t.Errorf("step %d: %g, closed form %g", k, got[k], want)
		}
	}
	amsgrad := spikeSteps(optim.DefaultAMSGrad(), spikeAt+500)
	correction := math.Sqrt((1 - math.Pow(0.999, spikeAt+500)) / (1 - math.Pow(0.999, spikeAt+1)))
	if got, want := amsgrad[spikeAt+499]/amsgrad[spikeAt], correction; math.Abs(got/want-1) > 1e-6 {
		t.Errorf("amsgrad's step grew by %g, its bias correction by %g", got, want)
	}
}

// The closed form of L2 decay against Runge–Kutta, and its limits.
func TestShrunk(t *testing.T) {
	for _, s := range []float64{0.03, 0.1, 1, 50} {
		theta, h := 1.0, 0.1
		slope := func(x float64) float64 { return -decayRate * decayLevel * x / math.Hypot(s, decayLevel*x) }
		for range 20000 { // classical, to time 2000
			a := slope(theta)
			b := slope(theta + h/2*a)
			c := slope(theta + h/2*b)
			d := slope(theta + h*c)
			theta += h / 6 * (a + 2*b + 2*c + d)
		}
		if got := shrunk(s, 2000); math.Abs(got-theta) > 1e-9 {
			t.Errorf("s = %g: closed form %.12g, integrated %.12g", s, got, theta)
		}
	}
	if got, want := shrunk(1e4, 2000), math.Exp(-decayRate*decayLevel*2000/1e4); math.Abs(got-want) > 1e-9 {
		t.Errorf("large gradients: %g, want %g", got, want)
	}
}

// Measured stability limits are those of linear theory.
func TestThresholds(t *testing.T) {
	for _, l := range stabilityLimits()[:2] {
		if got := threshold(l.make); math.Abs(got-l.theory) > 1e-3 {
			t.Errorf("%s is stable to %g/λ, want %g", l.name, got, l.theory)
		}
	}
}

func TestFarthest(t *testing.T) {
	curve := [][]float64{{0, 0}, {1, 0}, {1, 1}}
	for _, c := range []struct {
		p    []float64
		want float64
	}{{[]float64{0.5, 0.25}, 0.25}, {[]float64{-3, 4}, 5}, {[]float64{1.5, 0.5}, 0.5}, {[]float64{0.3, 0}, 0}} {
		if got := farthest([][]float64{c.p}, curve); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("distance of %v = %g, want %g", c.p, got, c.want)
		}
	}
	// The flow of ½x² + ½·4y² from (1, 1) is the curve y = x⁴.
	f := newQuadratic([]float64{1, 4}, 0)
	for _, p := range flowPath(f, []float64{1, 1}, 3, 1e-2) {
		if math.Abs(p[1]-math.Pow(p[0], 4)) > 1e-7 {
			t.Fatalf("(%g, %g) is not on y = x⁴", p[0], p[1])
		}
	}
}
