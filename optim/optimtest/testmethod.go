package optimtest

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pinn/internal/kernel/kerneltest"
	"pinn/optim"
)

// TestMethod checks what every optim.Method must do. newMethod returns the method
// with any learning rate below 0.1, not yet initialised, the same each time. All
// objectives are optim.LeastSquares, for methods that need one.
//
//   - It lowers a convex quadratic of condition 10.
//   - It repeats itself bit for bit.
//   - Permuting the coordinates permutes its steps.
//   - Restored from State (if optim.Stateful) it goes on bit for bit.
//   - NaN, infinities and huge numbers, planted once or for ever in each
//     evaluation in turn, JᵀJ included, end in a Status, an error or recovery,
//     within a bounded number of evaluations, and leave θ finite; a failed step
//     leaves θ as it was.
//   - After Restart on another objective it lowers that one.
//   - It goes on from θ where the caller has moved it, without Restart.
//   - Once it has stopped it evaluates nothing and keeps its Status and θ, until Restart.
//   - StepInfo tells the loss and the length of the step as they are.
//   - It keeps neither θ nor a state that it gave or was given.
//   - A Step allocates nothing.
//   - It keeps to its number of threads, which changes no bit; see TestThreads.
func TestMethod(t *testing.T, newMethod func() optim.Method) {
	t.Run("descends", func(t *testing.T) { testDescent(t, newMethod()) })
	t.Run("repeats", func(t *testing.T) { testRepeats(t, newMethod) })
	t.Run("permutes", func(t *testing.T) { testPermutes(t, newMethod) })
	t.Run("restores", func(t *testing.T) { testRestores(t, newMethod) })
	t.Run("survives", func(t *testing.T) { testSurvives(t, newMethod) })
	t.Run("restarts", func(t *testing.T) { testRestarts(t, newMethod()) })
	t.Run("follows", func(t *testing.T) { testFollows(t, newMethod()) })
	t.Run("stops", func(t *testing.T) { testStops(t, newMethod()) })
	t.Run("reports", func(t *testing.T) { testReports(t, newMethod()) })
	t.Run("keeps nothing", func(t *testing.T) { testKeepsNothing(t, newMethod) })
	t.Run("copies its state", func(t *testing.T) { testCopiesState(t, newMethod) })
	t.Run("allocates nothing", func(t *testing.T) { testAllocations(t, newMethod()) })
	t.Run("threads", func(t *testing.T) { TestThreads(t, Rosenbrock(300), newMethod) })
}

// maxEvals bounds the evaluations of one step: two searches of 25 and one on
// entry. 60 leaves room for a method with a longer search.
const maxEvals = 60

func testDescent(t *testing.T, m optim.Method) {
	f := &Counted{Objective: Quadratic(Spectrum(6, 10), 0.25)}
	theta := slices.Clone(Quadratic(Spectrum(6, 10), 0.25).Start)
	m.Init(len(theta))
	grad := make([]float64, len(theta))
	first := f.ValueGrad(grad, theta)
	for range 500 {
		losses, grads := f.Losses, f.Grads
		info, err := m.Step(theta, f)
		if err != nil {
			t.Fatalf("Step on a quadratic: %v", err)
		}
		losses, grads = f.Losses-losses, f.Grads-grads
		if info.LossEvals != losses || info.GradEvals != grads {
			t.Fatalf("Step reports %d loss and %d gradient evaluations, want %d and %d", info.LossEvals, info.GradEvals, losses, grads)
		}
		if info.Status != optim.Running {
			break
		}
	}
	if last := f.ValueGrad(grad, theta); !(last < 0.99*first) {
		t.Errorf("loss after 500 steps = %g, want below 0.99 of %g", last, first)
	}
}

func testRepeats(t *testing.T, newMethod func() optim.Method) {
	f := Rosenbrock(6)
	want, got := walk(newMethod(), f, 30), walk(newMethod(), f, 30)
	if !sameBits(got, want) {
		t.Errorf("two runs from one θ = %v and %v, want equal bits", got, want)
	}
	m := newMethod()
	walk(m, Wood(), 5)
	if got := walk(m, f, 30); !sameBits(got, want) {
		t.Errorf("a run after another Init = %v, want the bits of a new method %v", got, want)
	}
}

// walk initialises m and returns θ after the given number of steps from f.Start.
func walk(m optim.Method, f Function, steps int) []float64 {
	theta := slices.Clone(f.Start)
	m.Init(f.Dim())
	for range steps {
		if info, err := m.Step(theta, f); err != nil || info.Status != optim.Running {
			break
		}
	}
	return theta
}

// tolPermute bounds the relative difference of permuted paths after 8 steps. Sums in
// another order differ by 1e-16 per step, which the valley may amplify. The worst over
// optim's table of methods is 1e-14, of lm, and 1e-16 of those that solve no equations
// (linux/amd64, go1.26); another method or machine may be less lucky, so the margin is
// wide. Where JJᵀ is the matrix of a step, gramError is added.
const tolPermute = 1e-12

func testPermutes(t *testing.T, newMethod func() optim.Method) {
	f := Rosenbrock(7)
	order := []int{3, 0, 6, 2, 5, 1, 4}
	want, theta := slices.Clone(f.Start), make([]float64, f.Dim())
	for i, o := range order {
		theta[i] = f.Start[o]
	}
	plain, renamed, g := newMethod(), newMethod(), permute(f, order)
	plain.Init(f.Dim())
	renamed.Init(f.Dim())
	tol := tolPermute
	for range 8 {
		trace := f.trace(want)
		info, err := plain.Step(want, f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := renamed.Step(theta, g); err != nil {
			t.Fatal(err)
		}
		if g.asked {
			tol += gramError(f, trace, info)
		}
	}
	worst := 0.0
	for i, o := range order {
		d := math.Abs(theta[i] - want[o])
		if !(d <= tol*math.Max(1, math.Abs(want[o]))) {
			t.Errorf("permuted θ[%d] = %.17g, want %.17g (tol %.2g: sums in another order)", i, theta[i], want[o], tol)
		}
		worst = math.Max(worst, d)
	}
	t.Logf("worst difference %.2g, tol %.2g", worst, tol)
}

// gramError bounds how far a step that solves equations with JJᵀ + λI may stray if the
// sums in it are taken in another order,
//
//	n·u·κ·‖Δθ‖,   κ = 1 + tr(JJᵀ)/λ,   u = 2⁻⁵³,
//
// n being the number of residuals. κ is the condition of the matrix, to a factor of n,
// since f has more residuals than parameters and JJᵀ is singular. By Cholesky's method
// the solution has a relative error of that size: Higham, Accuracy and Stability of
// Numerical Algorithms, 2nd ed. (2002), theorem 10.4. SPRING comes to 4e-9 at λ = 1e-8,
// where 8 steps are allowed 3e-4.
func gramError(f Function, trace float64, info optim.StepInfo) float64 {
	return float64(len(f.squares.r)) * 0x1p-53 * (1 + trace/info.Damping) * info.StepNorm
}

func testRestores(t *testing.T, newMethod func() optim.Method) {
	f := Rosenbrock(6)
	for _, cut := range []int{0, 1, 2, 7, 20} {
		m, ok := newMethod().(optim.Stateful)
		if !ok {
			t.Skip("the method is not optim.Stateful")
		}
		theta := walk(m, f, cut)
		state, at := m.State(), slices.Clone(theta)
		r := newMethod().(optim.Stateful)
		walk(r, Rosenbrock(6), 3*cut/2) // what r did before must not matter
		if err := r.SetState(state); err != nil {
			t.Fatalf("SetState(State()) after %d steps: %v", cut, err)
		}
		for k := range 15 {
			want, errWant := m.Step(theta, f)
			got, errGot := r.Step(at, f)
			if !sameBits(at, theta) || got != want || (errGot == nil) != (errWant == nil) {
				t.Fatalf("saved after %d steps, step %d: restored %v %+v, uninterrupted %v %+v", cut, k, at, got, theta, want)
			}
		}
		testRefuses(t, r, state)
	}
}

// testRefuses checks that SetState returns an error for altered states.
func testRefuses(t *testing.T, m optim.Stateful, state []optim.Vector) {
	t.Helper()
	for i := range state {
		short := slices.Clone(state)
		short[i].Values = short[i].Values[1:]
		renamed := slices.Clone(state)
		renamed[i].Name = "altered"
		for name, s := range map[string][]optim.Vector{
			"a short vector": short, "a renamed vector": renamed,
			"a missing vector": slices.Delete(slices.Clone(state), i, i+1),
		} {
			if m.SetState(s) == nil {
				t.Errorf("SetState with %s (%s) = nil, want an error", name, state[i].Name)
			}
		}
	}
}

func testSurvives(t *testing.T, newMethod func() optim.Method) {
	f := Rosenbrock(4)
	const steps = 12
	for _, fault := range Faults(f.Dim()) {
		for at := range 16 {
			for _, to := range []int{at + 1, at + 3, math.MaxInt} {
				survive(t, newMethod(), &Planted{Objective: f, From: at, To: to, Fault: fault}, f.Start, steps)
			}
		}
	}
}

func survive(t *testing.T, m optim.Method, f *Planted, start []float64, steps int) {
	t.Helper()
	theta := slices.Clone(start)
	m.Init(len(theta))
	for k := range steps {
		before, calls := slices.Clone(theta), f.calls
		info, err := m.Step(theta, f)
		if n := f.calls - calls; n > maxEvals {
			t.Fatalf("%s in calls [%d, %d): step %d made %d evaluations, want at most %d", f.Fault.Name, f.From, f.To, k, n, maxEvals)
		}
		if !allFinite(theta) {
			t.Fatalf("%s in calls [%d, %d): θ after step %d = %v, want finite", f.Fault.Name, f.From, f.To, k, theta)
		}
		if err != nil && !errors.Is(err, optim.ErrNotFinite) {
			t.Fatalf("%s: error = %v, want one that is optim.ErrNotFinite", f.Fault.Name, err)
		}
		failed := err != nil || info.Status.Early()
		if failed && !sameBits(theta, before) {
			t.Fatalf("%s in calls [%d, %d): failed step %d (%v, %v) moved θ", f.Fault.Name, f.From, f.To, k, info.Status, err)
		}
		if !failed && !allFinite([]float64{info.Value, info.GradNorm, info.StepNorm}) {
			t.Fatalf("%s: step %d reports %+v without a failure", f.Fault.Name, k, info)
		}
	}
	if f.spoilt == f.calls && !sameBits(theta, start) {
		t.Fatalf("%s in every call: θ moved", f.Fault.Name)
	}
}

func testRestarts(t *testing.T, m optim.Method) {
	theta := walk(m, Quadratic(Spectrum(4, 10), 0), 40)
	f := Quadratic(Spectrum(4, 10), 0.25)
	shifted := slices.Clone(theta)
	for i := range shifted {
		shifted[i]++
	}
	grad := make([]float64, len(theta))
	first := f.ValueGrad(grad, shifted)
	m.Restart()
	for range 500 {
		if _, err := m.Step(shifted, f); err != nil {
			t.Fatal(err)
		}
	}
	if last := f.ValueGrad(grad, shifted); !(last < 0.99*first) {
		t.Errorf("loss 500 steps after Restart = %g, want below 0.99 of %g", last, first)
	}
}

func testAllocations(t *testing.T, m optim.Method) {
	if kerneltest.RaceDetector() {
		t.Skip("sync.Pool keeps nothing under the race detector")
	}
	theta := walk(m, Rosenbrock(30), 4)
	var f optim.Objective = Rosenbrock(30)
	var err error
	var info optim.StepInfo
	n := testing.AllocsPerRun(8, func() { info, err = m.Step(theta, f) })
	if err != nil || info.Status != optim.Running {
		t.Fatalf("stopped early: %v, %v", info.Status, err)
	}
	if n != 0 {
		t.Errorf("Step allocates %g times, want 0", n)
	}
}

func allFinite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// TestThreads checks that a method starts no goroutine on one thread, and that an
// optim.Threaded one starts some on more and takes steps of the same bits. f must have
// some hundred parameters, so that there is work to share out; newMethod is that of
// TestMethod.
func TestThreads(t *testing.T, f Function, newMethod func() optim.Method) {
	const steps = 5
	run := func(threads int) (theta []float64, started int) {
		m := newMethod()
		if shared, ok := m.(optim.Threaded); ok {
			shared.SetThreads(threads)
		}
		started = kerneltest.Goroutines(func() { theta = walk(m, f, steps) })
		return theta, started
	}
	want, started := run(1)
	if started != 0 {
		t.Errorf("%d steps on one thread start %d goroutines, want 0", steps, started)
	}
	if _, ok := newMethod().(optim.Threaded); !ok {
		return
	}
	for _, threads := range []int{2, 3, 8} {
		got, started := run(threads)
		if started == 0 {
			t.Errorf("%d steps on %d threads start no goroutine", steps, threads)
		}
		if !sameBits(got, want) {
			t.Errorf("θ after %d steps on %d threads differs from that on one thread", steps, threads)
		}
	}
	if got, _ := run(0); !sameBits(got, want) {
		t.Errorf("θ after %d steps on all threads differs from that on one thread", steps)
	}
}
