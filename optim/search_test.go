package optim

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/optimize"
)

// wayward is a director that points along sign·∇L until told to forget.
type wayward struct {
	sign float64
	gone bool
}

func (w *wayward) Direct(loc *optimize.Location, dir []float64) (float64, bool) {
	for i, g := range loc.Gradient {
		dir[i] = w.sign * g
	}
	return 1, !w.gone
}

func (w *wayward) Forget() { w.gone = true }

func (w *wayward) Redrawn() {}

type sphere struct{}

func (sphere) Dim() int { return 2 }

func (sphere) ValueGrad(grad, x []float64) float64 {
	grad[0], grad[1] = 2*x[0], 2*x[1]
	return x[0]*x[0] + x[1]*x[1]
}

// A direction that does not lead down, or is no number, gives way to steepest
// descent without an evaluation.
func TestWaywardDirection(t *testing.T) {
	for _, sign := range []float64{1, 0, math.NaN(), math.Inf(1), math.Inf(-1)} {
		w := &wayward{sign: sign}
		var d descender
		d.init(2, w, DefaultSearch())
		w.gone = false
		d.counters[ready] = 1
		copy(d.x, []float64{3, 4})
		d.scalars[value], d.scalars[norm] = sphere{}.ValueGrad(d.g, d.x), 10
		theta := []float64{3, 4}
		info, err := d.step(theta, sphere{})
		if err != nil || info.LossEvals > 6 || !(info.Value < 25) || math.Abs(theta[0]/theta[1]-0.75) > 1e-15 {
			t.Errorf("sign %g: %+v, %v, θ = %v; want a step towards 0", sign, info, err, theta)
		}
		if !w.gone {
			t.Errorf("sign %g: the director was not told to forget", sign)
		}
	}
}
