package optimtest

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"pinn/optim"
)

// tolReport bounds the relative difference of a reported number from the one computed
// here: rounding of one sum. The worst over optim's table of methods is 3e-14
// (linux/amd64, go1.26). Margin 30.
const tolReport = 1e-12

// testReports compares what StepInfo tells with θ and the loss before and after.
func testReports(t *testing.T, m optim.Method) {
	f := Quadratic(Spectrum(6, 10), 0.25)
	theta, grad := slices.Clone(f.Start), make([]float64, f.Dim())
	m.Init(len(theta))
	for k := range 25 {
		before := slices.Clone(theta)
		info, err := m.Step(theta, f)
		if err != nil || info.Status != optim.Running {
			return
		}
		size := floats.Norm(theta, 2) // θ is rounded, and so is its difference
		if moved := floats.Distance(theta, before, 2); !(math.Abs(info.StepNorm-moved) <= tolReport*(moved+1e-3*size)) {
			t.Fatalf("step %d: StepNorm = %g, θ moved by %g (tol %g: rounding)", k, info.StepNorm, moved, tolReport)
		}
		first, last := f.ValueGrad(grad, before), f.ValueGrad(grad, theta)
		if d := math.Min(math.Abs(info.Value-first), math.Abs(info.Value-last)); !(d <= tolReport*first) {
			t.Fatalf("step %d: Value = %g, the loss is %g before and %g after (tol %g: rounding)", k, info.Value, first, last, tolReport)
		}
		if !(info.Clip > 0 && info.Clip <= 1) || info.LossEvals < 1 || info.GradEvals > info.LossEvals || info.Trials < 0 || !(info.GradNorm > 0) {
			t.Fatalf("step %d reports %+v", k, info)
		}
	}
}

// testFollows moves θ between two steps.
func testFollows(t *testing.T, m optim.Method) {
	f := Quadratic(Spectrum(4, 10), 0.25)
	theta, grad := walk(m, f, 10), make([]float64, f.Dim())
	for i := range theta {
		theta[i] += 2
	}
	first := f.ValueGrad(grad, theta)
	for range 500 {
		if _, err := m.Step(theta, f); err != nil {
			t.Fatal(err)
		}
	}
	if last := f.ValueGrad(grad, theta); !(last < 0.99*first) {
		t.Errorf("loss 500 steps after θ was moved = %g, want below 0.99 of %g", last, first)
	}
}

// testStops runs to a Status, if there is one, and two steps further.
func testStops(t *testing.T, m optim.Method) {
	f := Quadratic(Spectrum(4, 10), 0.25)
	theta := slices.Clone(f.Start)
	m.Init(len(theta))
	var last optim.StepInfo
	for range 300 {
		if last, _ = m.Step(theta, f); last.Status != optim.Running {
			break
		}
	}
	if last.Status == optim.Running {
		t.Skip("the method does not stop by itself")
	}
	at := slices.Clone(theta)
	for range 2 {
		info, err := m.Step(theta, f)
		if err != nil || info.Status != last.Status || info.LossEvals != 0 || info.GradEvals != 0 || info.StepNorm != 0 || !sameBits(theta, at) {
			t.Fatalf("a step after %v = %+v, %v, want the same status and nothing done", last.Status, info, err)
		}
	}
	m.Restart()
	if info, err := m.Step(theta, f); err != nil || info.LossEvals == 0 {
		t.Errorf("a step after Restart = %+v, %v, want an evaluation", info, err)
	}
}

// testKeepsNothing hands θ over in a new slice for every step and spoils the old one.
func testKeepsNothing(t *testing.T, newMethod func() optim.Method) {
	f := Rosenbrock(6)
	const steps = 12
	want := walk(newMethod(), f, steps)
	m, theta := newMethod(), slices.Clone(f.Start)
	m.Init(f.Dim())
	for range steps {
		fresh := slices.Clone(theta)
		spoil(theta)
		theta = fresh
		if info, err := m.Step(theta, f); err != nil || info.Status != optim.Running {
			break
		}
	}
	if !sameBits(theta, want) {
		t.Errorf("θ in a new slice for every step = %v, want the bits of one slice %v", theta, want)
	}
}

// testCopiesState spoils what State returned, and what SetState was given.
func testCopiesState(t *testing.T, newMethod func() optim.Method) {
	m, ok := newMethod().(optim.Stateful)
	if !ok {
		t.Skip("the method is not optim.Stateful")
	}
	f := Rosenbrock(6)
	const cut, steps = 6, 6
	want := walk(newMethod(), f, cut+steps)
	theta := walk(m, f, cut)
	for _, v := range m.State() {
		spoil(v.Values)
	}
	state := m.State()
	if err := m.SetState(state); err != nil {
		t.Fatal(err)
	}
	for _, v := range state {
		spoil(v.Values)
	}
	for range steps {
		if info, err := m.Step(theta, f); err != nil || info.Status != optim.Running {
			break
		}
	}
	if !sameBits(theta, want) {
		t.Errorf("θ after the state was spoilt = %v, want the bits of an undisturbed run %v", theta, want)
	}
}

func spoil(x []float64) {
	for i := range x {
		x[i] = math.NaN()
	}
}
