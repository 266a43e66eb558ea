package optim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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

// tanhNet is u(x, y) = c + Σ v_k·tanh(w_k·x + z_k·y + b_k) with K units; θ holds for
// each unit v, w, z, b, and then c.
type tanhNet struct{ units int }

func (n tanhNet) size() int { return 4*n.units + 1 }

// at returns u and stores ∂u/∂θ in row.
func (n tanhNet) at(row, theta []float64, x, y float64) float64 {
	last := len(theta) - 1
	u := theta[last]
	row[last] = 1
	for k := 0; k < last; k += 4 {
		v := theta[k]
		h := math.Tanh(theta[k+1]*x + theta[k+2]*y + theta[k+3])
		d := v * (1 - h*h)
		u += v * h
		row[k], row[k+1], row[k+2], row[k+3] = h, d*x, d*y, d
	}
	return u
}

// teacher is the regression of a tanh net on the values of another one with
// parameters star at m points of the square: the loss is 0 at star, exactly.
func (n tanhNet) teacher(star []float64, m int, rng *rand.Rand) optimtest.Function {
	points, row := make([][3]float64, m), make([]float64, n.size())
	for i := range points {
		x, y := 2*rng.Float64()-1, 2*rng.Float64()-1
		points[i] = [3]float64{x, y, n.at(row, star, x, y)}
	}
	scale := 1 / math.Sqrt(float64(m))
	return optimtest.Sum("teacher", slices.Clone(star), m, func(r, jac, theta []float64) {
		p := len(theta)
		for i, at := range points {
			row := jac[i*p : (i+1)*p]
			r[i] = scale * (n.at(row, theta, at[0], at[1]) - at[2])
			for k := range row {
				row[k] *= scale
			}
		}
	})
}

// From near the teacher LM returns to it, to the last digit, in a dozen steps and a
// hundred evaluations; L-BFGS stands at 1e-9 after five hundred, and at 1e-11 after
// a thousand.
func TestTeacher(t *testing.T) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 77))
		n := tanhNet{10}
		star := make([]float64, n.size())
		for i := range star {
			star[i] = rng.NormFloat64()
		}
		f := n.teacher(star, 200, rng)
		if v := f.Value(star); v != 0 {
			t.Fatalf("seed %d: loss at the teacher = %g, want 0 exactly", seed, v)
		}
		for i := range f.Start {
			f.Start[i] += 0.1 * rng.NormFloat64()
		}
		lm := &optimtest.Counted{Objective: f}
		m := optim.DefaultLM()
		steps, _, last := descend(m, lm, slices.Clone(f.Start), math.Inf(-1), 60)
		if !(last.Value <= 1e-20) || lm.Losses > 400 || !last.Status.Converged() {
			t.Errorf("seed %d: lm reached %g in %d evaluations (%v %s), want 1e-20 in 400 and a convergence", seed, last.Value, lm.Losses, last.Status, last.Note)
		}
		budget := 500
		if testing.Short() {
			budget = 200
		}
		_, evals, other := descend(optim.DefaultLBFGS(), f, slices.Clone(f.Start), 1e-20, budget)
		if !(other.Value >= 1e-13) {
			t.Errorf("seed %d: lbfgs reached %g, want a stall above 1e-13", seed, other.Value)
		}
		t.Logf("seed %d: lm %.2g in %d steps, %d evaluations; lbfgs %.2g in %d evaluations", seed, last.Value, steps, lm.Losses, other.Value, evals)
	}
}
