package optim_test

import (
	"math"
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
