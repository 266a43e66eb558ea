package optim_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/optim"
	"pinn/optim/optimtest"
)

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
