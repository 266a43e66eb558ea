package pinn

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
)

// wide is a network of the size that problems use, narrow enough to be quick.
var wide = NetSpec{Hidden: []int{16, 16}, Activation: "tanh"}

// TestLossAgainstPlainEvaluation computes the loss point by point: partials of
// the fields from a Solution, residuals by the recursive evaluator.
func TestLossAgainstPlainEvaluation(t *testing.T) {
	for _, p := range problems {
		t.Run(p.name, func(t *testing.T) {
			s := p.state(t)
			b := s.build(wide, few)
			sol := NewSolution(s.Problem, b.net, b.lifts, b.theta)
			params := b.Parameters(b.theta)
			want := 0.0
			for i, set := range b.sets {
				rs := residualsOf(b.Loss, i)
				for o, r := range rs {
					ps := r.Partials()
					u, err := sol.EvalPartials(set.pts, ps)
					if err != nil {
						t.Fatal(err)
					}
					for j := range set.pts.N {
						env := expr.Env{X: set.pts.At(j), N: set.pts.Normal(j), Params: params}
						for _, c := range set.columns {
							env.Columns = append(env.Columns, c[j])
						}
						env.U = func(q expr.Partial) float64 {
							for k := range ps {
								if ps[k] == q {
									return u[k][j]
								}
							}
							panic("no such partial")
						}
						v := r.Eval(env)
						want += set.weights[o] * v * v / float64(set.pts.N)
					}
				}
			}
			if got := b.Value(b.theta); !(math.Abs(got-want) <= tolSum*want) {
				t.Errorf("L = %v, want %v", got, want)
			}
			terms, sum := make([]float64, len(b.TermNames())), 0.0
			b.Terms(terms)
			for m, w := range b.Weights() {
				sum += w * terms[m]
			}
			if !(math.Abs(sum-want) <= tolSum*want) {
				t.Errorf("Σ w·term = %v, want %v", sum, want)
			}
		})
	}
}

// residualsOf returns the expressions of a group of the loss.
func residualsOf(l *Loss, group int) []*expr.Expr {
	p := l.problem
	at := l.places[group]
	switch {
	case at.data != nil:
		return []*expr.Expr{at.data.Residual}
	case !at.faces:
		var rs []*expr.Expr
		for _, e := range p.Equations {
			rs = append(rs, e.Residual)
		}
		return rs
	}
	for _, c := range p.Conditions {
		if c.Name == at.name {
			return []*expr.Expr{c.Residual}
		}
	}
	panic("no such condition")
}

// TestTeacher takes the right-hand sides from the network itself. Where the left
// side is one partial, loss and gradient at that θ are exactly 0; where it is a
// sum, whose last addition may be fused with a product, they are roundings.
func TestTeacher(t *testing.T) {
	rows := []struct {
		statement string
		most      float64 // of L
	}{
		{"u_t = f", 0},
		{"u_xx = f", 0},
		{"u_xxt = f", 0},
		{"u_t + u*u_x - 0.1*u_xx = f", 1e-30},
	}
	for _, r := range rows {
		pose := func(f []float64) *stated {
			s := state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u")
			rng := rand.New(rand.NewPCG(5, 5))
			var rows [][]float64
			for i := range 100 {
				rows = append(rows, []float64{rng.Float64(), rng.Float64(), f[i]})
			}
			s.data(r.statement, []string{"f"}, rows)
			s.Data[0].Weight = 100 // = N: rows are not scaled
			return s
		}
		b := pose(make([]float64, 100)).build(wide, few)
		var f []float64
		b.Jacobian(b.theta, func(k JacobianBlock) { f = append(f, k.R...) })
		b2 := pose(f).build(wide, few)
		grad := make([]float64, b2.Dim())
		v := b2.ValueGrad(grad, b.theta)
		if !(v <= r.most) || !(largestOf(grad) <= 20*math.Sqrt(r.most)) {
			t.Errorf("%s: L = %g, ‖∇L‖∞ = %g at the teacher, want L ≤ %g", r.statement, v, largestOf(grad), r.most)
		}
	}
}

// everything evaluates all that a Loss offers and returns the numbers.
func everything(t *testing.T, s *stated, threads int) []float64 {
	t.Helper()
	o := LossOptions{Interior: 300, HeldOut: 100, Seed: 7, Threads: threads, CacheBytes: 64 << 10}
	b := s.build(wide, o)
	var out []float64
	n := b.Dim()
	grad := make([]float64, n)
	gather := func() {
		out = append(out, b.ValueGrad(grad, b.theta), b.Value(b.theta), b.HeldOut(b.theta))
		out = append(out, grad...)
		a, g := make([]float64, n*n), make([]float64, n)
		out = append(out, b.NormalEquations(a, g, b.theta))
		out = append(append(out, a...), g...)
		out = append(out, b.Triangle(a, g, b.theta))
		out = append(append(out, a...), g...)
		batches := b.deal(200)
		batches.Shuffle(rand.New(rand.NewPCG(1, 2)))
		for k := range batches.Len() {
			out = append(out, batches.ValueGrad(k, grad, b.theta))
			out = append(out, grad...)
			v, block := batches.Rows(k, b.theta)
			out = append(append(append(out, v), block.R...), block.JT...)
		}
	}
	gather()
	for _, method := range Resamplings() {
		b.Resample(method, 0, 1, 1, b.theta, rand.New(rand.NewPCG(3, 4)))
		gather()
	}
	return out
}

func TestSameBitsForAnyThreads(t *testing.T) {
	for _, p := range problems {
		t.Run(p.name, func(t *testing.T) {
			if testing.Short() && p.name != "inverse" {
				t.Skip("one problem is enough when in a hurry: it has every kind of term")
			}
			want := everything(t, p.state(t), 1)
			for _, threads := range []int{2, 3} {
				sameBits(t, everything(t, p.state(t), threads), want)
			}
			old := runtime.GOMAXPROCS(1)
			defer runtime.GOMAXPROCS(old)
			sameBits(t, everything(t, p.state(t), 0), want)
			runtime.GOMAXPROCS(2)
			sameBits(t, everything(t, p.state(t), 0), want)
		})
	}
}

func sameBits(t *testing.T, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d numbers, want %d", len(got), len(want))
	}
	for i := range got {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			t.Fatalf("number %d = %v, want %v to the bit", i, got[i], want[i])
		}
	}
}

func TestEvaluationsDoNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("pools keep nothing under the race detector")
	}
	for i, p := range problems {
		if testing.Short() && i%2 == 1 { // short tier: every other problem
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			b := p.state(t).build(wide, LossOptions{Interior: 500, Threads: 2, HeldOut: 100})
			n := b.Dim()
			grad, a := make([]float64, n), make([]float64, n*n)
			batches := b.deal(100)
			rng := rand.New(rand.NewPCG(1, 1))
			for name, f := range map[string]func(){
				"ValueGrad":       func() { b.ValueGrad(grad, b.theta) },
				"Value":           func() { b.Value(b.theta) },
				"HeldOut":         func() { b.HeldOut(b.theta) },
				"NormalEquations": func() { b.NormalEquations(a, grad, b.theta) },
				"Triangle":        func() { b.Triangle(a, grad, b.theta) },
				"Batches":         func() { batches.Shuffle(rng); batches.ValueGrad(batches.Len()-1, grad, b.theta) },
				"Rows":            func() { batches.Rows(batches.Len()-1, b.theta) },
			} {
				f() // the first call may start threads
				if n := testing.AllocsPerRun(5, f); n != 0 {
					t.Errorf("%s allocates %v times", name, n)
				}
			}
		})
	}
}

func TestTileSizeDoesNotMatter(t *testing.T) {
	for _, p := range problems {
		t.Run(p.name, func(t *testing.T) {
			o := few
			b := p.state(t).build(wide, o)
			grad, other := make([]float64, b.Dim()), make([]float64, b.Dim())
			v := b.ValueGrad(grad, b.theta)
			o.CacheBytes = 1
			c := p.state(t).build(wide, o)
			if got := c.ValueGrad(other, b.theta); !(math.Abs(got-v) <= tolSum*v) {
				t.Errorf("L = %v, want %v", got, v)
			}
			for i := range grad {
				if !(math.Abs(other[i]-grad[i]) <= tolSum*largestOf(grad)) {
					t.Fatalf("∂L_%d = %v, want %v", i, other[i], grad[i])
				}
			}
		})
	}
}

func TestOrderOfPointsDoesNotMatter(t *testing.T) {
	pose := func(order []int) *built {
		s := state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 1)}, "u")
		var rows [][]float64
		for _, i := range order {
			x, y := float64(i%17)/17, float64(i%23)/23
			rows = append(rows, []float64{x, y, x * y})
		}
		return s.data("lap(u) - u^3 = f", []string{"f"}, rows).build(wide, few)
	}
	order := make([]int, 301)
	for i := range order {
		order[i] = i
	}
	b := pose(order)
	grad, other := make([]float64, b.Dim()), make([]float64, b.Dim())
	v := b.ValueGrad(grad, b.theta)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	if got := pose(order).ValueGrad(other, b.theta); !(math.Abs(got-v) <= tolSum*v) {
		t.Errorf("L = %v, want %v", got, v)
	}
	for i := range grad {
		if !(math.Abs(other[i]-grad[i]) <= tolSum*largestOf(grad)) {
			t.Fatalf("∂L_%d = %v, want %v", i, other[i], grad[i])
		}
	}
}

func TestTermsAndTheirNames(t *testing.T) {
	s := inverse(t)
	s.Equations[0].Name, s.Conditions[0].Name, s.Data[0].Name = "", "flux", "flux"
	b := s.build(wide, few)
	want := []string{"equation[0]", "flux", "flux (data[0])"}
	for i, name := range b.TermNames() {
		if name != want[i] {
			t.Errorf("term %d = %q, want %q", i, name, want[i])
		}
	}
	terms := make([]float64, 3)
	if b.Terms(terms); !math.IsNaN(terms[0]) {
		t.Errorf("terms before any evaluation = %v, want NaN", terms)
	}
	if n := b.Points(); n != 37+64+11 {
		t.Errorf("%d points, want 37 + 64 + 11", n)
	}
}
