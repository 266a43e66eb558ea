package pinn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pinn/pinntest"
)

// bump is a problem whose residual at the zero network is a narrow hill.
func bump(t *testing.T, interior int) *built {
	s := state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u").
		Equation("u_x + exp(-100*((x-0.3)^2 + (y-0.7)^2)) = 0").
		Condition("u_x = 0", on(0, 0))
	b := build(s, small("tanh"), LossOptions{Interior: interior})
	clear(b.theta)
	return b
}

// near returns the share of the points within 0.2 of the hill.
func near(pts pde.Points) float64 {
	n := 0
	for i := range pts.N {
		x := pts.At(i)
		if math.Hypot(x[0]-0.3, x[1]-0.7) < 0.2 {
			n++
		}
	}
	return float64(n) / float64(pts.N)
}

func TestResample(t *testing.T) {
	// A disc of radius 0.2 holds 12.6 % of the square. Under RAD with k = c = 1
	// half of the probability follows the hill, of which 98 % lies in the disc:
	// 0.55, less what drawing without replacement takes.
	rows := []struct {
		method   string
		k, c     float64
		n        int
		from, to float64
	}{
		{"none", 1, 1, 400, 0.10, 0.15},
		{"uniform", 1, 1, 400, 0.10, 0.15},
		{"rad", 1, 1, 400, 0.40, 0.60},
		{"rad", 2, 0, 400, 0.95, 1},
		{"rad", 0, 1, 400, 0.08, 0.18},
		{"rar", 1, 1, 420, 0.14, 0.18},
	}
	for _, r := range rows {
		t.Run(r.method, func(t *testing.T) {
			b := bump(t, 400)
			old := b.sets[0].pts
			b.Resample(r.method, 0, r.k, r.c, b.theta, rand.New(rand.NewPCG(1, 2)))
			pts := b.Interior()
			if pts.N != r.n || len(pts.X) != 2*r.n {
				t.Errorf("%d points, want %d", pts.N, r.n)
			}
			if share := near(pts); share < r.from || share > r.to {
				t.Errorf("share near the hill = %v, want %v … %v", share, r.from, r.to)
			}
			if same := &old.X[0] == &pts.X[0]; same != (r.method == "none") {
				t.Errorf("points kept: %v", same)
			}
			grad := make([]float64, b.Dim())
			if v := b.ValueGrad(grad, b.theta); !(v > 0) {
				t.Errorf("L = %v", v)
			}
			batches := b.deal(40)
			batches.ValueGrad(batches.Len()-1, grad, b.theta)
		})
	}
}

// As many points as asked for, and of the conditions as many as fit to them.
func TestResampleCount(t *testing.T) {
	for _, method := range []string{"uniform", "rad", "rar"} {
		b := bump(t, 400)
		b.Resample(method, 1000, 1, 1, b.theta, rand.New(rand.NewPCG(1, 2)))
		if n, face := b.InteriorPoints(), b.sets[1].pts.N; n != 1000 || face != 100 {
			t.Errorf("%s: %d points and %d on the face, want 1000 and a tenth of them", method, n, face)
		}
		if v := b.Value(b.theta); !(v > 0) || b.Points() != 1100 {
			t.Errorf("%s: L = %v over %d points", method, v, b.Points())
		}
		b.Resample(method, 50, 1, 1, b.theta, rand.New(rand.NewPCG(1, 2)))
		if n := b.InteriorPoints(); n != map[string]int{"rar": 1000}[method]+map[string]int{"uniform": 50, "rad": 50}[method] {
			t.Errorf("%s: %d points of 50 asked for", method, n)
		}
	}
}

func TestRARStopsGrowing(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	b := bump(t, 60)
	for range 70 {
		b.adapt(0, "rar", 0, 1, 1, b.theta, rand.New(rand.NewPCG(1, 2)))
	}
	if n := b.sets[0].pts.N; n != 4*60 {
		t.Errorf("%d points, want 4 × 60", n)
	}
}

func TestWeightedDrawFrequencies(t *testing.T) {
	// The first of two draws without replacement from weights w takes i with
	// probability w_i/Σw, and i is in the pair with Σ over both orders.
	w := []float64{1, 2, 3, 0}
	rng := rand.New(rand.NewPCG(4, 4))
	const n = 20000
	count := make([]float64, len(w))
	for range n {
		for _, i := range weightedDraw(w, 2, rng) {
			count[i]++
		}
	}
	want := []float64{1./6 + 2./6*1./4 + 3./6*1./3, 2./6 + 1./6*2./5 + 3./6*2./3, 3./6 + 1./6*3./5 + 2./6*3./4, 0}
	for i := range w {
		// Four standard deviations of a count of n.
		if tol := 4 * math.Sqrt(want[i]*(1-want[i])/n); !(math.Abs(count[i]/n-want[i]) <= tol) {
			t.Errorf("index %d drawn with frequency %v, want %v ± %v", i, count[i]/n, want[i], tol)
		}
	}
}

func TestDensity(t *testing.T) {
	nan := math.NaN()
	rows := []struct {
		name string
		in   []float64
		k, c float64
		want []float64
	}{
		{"plain", []float64{1, 9}, 1, 1, []float64{1.5, 2.5}},
		{"squares", []float64{1, 9}, 2, 0, []float64{0.2, 1.8}},
		{"zero residual", []float64{0, 0}, 1, 0, []float64{1, 1}},
		{"not finite counts as the worst", []float64{1, nan, 9}, 1, 0, []float64{3. / 7, 9. / 7, 9. / 7}},
		{"nothing finite", []float64{nan, nan}, 1, 0, []float64{1, 1}},
	}
	for _, r := range rows {
		got := density(r.in, r.k, r.c)
		for i := range got {
			if !(math.Abs(got[i]-r.want[i]) <= 1e-15) {
				t.Errorf("%s: density %v, want %v", r.name, got, r.want)
				break
			}
		}
	}
}

func TestLargest(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	rows := []struct {
		values []float64
		n      int
		want   []int
	}{
		{[]float64{3, 1, 2}, 2, []int{0, 2}},
		{[]float64{1, 1, 1, 2}, 2, []int{0, 3}},
		{[]float64{nan, inf, 0}, 2, []int{1, 2}},
		{[]float64{nan, 5, nan}, 2, []int{0, 1}},
		{[]float64{1}, 0, nil},
	}
	for _, r := range rows {
		if got := largest(r.values, r.n); !slices.Equal(got, r.want) {
			t.Errorf("largest %d of %v = %v, want %v", r.n, r.values, got, r.want)
		}
	}
}

func TestResampleRefuses(t *testing.T) {
	b := bump(t, 50)
	rng := rand.New(rand.NewPCG(1, 2))
	pinntest.Panics(t, map[string]func(){
		"method": func() { b.Resample("best", 0, 1, 1, b.theta, rng) },
		"number": func() { b.Resample("rad", -1, 1, 1, b.theta, rng) },
	})
}

// TestResiduals: those at points of a pool are those that the loss has there, whatever the
// number of points at a time.
func TestResiduals(t *testing.T) {
	b := build(plate(t), small("tanh"), few)
	pts := scatter(b.problem.Box, poolSlice+50)
	sol := NewSolution(b.problem, b.net, b.lifts, b.theta)
	weights := b.Weights()
	squares := b.squares(0, pts, b.theta)
	rs := b.residuals(0, pts, b.theta)
	for o, e := range b.problem.Equations {
		want := residualAt(t, sol, e.Residual, pts)
		for i, v := range rs[o] {
			if !(math.Abs(v-want[i]) <= 1e-12*(1+math.Abs(want[i]))) {
				t.Fatalf("r_%d at %v = %v, want %v", o, pts.At(i), v, want[i])
			}
		}
	}
	for i, v := range squares {
		want := weights[0]*rs[0][i]*rs[0][i] + weights[1]*rs[1][i]*rs[1][i]
		if !(math.Abs(v-want) <= tolSum*want) {
			t.Fatalf("Σ w r² at %v = %v, want %v", pts.At(i), v, want)
		}
	}
}
