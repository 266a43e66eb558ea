package optim_test

import (
	"math"
	"slices"
	"testing"

	"pinn/optim"
)

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

func TestSchedules(t *testing.T) {
	exp := optim.Exponential{Rate: 5e-3, Factor: 0.98, Every: 200}
	cosine := optim.Cosine{Rate: 1, Final: 0.1, Steps: 100}
	warm := optim.Warmup{Steps: 4, Then: cosine}
	for _, row := range []struct {
		s    optim.Schedule
		step int
		want float64
	}{
		{optim.Constant(1e-3), 0, 1e-3}, {optim.Constant(1e-3), 1 << 40, 1e-3},
		{exp, 0, 5e-3}, {exp, 200, 5e-3 * 0.98}, {exp, 100, 5e-3 * math.Sqrt(0.98)}, {exp, 2000, 5e-3 * math.Pow(0.98, 10)},
		{cosine, 0, 1}, {cosine, 50, 0.55}, {cosine, 100, 0.1}, {cosine, 1000, 0.1}, {cosine, 25, 0.1 + 0.9*0.5*(1+math.Sqrt(0.5))},
		{warm, 0, 0.2}, {warm, 3, 0.8}, {warm, 4, 1}, {warm, 54, 0.55}, {warm, 104, 0.1},
		{optim.Warmup{Steps: 0, Then: exp}, 0, 5e-3},
	} {
		const tol = 1e-14
		if got := row.s.At(row.step); math.Abs(got-row.want) > tol*row.want {
			t.Errorf("%#v.At(%d) = %g, want %g (tol %g: rounding)", row.s, row.step, got, row.want, tol)
		}
	}
}

func TestScheduleChecks(t *testing.T) {
	for _, row := range []struct {
		s    interface{ Check() optim.Faults }
		want int
	}{
		{optim.Constant(1e-3), 0}, {optim.Constant(0), 1}, {optim.Constant(math.NaN()), 1}, {optim.Constant(math.Inf(1)), 1},
		{optim.Exponential{Rate: 1, Factor: 1, Every: 1}, 0}, {optim.Exponential{}, 3},
		{optim.Cosine{Rate: 1, Steps: 1}, 0}, {optim.Cosine{Rate: 1, Final: -1}, 2},
		{optim.Warmup{Then: optim.Constant(1)}, 0}, {optim.Warmup{Steps: 3}, 1},
	} {
		if got := row.s.Check(); len(got) != row.want {
			t.Errorf("%#v.Check() = %v, want %d faults", row.s, got, row.want)
		}
	}
}

func TestRange(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, row := range []struct {
		r       optim.Range
		text    string
		in, out []float64
	}{
		{optim.Range{Min: 0, Max: 1}, "in [0, 1]", []float64{0, 0.5, 1}, []float64{-1e-300, 1.1, nan}},
		{optim.Range{Min: 0, Max: 1, MinOpen: true, MaxOpen: true}, "in (0, 1)", []float64{5e-324, 0.5}, []float64{0, 1, nan}},
		{optim.Range{Min: 0, Max: inf, MinOpen: true, MaxOpen: true}, "positive and finite", []float64{5e-324, math.MaxFloat64}, []float64{0, -1, inf, nan}},
		{optim.Range{Min: 2, Max: inf, MaxOpen: true}, "finite and at least 2", []float64{2, 1e300}, []float64{1.9, inf, -inf, nan}},
	} {
		if got := row.r.String(); got != row.text {
			t.Errorf("%#v.String() = %q, want %q", row.r, got, row.text)
		}
		for _, x := range row.in {
			if !row.r.Contains(x) {
				t.Errorf("%v does not contain %g", row.r, x)
			}
		}
		for _, x := range row.out {
			if row.r.Contains(x) {
				t.Errorf("%v contains %g", row.r, x)
			}
		}
	}
}

// A schedule is positive, begins at its rate and never rises again after the warm-up.
func TestSchedulesFall(t *testing.T) {
	for name, s := range map[string]optim.Schedule{
		"constant":    optim.Constant(1e-3),
		"exponential": optim.Exponential{Rate: 1e-3, Factor: 0.9, Every: 7},
		"cosine":      optim.Cosine{Rate: 1e-3, Final: 1e-4, Steps: 300},
	} {
		const rise = 25
		warm := optim.Warmup{Steps: rise, Then: s}
		if s.At(0) != 1e-3 {
			t.Errorf("%s begins at %g, want 1e-3", name, s.At(0))
		}
		for k := range 400 {
			if now, next := s.At(k), s.At(k+1); !(now > 0) || next > now {
				t.Errorf("%s: %g at step %d, %g after it, want a positive rate that falls", name, now, k, next)
			}
			if now, next := warm.At(k), warm.At(k+1); k < rise && !(next > now) || k >= rise && now != s.At(k-rise) {
				t.Errorf("%s after a warm-up: %g at step %d, %g after it", name, now, k, next)
			}
		}
	}
}

// harmonic is a schedule of the caller, which has no Check.
type harmonic struct{}

func (harmonic) At(step int) float64 { return 1 / float64(step+1) }

// A method takes a schedule of the caller as it is, with the step counted from Init.
func TestOwnSchedule(t *testing.T) {
	m := optim.DefaultSGD()
	m.LearningRate = harmonic{}
	if f := m.Check(); len(f) != 0 {
		t.Fatalf("Check() = %v, want no fault", f)
	}
	theta, f := []float64{0, 0}, &scripted{grads: [][2]float64{{1, 0}}}
	m.Init(2)
	for k := range 5 {
		if k == 3 {
			m.Restart()
		}
		if info, err := m.Step(theta, f); err != nil || info.LearningRate != 1/float64(k+1) {
			t.Errorf("step %d: rate %g, %v, want 1/%d", k, info.LearningRate, err, k+1)
		}
	}
}
