package optim_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/optim"
)

// random returns n gradients whose sizes spread over four decades.
func random(n int, seed uint64) [][2]float64 {
	rng := rand.New(rand.NewPCG(seed, 3))
	out := make([][2]float64, n)
	for i := range out {
		for j := range out[i] {
			out[i][j] = rng.NormFloat64() * math.Pow(10, 4*rng.Float64()-2)
		}
	}
	return out
}

// path returns θ after each of the scripted gradients, from (1, −2).
func path(m optim.Method, grads [][2]float64) [][2]float64 {
	theta, f := []float64{1, -2}, &scripted{grads: grads}
	m.Init(2)
	out := make([][2]float64, len(grads))
	for k := range grads {
		m.Step(theta, f)
		out[k] = [2]float64{theta[0], theta[1]}
	}
	return out
}

// (i) Adam's first step is α·g/(|g| + ε).
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

// (ii) Scaling all gradients leaves these paths unchanged up to ε.
func TestScaleInvariance(t *testing.T) {
	tiny := func(m optim.Method) optim.Method {
		for _, s := range m.(optim.Configurable).Settings() {
			if s.Key == "epsilon" {
				*s.Float = 1e-300
			}
		}
		return m
	}
	grads := random(40, 2)
	for name, m := range map[string]func() optim.Method{
		"adam":    func() optim.Method { return adam(0, false) },
		"adamw":   func() optim.Method { return adamw(0.01, false) },
		"rmsprop": func() optim.Method { return rmsprop(false, 0) },
		"adagrad": func() optim.Method { return adagrad(0.1) },
	} {
		for _, c := range []float64{1e-6, 3, 1024} {
			scaled := make([][2]float64, len(grads))
			for i, g := range grads {
				scaled[i] = [2]float64{c * g[0], c * g[1]}
			}
			want, got := path(tiny(m()), grads), path(tiny(m()), scaled)
			for k := range want {
				for i := range want[k] {
					const tol = 1e-14 // rounding of 40 steps; worst seen 4.4e-16
					if d := math.Abs(got[k][i] - want[k][i]); d > tol {
						t.Fatalf("%s, gradients × %g, step %d: θ[%d] = %g, want %g (tol %g)", name, c, k, i, got[k][i], want[k][i], tol)
					}
				}
			}
		}
	}
}

// (iii) |Δθ_i| ≤ α·max(1, (1−β₁)/√(1−β₂)), and a spike after a long quiet gets there.
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

// (iv) AdamW without decay is Adam bit for bit, with and without AMSGrad.
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

// (v) AMSGrad's uncorrected denominators never decrease; Adam's do.
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

func vectorOf(t *testing.T, m optim.Method, name string) []float64 {
	t.Helper()
	for _, v := range m.(optim.Stateful).State() {
		if v.Name == name {
			return v.Values
		}
	}
	t.Fatalf("no vector %q in the state", name)
	return nil
}

// (vi) Without clipping, exchanging the coordinates exchanges the steps bit for bit.
func TestPermutesExactly(t *testing.T) {
	grads := random(60, 6)
	swapped := make([][2]float64, len(grads))
	for i, g := range grads {
		swapped[i] = [2]float64{g[1], g[0]}
	}
	for _, row := range variants() {
		m := row.New()
		shared, ok := optim.ShareOf(m)
		if !ok {
			continue
		}
		shared.Clip = optim.Clip{}
		a, b := []float64{1, -2}, []float64{-2, 1}
		fa, fb := &scripted{grads: grads}, &scripted{grads: swapped}
		n := row.New()
		other, _ := optim.ShareOf(n)
		other.Clip = optim.Clip{}
		m.Init(2)
		n.Init(2)
		for k := range grads {
			m.Step(a, fa)
			n.Step(b, fb)
			if a[0] != b[1] || a[1] != b[0] {
				t.Fatalf("%s, step %d: %v and %v", row.Name, k, a, b)
			}
		}
	}
}

// (vii) RMSprop with bias correction and ε outside the root is Adam with β₁ = 0.
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

// (viii) A gradient that is not finite is refused: the typed error, θ and the
// whole state untouched.
func TestRefusesNotFinite(t *testing.T) {
	for _, row := range variants() {
		if row.FullBatch || row.Rows { // what takes rows refuses them in TestSPRINGRefusesNotFinite
			continue
		}
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e200} {
			m := row.New().(optim.Stateful)
			theta := []float64{1, -2}
			m.Init(2)
			f := &scripted{grads: [][2]float64{{1, 2}, {0.5, -1}, {0.1, bad}}}
			m.Step(theta, f)
			m.Step(theta, f)
			at, state := slices.Clone(theta), m.State()
			info, err := m.Step(theta, f)
			var typed *optim.NotFiniteError
			if !errors.Is(err, optim.ErrNotFinite) || !errors.As(err, &typed) || info.Status != optim.NotFinite {
				t.Fatalf("%s with g = %g: %+v, %v, want NotFinite and a NotFiniteError", row.Name, bad, info, err)
			}
			if typed.Step != 2 || typed.What != optim.Gradient || typed.Index != 1 || typed.Value != bad && !math.IsNaN(bad) {
				t.Errorf("%s: error = %#v, want step 2, gradient[1], %g", row.Name, typed, bad)
			}
			if !slices.Equal(theta, at) || fmt.Sprint(m.State()) != fmt.Sprint(state) {
				t.Errorf("%s with g = %g: θ or state changed", row.Name, bad)
			}
		}
	}
}

// A step that overflows leaves θ where it was and says so.
func TestRefusesOverflow(t *testing.T) {
	m := optim.DefaultSGD()
	m.LearningRate = optim.Constant(1e300)
	theta := []float64{1, -2}
	m.Init(2)
	_, err := m.Step(theta, &scripted{grads: [][2]float64{{1e10, 0}}})
	var bad *optim.NotFiniteError
	if !errors.As(err, &bad) || bad.What != optim.Parameter || bad.Index != 0 || theta[0] != 1 || theta[1] != -2 {
		t.Errorf("error = %v, θ = %v; want parameter[0] and θ unmoved", err, theta)
	}
}

// Decay acts where the mask allows, and decoupled decay alone is θ·(1 − α·wd)ᵏ.
func TestDecayMask(t *testing.T) {
	still := make([][2]float64, 10)
	for name, m := range map[string]optim.Configurable{"adamw": optim.DefaultAdamW(), "sgd": optim.DefaultSGD()} {
		shared, _ := optim.ShareOf(m)
		shared.LearningRate, shared.WeightDecay, shared.Decay = optim.Constant(0.1), 0.2, []bool{true, false}
		at := path(m, still)[9]
		want := math.Pow(1-0.1*0.2, 10)
		if math.Abs(at[0]-want) > 1e-15*10 || at[1] != -2 {
			t.Errorf("%s: θ after ten decays = %v, want (%g, -2)", name, at, want)
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

// Counters of a state must be counts, and a refused state changes nothing.
func TestStateCounters(t *testing.T) {
	for _, row := range optim.Methods {
		m := row.New().(optim.Stateful)
		path(m, random(4, 11))
		good := m.State()
		for i, v := range good {
			if len(v.Values) != 1 || v.Name == "product" || v.Name == "slope" {
				continue
			}
			for _, x := range []float64{0.5, -1, math.NaN(), math.Inf(1), 1e300} {
				bad := slices.Clone(good)
				bad[i] = optim.Vector{Name: v.Name, Values: []float64{x}}
				bad[0] = optim.Vector{Name: good[0].Name, Values: make([]float64, len(good[0].Values))}
				if m.SetState(bad) == nil {
					t.Errorf("%s: SetState with %s = %g did not fail", row.Name, v.Name, x)
				}
			}
		}
		if fmt.Sprint(m.State()) != fmt.Sprint(good) {
			t.Errorf("%s: a refused state left a trace", row.Name)
		}
	}
}
