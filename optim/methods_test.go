package optim_test

import (
	"math"
	"slices"
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
	for _, row := range variants() {
		t.Run(row.Name, func(t *testing.T) {
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

// Each setting of each method is refused outside its range by Check, and by Init.
func TestSettings(t *testing.T) {
	for _, row := range slices.Concat(optim.Methods, optim.Flows) {
		m := row.New()
		if f := m.Check(); len(f) != 0 {
			t.Errorf("%s: the defaults have faults: %v", row.Name, f)
		}
		for i, s := range m.Settings() {
			bad := row.New()
			b := bad.Settings()[i]
			switch {
			case s.Float != nil:
				*b.Float = math.NaN()
			case s.Int != nil:
				*b.Int = int(s.Range.Min) - 1
			default:
				continue
			}
			if f := bad.Check(); len(f) == 0 || f[0].Key != s.Key {
				t.Errorf("%s with %s out of range: Check() = %v", row.Name, s.Key, f)
			}
			if !panics(func() { bad.Init(2) }) {
				t.Errorf("%s.Init with %s out of range did not panic", row.Name, s.Key)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	nesterov := optim.DefaultNesterov()
	nesterov.Momentum, nesterov.Dampening = 0, 0.5
	adam := optim.DefaultAdam()
	adam.LearningRate, adam.Beta1 = nil, 1.5
	rated := optim.DefaultAdamW()
	rated.LearningRate = optim.Warmup{Steps: -1, Then: optim.Exponential{Rate: -1, Factor: 2, Every: 0}}
	lbfgs := optim.DefaultLBFGS()
	lbfgs.History, lbfgs.Decrease, lbfgs.Curvature = 0, 0.5, 0.5
	for _, row := range []struct {
		m    optim.Configurable
		want string
	}{
		{nesterov, "momentum: must be positive with nesterov, got 0; dampening: must be 0 with nesterov, got 0.5"},
		{adam, "learning_rate: must be set; beta1: must be in [0, 1), got 1.5"},
		{rated, "warmup: must be finite and at least 0, got -1; learning_rate: must be positive and finite, got -1; " +
			"decay_factor: must be in (0, 1], got 2; decay_every: must be positive and finite, got 0"},
		{lbfgs, "history: must be finite and at least 1, got 0; curvature: must be greater than decrease, got 0.5"},
	} {
		err := row.m.Check().Err()
		if err == nil || err.Error() != row.want {
			t.Errorf("Check() = %v, want %s", err, row.want)
		}
	}
	if err := (optim.Faults{}).Err(); err != nil {
		t.Errorf("Faults{}.Err() = %v, want nil", err)
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
