package optim_test

import (
	"fmt"
	"math"
	"testing"

	"pinn/optim"
)

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

func TestClip(t *testing.T) {
	m := optim.DefaultSGD()
	m.LearningRate, m.Clip.Norm = optim.Constant(1), 1
	got := path(m, [][2]float64{{3, 4}, {0.3, 0.4}})
	if want := [][2]float64{{0.4, -2.8}, {0.1, -3.2}}; fmt.Sprintf("%.12f", got) != fmt.Sprintf("%.12f", want) {
		t.Errorf("steps of gradients of norm 5 and 0.5 clipped to 1 lead to %v, want %v", got, want)
	}
}

// The running median lets ten gradients through and then bounds a spike by what
// came before it; a spike moves the median by one rank only.
func TestClipMedian(t *testing.T) {
	m := optim.DefaultSGD()
	m.Clip.Median = 5
	theta, f := []float64{0, 0}, &scripted{}
	m.Init(2)
	for k := range 150 {
		size := 1.0
		if k == 5 || k == 40 || k == 41 {
			size = 1000
		}
		f.grads = append(f.grads, [2]float64{size, 0})
	}
	for k := range f.grads {
		info, err := m.Step(theta, f)
		if err != nil {
			t.Fatal(err)
		}
		want := 1.0
		if k == 40 || k == 41 {
			want = 5.0 / 1000
		}
		if math.Abs(info.Clip-want) > 1e-15 {
			t.Errorf("step %d: clip factor %g, want %g", k, info.Clip, want)
		}
		if k == 40 && info.GradNorm != 1000 {
			t.Errorf("GradNorm = %g, want the norm before clipping, 1000", info.GradNorm)
		}
	}
}

func TestStatus(t *testing.T) {
	for s, want := range map[optim.Status]string{
		optim.Running: "running", optim.ConvergedGradient: "converged (gradient)", optim.ConvergedChange: "converged (change)",
		optim.ConvergedValue: "converged (value)", optim.ConvergedFloor: "converged (rounding floor)",
		optim.LineSearch: "line-search", optim.NotFinite: "not-finite", optim.Status(99): "Status(99)", optim.Status(-1): "Status(-1)",
	} {
		if got := s.String(); got != want {
			t.Errorf("Status(%d).String() = %q, want %q", int(s), got, want)
		}
	}
	if optim.Running.Early() || optim.Running.Converged() || !optim.LineSearch.Early() || !optim.NotFinite.Early() || optim.ConvergedFloor.Early() {
		t.Error("Early or Converged is wrong")
	}
}

func TestNotFiniteError(t *testing.T) {
	for _, row := range []struct {
		err  optim.NotFiniteError
		want string
	}{
		{optim.NotFiniteError{Step: 12, What: optim.Gradient, Index: 3, Value: math.NaN()}, "step 12: gradient[3] is NaN"},
		{optim.NotFiniteError{Step: 0, What: optim.Loss, Index: -1, Value: math.Inf(1)}, "step 0: loss is +Inf"},
	} {
		if got := row.err.Error(); got != row.want {
			t.Errorf("Error() = %q, want %q", got, row.want)
		}
	}
}
