package optim_test

import (
	"math"
	"slices"
	"testing"

	"pinn/optim"
)

// Adam's first step is α·g/(|g| + ε).
func TestAdamFirstStep(t *testing.T) {
	for _, g := range random(50, 1) {
		for _, m := range []optim.Method{adam(0, false), adam(0, true), adamw(0, false)} {
			got := path(m, [][2]float64{g})[0]
			for i, start := range []float64{1, -2} {
				want := start - 0.1*g[i]/(math.Abs(g[i])+1e-8)
				const tol = 1e-14 // a few roundings; worst seen 2e-16
				if math.Abs(got[i]-want) > tol*math.Abs(want) {
					t.Errorf("g = %g: θ = %.17g, want %.17g (tol %g)", g[i], got[i], want, tol)
				}
			}
		}
	}
}

// |Δθ_i| ≤ α·max(1, (1−β₁)/√(1−β₂)), and a spike after a long quiet gets there.
func TestAdamStepBound(t *testing.T) {
	bound := 0.1 * (1 - 0.9) / math.Sqrt(1-0.999)
	check := func(grads [][2]float64) (largest float64) {
		before := [2]float64{1, -2}
		for k, at := range path(adam(0, false), grads) {
			for i := range at {
				step := math.Abs(at[i] - before[i])
				largest = math.Max(largest, step)
				if step > bound*(1+1e-12) {
					t.Errorf("step %d moves θ[%d] by %g, want at most %g", k, i, step, bound)
				}
			}
			before = at
		}
		return largest
	}
	check(random(500, 3))
	quiet := make([][2]float64, 20001)
	quiet[20000] = [2]float64{1e3, -1e3}
	if largest := check(quiet); largest < bound*(1-1e-6) {
		t.Errorf("a spike after 20000 zeros moves θ by %g, want %g", largest, bound)
	}
}

// AdamW without decay is Adam bit for bit, with and without AMSGrad.
func TestAdamWIsAdam(t *testing.T) {
	grads := random(200, 4)
	for _, amsgrad := range []bool{false, true} {
		if a, b := path(adam(0, amsgrad), grads), path(adamw(0, amsgrad), grads); !slices.Equal(a, b) {
			t.Errorf("amsgrad %v: paths of adam and adamw differ", amsgrad)
		}
	}
	if a, b := path(adam(0.1, false), grads), path(adamw(0.1, false), grads); slices.Equal(a, b) {
		t.Error("L2 in Adam and decoupled decay give one path")
	}
}

// AMSGrad's uncorrected denominators never decrease; Adam's do.
func TestAMSGradMonotone(t *testing.T) {
	m := adam(0, true)
	theta, f := []float64{1, -2}, &scripted{grads: random(300, 5)}
	m.Init(2)
	before := []float64{0, 0}
	for k := range 300 {
		m.Step(theta, f)
		now := vectorOf(t, m, "vmax")
		v := vectorOf(t, m, "v")
		for i := range now {
			if now[i] < before[i] || now[i] < v[i] {
				t.Fatalf("step %d: largest v = %g after %g, v = %g", k, now[i], before[i], v[i])
			}
		}
		before = now
	}
}

// RMSprop with bias correction and ε outside the root is Adam with β₁ = 0.
func TestAdamWithoutMomentum(t *testing.T) {
	grads := random(100, 7)
	m := adam(0, false)
	m.Beta1 = 0
	var v, theta [2]float64
	theta = [2]float64{1, -2}
	for k, at := range path(m, grads) {
		for i, g := range grads[k] {
			v[i] = 0.999*v[i] + 0.001*g*g
			theta[i] -= 0.1 * g / (math.Sqrt(v[i]/(1-math.Pow(0.999, float64(k+1)))) + 1e-8)
			const tol = 1e-14 // rounding of 100 steps; worst seen 5.8e-16
			if math.Abs(at[i]-theta[i]) > tol*math.Max(1, math.Abs(theta[i])) {
				t.Fatalf("step %d: θ[%d] = %.17g, want %.17g (tol %g)", k, i, at[i], theta[i], tol)
			}
		}
	}
}

// Restart begins the bias correction anew and keeps the averages: the next step
// is that of Adam with t = 1 and the old m, v. The schedule goes on.
func TestRestartKeepsMoments(t *testing.T) {
	m := adamw(0, false)
	m.LearningRate = optim.Exponential{Rate: 0.1, Factor: 0.5, Every: 10}
	theta, f := []float64{1, -2}, &scripted{grads: random(11, 8)}
	m.Init(2)
	for range 10 {
		m.Step(theta, f)
	}
	mean, square := vectorOf(t, m, "m"), vectorOf(t, m, "v")
	m.Restart()
	at := slices.Clone(theta)
	info, _ := m.Step(theta, f)
	if want := 0.05; math.Abs(info.LearningRate-want) > 1e-15 {
		t.Errorf("learning rate after Restart = %g, want %g: the schedule goes on", info.LearningRate, want)
	}
	for i := range theta {
		g := f.grads[10][i]
		mi, vi := 0.9*mean[i]+0.1*g, 0.999*square[i]+0.001*g*g
		want := at[i] - info.LearningRate*mi/(1-0.9)/(math.Sqrt(vi/(1-0.999))+1e-8)
		if math.Abs(theta[i]-want) > 1e-13*math.Abs(want) {
			t.Errorf("θ[%d] after Restart = %.17g, want %.17g", i, theta[i], want)
		}
	}
}

// The diagonal metric is what divides m in the step just made; there is none before the
// first step and after Restart.
func TestPreconditioner(t *testing.T) {
	for _, amsgrad := range []bool{false, true} {
		m, w := adam(0, amsgrad), make([]float64, 2)
		m.Init(2)
		if m.Preconditioner(w) {
			t.Error("a metric before the first step")
		}
		theta, f := []float64{1, -2}, &scripted{grads: random(30, 12)}
		for k := range 30 {
			at := slices.Clone(theta)
			m.Step(theta, f)
			if !m.Preconditioner(w) {
				t.Fatalf("no metric after step %d", k)
			}
			for i, mean := range vectorOf(t, m, "m") {
				want := at[i] - 0.1/(1-math.Pow(0.9, float64(k+1)))*mean*w[i]
				if math.Abs(theta[i]-want) > 1e-14*math.Max(1, math.Abs(want)) {
					t.Errorf("amsgrad %v, step %d: θ[%d] = %.17g, by the metric %.17g", amsgrad, k, i, theta[i], want)
				}
			}
		}
		if m.Restart(); m.Preconditioner(w) {
			t.Error("a metric after Restart")
		}
	}
}

// NAdam's momentum product begins anew with t.
func TestNAdamRestart(t *testing.T) {
	m := nadam()
	path(m, random(5, 9))
	if p := vectorOf(t, m, "product")[0]; !(p < 1) {
		t.Fatalf("product after five steps = %g", p)
	}
	m.Restart()
	if p, k := vectorOf(t, m, "product")[0], vectorOf(t, m, "t")[0]; p != 1 || k != 0 {
		t.Errorf("product, t after Restart = %g, %g, want 1, 0", p, k)
	}
}

// Dampening does not act on the first step.
func TestDampening(t *testing.T) {
	m := sgd(0.9, false, 0).(*optim.SGD)
	m.Dampening = 0.5
	got := path(m, [][2]float64{{1, 2}, {1, 2}})
	for i, want := range []float64{1 - 0.1 - 0.1*(0.9+0.5), -2 - 0.2 - 0.2*(0.9+0.5)} {
		if math.Abs(got[1][i]-want) > 1e-15*4 {
			t.Errorf("θ[%d] after two steps = %g, want %g", i, got[1][i], want)
		}
	}
}

// Adagrad with an accumulator and a decaying rate against the formula.
func TestAdagradOptions(t *testing.T) {
	m := adagrad(0.1)
	m.RateDecay, m.Accumulator = 0.5, 0.3
	grads := random(20, 10)
	sum, theta := [2]float64{0.3, 0.3}, [2]float64{1, -2}
	for k, at := range path(m, grads) {
		for i, g := range grads[k] {
			sum[i] += g * g
			theta[i] -= 0.1 / (1 + 0.5*float64(k)) * g / (math.Sqrt(sum[i]) + 1e-10)
			if math.Abs(at[i]-theta[i]) > 1e-14 {
				t.Fatalf("step %d: θ[%d] = %.17g, want %.17g", k, i, at[i], theta[i])
			}
		}
	}
}

// A constant gradient drives v − m² to zero and, by rounding, below it.
func TestCentredStaysReal(t *testing.T) {
	m := rmsprop(true, 0)
	m.LearningRate = optim.Constant(1e-12)
	theta := []float64{1, -2}
	m.Init(2)
	below := false
	for k := range 5000 {
		if _, err := m.Step(theta, &scripted{grads: [][2]float64{{0.1, 0.3}}}); err != nil {
			t.Fatalf("step %d: %v", k, err)
		}
		v, mean := vectorOf(t, m, "v"), vectorOf(t, m, "m")
		below = below || v[0] < mean[0]*mean[0] || v[1] < mean[1]*mean[1]
	}
	if !below {
		t.Error("v never fell below m²: the test tests nothing")
	}
}
