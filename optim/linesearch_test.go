package optim_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// A gradient that points uphill makes every search fail: the method must say so
// within two searches and leave θ alone.
func TestLineSearchFailure(t *testing.T) { eachSearching(t, testLineSearchFailure) }

func testLineSearchFailure(t *testing.T, m optim.Method) {
	f := &optimtest.Counted{Objective: negated{optimtest.Rosenbrock(4)}}
	theta := slices.Clone(optimtest.Rosenbrock(4).Start)
	m.Init(4)
	info, err := m.Step(theta, f)
	if err != nil || info.Status != optim.LineSearch || !info.Status.Early() || info.Note == "" {
		t.Fatalf("Step = %+v, %v, want Status LineSearch with a note", info, err)
	}
	if !slices.Equal(theta, optimtest.Rosenbrock(4).Start) {
		t.Error("the failed step moved θ")
	}
	if f.Calls > 26 {
		t.Errorf("%d evaluations, want one on entry and at most 25 along steepest descent", f.Calls)
	}
	calls := f.Calls
	if info, _ = m.Step(theta, f); info.Status != optim.LineSearch || f.Calls != calls {
		t.Errorf("the next Step = %v with %d evaluations, want the same status and none", info.Status, f.Calls-calls)
	}
	m.Restart()
	if info, _ = m.Step(theta, optimtest.Rosenbrock(4)); info.Status != optim.Running || info.LossEvals < 2 {
		t.Errorf("Step after Restart = %+v, want it to evaluate anew and run", info)
	}
}

type negated struct{ optim.Objective }

func (n negated) ValueGrad(grad, theta []float64) float64 {
	v := n.Objective.ValueGrad(grad, theta)
	for i := range grad {
		grad[i] = -grad[i]
	}
	return v
}

// A search that fails is survived by one restart along steepest descent; a second
// failure ends the run if it comes within 20 iterations, and not if later.
func TestSearchRestartsOnce(t *testing.T) {
	for _, method := range searching {
		t.Run(method.name, func(t *testing.T) { testRestartsOnce(t, method.new) })
	}
}

func testRestartsOnce(t *testing.T, newMethod func() (optim.Configurable, *optim.Search)) {
	for _, row := range []struct {
		pause int // good steps between the failures
		want  optim.Status
	}{{1, optim.LineSearch}, {18, optim.LineSearch}, {25, optim.Running}} {
		f := &oblique{Function: optimtest.Rosenbrock(10)}
		theta := slices.Clone(f.Start)
		m, _ := newMethod()
		m.Init(10)
		good := func(n int) {
			for range n {
				if info, err := m.Step(theta, f); err != nil || info.Status != optim.Running || info.Note != "" {
					t.Fatalf("good step: %+v, %v", info, err)
				}
			}
		}
		good(10)
		info := f.fail(m, theta)
		if info.Status != optim.Running || !info.Restarted || !strings.Contains(info.Note, "steepest descent") || info.LossEvals > 50 {
			t.Fatalf("first failure: %+v, want a step along steepest descent", info)
		}
		good(row.pause)
		at := slices.Clone(theta)
		if info = f.fail(m, theta); info.Status != row.want || info.Note == "" {
			t.Errorf("second failure after %d good steps: %+v, want %v", row.pause, info, row.want)
		}
		if info.Status.Early() && (info.LossEvals > 25 || !slices.Equal(at, theta)) {
			t.Errorf("the last search took %d evaluations, want at most 25 and θ unmoved", info.LossEvals)
		}
	}
}

// oblique is a function that, while armed, is far too high in every direction from
// base but that of steepest descent.
type oblique struct {
	optimtest.Function
	armed      bool
	base, grad []float64
}

func (f *oblique) ValueGrad(grad, theta []float64) float64 {
	v := f.Function.ValueGrad(grad, theta)
	if f.armed && cosine(theta, f.base, f.grad) > -1+1e-6 {
		v += 1e3
	}
	return v
}

// fail makes one step with every search but steepest descent spoilt.
func (f *oblique) fail(m optim.Method, theta []float64) optim.StepInfo {
	f.base, f.grad, f.armed = slices.Clone(theta), make([]float64, len(theta)), true
	f.Function.ValueGrad(f.grad, theta)
	info, _ := m.Step(theta, f)
	f.armed = false
	return info
}

// cosine returns that of the angle between a − b and g.
func cosine(a, b, g []float64) float64 {
	var dg, dd, gg float64
	for i := range a {
		d := a[i] - b[i]
		dg += d * g[i]
		dd += d * d
		gg += g[i] * g[i]
	}
	return dg / math.Sqrt(dd*gg)
}

// After Restart, or where the caller has moved θ, the first step of LBFGS goes along
// steepest descent of the objective as it is now: no pair mixes two objectives.
// Its first trial is as long as the last step was.
func TestLBFGSBeginsAnew(t *testing.T) {
	for _, row := range []struct {
		name  string
		begin func(m *optim.LBFGS, theta []float64)
	}{
		{"restart", func(m *optim.LBFGS, theta []float64) { m.Restart() }},
		{"moved", func(m *optim.LBFGS, theta []float64) { theta[0] += 1e-3 }},
		{"restart before the first step", func(m *optim.LBFGS, theta []float64) { m.Init(6); m.Restart() }},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := &recorded{Objective: optimtest.Rosenbrock(6)}
			theta := slices.Clone(optimtest.Rosenbrock(6).Start)
			m := optim.DefaultLBFGS()
			m.Init(6)
			var length float64
			for range 10 {
				info, _ := m.Step(theta, f)
				length = info.StepNorm
			}
			row.begin(m, theta)
			at, grad := slices.Clone(theta), make([]float64, 6)
			if row.name != "moved" {
				f.Objective = optimtest.Quadratic(optimtest.Spectrum(6, 3), 0.25)
			}
			f.ValueGrad(grad, at)
			f.trials = nil
			if _, err := m.Step(theta, f); err != nil {
				t.Fatal(err)
			}
			if c := cosine(theta, at, grad); !(c < -1+1e-12) {
				t.Errorf("cosine of the first step and the gradient = %.15g, want -1", c)
			}
			if row.name == "restart before the first step" {
				length = m.FirstStep
			}
			if !slices.Equal(f.trials[0], at) {
				t.Error("the objective was not evaluated anew at θ")
			}
			const tol = 1e-14 // rounding of θ + a·p
			if d := distance(f.trials[1], at); math.Abs(d-length) > tol*math.Max(1, length) {
				t.Errorf("the first trial has length %g, want %g (tol %g)", d, length, tol)
			}
		})
	}
}

// BFGS and SSBroyden keep H over Restart: from another point of the same quadratic
// the next step, nearly of size 1, goes most of the way.
func TestDenseRestart(t *testing.T) {
	for _, m := range []optim.Method{optim.DefaultBFGS(), optim.DefaultSSBroyden()} {
		f := optimtest.Quadratic(optimtest.Spectrum(6, 100), 0.25)
		theta := slices.Clone(f.Start)
		m.Init(6)
		for range 25 {
			m.Step(theta, f)
		}
		for i := range theta {
			theta[i]++
		}
		m.Restart()
		before := f.Value(theta)
		info, err := m.Step(theta, f)
		if err != nil || !(info.Value < 0.3*before) || !(info.StepSize > 0.9) || info.LossEvals != 2 {
			t.Errorf("%T: step after Restart = %+v, %v from %g, want a long step by the H of before", m, info, err, before)
		}
		shifted := optimtest.Scaled{Objective: f, Factor: 3}
		m.Restart()
		if info, err = m.Step(theta, shifted); err != nil || info.Status.Early() || !(info.Value <= shifted.Value(f.Start)) {
			t.Errorf("%T: step on another objective = %+v, %v", m, info, err)
		}
	}
}

// recorded remembers where it was evaluated.
type recorded struct {
	optim.Objective
	trials [][]float64
	values []float64
}

func (r *recorded) ValueGrad(grad, theta []float64) float64 {
	v := r.Objective.ValueGrad(grad, theta)
	r.trials, r.values = append(r.trials, slices.Clone(theta)), append(r.values, v)
	return v
}

func distance(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum)
}

// A search that runs out of evaluations keeps the lowest trial.
func TestLBFGSKeepsBestTrial(t *testing.T) {
	kept, notLast := 0, 0
	for _, start := range []optimtest.Function{optimtest.Wood(), optimtest.Rosenbrock(6), optimtest.Beale(), optimtest.Powell(8)} {
		for _, first := range []float64{1e-3, 0.1, 1, 5} {
			for limit := 2; limit <= 6; limit++ {
				m := optim.DefaultLBFGS()
				m.MaxSearchEvals, m.Curvature, m.FirstStep = limit, 2e-4, first // a search too exact to finish
				f := &recorded{Objective: start}
				theta := slices.Clone(start.Start)
				m.Init(len(theta))
				info, err := m.Step(theta, f)
				if !strings.Contains(info.Note, "decrease alone") {
					continue
				}
				kept++
				lowest := slices.Index(f.values, slices.Min(f.values))
				if lowest != len(f.values)-1 {
					notLast++
				}
				if err != nil || info.Status != optim.Running || info.LossEvals != limit+1 ||
					info.Value != f.values[lowest] || !slices.Equal(theta, f.trials[lowest]) {
					t.Errorf("%s from %g, limit %d: %+v, %v, want the lowest trial %g", start.Name, first, limit, info, err, f.values[lowest])
				}
			}
		}
	}
	if kept < 20 || notLast == 0 {
		t.Errorf("%d steps kept, in %d of them the lowest trial was not the last: the test tests too little", kept, notLast)
	}
}

// Where no trial is finite the run ends NotFinite with the typed error, within two
// searches.
func TestNoFiniteTrial(t *testing.T) { eachSearching(t, testNoFiniteTrial) }

func testNoFiniteTrial(t *testing.T, m optim.Method) {
	f := &optimtest.Planted{Objective: optimtest.Wood(), From: 8, To: math.MaxInt, Fault: optimtest.Fault{Component: 1, Value: math.NaN()}}
	theta := slices.Clone(optimtest.Wood().Start)
	m.Init(4)
	for range 20 {
		at := slices.Clone(theta)
		info, err := m.Step(theta, f)
		if info.Status == optim.Running {
			continue
		}
		if !errors.Is(err, optim.ErrNotFinite) || info.Status != optim.NotFinite || info.LossEvals > 50 || !slices.Equal(at, theta) {
			t.Errorf("Step = %+v, %v, want NotFinite within 50 evaluations", info, err)
		}
		return
	}
	t.Error("never stopped")
}

func TestLBFGSNotFiniteAtEntry(t *testing.T) {
	f := &optimtest.Planted{Objective: optimtest.Wood(), To: 1, Fault: optimtest.Fault{Component: 2, Value: math.NaN()}}
	theta := slices.Clone(optimtest.Wood().Start)
	m := optim.DefaultLBFGS()
	m.Init(4)
	info, err := m.Step(theta, f)
	var bad *optim.NotFiniteError
	if info.Status != optim.NotFinite || !errors.As(err, &bad) || bad.What != optim.Gradient || bad.Index != 2 || info.GradEvals != 1 {
		t.Fatalf("Step = %+v, %v; want NotFinite at gradient[2] after one evaluation", info, err)
	}
	if info, err = m.Step(theta, f); err != nil || info.Status != optim.Running || info.GradEvals < 2 {
		t.Errorf("the next Step = %+v, %v; want a fresh start", info, err)
	}
}
