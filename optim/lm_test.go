package optim_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// linear returns r = Bθ − c for a random B of m rows whose columns have sizes over
// two decades.
func linear(m int, start []float64, rng *rand.Rand) optimtest.Function {
	n := len(start)
	b, c := make([]float64, m*n), make([]float64, m)
	for i := range c {
		c[i] = rng.NormFloat64()
		for k := range n {
			b[i*n+k] = rng.NormFloat64() * math.Pow(10, -2*float64(k)/float64(n))
		}
	}
	return optimtest.Sum("linear", start, m, func(r, jac, theta []float64) {
		copy(jac, b)
		for i := range r {
			r[i] = -c[i]
			for k, t := range theta {
				r[i] += b[i*n+k] * t
			}
		}
	})
}

// On a linear problem the prediction is exact: every gain ratio is 1, until the loss
// no longer moves, λ sinks by the most that a step allows, and the run ends at the
// minimum.
func TestLMGainOnLinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	f := linear(30, repeat(8, 1, -2), rng)
	theta := slices.Clone(f.Start)
	m := optim.DefaultLM()
	m.Init(len(theta))
	before, lambda := f.Value(theta), m.Damping
	for k := range 60 {
		info, err := m.Step(theta, f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Status != optim.Running {
			if !info.Status.Converged() || k < 2 {
				t.Errorf("step %d ended with %v (%s)", k, info.Status, info.Note)
			}
			grad := make([]float64, len(theta))
			f.ValueGrad(grad, theta)
			const tol = 1e-8 * 24 // the last decrease, |g|²/σ² or so, is lost in L = 24: |g| ~ √ε·L
			if maxAbs(grad) > tol {
				t.Errorf("gradient %g at the end, want 0 (tol %g)", maxAbs(grad), tol)
			}
			return
		}
		const tol = 1e-10 // rounding of the loss over the decrease
		if drop := before - info.Value; drop > 1e-5*before && math.Abs(info.Gain-1) > tol {
			t.Errorf("step %d: gain %.15g, want 1 (tol %g)", k, info.Gain, tol)
		}
		if k == 0 && !(info.Damping < lambda/800) {
			t.Errorf("step %d: damping %g after %g, want it to sink by 4⁵ nearly", k, info.Damping, lambda)
		}
		before, lambda = info.Value, info.Damping
	}
	t.Error("never ended")
}

// The numbers of a step are those of its definition, computed from J: the gain ratio
// is (L(θ) − L(θ+p))/(L(θ) − |r + Jp|²) for p = −(JᵀJ + λI)⁻¹Jᵀr.
func TestLMReports(t *testing.T) {
	f := optimtest.Wood()
	theta := slices.Clone(f.Start)
	m := optim.DefaultLM()
	m.Init(4)
	for k := range 25 {
		at := slices.Clone(theta)
		a, g := make([]float64, 16), make([]float64, 4)
		value := f.NormalEquations(a, g, at)
		c := &optimtest.Counted{Objective: f}
		info, err := m.Step(theta, c)
		if err != nil || info.Status != optim.Running {
			t.Fatal(info, err)
		}
		p := make([]float64, 4)
		var step, gp, pap, ap, residual float64
		for i := range p {
			p[i] = theta[i] - at[i]
			step += p[i] * p[i]
			gp += g[i] * p[i]
		}
		for i := range p {
			sum := g[i] + info.Damping*p[i]
			for j := range p {
				ap = a[min(i, j)*4+max(i, j)] * p[j]
				sum += ap
				pap += p[i] * ap
			}
			residual = math.Max(residual, math.Abs(sum))
		}
		const tol = 1e-10 // rounding of p = (θ+p) − θ against JᵀJ of size 1e5
		if residual > tol*1e5 {
			t.Errorf("step %d: |(A + λI)p + g| = %g (tol %g)", k, residual, tol*1e5)
		}
		gain := (value - f.Value(theta)) / (-2*gp - pap)
		if math.Abs(gain-info.Gain) > 1e-6 || !(info.Gain >= m.Target) {
			t.Errorf("step %d: gain %.9g, want %.9g and at least %g", k, info.Gain, gain, m.Target)
		}
		if info.Value != f.Value(theta) || math.Abs(info.StepNorm-math.Sqrt(step)) > 1e-12*(1+info.StepNorm) {
			t.Errorf("step %d reports value %g, step %g, want %g, %g", k, info.Value, info.StepNorm, f.Value(theta), math.Sqrt(step))
		}
		if info.LossEvals != c.Losses || info.GradEvals != 1 || c.Grads != 1 || info.Trials < info.LossEvals-1 || info.Trials > 19 {
			t.Errorf("step %d reports %d losses, %d gradients, %d trials; %d, %d were asked for", k, info.LossEvals, info.GradEvals, info.Trials, c.Losses, c.Grads)
		}
		if info.StepSize != 0 || info.LearningRate != 0 || info.Clip != 1 || !(info.Damping > 0) {
			t.Errorf("step %d: %+v", k, info)
		}
	}
}

// misra is NIST's Misra1a, y = b₁(1 − exp(−b₂x)) with b scaled to order one: a
// residual that is not zero at the minimum. Certified: b = (238.94212918,
// 5.5015643181e-4), |r|² = 0.12455138894.
//
// Source: NIST Statistical Reference Datasets, nonlinear regression, Misra1a.
func misra(b1, b2 float64) optimtest.Function {
	x := []float64{77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0}
	y := []float64{10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78}
	return optimtest.Sum("misra", []float64{b1 / 100, b2 * 1e4}, len(x), func(r, jac, theta []float64) {
		for i := range x {
			e := math.Exp(-theta[1] * 1e-4 * x[i])
			r[i] = 100*theta[0]*(1-e) - y[i]
			jac[2*i], jac[2*i+1] = 100*(1-e), 100*theta[0]*1e-4*x[i]*e
		}
	})
}

func TestLMFits(t *testing.T) {
	for _, start := range [][2]float64{{500, 1e-4}, {250, 5e-4}, {50, 5e-3}} {
		f := misra(start[0], start[1])
		theta := slices.Clone(f.Start)
		steps, evals, last := descend(optim.DefaultLM(), f, theta, math.Inf(-1), 200)
		b1, b2, value := 238.94212918, 5.5015643181e-4, 0.12455138894
		const tol = 1e-8 // certified to 11 digits; a minimum is known to √ε of its scale
		if !last.Status.Converged() || math.Abs(100*theta[0]-b1) > tol*b1 || math.Abs(1e-4*theta[1]-b2) > tol*b2 || math.Abs(last.Value-value) > 1e-10*value {
			t.Errorf("from %v: b = %.11g, %.11g, |r|² = %.11g, %v (%s); want %.11g, %.11g, %.11g", start, 100*theta[0], 1e-4*theta[1], last.Value, last.Status, last.Note, b1, b2, value)
		}
		t.Logf("from %v: %d steps, %d evaluations, %v: %s", start, steps, evals, last.Status, last.Note)
	}
}

// A Jacobian without full rank has no Gauss-Newton step; damping gives the shortest
// of those that would do.
func TestLMRankDeficient(t *testing.T) {
	f := optimtest.Sum("rank one", []float64{3, -1, 0, 5}, 2, func(r, jac, theta []float64) {
		s := theta[0] + 2*theta[1] - theta[2] // theta[3] does not matter at all
		r[0], r[1] = s*s-4, s-2
		copy(jac, []float64{2 * s, 4 * s, -2 * s, 0, 1, 2, -1, 0})
	})
	theta := slices.Clone(f.Start)
	_, _, last := descend(optim.DefaultLM(), f, theta, math.Inf(-1), 100)
	s := theta[0] + 2*theta[1] - theta[2]
	if !last.Status.Converged() || !(last.Value <= 1e-28) || math.Abs(s-2) > 1e-14 {
		t.Errorf("ended with %v (%s) at %g, s = %.17g, want 0 at s = 2", last.Status, last.Note, last.Value, s)
	}
	// Nothing moves along the null space: θ − start is a multiple of (1, 2, −1, 0).
	d := theta[0] - 3
	const tol = 1e-3 // g is off the row space by ε|g| ~ 1e-21 at last, and 1/λ reaches 1e16
	if math.Abs(theta[1]+1-2*d) > tol || math.Abs(theta[2]+d) > tol || theta[3] != 5 {
		t.Errorf("θ = %v: moved along the null space", theta)
	}
}

// Beyond a wall the loss does not exist: LM turns round at it and finds the minimum
// on this side.
func TestLMWall(t *testing.T) {
	testWall(t, "lm", 6, 300, func() optim.Method { return optim.DefaultLM() })
}

// Restart keeps λ, its history and the stage, and the next Step sees the new
// objective.
func TestLMRestart(t *testing.T) {
	f := optimtest.Rosenbrock(10)
	theta := slices.Clone(f.Start)
	m := optim.DefaultLM()
	m.Init(10)
	var info optim.StepInfo
	for range 12 {
		info, _ = m.Step(theta, f)
	}
	history := vectorOf(t, m, "damping_history")
	if n := len(history) - len(slices.DeleteFunc(slices.Clone(history), func(x float64) bool { return x != 0 })); n != 12 {
		t.Fatalf("%d λ in the history after 12 steps", n)
	}
	m.Restart()
	if !slices.Equal(history, vectorOf(t, m, "damping_history")) || vectorOf(t, m, "scalars")[3] != info.Damping {
		t.Error("Restart dropped λ or its history")
	}
	g := optimtest.Quadratic(optimtest.Spectrum(10, 10), 0.25)
	before := g.Value(theta)
	if info, err := m.Step(theta, g); err != nil || !(info.Value < before) || math.Abs(info.Gain-1) > 1e-8 {
		t.Errorf("Step after Restart = %+v, %v, want a step on the new objective", info, err)
	}
}

// A fit by the powers of x up to the twelfth at 40 points of [0, 1], the right-hand side
// being one: singular values over nine decades, which JᵀJ squares. The normal equations
// alone stand at 2e-15 after 100 steps; the triangle leaves rounding of r.
func TestLMKeepsTheCondition(t *testing.T) {
	const n, m = 13, 40
	f := optimtest.Sum("powers", repeat(n, 0), m, func(r, jac, theta []float64) {
		for i := range m {
			x := float64(i) / (m - 1)
			power := 1.0
			r[i] = 0
			for k := range n {
				jac[i*n+k] = power
				r[i] += power * (theta[k] - math.Pow(-1, float64(k)))
				power *= x
			}
		}
	})
	lm := optim.DefaultLM()
	lm.StopStep = 0
	_, _, last := descend(lm, f, slices.Clone(f.Start), math.Inf(-1), 100)
	const tol = 1e-27 // m·(ε·n)²; see 3e-31
	if !(last.Value <= tol) {
		t.Errorf("loss %.3g at the end (%v %s), want %g", last.Value, last.Status, last.Note, tol)
	}
	t.Logf("loss %.3g, %v %s", last.Value, last.Status, last.Note)
}

func TestLMNeedsLeastSquares(t *testing.T) {
	m := optim.DefaultLM()
	m.Init(2)
	theta := []float64{1, 1}
	if info, err := m.Step(theta, bowl{[]float64{1, 2}}); !errors.Is(err, optim.ErrNotLeastSquares) || info.LossEvals != 0 {
		t.Errorf("Step on an objective without normal equations = %+v, %v, want ErrNotLeastSquares", info, err)
	}
}

// uphill is a sum of squares whose g has the wrong sign.
type uphill struct{ optimtest.Function }

func (u uphill) NormalEquations(a, g, theta []float64) float64 {
	v := u.Function.NormalEquations(a, g, theta)
	for i := range g {
		g[i] = -g[i]
	}
	return v
}

func (u uphill) Triangle(r, c, theta []float64) float64 {
	v := u.Function.Triangle(r, c, theta)
	for i := range c {
		c[i] = -c[i]
	}
	return v
}

// Each way to end says so, with numbers, leaves θ where it was last accepted, and
// evaluates nothing more until Restart.
func TestLMEndings(t *testing.T) {
	wood := optimtest.Wood()
	fly := optimtest.Sum("flies away", []float64{1, 0}, 2, func(r, jac, theta []float64) {
		// r₀ falls for ever, slowly: a minimum at infinity.
		d := 1 + theta[0]*theta[0]
		r[0], r[1] = math.Pow(d, -0.25), theta[1]
		copy(jac, []float64{-0.5 * theta[0] * math.Pow(d, -1.25), 0, 0, 1})
	})
	apart := optimtest.Sum("two targets", []float64{3}, 2, func(r, jac, theta []float64) {
		r[0], r[1] = theta[0]*theta[0]-2, theta[0]+1
		jac[0], jac[1] = 2*theta[0], 1
	})
	value := func(m *optim.LM) { m.StopValue = 1e-3 }
	for _, row := range []struct {
		name  string
		f     optim.LeastSquares
		start []float64
		set   func(m *optim.LM)
		want  []optim.Status
		note  string
	}{
		{"value", wood, wood.Start, value, []optim.Status{optim.ConvergedValue}, "loss"},
		{"gradient", wood, wood.Start, func(m *optim.LM) { m.StopGradient = 1e-3 }, []optim.Status{optim.ConvergedGradient}, "gradient norm"},
		{"change", apart, apart.Start, func(m *optim.LM) { m.StopChange, m.StopStep = 0.5, 0 }, []optim.Status{optim.ConvergedChange}, "changed too little"},
		{"step", apart, apart.Start, func(m *optim.LM) { m.StopStep = 1e-3 }, []optim.Status{optim.ConvergedStep}, "shorter than 0.001"},
		{"floor", apart, apart.Start, func(m *optim.LM) { m.StopStep = 0 }, []optim.Status{optim.ConvergedFloor, optim.ConvergedGradient}, ""},
		{"stuck", uphill{wood}, wood.Start, func(*optim.LM) {}, []optim.Status{optim.Stuck}, "no damping up to"},
		{"diverged", fly, fly.Start, func(*optim.LM) {}, []optim.Status{optim.Diverged}, "grown more than 100 times"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := optim.DefaultLM()
			row.set(m)
			c := &optimtest.Counted{Objective: row.f}
			theta := slices.Clone(row.start)
			steps, _, last := descend(m, c, theta, math.Inf(-1), 400)
			if !slices.Contains(row.want, last.Status) || !strings.Contains(last.Note, row.note) || last.Note == "" {
				t.Errorf("ended with %v (%s) after %d steps, want %v", last.Status, last.Note, steps, row.want)
			}
			if last.Status.Early() && last.StepNorm != 0 {
				t.Errorf("the step that failed moved θ by %g", last.StepNorm)
			}
			calls := c.Calls
			again, err := m.Step(theta, c)
			if err != nil || c.Calls != calls || again.Status != last.Status || again.Note != last.Note {
				t.Errorf("the next Step = %+v, %v with %d evaluations, want the same ending and none", again, err, c.Calls-calls)
			}
			m.Restart()
			if info, _ := m.Step(theta, c); info.LossEvals == 0 {
				t.Error("Step after Restart evaluated nothing")
			}
			t.Logf("%d steps, %d losses: %s", steps, c.Losses, last.Note)
		})
	}
}

func repeat(n int, pattern ...float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = pattern[i%len(pattern)]
	}
	return x
}

// blind is a sum of squares whose loss alone is not finite.
type blind struct{ optimtest.Function }

func (b blind) Value([]float64) float64 { return math.NaN() }

// Where the loss is finite at no trial LM says so after three searches, with the
// parameters of the last, and θ stays.
func TestLMNoFiniteTrial(t *testing.T) {
	f := blind{optimtest.Wood()}
	theta := slices.Clone(f.Start)
	m := optim.DefaultLM()
	m.Init(4)
	for k := range 3 {
		info, err := m.Step(theta, f)
		if !slices.Equal(theta, f.Start) {
			t.Fatalf("step %d moved θ", k)
		}
		if k < 2 {
			if err != nil || info.Status != optim.Running || !strings.Contains(info.Note, "no damping up to") {
				t.Fatalf("step %d: %+v, %v, want it to go on with a note", k, info, err)
			}
			continue
		}
		var bad *optim.NotFiniteError
		if !errors.As(err, &bad) || bad.What != optim.Loss || bad.Step != 2 || len(bad.At) != 4 {
			t.Errorf("error = %#v, want a NotFiniteError of the loss with the parameters of a trial", err)
		}
		if info.Status != optim.NotFinite || !strings.Contains(info.Note, "finite at no trial") {
			t.Errorf("Step = %+v, want NotFinite", info)
		}
	}
}

// TestLMThreads is the conformance test of threads where LM works with the triangle, as
// it does here from the second step on.
func TestLMThreads(t *testing.T) {
	optimtest.TestThreads(t, optimtest.Quadratic(optimtest.Spectrum(300, 10), 0), func() optim.Method {
		m := optim.DefaultLM()
		m.Damping = 1e-8
		return m
	})
}
