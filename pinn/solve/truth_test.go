package solve

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
	"pinn/pde/pdetest"
	"pinn/pinn"
	"pinn/pinn/solve/setup"
)

// tolHard bounds what is left of a hard condition, relative to its data (to 1
// where they vanish). Theory: a few ε for the data as lifted, against the data as
// stated. Worst of 50 starts of every problem: 2.4e-15, where sin(20πx) meets a
// face (linux/amd64, go1.26). Margin 40.
const tolHard = 1e-13

// TestHardConditions: whatever the network, what the conditions say that are
// built into it holds to rounding, at random places and at the corners.
func TestHardConditions(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	worst := 0.0
	eachProblem(t, func(t *testing.T, name string) {
		st := opened(t, name, "network.hidden=[5, 4]", "points.interior=8")
		tr := prepared(t, st)
		for start := range starts() {
			theta := someTheta(tr, start)
			solution := pinn.NewSolution(st.Problem, tr.Network(), st.Hard.Lifts, theta)
			rng := rand.New(rand.NewPCG(start, 4))
			for i, c := range st.Problem.Conditions {
				if slices.Contains(st.Hard.Soft, i) {
					continue
				}
				pts, err := st.Problem.Box.SampleOn(c.Pieces, cube.Uniform{}, 50, rng)
				if err != nil {
					t.Fatal(err)
				}
				cornered(st.Problem.Box, pts, rng)
				left := conditionLeft(t, solution, c, pts)
				worst = max(worst, left)
				if !(left <= tolHard) {
					t.Errorf("condition[%d] %q: %g is left of it, want at most %g", i, c.Name, left, tolHard)
				}
			}
		}
	})
	t.Logf("worst %.1e", worst)
}

// cornered moves a fifth of the points onto ends of all their axes; hard
// conditions hold on whole faces, corners included.
func cornered(b pde.Box, pts pde.Points, rng *rand.Rand) {
	for i := range pts.N / 5 {
		for k, a := range b.Axes {
			if x := pts.At(i); a.End(x[k]) == 0 && !a.Periodic {
				x[k] = a.At(float64(rng.IntN(2)))
			}
		}
	}
}

// conditionLeft returns the largest residual of a condition at the points,
// relative to the largest of its data: what is left of it if the fields vanish.
func conditionLeft(t *testing.T, s *pinn.Solution, c pde.Condition, pts pde.Points) float64 {
	t.Helper()
	partials := c.Residual.Partials()
	values, err := s.EvalPartials(pts, partials)
	if err != nil {
		t.Fatal(err)
	}
	left, scale := 0.0, 0.0
	for i := range pts.N {
		u := func(of func(k int) float64) expr.Env {
			return expr.Env{X: pts.At(i), N: pts.Normal(i), U: func(q expr.Partial) float64 { return of(slices.Index(partials, q)) }}
		}
		left = max(left, math.Abs(c.Residual.Eval(u(func(k int) float64 { return values[k][i] }))))
		scale = max(scale, math.Abs(c.Residual.Eval(u(func(int) float64 { return 0 }))))
	}
	if scale == 0 {
		scale = 1
	}
	return left / scale
}

// TestTruth: the exact and built-in solutions satisfy every equation and
// condition of their files, by differences of their values alone; the tables
// satisfy the conditions at their own points.
func TestTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	eachProblem(t, func(t *testing.T, name string) {
		st := opened(t, name)
		if st.Truth.Free() {
			var params []float64
			for _, p := range st.Spec.Parameters {
				if p.Truth == nil {
					t.Fatalf("the true value of %s is not given", p.Name.Value)
				}
				params = append(params, *p.Truth)
			}
			pdetest.TestTruth(t, st.Problem, st.Truth, params)
			return
		}
		checkTable(t, st)
	})
}

// tolTable bounds the residual of a condition in a table, relative to the table's
// largest value, which is at least 1: tables are rounded to ten digits after the
// point, so the residual is at most 0.5e-10.
const tolTable = 1e-10

// checkTable checks the conditions of the problem that need no derivative at
// those points of its table that lie on their place.
func checkTable(t *testing.T, st *setup.Setup) {
	t.Helper()
	pts := st.Truth.Where()
	values := st.Truth.At(pts)
	scale := 0.0
	for _, v := range values {
		scale = max(scale, largest(v))
	}
	checked := 0
	for i, c := range st.Problem.Conditions {
		if slices.ContainsFunc(c.Residual.Partials(), func(q expr.Partial) bool { return q.Order.Order() > 0 }) {
			continue
		}
		for k := range pts.N {
			if !onPlace(c, pts.At(k)) {
				continue
			}
			checked++
			r := c.Residual.Eval(expr.Env{X: pts.At(k), U: func(q expr.Partial) float64 { return values[q.Field][k] }})
			if !(math.Abs(r) <= tolTable*scale) {
				t.Errorf("condition[%d] leaves %g at %v, want at most %g", i, r, pts.At(k), tolTable*scale)
			}
		}
	}
	if checked < 50 {
		t.Errorf("the table has only %d points at which a condition can be checked", checked)
	}
}

// onPlace reports whether x lies on one of the pieces of the condition.
func onPlace(c pde.Condition, x []float64) bool {
	return slices.ContainsFunc(c.Pieces, func(p pde.Piece) bool {
		for _, f := range p.Fixed {
			if x[f.Axis] != f.Value {
				return false
			}
		}
		return p.Keep.Holds(x)
	})
}
