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

// variants are the methods of the table and the options that change a rule: what
// every general test runs over.
func variants() []optim.Row {
	rows := slices.Concat(optim.Methods, optim.Flows)
	add := func(name string, full bool, m func() optim.Configurable) {
		rows = append(rows, optim.Row{Name: name, New: m, FullBatch: full})
	}
	add("momentum damped", false, func() optim.Configurable {
		m := optim.DefaultMomentum()
		m.Dampening = 0.5
		return m
	})
	add("rmsprop centred momentum", false, func() optim.Configurable {
		m := optim.DefaultRMSprop()
		m.Centred, m.Momentum, m.LearningRate = true, 0.9, optim.Constant(1e-3)
		return m
	})
	add("adam L2", false, func() optim.Configurable {
		m := optim.DefaultAdam()
		m.WeightDecay = 1e-2
		return m
	})
	add("adamw amsgrad decay", false, func() optim.Configurable {
		m := optim.DefaultAdamW()
		m.AMSGrad, m.WeightDecay = true, 1e-2
		return m
	})
	add("adamw clipped warm cosine", false, func() optim.Configurable {
		m := optim.DefaultAdamW()
		m.Clip = optim.Clip{Norm: 10, Median: 1.2}
		m.LearningRate = optim.Warmup{Steps: 5, Then: optim.Cosine{Rate: 1e-2, Final: 1e-3, Steps: 100}}
		return m
	})
	add("lbfgs short", true, func() optim.Configurable {
		m := optim.DefaultLBFGS()
		m.History = 3
		return m
	})
	// At the default λ = 1e-8 rounding hides an error of SPRING beyond the fourth digit; at
	// λ = 1 the conformance test sees twelve.
	rows = append(rows, optim.Row{Name: "spring damped", Rows: true, New: func() optim.Configurable {
		m := optim.DefaultSPRING()
		m.Damping = 1
		return m
	}})
	return rows
}

func TestConformance(t *testing.T) {
	for i, row := range variants() {
		t.Run(row.Name, func(t *testing.T) {
			if testing.Short() && i%3 != 0 {
				t.Skip("short tier: every third method")
			}
			optimtest.TestMethod(t, func() optim.Method { return gentle(row) })
		})
	}
}

// gentle returns the row's method with a rate at which it neither stalls nor
// leaves the test functions: plain descent on Rosenbrock needs 1e-4, the
// defaults do for all others.
func gentle(row optim.Row) optim.Configurable {
	m := row.New()
	switch m := m.(type) {
	case *optim.SGD:
		m.LearningRate = optim.Constant(2e-4)
	case *optim.Flow:
		m.TimeStep = 2e-4
	}
	return m
}

// A row without a reference is a method that nobody has checked.
func TestEveryRowHasAReference(t *testing.T) {
	for _, row := range optim.Methods {
		vector := slices.ContainsFunc(vectors, func(v vector) bool { return v.method == row.Name })
		target := slices.ContainsFunc(solves, func(s solve) bool { return s.method == row.Name })
		if !row.FullBatch && !row.Rows && !vector { // spring: TestSPRINGIsWoodbury
			t.Errorf("method %q has no row in vectors", row.Name)
		}
		if row.FullBatch && !target {
			t.Errorf("method %q has no row in solves", row.Name)
		}
		if found, ok := optim.ByName(row.Name); !ok || found.Name != row.Name {
			t.Errorf("ByName(%q) does not find it", row.Name)
		}
		if _, ok := row.New().(optim.Stateful); !ok {
			t.Errorf("method %q cannot save its state", row.Name)
		}
	}
	for _, row := range optim.Flows {
		if !slices.ContainsFunc(flows, func(r flowReference) bool { return r.name == row.Name }) {
			t.Errorf("%q has no row in flows", row.Name)
		}
	}
	if _, ok := optim.ByName("adamm"); ok {
		t.Error("ByName(adamm) found something")
	}
}

func TestShareOf(t *testing.T) {
	for _, row := range optim.Methods {
		shared, ok := optim.ShareOf(row.New())
		if want := !row.FullBatch && !row.Rows; ok != want {
			t.Errorf("ShareOf(%s) ok = %v, want %v", row.Name, ok, want)
		}
		if rate := optim.RateOf(row.New()); (rate != nil && *rate != nil) == row.FullBatch {
			t.Errorf("%s has the learning rate %v", row.Name, rate)
		}
		if ok && shared.LearningRate == nil {
			t.Errorf("%s has no default learning rate", row.Name)
		}
	}
}

func TestMisuse(t *testing.T) {
	f := optimtest.Beale()
	for _, row := range slices.Concat(optim.Methods, optim.Flows) {
		m := row.New()
		if !panics(func() { m.Step([]float64{1, 1}, f) }) {
			t.Errorf("%s: Step before Init did not panic", row.Name)
		}
		m.Restart() // harmless before Init
		m.Init(2)
		if !panics(func() { m.Step([]float64{1, 1, 1}, f) }) {
			t.Errorf("%s: Step with a θ of the wrong length did not panic", row.Name)
		}
		if !panics(func() { m.Init(0) }) {
			t.Errorf("%s: Init(0) did not panic", row.Name)
		}
	}
	masked := optim.DefaultAdamW()
	masked.Decay = make([]bool, 3)
	if !panics(func() { masked.Init(2) }) {
		t.Error("Init with a mask of the wrong length did not panic")
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
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

func TestStatus(t *testing.T) {
	for s, want := range map[optim.Status]string{
		optim.Running: "running", optim.ConvergedGradient: "converged (gradient)", optim.ConvergedChange: "converged (change)",
		optim.ConvergedStep: "converged (step)", optim.ConvergedValue: "converged (value)", optim.ConvergedFloor: "converged (rounding floor)",
		optim.LineSearch: "line-search", optim.Stuck: "stuck", optim.Diverged: "diverged", optim.NotFinite: "not-finite",
		optim.Status(99): "Status(99)", optim.Status(-1): "Status(-1)",
	} {
		if got := s.String(); got != want {
			t.Errorf("Status(%d).String() = %q, want %q", int(s), got, want)
		}
	}
	if optim.Running.Early() || optim.Running.Converged() {
		t.Error("Running is Early or Converged")
	}
	for s := optim.ConvergedGradient; s <= optim.NotFinite; s++ {
		converged := strings.HasPrefix(s.String(), "converged")
		if s.Converged() != converged || s.Early() == converged {
			t.Errorf("%v: Converged() = %v, Early() = %v", s, s.Converged(), s.Early())
		}
	}
}

func TestNotFiniteError(t *testing.T) {
	for _, row := range []struct {
		err  optim.NotFiniteError
		want string
	}{
		{optim.NotFiniteError{Step: 12, What: optim.Gradient, Index: 3, Value: math.NaN()}, "step 12: gradient[3] is NaN"},
		{optim.NotFiniteError{Step: 0, What: optim.Loss, Index: -1, Value: math.Inf(1)}, "step 0: loss is +Inf"},
		{optim.NotFiniteError{Step: 3, What: optim.Matrix, Index: 0, Value: math.Inf(-1)}, "step 3: diagonal of JᵀJ[0] is -Inf"},
		{optim.NotFiniteError{Step: 7, What: optim.Parameter, Index: 2, Value: 1e300}, "step 7: parameter[2] is 1e+300"},
	} {
		if got := row.err.Error(); got != row.want {
			t.Errorf("Error() = %q, want %q", got, row.want)
		}
		if !errors.Is(&row.err, optim.ErrNotFinite) || errors.Is(&row.err, optim.ErrNoRows) {
			t.Errorf("%v: errors.Is does not tell ErrNotFinite from other errors", &row.err)
		}
	}
}
