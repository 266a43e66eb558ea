package optim_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/optim"
)

// vector is a path through prescribed gradients: θ after steps 1 and 5 from
// (1, −2).
type vector struct {
	method      string // the row of optim.Methods it stands for
	name        string
	m           optim.Method
	first, last [2]float64
}

// vectorGrads are the gradients of the five steps, whatever θ is.
var vectorGrads = [][2]float64{{1, -0.5}, {0.1, 0.2}, {-2, 0}, {0.3, -0.3}, {1e-4, 5}}

// vectors come from PyTorch 1.13 executed and from an independent evaluation of
// the documented formulas, which agree to the last digit (NAdam: the formulas
// only, PyTorch 1.13's code differs from its documentation).
var vectors = []vector{
	{"sgd", "lr 0.1", sgd(0, false, 0),
		[2]float64{0.9, -1.95}, [2]float64{1.05999, -2.44}},
	{"momentum", "lr 0.1", sgd(0.9, false, 0),
		[2]float64{0.9, -1.95}, [2]float64{1.04109, -2.307025}},
	{"nesterov", "lr 0.1", sgd(0.9, true, 0),
		[2]float64{0.81, -1.905}, [2]float64{1.096971, -2.7163225}},
	{"momentum", "lr 0.1, L2 0.01", sgd(0.9, false, 0.01),
		[2]float64{0.899, -1.948}, [2]float64{1.0290530281185, -2.28150612705715}},
	{"adagrad", "lr 0.1", adagrad(0.1),
		[2]float64{0.90000000001, -1.90000000002}, [2]float64{0.966114387069716, -1.98772119701111}},
	{"rmsprop", "lr 0.01", rmsprop(false, 0),
		[2]float64{0.900000009999999, -1.90000002}, [2]float64{0.966151616699764, -1.98737054784929}},
	{"rmsprop", "lr 0.01, centred, momentum 0.9", rmsprop(true, 0.9),
		[2]float64{0.899496228575088, -1.89949623867609}, [2]float64{0.771241099594336, -1.72263038125553}},
	{"adam", "lr 0.1", adam(0, false),
		[2]float64{0.900000001, -1.900000002}, [2]float64{0.890102658382146, -1.84054412305956}},
	{"adam", "lr 0.1, L2 0.1", adam(0.1, false),
		[2]float64{0.900000000909091, -1.90000000142857}, [2]float64{0.862239688474018, -1.73401472377259}},
	{"adamw", "lr 0.1, decay 0.1", adamw(0.1, false),
		[2]float64{0.890000001, -1.880000002}, [2]float64{0.846430842540234, -1.74849697458263}},
	{"amsgrad", "lr 0.1", adam(0, true),
		[2]float64{0.900000001, -1.900000002}, [2]float64{0.890095148783006, -1.8405574841159}},
	{"adamw", "lr 0.1, decay 0.01, amsgrad", adamw(0.01, true),
		[2]float64{0.899000001, -1.898000002}, [2]float64{0.885646022964818, -1.8311812432424}},
	{"nadam", "lr 0.1", nadam(),
		[2]float64{0.894354823220913, -1.89435482427736}, [2]float64{0.965632134570736, -1.99394261590757}},
}

// tolVector is relative. The vectors have 15 digits (5e-16), a step rounds a dozen
// times. Worst of the table: 2.6e-15 (linux/amd64, go1.26). Margin 4.
const tolVector = 1e-14

func TestVectors(t *testing.T) {
	var worst float64
	for _, v := range vectors {
		t.Run(v.method+" "+v.name, func(t *testing.T) {
			theta := []float64{1, -2}
			f := &scripted{grads: vectorGrads}
			v.m.Init(2)
			for k := range vectorGrads {
				if _, err := v.m.Step(theta, f); err != nil {
					t.Fatal(err)
				}
				if k == 0 {
					worst = math.Max(worst, compare(t, theta, v.first, k))
				}
			}
			worst = math.Max(worst, compare(t, theta, v.last, 4))
		})
	}
	t.Logf("worst relative difference %.2g", worst)
}

func compare(t *testing.T, got []float64, want [2]float64, step int) (worst float64) {
	t.Helper()
	for i, w := range want {
		d := math.Abs(got[i]-w) / math.Abs(w)
		if !(d <= tolVector) {
			t.Errorf("θ[%d] after step %d = %.15g, want %.15g (off %.2g, tol %g: 15 digits)", i, step+1, got[i], w, d, tolVector)
		}
		worst = math.Max(worst, d)
	}
	return worst
}

// scripted returns prescribed gradients, the last one for ever.
type scripted struct {
	grads [][2]float64
	calls int
}

func (s *scripted) Dim() int { return 2 }

func (s *scripted) ValueGrad(grad, theta []float64) float64 {
	g := s.grads[min(s.calls, len(s.grads)-1)]
	copy(grad, g[:])
	s.calls++
	return 1
}

func sgd(momentum float64, nesterov bool, l2 float64) optim.Method {
	m := optim.DefaultSGD()
	m.LearningRate, m.Momentum, m.Nesterov, m.WeightDecay = optim.Constant(0.1), momentum, nesterov, l2
	return m
}

func adagrad(lr float64) *optim.Adagrad {
	m := optim.DefaultAdagrad()
	m.LearningRate = optim.Constant(lr)
	return m
}

func rmsprop(centred bool, momentum float64) *optim.RMSprop {
	m := optim.DefaultRMSprop()
	m.Centred, m.Momentum = centred, momentum
	return m
}

func adam(l2 float64, amsgrad bool) *optim.Adam {
	m := optim.DefaultAdam()
	m.LearningRate, m.WeightDecay, m.AMSGrad = optim.Constant(0.1), l2, amsgrad
	return m
}

func adamw(decay float64, amsgrad bool) *optim.Adam {
	m := optim.DefaultAdamW()
	m.LearningRate, m.WeightDecay, m.AMSGrad = optim.Constant(0.1), decay, amsgrad
	return m
}

func nadam() *optim.NAdam {
	m := optim.DefaultNAdam()
	m.LearningRate = optim.Constant(0.1)
	return m
}

// random returns n gradients whose sizes spread over four decades.
func random(n int, seed uint64) [][2]float64 {
	rng := rand.New(rand.NewPCG(seed, 3))
	out := make([][2]float64, n)
	for i := range out {
		for j := range out[i] {
			out[i][j] = rng.NormFloat64() * math.Pow(10, 4*rng.Float64()-2)
		}
	}
	return out
}

// path returns θ after each of the scripted gradients, from (1, −2).
func path(m optim.Method, grads [][2]float64) [][2]float64 {
	theta, f := []float64{1, -2}, &scripted{grads: grads}
	m.Init(2)
	out := make([][2]float64, len(grads))
	for k := range grads {
		m.Step(theta, f)
		out[k] = [2]float64{theta[0], theta[1]}
	}
	return out
}

// Scaling all gradients leaves these paths unchanged up to ε.
func TestScaleInvariance(t *testing.T) {
	tiny := func(m optim.Method) optim.Method {
		for _, s := range m.(optim.Configurable).Settings() {
			if s.Key == "epsilon" {
				*s.Float = 1e-300
			}
		}
		return m
	}
	grads := random(40, 2)
	for name, m := range map[string]func() optim.Method{
		"adam":    func() optim.Method { return adam(0, false) },
		"adamw":   func() optim.Method { return adamw(0.01, false) },
		"rmsprop": func() optim.Method { return rmsprop(false, 0) },
		"adagrad": func() optim.Method { return adagrad(0.1) },
	} {
		for _, c := range []float64{1e-6, 3, 1024} {
			scaled := make([][2]float64, len(grads))
			for i, g := range grads {
				scaled[i] = [2]float64{c * g[0], c * g[1]}
			}
			want, got := path(tiny(m()), grads), path(tiny(m()), scaled)
			for k := range want {
				for i := range want[k] {
					const tol = 1e-14 // rounding of 40 steps; worst seen 4.4e-16
					if d := math.Abs(got[k][i] - want[k][i]); d > tol {
						t.Fatalf("%s, gradients × %g, step %d: θ[%d] = %g, want %g (tol %g)", name, c, k, i, got[k][i], want[k][i], tol)
					}
				}
			}
		}
	}
}

func vectorOf(t *testing.T, m optim.Method, name string) []float64 {
	t.Helper()
	for _, v := range m.(optim.Stateful).State() {
		if v.Name == name {
			return v.Values
		}
	}
	t.Fatalf("no vector %q in the state", name)
	return nil
}

// Without clipping, exchanging the coordinates exchanges the steps bit for bit.
func TestPermutesExactly(t *testing.T) {
	grads := random(60, 6)
	swapped := make([][2]float64, len(grads))
	for i, g := range grads {
		swapped[i] = [2]float64{g[1], g[0]}
	}
	for _, row := range variants() {
		m := row.New()
		shared, ok := optim.ShareOf(m)
		if !ok {
			continue
		}
		shared.Clip = optim.Clip{}
		a, b := []float64{1, -2}, []float64{-2, 1}
		fa, fb := &scripted{grads: grads}, &scripted{grads: swapped}
		n := row.New()
		other, _ := optim.ShareOf(n)
		other.Clip = optim.Clip{}
		m.Init(2)
		n.Init(2)
		for k := range grads {
			m.Step(a, fa)
			n.Step(b, fb)
			if a[0] != b[1] || a[1] != b[0] {
				t.Fatalf("%s, step %d: %v and %v", row.Name, k, a, b)
			}
		}
	}
}

// A gradient that is not finite is refused: the typed error, θ and the
// whole state untouched.
func TestRefusesNotFinite(t *testing.T) {
	for _, row := range variants() {
		if row.FullBatch || row.Rows { // what takes rows refuses them in TestSPRINGRefusesNotFinite
			continue
		}
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e200} {
			m := row.New().(optim.Stateful)
			theta := []float64{1, -2}
			m.Init(2)
			f := &scripted{grads: [][2]float64{{1, 2}, {0.5, -1}, {0.1, bad}}}
			m.Step(theta, f)
			m.Step(theta, f)
			at, state := slices.Clone(theta), m.State()
			info, err := m.Step(theta, f)
			var typed *optim.NotFiniteError
			if !errors.Is(err, optim.ErrNotFinite) || !errors.As(err, &typed) || info.Status != optim.NotFinite {
				t.Fatalf("%s with g = %g: %+v, %v, want NotFinite and a NotFiniteError", row.Name, bad, info, err)
			}
			if typed.Step != 2 || typed.What != optim.Gradient || typed.Index != 1 || typed.Value != bad && !math.IsNaN(bad) {
				t.Errorf("%s: error = %#v, want step 2, gradient[1], %g", row.Name, typed, bad)
			}
			if !slices.Equal(theta, at) || fmt.Sprint(m.State()) != fmt.Sprint(state) {
				t.Errorf("%s with g = %g: θ or state changed", row.Name, bad)
			}
		}
	}
}

// A step that overflows leaves θ where it was and says so.
func TestRefusesOverflow(t *testing.T) {
	m := optim.DefaultSGD()
	m.LearningRate = optim.Constant(1e300)
	theta := []float64{1, -2}
	m.Init(2)
	_, err := m.Step(theta, &scripted{grads: [][2]float64{{1e10, 0}}})
	var bad *optim.NotFiniteError
	if !errors.As(err, &bad) || bad.What != optim.Parameter || bad.Index != 0 || theta[0] != 1 || theta[1] != -2 {
		t.Errorf("error = %v, θ = %v; want parameter[0] and θ unmoved", err, theta)
	}
}

// A gradient whose components can be squared, but not added, is refused as a whole.
func TestRefusesLongGradient(t *testing.T) {
	m := optim.DefaultAdam()
	theta := []float64{1, -2}
	m.Init(2)
	_, err := m.Step(theta, &scripted{grads: [][2]float64{{1e154, 1e154}}})
	var bad *optim.NotFiniteError
	if !errors.As(err, &bad) || bad.What != optim.Gradient || bad.Index != -1 || !math.IsInf(bad.Value, 1) || theta[0] != 1 {
		t.Errorf("error = %v, θ = %v; want the gradient, no index, and θ unmoved", err, theta)
	}
}

// Decay acts where the mask allows, and decoupled decay alone is θ·(1 − α·wd)ᵏ.
func TestDecayMask(t *testing.T) {
	still := make([][2]float64, 10)
	for name, m := range map[string]optim.Configurable{"adamw": optim.DefaultAdamW(), "sgd": optim.DefaultSGD()} {
		shared, _ := optim.ShareOf(m)
		shared.LearningRate, shared.WeightDecay, shared.Decay = optim.Constant(0.1), 0.2, []bool{true, false}
		at := path(m, still)[9]
		want := math.Pow(1-0.1*0.2, 10)
		if math.Abs(at[0]-want) > 1e-15*10 || at[1] != -2 {
			t.Errorf("%s: θ after ten decays = %v, want (%g, -2)", name, at, want)
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
