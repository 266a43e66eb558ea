package optim_test

import (
	"fmt"
	"testing"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// BenchmarkStep times one step on an objective that costs next to nothing.
func BenchmarkStep(b *testing.B) {
	for _, row := range optim.Methods {
		for _, dim := range []int{1000, 10000} {
			b.Run(fmt.Sprintf("method=%s/p=%d", row.Name, dim), func(b *testing.B) {
				var f optim.Objective = bowl{optimtest.Spectrum(dim, 1e6)}
				theta := make([]float64, dim)
				m := row.New()
				if shared, ok := optim.ShareOf(m); ok {
					shared.LearningRate = optim.Constant(1e-9)
				}
				m.Init(dim)
				b.ReportAllocs()
				for b.Loop() {
					info, err := m.Step(theta, f)
					if err != nil || info.Status.Early() {
						b.Fatal(info, err)
					}
					if info.Status != optim.Running { // L-BFGS is done: begin again
						clear(theta)
						m.Restart()
					}
				}
			})
		}
	}
}

// bowl is Σ ½λ(θ − 1)².
type bowl struct{ lambda []float64 }

func (o bowl) Dim() int { return len(o.lambda) }

func (o bowl) ValueGrad(grad, theta []float64) (sum float64) {
	for i, l := range o.lambda {
		d := theta[i] - 1
		grad[i] = l * d
		sum += 0.5 * grad[i] * d
	}
	return sum
}
