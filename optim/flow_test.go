package optim_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// flowReference is what one step of h multiplies each eigencoordinate of a quadratic
// by, as a function of z = h·λ.
type flowReference struct {
	name   string
	order  int
	factor func(z float64) float64
}

// flows are the stability functions R(−z) of the schemes. For Fehlberg's fifth order
// rule it is Σ_{k≤5} (−z)ᵏ/k! + z⁶/2080 (Hairer, Wanner, Solving ODEs II, 2nd ed.
// (1996), sec. IV.2).
var flows = []flowReference{
	{"euler", 1, func(z float64) float64 { return 1 - z }},
	{"heun", 2, func(z float64) float64 { return 1 - z + z*z/2 }},
	{"rk45", 5, func(z float64) float64 {
		return 1 - z*(1-z/2*(1-z/3*(1-z/4*(1-z/5)))) + math.Pow(z, 6)/2080
	}},
}

func newFlow(name string) *optim.Flow {
	i := slices.IndexFunc(optim.Flows, func(r optim.Row) bool { return r.Name == name })
	return optim.Flows[i].New().(*optim.Flow)
}

// One step on a quadratic is R(−hλ) in each coordinate.
func TestFlowFactor(t *testing.T) {
	lambda := []float64{0.25, 1, 2.5}
	for _, ref := range flows {
		m, f := newFlow(ref.name), optimtest.Quadratic(lambda, 0)
		m.TimeStep, m.Tolerance = 0.5, 10
		m.Init(3)
		theta := slices.Clone(f.Start)
		if _, err := m.Step(theta, f); err != nil {
			t.Fatal(err)
		}
		for i := range theta {
			want := 1 + (f.Start[i]-1)*ref.factor(0.5*lambda[i])
			const tol = 1e-14 // some thirty roundings; worst seen 3e-16
			if math.Abs(theta[i]-want) > tol {
				t.Errorf("%s: θ[%d] = %.17g, want %.17g (tol %g)", ref.name, i, theta[i], want, tol)
			}
		}
	}
}

// Forward Euler is gradient descent bit for bit.
func TestEulerIsDescent(t *testing.T) {
	euler, sgd, f := newFlow("euler"), optim.DefaultSGD(), optimtest.Rosenbrock(6)
	a, b := slices.Clone(f.Start), slices.Clone(f.Start)
	euler.Init(6)
	sgd.Init(6)
	for k := range 200 {
		euler.Step(a, f)
		sgd.Step(b, f)
		if !slices.Equal(a, b) {
			t.Fatalf("step %d: %v and %v", k, a, b)
		}
	}
}

// integrate returns θ at time end.
func integrate(t *testing.T, m *optim.Flow, f optimtest.Function, end float64) (theta []float64, evals int) {
	t.Helper()
	theta = slices.Clone(f.Start)
	m.Init(len(theta))
	for m.Time() < end {
		info, err := m.StepTo(theta, f, end)
		if err != nil || info.Status != optim.Running {
			t.Fatalf("at time %g: %v, %v", m.Time(), info, err)
		}
		evals += info.GradEvals
	}
	if m.Time() != end {
		t.Errorf("ended at %g, want %g", m.Time(), end)
	}
	return theta, evals
}

// Errors at a fixed time fall with the order of the scheme, against the flow of a
// quadratic, θ = 1 + (θ₀ − 1)·e^{−λt}.
func TestFlowOrder(t *testing.T) {
	f := optimtest.Quadratic([]float64{1, 3}, 0)
	for _, ref := range flows {
		var errs []float64
		for _, h := range []float64{1. / 8, 1. / 16, 1. / 32} {
			m := newFlow(ref.name)
			m.TimeStep = h
			theta := slices.Clone(f.Start)
			for i := range theta { // R(−hλ) to the power of steps, as TestFlowFactor holds
				theta[i] = (theta[i] - 1) * math.Pow(ref.factor(h*[]float64{1, 3}[i]), 1/h)
			}
			if ref.name != "rk45" { // a fixed number of steps, here taken
				got, _ := integrate(t, m, f, 1)
				theta[0], theta[1] = got[0]-1, got[1]-1
			}
			errs = append(errs, math.Hypot(theta[0]+math.Exp(-1), theta[1]-math.Exp(-3)))
		}
		slope := math.Log2(errs[1] / errs[2])
		if math.Abs(slope-float64(ref.order)) > 0.25 {
			t.Errorf("%s: slope %.3g from errors %.3g, want %d ± 0.25", ref.name, slope, errs, ref.order)
		}
	}
}

// Runge–Kutta's error at the end follows the tolerance, and its work grows slowly.
func TestFlowTolerance(t *testing.T) {
	f := optimtest.Quadratic([]float64{1, 40}, 0.25)
	z := []float64{math.Sqrt2 * -1, 0} // R(θ₀ − 1) of the start (0, 2), turned by 45°
	want := []float64{1 + z[0]*math.Exp(-2)/math.Sqrt2, 1 - z[0]*math.Exp(-2)/math.Sqrt2}
	before := 0
	for _, tol := range []float64{1e-4, 1e-7, 1e-10} {
		m := newFlow("rk45")
		m.Tolerance = tol
		theta, evals := integrate(t, m, f, 2)
		e := math.Hypot(theta[0]-want[0], theta[1]-want[1])
		if e > 20*tol {
			t.Errorf("tolerance %g: error %.3g in %d evaluations, want below %.3g", tol, e, evals, 20*tol)
		}
		if evals > 2000 || evals < before {
			t.Errorf("tolerance %g takes %d evaluations after %d", tol, evals, before)
		}
		before = evals
		t.Logf("tolerance %g: error %.2g, %d evaluations", tol, e, evals)
	}
}

// A tolerance that rounding hides is given up, and θ stays.
func TestFlowStuck(t *testing.T) {
	f := optimtest.Rosenbrock(2)
	m := newFlow("rk45")
	m.TimeStep, m.Tolerance = 1e-3, 1e-300
	theta := slices.Clone(f.Start)
	m.Init(2)
	info, err := m.Step(theta, f)
	if err != nil || info.Status != optim.Stuck || info.Note == "" || !slices.Equal(theta, f.Start) {
		t.Errorf("Step = %+v, %v at θ = %v, want stuck at the start", info, err, theta)
	}
}

// A wall that a long step meets makes Runge–Kutta's step shorter, Heun's a failure.
func TestFlowWall(t *testing.T) {
	inside := optimtest.Quadratic([]float64{1, 1}, 0)
	f := optimtest.Walled{Objective: inside, Outside: func(x []float64) bool { return x[0] > 1.5 }, Wall: math.Inf(1)}
	for name, want := range map[string]error{"rk45": nil, "heun": optim.ErrNotFinite} {
		m := newFlow(name)
		m.TimeStep = 20
		theta := slices.Clone(inside.Start)
		m.Init(2)
		if _, err := m.Step(theta, f); !errors.Is(err, want) {
			t.Errorf("%s: error = %v, want %v", name, err, want)
		}
		if moved := !slices.Equal(theta, inside.Start); moved != (want == nil) {
			t.Errorf("%s: θ = %v after an error %v", name, theta, want)
		}
	}
}

// waves is sin(x)·cos(2y) + x²/4 + y²/2, whose flow is as little linear as can be.
type waves struct{}

func (waves) Dim() int { return 2 }

func (waves) ValueGrad(grad, at []float64) float64 {
	x, y := at[0], at[1]
	grad[0] = math.Cos(x)*math.Cos(2*y) + x/2
	grad[1] = -2*math.Sin(x)*math.Sin(2*y) + y
	return math.Sin(x)*math.Cos(2*y) + x*x/4 + y*y/2
}

// The orders hold where the flow is not linear, which asks more of the coefficients than
// TestFlowFactor sees: errors at time 2 with steps of fixed length, against a reference
// by steps a thirty-second as long.
func TestFlowOrderNonlinear(t *testing.T) {
	at := func(ref flowReference, steps int) []float64 {
		m := newFlow(ref.name)
		m.Tolerance = 1e300 // h is the caller's
		m.TimeStep = 2
		theta := []float64{1, 0.7}
		m.Init(2)
		for k := range steps {
			end := 2 * float64(k+1) / float64(steps)
			m.Restart()
			m.TimeStep = 2 / float64(steps)
			if _, err := m.StepTo(theta, waves{}, end); err != nil || m.Time() != end {
				t.Fatalf("%s: %v at time %g, want %g in one step", ref.name, err, m.Time(), end)
			}
		}
		return theta
	}
	for _, ref := range flows {
		var errs []float64
		want := at(flows[2], 512)
		for _, steps := range []int{32, 64} {
			got := at(ref, steps)
			errs = append(errs, math.Hypot(got[0]-want[0], got[1]-want[1]))
		}
		slope := math.Log2(errs[0] / errs[1])
		if !(math.Abs(slope-float64(ref.order)) < 0.5) {
			t.Errorf("%s: slope %.3g from errors %.3g, want %d ± 0.5", ref.name, slope, errs, ref.order)
		}
		t.Logf("%s: slope %.3g from errors %.3g", ref.name, slope, errs)
	}
}

// A step that overflows is refused, and θ stays.
func TestFlowOverflow(t *testing.T) {
	m := newFlow("euler")
	m.TimeStep = 1e300
	theta := []float64{1, -2}
	m.Init(2)
	_, err := m.Step(theta, &scripted{grads: [][2]float64{{0, 1e10}}})
	var bad *optim.NotFiniteError
	if !errors.As(err, &bad) || bad.What != optim.Parameter || bad.Index != 1 || theta[0] != 1 || theta[1] != -2 || m.Time() != 0 {
		t.Errorf("error = %v, θ = %v at time %g; want parameter[1] and nothing moved", err, theta, m.Time())
	}
}
