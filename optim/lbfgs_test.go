package optim_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// solve is what a method with a line search must reach from the usual start.
type solve struct {
	method string
	f      optimtest.Function
	value  float64 // reach this value
	evals  int     // within this many evaluations
}

// solves has bars of about 1.3 times the evaluations measured (linux/amd64,
// go1.26), which the test logs.
var solves = []solve{
	{"lbfgs", optimtest.Quadratic(optimtest.Spectrum(20, 1e3), 0.25), 1e-20, 100},
	{"lbfgs", optimtest.Rosenbrock(100), 1e-25, 800},
	{"lbfgs", optimtest.Beale(), 1e-20, 30},
	{"lbfgs", optimtest.Powell(100), 1e-25, 140},
	{"lbfgs", optimtest.Wood(), 1e-20, 160},
}

func TestSolves(t *testing.T) {
	for _, s := range solves {
		t.Run(fmt.Sprintf("%s/%s%d", s.method, s.f.Name, s.f.Dim()), func(t *testing.T) {
			row, _ := optim.ByName(s.method)
			m := row.New()
			steps, evals, last := descend(m, s.f, slices.Clone(s.f.Start), s.value, 2000)
			if !(last.Value <= s.value) || evals > s.evals {
				t.Errorf("reached %g in %d evaluations, want %g in %d", last.Value, evals, s.value, s.evals)
			}
			t.Logf("%g after %d steps, %d evaluations", last.Value, steps, evals)
		})
	}
}

// descend steps m from theta until the loss is at or below target, the method
// stops, or the steps run out.
func descend(m optim.Method, f optim.Objective, theta []float64, target float64, most int) (steps, evals int, last optim.StepInfo) {
	m.Init(len(theta))
	for steps = 1; steps <= most; steps++ {
		last, _ = m.Step(theta, f)
		evals += last.LossEvals
		if last.Value <= target || last.Status != optim.Running {
			break
		}
	}
	return steps, evals, last
}

// Powers of two are exact: a loss scaled by 4 gives the same path bit for bit.
func TestLBFGSScaledLoss(t *testing.T) {
	for _, factor := range []float64{4, 0.0625} {
		f := optimtest.Rosenbrock(10)
		a, b := slices.Clone(f.Start), slices.Clone(f.Start)
		m, n := optim.DefaultLBFGS(), optim.DefaultLBFGS()
		m.Init(len(a))
		n.Init(len(b))
		for k := range 200 {
			x, _ := m.Step(a, f)
			y, _ := n.Step(b, optimtest.Scaled{Objective: f, Factor: factor})
			if !slices.Equal(a, b) || x.StepSize != y.StepSize || x.LossEvals != y.LossEvals || x.Status != y.Status {
				t.Fatalf("factor %g, step %d: θ = %v, want %v", factor, k, b, a)
			}
			if y.Value != factor*x.Value || y.GradNorm != factor*x.GradNorm {
				t.Fatalf("factor %g, step %d: value %g, gradient %g, want %g times %g, %g", factor, k, y.Value, y.GradNorm, factor, x.Value, x.GradNorm)
			}
		}
	}
}

// Beyond a wall the loss does not exist; the search must turn round and find the
// minimum on this side of it.
func TestLBFGSWall(t *testing.T) {
	farther := func(limit float64) func([]float64) bool {
		return func(theta []float64) bool {
			return slices.ContainsFunc(theta, func(x float64) bool { return math.Abs(x) > limit })
		}
	}
	for _, f := range []optimtest.Function{
		optimtest.Quadratic(optimtest.Spectrum(10, 1e4), 0.25), optimtest.Rosenbrock(2), optimtest.Rosenbrock(20),
		optimtest.Beale(), optimtest.Powell(8), optimtest.Wood(),
	} {
		for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			// The wall stands just behind the start and the minimum.
			limit := 1.02 * math.Max(maxAbs(f.Start), maxAbs(f.Minimum))
			w := optimtest.Walled{Objective: f, Outside: farther(limit), Value: value}
			m := optim.DefaultLBFGS()
			m.FirstStep = 1e3 // the first trial is far behind the wall
			_, evals, last := descend(m, w, slices.Clone(f.Start), 1e-18, 1500)
			if !(last.Value <= 1e-18) {
				t.Errorf("%s%d, wall of %g at %g: %g after %d evaluations (%v %s), want 1e-18", f.Name, f.Dim(), value, limit, last.Value, evals, last.Status, last.Note)
			}
		}
	}
}

// A gradient that points uphill makes every search fail: the method must say so
// within two searches and leave θ alone.
func TestLBFGSLineSearchFailure(t *testing.T) {
	f := &optimtest.Counted{Objective: negated{optimtest.Rosenbrock(4)}}
	theta := slices.Clone(optimtest.Rosenbrock(4).Start)
	m := optim.DefaultLBFGS()
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
func TestLBFGSRestartsOnce(t *testing.T) {
	for _, row := range []struct {
		pause int // good steps between the failures
		want  optim.Status
	}{{1, optim.LineSearch}, {18, optim.LineSearch}, {25, optim.Running}} {
		f := &oblique{Function: optimtest.Rosenbrock(10)}
		theta := slices.Clone(f.Start)
		m := optim.DefaultLBFGS()
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
		if info.Status != optim.Running || !strings.Contains(info.Note, "steepest descent") || info.LossEvals > 50 {
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

// After Restart, or where the caller has moved θ, the first step goes along
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
func TestLBFGSNoFiniteTrial(t *testing.T) {
	f := &optimtest.Planted{Objective: optimtest.Wood(), From: 8, To: math.MaxInt, Fault: optimtest.Fault{Component: 1, Value: math.NaN()}}
	theta := slices.Clone(optimtest.Wood().Start)
	m := optim.DefaultLBFGS()
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

// L never rises, and Value, GradNorm and StepNorm are those of θ.
func TestLBFGSReports(t *testing.T) {
	f := optimtest.Wood()
	theta, grad := slices.Clone(f.Start), make([]float64, 4)
	m := optim.DefaultLBFGS()
	m.Init(4)
	before := f.ValueGrad(grad, theta)
	for k := range 60 {
		at := slices.Clone(theta)
		info, err := m.Step(theta, f)
		if err != nil || info.Status != optim.Running {
			t.Fatal(info, err)
		}
		var square, moved float64
		v := f.ValueGrad(grad, theta)
		for i := range grad {
			square += grad[i] * grad[i]
			moved += (theta[i] - at[i]) * (theta[i] - at[i])
		}
		const tol = 1e-15 * 4 // two orders of a sum of four squares
		if v != info.Value || math.Abs(math.Sqrt(square)-info.GradNorm) > tol*info.GradNorm || math.Abs(math.Sqrt(moved)-info.StepNorm) > tol*info.StepNorm {
			t.Fatalf("step %d reports %+v, want value %g, gradient norm %g, step %g", k, info, v, math.Sqrt(square), math.Sqrt(moved))
		}
		if v > before || !(info.StepSize > 0) || info.Clip != 1 || info.LearningRate != 0 {
			t.Fatalf("step %d: value %g after %g, %+v", k, v, before, info)
		}
		before = v
	}
}

func TestLBFGSTolerances(t *testing.T) {
	for _, row := range []struct {
		name string
		set  func(m *optim.LBFGS)
		f    optim.Objective
		want optim.Status
	}{
		{"gradient", func(m *optim.LBFGS) { m.StopGradient = 1e-3 }, optimtest.Wood(), optim.ConvergedGradient},
		{"value", func(m *optim.LBFGS) { m.StopValue = 1e-3 }, optimtest.Wood(), optim.ConvergedValue},
		{"change", func(m *optim.LBFGS) { m.StopChange = 0.5 }, lifted{optimtest.Powell(4), 1}, optim.ConvergedChange},
		{"none, minimum exactly 0", func(*optim.LBFGS) {}, optimtest.Wood(), optim.ConvergedGradient},
		{"none, minimum 1", func(*optim.LBFGS) {}, lifted{optimtest.Powell(4), 1}, optim.ConvergedFloor},
		{"none, minimum 1e6", func(*optim.LBFGS) {}, lifted{optimtest.Powell(4), 1e6}, optim.ConvergedFloor},
		{"none, minimum -3", func(*optim.LBFGS) {}, lifted{optimtest.Powell(4), -3}, optim.ConvergedFloor},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := optim.DefaultLBFGS()
			row.set(m)
			steps, evals, last := descend(m, row.f, []float64{-3, -1, -3, -1}, math.Inf(-1), 3000)
			if last.Status != row.want || !last.Status.Converged() || last.Status.Early() || last.Note == "" {
				t.Errorf("ended with %v (%s) after %d steps, %d evaluations, want %v", last.Status, last.Note, steps, evals, row.want)
			}
			t.Logf("%d steps, %d evaluations: %s", steps, evals, last.Note)
		})
	}
}

// lifted is an objective plus a constant, which hides small decreases.
type lifted struct {
	optim.Objective
	by float64
}

func (l lifted) ValueGrad(grad, theta []float64) float64 {
	return l.Objective.ValueGrad(grad, theta) + l.by
}

// Noise in the loss ends the run at the rounding floor and not as a failure: the
// search sees that what it hears is noise.
func TestLBFGSNoiseFloor(t *testing.T) {
	for _, size := range []float64{1e-15, 1e-12, 1e-9, 1e-6} {
		for _, f := range []optimtest.Function{optimtest.Rosenbrock(10), optimtest.Quadratic(optimtest.Spectrum(20, 1e3), 0.25), optimtest.Powell(8)} {
			m := optim.DefaultLBFGS()
			r := rough{lifted{f, 1}, size}
			_, evals, last := descend(m, r, slices.Clone(f.Start), math.Inf(-1), 1000)
			t.Logf("%s%d with noise %g: %v (%s) at 1 + %g after %d evaluations", f.Name, f.Dim(), size, last.Status, last.Note, last.Value-1, evals)
			if last.Status != optim.ConvergedFloor && last.Status != optim.ConvergedGradient || last.Value > 1+100*size {
				t.Errorf("%s%d with noise %g: %v (%s) at 1 + %g after %d evaluations, want the floor at 1", f.Name, f.Dim(), size, last.Status, last.Note, last.Value-1, evals)
			}
		}
	}
}

// rough multiplies the loss by 1 + size·(something between −1 and 1 that looks
// random and is not).
type rough struct {
	optim.Objective
	size float64
}

func (r rough) ValueGrad(grad, theta []float64) float64 {
	v := r.Objective.ValueGrad(grad, theta)
	var phase float64
	for i, x := range theta {
		phase += float64(i+1) * x
	}
	return v * (1 + r.size*math.Sin(1e12*phase))
}

// After Restart a method that had converged goes on with the new objective.
func TestLBFGSRestartAfterConvergence(t *testing.T) {
	m := optim.DefaultLBFGS()
	theta := []float64{-3, -1, -3, -1}
	if _, _, last := descend(m, lifted{optimtest.Powell(4), 1}, theta, math.Inf(-1), 500); last.Status != optim.ConvergedFloor {
		t.Fatalf("first run ended with %v", last.Status)
	}
	m.Restart()
	if info, err := m.Step(theta, optimtest.Powell(4)); err != nil || info.Status != optim.Running || info.StepNorm == 0 {
		t.Errorf("Step after Restart = %+v, %v, want it to go on", info, err)
	}
}

// A gradient so small that its norm underflows counts as zero.
func TestLBFGSGradientUnderflow(t *testing.T) {
	m := optim.DefaultLBFGS()
	theta := []float64{2, 3}
	m.Init(2)
	info, err := m.Step(theta, optimtest.Scaled{Objective: optimtest.Quadratic([]float64{1, 1}, 0), Factor: 1e-200})
	if err != nil || info.Status != optim.ConvergedGradient || theta[0] != 2 {
		t.Errorf("Step = %+v, %v, want ConvergedGradient", info, err)
	}
}

func maxAbs(x []float64) (largest float64) {
	for _, v := range x {
		largest = math.Max(largest, math.Abs(v))
	}
	return largest
}
