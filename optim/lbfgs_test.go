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

// A loss that is wrong for the calls of one search is survived by one restart
// along steepest descent; if it stays wrong, the run ends.
func TestLBFGSRestartsOnce(t *testing.T) {
	var restarted int
	for n := 1; n <= 25; n++ {
		last, noted := betray(t, 20, 20+n)
		if noted && last == optim.Running {
			restarted++
		}
	}
	if restarted == 0 {
		t.Error("no length of the fault led to a restart that went on")
	}
	if last, _ := betray(t, 20, math.MaxInt); last != optim.LineSearch {
		t.Errorf("a loss that stays wrong ends with %v, want line-search", last)
	}
}

// betray runs L-BFGS on a loss that is wrong in the calls from, …, to−1, and
// returns the last status and whether steepest descent took over.
func betray(t *testing.T, from, to int) (last optim.Status, restarted bool) {
	t.Helper()
	f := &treacherous{Function: optimtest.Rosenbrock(10), from: from, to: to}
	theta := slices.Clone(f.Start)
	m := optim.DefaultLBFGS()
	m.Init(10)
	for f.calls < from+50 {
		info, err := m.Step(theta, f)
		if err != nil {
			t.Fatal(err)
		}
		if info.LossEvals > 51 {
			t.Fatalf("a step took %d evaluations, want at most 51", info.LossEvals)
		}
		restarted = restarted || strings.Contains(info.Note, "steepest descent")
		if info.Status != optim.Running {
			return info.Status, restarted
		}
	}
	return optim.Running, restarted
}

// treacherous adds a growing amount to the value of calls from, …, to−1: no trial
// is below the one before.
type treacherous struct {
	optimtest.Function
	from, to, calls int
}

func (f *treacherous) ValueGrad(grad, theta []float64) float64 {
	v := f.Function.ValueGrad(grad, theta)
	if f.calls++; f.calls > f.from && f.calls <= f.to {
		v += 1e6
	}
	return v
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

// A caller that moves θ (a roll back to a better point) gets a fresh start there.
func TestLBFGSMovedTheta(t *testing.T) {
	f := optimtest.Rosenbrock(6)
	m, fresh := optim.DefaultLBFGS(), optim.DefaultLBFGS()
	theta := slices.Clone(f.Start)
	m.Init(6)
	fresh.Init(6)
	for range 10 {
		m.Step(theta, f)
	}
	moved := []float64{0.5, 0.3, 0.1, 0.2, -0.4, 0}
	at := slices.Clone(moved)
	got, _ := m.Step(moved, f)
	want, _ := fresh.Step(at, f)
	if got.LossEvals < 2 || got.Value >= f.ValueGrad(make([]float64, 6), []float64{0.5, 0.3, 0.1, 0.2, -0.4, 0}) {
		t.Errorf("Step from a moved θ = %+v, want a descent with an evaluation on entry (a fresh method: %+v)", got, want)
	}
}

// Where the curvature along the step is not positive the pair is refused and the
// memory emptied: on a concave stretch the method goes on by steepest descent.
func TestLBFGSNegativeCurvature(t *testing.T) {
	m := optim.DefaultLBFGS()
	theta := []float64{0.01, 0.02}
	_, evals, last := descend(m, doubleWell{}, theta, math.Inf(-1), 200)
	if !last.Status.Converged() || math.Abs(math.Abs(theta[0])-1) > 1e-7 || math.Abs(math.Abs(theta[1])-1) > 1e-7 {
		t.Errorf("θ = %v, %v after %d evaluations, want (±1, ±1)", theta, last.Status, evals)
	}
}

// doubleWell is Σ (x² − 1)², concave for |x| < 0.577.
type doubleWell struct{}

func (doubleWell) Dim() int { return 2 }

func (doubleWell) ValueGrad(grad, x []float64) (sum float64) {
	for i, v := range x {
		w := v*v - 1
		sum += w * w
		grad[i] = 4 * v * w
	}
	return sum
}

func maxAbs(x []float64) (largest float64) {
	for _, v := range x {
		largest = math.Max(largest, math.Abs(v))
	}
	return largest
}
