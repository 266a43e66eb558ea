package optim_test

import (
	"fmt"
	"math"
	"testing"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// BenchmarkStep times one step on an objective that costs next to nothing: the
// update itself, or for lm the factorisations of about nine trials.
func BenchmarkStep(b *testing.B) {
	for _, row := range optim.Methods {
		if row.Rows { // BenchmarkSPRING
			continue
		}
		dims := []int{1000, 10000}
		switch row.Name {
		case "bfgs", "ssbroyden":
			dims = []int{1000, 2000, 4000}
		case "lm":
			dims = []int{500, 1000, 2000}
		}
		for _, dim := range dims {
			b.Run(fmt.Sprintf("method=%s/p=%d", row.Name, dim), func(b *testing.B) { benchmarkStep(b, row, dim) })
		}
	}
}

func benchmarkStep(b *testing.B, row optim.Row, dim int) {
	var f optim.Objective = bowl{optimtest.Spectrum(dim, 1e6)}
	if row.LeastSquares {
		f = squareBowl{bowl{optimtest.Spectrum(dim, 1e6)}}
	}
	theta := make([]float64, dim)
	m := row.New()
	if shared, ok := optim.ShareOf(m); ok {
		shared.LearningRate = optim.Constant(1e-9)
	}
	m.Init(dim)
	trials, steps := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		info, err := m.Step(theta, f)
		if err != nil || info.Status.Early() {
			b.Fatal(info, err)
		}
		trials += info.Trials
		steps++
		if info.Status != optim.Running || row.LeastSquares { // done: begin again
			clear(theta)
			m.Restart()
		}
	}
	if row.LeastSquares {
		b.ReportMetric(float64(trials)/float64(steps), "trials/op")
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

// squareBowl is bowl as a sum of squares, r = √(λ/2)·(θ − 1).
type squareBowl struct{ bowl }

func (o squareBowl) Value(theta []float64) (sum float64) {
	for i, l := range o.lambda {
		d := theta[i] - 1
		sum += 0.5 * l * d * d
	}
	return sum
}

func (o squareBowl) Triangle(r, c, theta []float64) (sum float64) {
	n := len(theta)
	for i, l := range o.lambda {
		clear(r[i*n+i : (i+1)*n])
		r[i*n+i] = math.Sqrt(0.5 * l)
		c[i] = r[i*n+i] * (theta[i] - 1)
		sum += c[i] * c[i]
	}
	return sum
}

func (o squareBowl) NormalEquations(a, g, theta []float64) (sum float64) {
	n := len(theta)
	for i, l := range o.lambda {
		d := theta[i] - 1
		clear(a[i*n+i : (i+1)*n])
		a[i*n+i] = 0.5 * l
		g[i] = 0.5 * l * d
		sum += g[i] * d
	}
	return sum
}
