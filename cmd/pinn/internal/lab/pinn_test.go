package lab

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"pinn/optim"
	"pinn/optim/optimtest"
)

func never() error { return nil }

// Differences of gradients give the Hessian of a quadratic, RᵀΛR, and its eigenvalues.
func TestHessian(t *testing.T) {
	lambda := spectrum(6, 1e3)
	f := newQuadratic(lambda, math.Pi/4)
	h, asymmetry, err := hessian(f, []float64{1, -1, 0.5, 2, 0, 3}, never)
	if err != nil || asymmetry > 1e-8 {
		t.Fatalf("asymmetry %g, %v", asymmetry, err)
	}
	got := sizes(h)
	for i := range got {
		if want := lambda[len(lambda)-1-i]; math.Abs(got[i]-want) > 1e-7*1e3 {
			t.Errorf("eigenvalue %d = %g, want %g", i, got[i], want)
		}
	}
	if k := spread(got, 1); math.Abs(k-1e3) > 1e-3 {
		t.Errorf("spread = %g, want 1000", k)
	}
	// Along the axes 1/|H_ii| makes all eigenvalues 1; turned it cannot.
	flat, _, _ := hessian(newQuadratic(lambda, 0), make([]float64, 6), never)
	if k := spread(sizes(inMetric(flat, jacobi(flat))), 1); math.Abs(k-1) > 1e-6 {
		t.Errorf("spread of a diagonal Hessian in its own metric = %g, want 1", k)
	}
	if k := spread(sizes(inMetric(h, jacobi(h))), 1); k < 100 {
		t.Errorf("spread of the turned one = %g, want some hundreds", k)
	}
}

// Lanczos' method with as many steps as dimensions gives the eigenvalues of the dense
// matrix, in a metric too; with fewer the largest; and its weights sum to 1.
func TestLanczos(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	n := 30
	a := mat.NewSymDense(n, nil)
	for i := range n {
		for k := i; k < n; k++ {
			a.SetSym(i, k, rng.NormFloat64())
		}
	}
	apply := func(dst, v []float64) {
		mat.NewVecDense(n, dst).MulVec(a, mat.NewVecDense(n, v))
	}
	want := sizes(a)
	for _, k := range []int{n, 20} {
		values, weights, err := lanczos(apply, n, k, rng, never)
		if err != nil || len(values) != k {
			t.Fatalf("%d values, %v", len(values), err)
		}
		var got []float64
		sum := 0.0
		for i, v := range values {
			got, sum = append(got, math.Abs(v)), sum+weights[i]
		}
		slices.Sort(got)
		slices.Reverse(got)
		if math.Abs(got[0]-want[0]) > 1e-3*want[0] || math.Abs(sum-1) > 1e-12 {
			t.Errorf("%d steps: largest %g, want %g; weights sum to %g", k, got[0], want[0], sum)
		}
		for i := 0; k == n && i < n; i++ {
			if math.Abs(got[i]-want[i]) > 1e-10*want[0] {
				t.Errorf("Ritz value %d = %.12g, dense %.12g", i, got[i], want[i])
			}
		}
	}
	f := newQuadratic(spectrum(8, 100), math.Pi/4)
	d := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	theta := []float64{1, 1, 1, 1, 2, 2, 2, 2}
	h, _, _ := hessian(f, theta, never)
	dense := sizes(inMetric(h, d))
	values, _, _ := lanczos(newCurvature(f, theta, d).apply, 8, 8, rng, never)
	if top := slices.Max(values); math.Abs(top-dense[0]) > 1e-5*dense[0] {
		t.Errorf("largest in a metric = %g, dense %g", top, dense[0])
	}
	if k := spreadOf([][]float64{{10, 5, 1}}, [][]float64{{0.05, 0.3, 0.65}}, 0.1); k != 2 {
		t.Errorf("spread of a quadrature = %g, want 10/5", k)
	}
}

// The ball of a metric has semi-axes in the ratio √d and the area asked for.
func TestBall(t *testing.T) {
	x, y := ball(1, 2, []float64{4, 1}, 3)
	a, b := slices.Max(x)-1, slices.Max(y)-2
	if math.Abs(a/b-2) > 1e-12 || math.Abs(a*b-9) > 1e-12 {
		t.Errorf("semi-axes %g and %g, want ratio 2 and product 9", a, b)
	}
}

// The forces are the derivatives of the energies, and the tables of the problem hold
// both.
func TestPotentials(t *testing.T) {
	for _, p := range []potential{morse(), lennardJones(), muellerBrown()} {
		t.Run(p.name, func(t *testing.T) {
			f := energies{p}
			for _, x := range p.sample(20, func([]float64) bool { return true }, stream(1, 1)) {
				// h² times the third derivative over the first, 1e4 on the walls.
				optimtest.TestObjective(t, f, 1e-6, x)
			}
			points := p.sample(30, p.wall, stream(1, 2))
			task, err := stated("potential", p.file(points, "[3]", 1), 1)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := len(task.TermNames()), 1+len(p.axes); got != want {
				t.Errorf("%d terms, want %d", got, want)
			}
			theta := make([]float64, task.Dim()) // u = 0: the terms are the mean squares of the data
			task.Value(theta)
			terms := make([]float64, len(task.TermNames()))
			task.Terms(terms)
			want, g := make([]float64, len(terms)), make([]float64, len(p.axes))
			for _, x := range points {
				want[0] += p.energy(x) * p.energy(x) / 30
				p.slope(g, x)
				for i := range g {
					want[1+i] += g[i] * g[i] / 30
				}
			}
			for i := range want {
				if math.Abs(terms[i]-want[i]) > 1e-10*want[i] {
					t.Errorf("term %s = %g, want %g", task.TermNames()[i], terms[i], want[i])
				}
			}
		})
	}
	mb := muellerBrown()
	g := make([]float64, 2)
	mb.slope(g, []float64{-0.5582236, 1.4417258})
	if e := mb.energy([]float64{-0.5582236, 1.4417258}); math.Abs(e+1.4669952) > 1e-6 || math.Hypot(g[0], g[1]) > 1e-4 {
		t.Errorf("at the deepest minimum E = %g, ∇E = %v, want -146.69952/100 and 0", e, g)
	}
}

// energies shows a potential as an objective.
type energies struct{ p potential }

func (e energies) Dim() int { return len(e.p.axes) }

func (e energies) ValueGrad(grad, x []float64) float64 {
	e.p.slope(grad, x)
	return e.p.energy(x)
}

// The effective step of Adam under a constant gradient g is α/g.
func TestEffective(t *testing.T) {
	m := optim.DefaultAdam()
	m.Init(2)
	if !math.IsNaN(effective(m, 2)) {
		t.Error("an effective step before the first step")
	}
	f := &given{dim: 2, grad: func(_ int, g []float64) { g[0], g[1] = 3, -4 }}
	theta := []float64{0, 0}
	for range 5 {
		m.Step(theta, f)
	}
	if got, want := effective(m, 2), 1e-3/math.Sqrt((9+16)/2.); math.Abs(got/want-1) > 1e-7 {
		t.Errorf("effective step = %g, want %g", got, want)
	}
}

// Pairs on one minibatch that holds all points are those of the full gradient.
func TestPairs(t *testing.T) {
	task, err := burgers("[4]", 64, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	theta := task.begin(1)
	g, up := make([]float64, task.Dim()), make([]float64, task.Dim())
	task.ValueGrad(g, theta)
	step, moved := slices.Clone(g), slices.Clone(theta)
	floats.Scale(-0.01/floats.Norm(g, 2), step)
	floats.Add(moved, step)
	task.ValueGrad(up, moved)
	floats.Sub(up, g)
	r := pairsOf(task, theta, moved, step, up, 64, 4, stream(1, 1))
	if math.Abs(r.cosSame-1) > 1e-9 || math.Abs(r.cosFresh-1) > 1e-9 || r.same != 1 || r.sigma > 1e-9 {
		t.Errorf("pairs over all points: %+v, want cosine 1 and no noise", r)
	}
	if math.Abs(r.length-0.01) > 1e-15 {
		t.Errorf("length of the step = %g, want 0.01", r.length)
	}
}

// The phases of the plans are those that the essay tells of.
func TestPlans(t *testing.T) {
	for i, name := range planNames {
		p := planOf(name, 16, 1, nil)
		want := []int{1, 1, 2, 2, 2}[i]
		if len(p.Phases) != want {
			t.Errorf("%s: %d phases, want %d", name, len(p.Phases), want)
		}
		for k, ph := range p.Phases {
			if full := ph.Name == "lbfgs"; full != (ph.Batch == 0) || full != (ph.Resample != nil) || (k == 1) && !full {
				t.Errorf("%s, phase %d: %+v", name, k, ph)
			}
		}
	}
	if w := (planRuns{{plan: "a", errors: []float64{9, 1}}, {plan: "b", errors: []float64{2}}, {plan: "a", errors: []float64{4}}, {plan: "b", errors: []float64{3}}}).wins("a", "b"); w != 0.5 {
		t.Errorf("share of wins = %g, want 0.5", w)
	}
	r := planRun{errors: []float64{3, 2, 1}, passes: []float64{1, 10, 100}}
	if e := r.errorAt(50, r.passes); e != 2 {
		t.Errorf("error by 50 passes = %g, want 2", e)
	}
	if e := r.errorAt(0.5, r.passes); !math.IsNaN(e) {
		t.Errorf("error before the first = %g", e)
	}
}

// What a run shows is judged afterwards: the last error is that of the θ it returns.
func TestRunPlan(t *testing.T) {
	task, err := burgers("[4]", 64, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	s := Setup{Context: context.Background(), Seed: 1}
	r, err := runPlan(s, task, newJudge(task), lbfgsOnly, 8, 30, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.errors) != len(r.passes) || len(r.errors) < 3 || !slices.IsSorted(r.passes) || r.switched != 0 {
		t.Errorf("run = %+v", r)
	}
	if at := r.passes[len(r.passes)-1]; at < 30 || at > 30+25 {
		t.Errorf("the run ends at %g passes, want 30 and the rest of a search", at)
	}
	for _, e := range r.errors {
		if !(e > 0 && e < 1) {
			t.Errorf("errors %v, want all between those of an exact and of no answer", r.errors)
		}
	}
}
