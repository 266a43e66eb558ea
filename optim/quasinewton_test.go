package optim_test

import (
	"fmt"
	"math"
	"slices"
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

	{"bfgs", optimtest.Quadratic(optimtest.Spectrum(20, 1e3), 0.25), 1e-20, 140},
	{"bfgs", optimtest.Rosenbrock(100), 1e-25, 880},
	{"bfgs", optimtest.Beale(), 1e-20, 30},
	{"bfgs", optimtest.Powell(100), 1e-25, 170},
	{"bfgs", optimtest.Wood(), 1e-20, 60},

	{"ssbroyden", optimtest.Quadratic(optimtest.Spectrum(20, 1e3), 0.25), 1e-20, 90},
	{"ssbroyden", optimtest.Rosenbrock(100), 1e-25, 1550},
	{"ssbroyden", optimtest.Beale(), 1e-20, 30},
	{"ssbroyden", optimtest.Powell(100), 1e-25, 900},
	{"ssbroyden", optimtest.Wood(), 1e-20, 210},

	// The trials for λ are evaluations too.
	{"lm", optimtest.Quadratic(optimtest.Spectrum(20, 1e3), 0.25), 1e-20, 26},
	{"lm", optimtest.Rosenbrock(100), 1e-25, 990},
	{"lm", optimtest.Beale(), 1e-20, 105},
	{"lm", optimtest.Powell(100), 1e-25, 210},
	{"lm", optimtest.Wood(), 1e-20, 330},
}

// searching are the methods with a line search.
var searching = []struct {
	name string
	new  func() (optim.Configurable, *optim.Search)
}{
	{"lbfgs", func() (optim.Configurable, *optim.Search) { m := optim.DefaultLBFGS(); return m, &m.Search }},
	{"bfgs", func() (optim.Configurable, *optim.Search) { m := optim.DefaultBFGS(); return m, &m.Search }},
	{"ssbroyden", func() (optim.Configurable, *optim.Search) { m := optim.DefaultSSBroyden(); return m, &m.Search }},
}

// eachSearching runs a test of every method with a line search.
func eachSearching(t *testing.T, test func(t *testing.T, m optim.Method)) {
	for _, method := range searching {
		m, _ := method.new()
		t.Run(method.name, func(t *testing.T) { test(t, m) })
	}
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
// (SSBroyden's first update compares H = I with the curvature: its path changes.)
func TestScaledLoss(t *testing.T) {
	for _, factor := range []float64{4, 0.0625} {
		testScaledLoss(t, factor, optim.DefaultLBFGS(), optim.DefaultLBFGS())
		testScaledLoss(t, factor, optim.DefaultBFGS(), optim.DefaultBFGS())
	}
}

func testScaledLoss(t *testing.T, factor float64, m, n optim.Method) {
	t.Helper()
	f := optimtest.Rosenbrock(10)
	a, b := slices.Clone(f.Start), slices.Clone(f.Start)
	m.Init(len(a))
	n.Init(len(b))
	for k := range 200 {
		x, _ := m.Step(a, f)
		y, _ := n.Step(b, optimtest.Scaled{Objective: f, Factor: factor})
		if !slices.Equal(a, b) || x.StepSize != y.StepSize || x.LossEvals != y.LossEvals || x.Status != y.Status {
			t.Fatalf("%T, factor %g, step %d: θ = %v, want %v", m, factor, k, b, a)
		}
		if y.Value != factor*x.Value || y.GradNorm != factor*x.GradNorm {
			t.Fatalf("%T, factor %g, step %d: value %g, gradient %g, want %g times %g, %g", m, factor, k, y.Value, y.GradNorm, factor, x.Value, x.GradNorm)
		}
	}
}

// Beyond a wall the loss does not exist; the search must turn round and find the
// minimum on this side of it.
func TestSearchWall(t *testing.T) {
	for _, method := range searching {
		testWall(t, method.name, 20, 1500, func() optim.Method {
			m, search := method.new()
			search.FirstStep = 1e3 // the first trial is far behind the wall
			return m
		})
	}
}

// testWall minimises walled functions, Rosenbrock's of the given dimension among them,
// within a number of evaluations.
func testWall(t *testing.T, name string, dim, most int, newMethod func() optim.Method) {
	for _, f := range []optimtest.Function{
		optimtest.Quadratic(optimtest.Spectrum(10, 1e4), 0.25), optimtest.Rosenbrock(2), optimtest.Rosenbrock(dim),
		optimtest.Beale(), optimtest.Powell(8), optimtest.Wood(),
	} {
		for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			// The wall stands just behind the start and the minimum.
			limit := 1.02 * math.Max(maxAbs(f.Start), maxAbs(f.Minimum))
			w := optimtest.Walled{Objective: f, Wall: value, Outside: func(theta []float64) bool { return maxAbs(theta) > limit }}
			_, evals, last := descend(newMethod(), w, slices.Clone(f.Start), 1e-18, most)
			if !(last.Value <= 1e-18) {
				t.Errorf("%s, %s%d, wall of %g at %g: %g after %d evaluations (%v %s), want 1e-18", name, f.Name, f.Dim(), value, limit, last.Value, evals, last.Status, last.Note)
			}
		}
	}
}

// L never rises, and Value, GradNorm and StepNorm are those of θ.
func TestSearchReports(t *testing.T) { eachSearching(t, testReports) }

func testReports(t *testing.T, m optim.Method) {
	f := optimtest.Wood()
	theta, grad := slices.Clone(f.Start), make([]float64, 4)
	m.Init(4)
	before := f.ValueGrad(grad, theta)
	for k := range 30 {
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

func TestSearchTolerances(t *testing.T) {
	for _, row := range []struct {
		name string
		set  func(s *optim.Search)
		f    optim.Objective
		want optim.Status
	}{
		{"gradient", func(s *optim.Search) { s.StopGradient = 1e-3 }, optimtest.Wood(), optim.ConvergedGradient},
		{"value", func(s *optim.Search) { s.StopValue = 1e-3 }, optimtest.Wood(), optim.ConvergedValue},
		{"change", func(s *optim.Search) { s.StopChange = 0.5 }, lifted{optimtest.Powell(4), 1}, optim.ConvergedChange},
		{"none, minimum exactly 0", func(*optim.Search) {}, optimtest.Wood(), optim.ConvergedGradient},
		{"none, minimum 1", func(*optim.Search) {}, lifted{optimtest.Powell(4), 1}, optim.ConvergedFloor},
		{"none, minimum 1e6", func(*optim.Search) {}, lifted{optimtest.Powell(4), 1e6}, optim.ConvergedFloor},
		{"none, minimum -3", func(*optim.Search) {}, lifted{optimtest.Powell(4), -3}, optim.ConvergedFloor},
	} {
		for _, method := range searching {
			t.Run(method.name+" "+row.name, func(t *testing.T) {
				m, search := method.new()
				row.set(search)
				steps, evals, last := descend(m, row.f, []float64{-3, -1, -3, -1}, math.Inf(-1), 3000)
				exact := row.name == "none, minimum exactly 0" && last.Status == optim.ConvergedFloor && last.Value < 1e-28
				if last.Status != row.want && !exact || !last.Status.Converged() || last.Status.Early() || last.Note == "" {
					t.Errorf("ended with %v (%s) after %d steps, %d evaluations, want %v", last.Status, last.Note, steps, evals, row.want)
				}
				t.Logf("%d steps, %d evaluations: %s", steps, evals, last.Note)
			})
		}
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
func TestSearchNoiseFloor(t *testing.T) {
	for _, method := range searching {
		for _, size := range []float64{1e-15, 1e-12, 1e-9, 1e-6} {
			testNoiseFloor(t, method.new, size)
		}
	}
}

func testNoiseFloor(t *testing.T, newMethod func() (optim.Configurable, *optim.Search), size float64) {
	t.Helper()
	for _, f := range []optimtest.Function{optimtest.Rosenbrock(10), optimtest.Quadratic(optimtest.Spectrum(20, 1e3), 0.25), optimtest.Powell(8)} {
		m, _ := newMethod()
		r := rough{lifted{f, 1}, size}
		_, evals, last := descend(m, r, slices.Clone(f.Start), math.Inf(-1), 1000)
		t.Logf("%T: %s%d with noise %g: %v (%s) at 1 + %g after %d evaluations", m, f.Name, f.Dim(), size, last.Status, last.Note, last.Value-1, evals)
		if last.Status != optim.ConvergedFloor && last.Status != optim.ConvergedGradient || last.Value > 1+100*size {
			t.Errorf("%T: %s%d with noise %g: %v (%s) at 1 + %g after %d evaluations, want the floor at 1", m, f.Name, f.Dim(), size, last.Status, last.Note, last.Value-1, evals)
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

// The bits of every step and of H are the same for any number of threads, above the
// order from which the matrix is shared out.
func TestDenseThreads(t *testing.T) {
	const dim = 259 // several bands
	run := func(threads optim.Threads) string {
		m := optim.DefaultSSBroyden()
		m.Threads = threads
		m.Init(dim)
		theta := make([]float64, dim)
		for i := range theta {
			theta[i] = 1 + float64(i%7)
		}
		for range 30 {
			m.Step(theta, curved(dim))
		}
		return fmt.Sprint(theta, m.State())
	}
	one := run(1)
	for _, threads := range []optim.Threads{0, 2, 3, 8} {
		if run(threads) != one {
			t.Errorf("30 steps on %d threads differ from 30 steps on one", threads)
		}
	}
}

// curved is Σ (i+1)·x_i² + x_i⁴/10.
type curved int

func (c curved) Dim() int { return int(c) }

func (c curved) ValueGrad(grad, theta []float64) (v float64) {
	for i, x := range theta {
		k := float64(i + 1)
		v += k*x*x + x*x*x*x/10
		grad[i] = 2*k*x + 0.4*x*x*x
	}
	return v
}

// H·g as it is carried along is the product by H of the state. Theory: rounding of one
// update, 1e-16 of |H||g|; measured below 1e-13 of |H·g| in 200 steps, margin 10.
func TestHessianGradient(t *testing.T) {
	const dim, tol = 20, 1e-12
	for _, m := range []optim.Stateful{optim.DefaultBFGS(), optim.DefaultSSBroyden()} {
		m.Init(dim)
		theta := make([]float64, dim)
		for i := range theta {
			theta[i] = 3 - float64(i%5)
		}
		compared := 0
		for step := range 12 {
			m.Step(theta, curved(dim))
			if vectorOf(t, m, "dense_counters")[0] == 0 { // H is the identity
				continue
			}
			compared++
			want := upperProduct(vectorOf(t, m, "inverse_hessian"), vectorOf(t, m, "previous_gradient"))
			for i, v := range vectorOf(t, m, "hessian_gradient") {
				if !(math.Abs(v-want[i]) <= tol*maxAbs(want)) {
					t.Fatalf("%T, step %d: (H·g)[%d] = %v, want %v (tol %g: rounding)", m, step, i, v, want[i], tol)
				}
			}
		}
		if compared < 10 {
			t.Errorf("%T: H was compared in %d steps, want at least 10", m, compared)
		}
	}
}

// upperProduct returns A·x for a symmetric A of which one triangle is given, row by row.
func upperProduct(a, x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		for j := i; j < len(x); j++ {
			y[i] += a[0] * x[j]
			if j > i {
				y[j] += a[0] * x[i]
			}
			a = a[1:]
		}
	}
	return y
}
