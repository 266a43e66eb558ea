package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// affine is r = Bθ − c, m×n.
type affine struct {
	n    int
	b, c []float64
}

func (f affine) Dim() int { return f.n }

func (f affine) residual(theta []float64, i int) float64 {
	r := -f.c[i]
	for k, t := range theta {
		r += f.b[i*f.n+k] * t
	}
	return r
}

func (f affine) Value(theta []float64) (sum float64) {
	for i := range f.c {
		r := f.residual(theta, i)
		sum += r * r
	}
	return sum
}

func (f affine) ValueGrad(grad, theta []float64) float64 { panic("not called") }

func (f affine) NormalEquations(a, g, theta []float64) float64 {
	clear(a)
	clear(g)
	for i := range f.c {
		row := f.b[i*f.n : (i+1)*f.n]
		for j, v := range row {
			g[j] += v * f.residual(theta, i)
			for k := j; k < f.n; k++ {
				a[j*f.n+k] += v * row[k]
			}
		}
	}
	return f.Value(theta)
}

func (f affine) Triangle(r, c, theta []float64) float64 {
	clear(r)
	clear(c)
	for i := range f.c {
		FoldRow(r, c, slices.Clone(f.b[i*f.n:(i+1)*f.n]), f.residual(theta, i))
	}
	return f.Value(theta)
}

// The predicted decrease is L − |r + Jp|², which on a linear problem is L(θ) − L(θ+p),
// for any λ, with the normal equations and with the triangle.
func TestLMPrediction(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	worst := 0.0
	for k := range 50 {
		n := 1 + rng.IntN(20)
		m := n + rng.IntN(20)
		f := affine{n, make([]float64, m*n), make([]float64, m)}
		for i := range f.b {
			f.b[i] = rng.NormFloat64()
		}
		for i := range f.c {
			f.c[i] = rng.NormFloat64()
		}
		theta := make([]float64, n)
		for lambda := 1e-6; lambda < 1e4; lambda *= 10 {
			lm := DefaultLM()
			lm.Init(n)
			if k%2 == 1 {
				lm.scalars[trace] = math.MaxFloat64 // beside it every λ is small
			}
			var info StepInfo
			if bad := lm.enter(theta, f, &info); bad != nil {
				t.Fatal(bad)
			}
			if lm.model.fine != (k%2 == 1) {
				t.Fatal("the other model was asked for")
			}
			if !lm.try(lambda, f, &info) {
				continue // too long a step
			}
			best := lm.trials.best
			after := 0.0
			for i := range f.c {
				r := f.residual(theta, i)
				for k, p := range best.p {
					r += f.b[i*n+k] * p
				}
				after += r * r
			}
			want := f.Value(theta) - after
			// Rounding of L over the decrease, which is small for large λ.
			off := math.Abs(lm.trials.promise-want) / f.Value(theta)
			worst = math.Max(worst, math.Max(off, math.Abs(best.gain-1)*lm.trials.promise/f.Value(theta)))
		}
	}
	const tol = 1e-13 // n·ε; worst seen 4.9e-15
	if !(worst <= tol) {
		t.Errorf("predicted decrease is off by %.2g of L (tol %g)", worst, tol)
	}
	t.Logf("worst %.2g", worst)
}

func TestTrend(t *testing.T) {
	for _, row := range []struct {
		name        string
		y           func(i int) float64
		slope, corr float64
	}{
		{"line", func(i int) float64 { return 3 - 0.25*float64(i) }, -0.25, -1},
		{"rising", func(i int) float64 { return -7 + 1e-3*float64(i) }, 1e-3, 1},
		{"zigzag", func(i int) float64 { return float64(i % 2) }, 0.5 * 0.5 * 30 / (30 * (900 - 1) / 12.0), math.NaN()},
	} {
		y := make([]float64, trendWindow)
		for i := range y {
			y[i] = row.y(i)
		}
		for cut := range y { // the ring may begin anywhere
			ring := unrolled(y, (trendWindow-cut)%trendWindow)
			again := unrolled(ring[:], cut)
			slope, corr := trend(again[:])
			if math.Abs(slope-row.slope) > 1e-14 || !math.IsNaN(row.corr) && math.Abs(corr-row.corr) > 1e-12 {
				t.Errorf("%s cut at %d: slope %g, correlation %g, want %g, %g", row.name, cut, slope, corr, row.slope, row.corr)
			}
		}
	}
	if _, corr := trend(make([]float64, trendWindow)); !math.IsNaN(corr) {
		t.Errorf("correlation of a constant = %g, want NaN", corr)
	}
}

// Stage 2 begins when λ has come down and stopped sinking, not when it pauses high
// up, not while it sinks, not before the 61st accepted step.
func TestLMStage(t *testing.T) {
	down := func(k int) float64 { return 1e-2 * math.Pow(0.8, float64(k)) }
	for _, row := range []struct {
		name   string
		lambda func(k int) float64
		at     int // accepted steps when stage 2 begins, 0 for never
	}{
		{"sinks for ever", down, 0},
		{"pauses high up", func(k int) float64 { return 1e-3 * math.Pow(1.01, float64(k)) }, 0},
		{"is low at once and rises", func(k int) float64 { return 1e-8 * math.Pow(1.01, float64(k)) }, 61},
		{"constant", func(k int) float64 { return 1e-8 }, 0},
		{"sinks, then rises slowly", func(k int) float64 {
			if k < 80 {
				return down(k)
			}
			return down(80) * math.Pow(1.05, float64(k-80))
		}, 103}, // once the line through the V turns up
	} {
		m := DefaultLM()
		m.Init(1)
		began := 0
		for k := range 300 {
			var info StepInfo
			m.remember(row.lambda(k), &info)
			if began == 0 && m.Stage() == 2 {
				began = k + 1
				if info.Note == "" || m.target() != m.FinalTarget {
					t.Errorf("%s: stage 2 began with note %q, target %g", row.name, info.Note, m.target())
				}
			}
		}
		if began != row.at {
			t.Errorf("%s: stage 2 began after %d accepted steps, want %d", row.name, began, row.at)
		}
	}
}

// The median of an even number of values is the mean of the middle two.
func TestMedian(t *testing.T) {
	y := make([]float64, trendWindow)
	for i := range y {
		y[i] = float64((i * 7) % trendWindow)
	}
	if got := median(y); got != 14.5 {
		t.Errorf("median of 0…29 = %g, want 14.5", got)
	}
	if got := median([]float64{3, 1, 2}); got != 2 {
		t.Errorf("median of 3, 1, 2 = %g, want 2", got)
	}
}
