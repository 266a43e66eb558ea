package solve

import (
	"context"
	"math"
	"slices"
	"testing"

	"pinn/hybrid"
	"pinn/pde"
)

// TestTrailThins checks that marks keep their distance, that the newest best θ is
// always there, and that a θ seen twice is one mark.
func TestTrailThins(t *testing.T) {
	var along trail
	theta := []float64{0}
	for step := range 20000 {
		if step%3 == 0 {
			theta = []float64{float64(step)}
		}
		along.observe(0, hybrid.Row{Step: step, Passes: float64(step + 1)}, slices.Clone(theta))
	}
	n := len(along.marks)
	if most := int(math.Log(20000)/math.Log(spacing)) + 2; n < 100 || n > most {
		t.Errorf("%d marks of 20000 rows, want at most %d: one per factor %v", n, most, spacing)
	}
	if last := along.marks[n-1]; last.Theta[0] != 19998 || last.Step != 19998 {
		t.Errorf("the newest mark is of step %d, want 19998", last.Step)
	}
	for i, m := range along.marks[1 : n-1] {
		if i > 0 && m.Passes < spacing*along.marks[i].Passes {
			t.Errorf("marks at %v and %v passes are nearer than %v", along.marks[i].Passes, m.Passes, spacing)
		}
		if m.Theta[0] != float64(m.Step) {
			t.Errorf("the mark of step %d holds θ of step %v", m.Step, m.Theta[0])
		}
	}
}

// TestSpread checks that the chosen points lie among all, in order, none twice,
// and evenly.
func TestSpread(t *testing.T) {
	all := pde.Points{N: 10201, D: 1}
	column := make([]float64, all.N)
	for i := range column {
		all.X = append(all.X, float64(i))
		column[i] = -float64(i)
	}
	some, known := spread(all, [][]float64{column, nil}, 2048)
	if some.N != 2048 || len(some.X) != 2048 || len(known[0]) != 2048 || known[1] != nil {
		t.Fatalf("%d points, %d values", len(some.X), len(known[0]))
	}
	sum := 0.0
	for k, x := range some.X {
		if known[0][k] != -x || k > 0 && x <= some.X[k-1] || x > 10200 {
			t.Errorf("point %d is %v with value %v, after %v", k, x, known[0][k], some.X[max(k-1, 0)])
		}
		sum += x
	}
	if mean := sum / 2048; math.Abs(mean-5100) > 5 { // each lies within a stretch of 5
		t.Errorf("the mean place is %v, want 5100 (tol 5: the length of a stretch)", mean)
	}
	if same, _ := spread(all, [][]float64{column}, 20000); same.N != all.N {
		t.Errorf("%d points of fewer than the bound, want all", same.N)
	}
}

// TestTrailReachesNothing trains with a truth and without: equal bits, and a last error
// along the run that is the one the answer is judged by.
func TestTrailReachesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains twice")
	}
	st := opened(t, "poisson")
	*st.Spec.Points.Interior = 128
	for i := range st.Spec.Phases {
		*st.Spec.Phases[i].Steps = 40
	}
	*st.Spec.Phases[0].Batch = 16
	st.Spec.Train.Stages = new(1)
	plain, err := prepared(t, st).Solve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	silent := *st
	silent.Truth = nil
	same, err := prepared(t, &silent).Solve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(plain.best, same.best) || same.Along != nil {
		t.Error("the truth changed the bits of the run")
	}
	along := plain.Along
	if last, want := along[len(along)-1].RelL2, plain.Errors["all"]; last != want {
		t.Errorf("the trail ends with an error of %v, the judge says %v", last, want)
	}
	if len(along) < 5 || along[0].RelL2 < along[len(along)-1].RelL2 {
		t.Errorf("errors along the run: %v", along)
	}
}
