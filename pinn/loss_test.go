package pinn

import (
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pinn/hard"
	"pinn/pinn/pinntest"
)

// Short names of what the tests state their problems with.
type stated = pinntest.Stated

var (
	state, span, ring, on = pinntest.State, pinntest.Span, pinntest.Ring, pinntest.On
	soft                  = pinntest.Soft

	burgers, plate, kdv, beam = pinntest.Burgers, pinntest.Plate, pinntest.KdV, pinntest.Beam
	wave, heat2d, inverse     = pinntest.Wave, pinntest.Heat2D, pinntest.Inverse
)

// build lifts the conditions and makes the loss.
func build(s *stated, spec NetSpec, o LossOptions) *built {
	s.TB.Helper()
	lifts, soft, notes, err := hard.Lifts(s.Problem)
	if err != nil {
		s.TB.Fatal(err)
	}
	net := NewMLP(s.Box, len(s.Fields), spec)
	l, err := NewLoss(s.Problem, net, lifts, soft, o)
	if err != nil {
		s.TB.Fatal(err)
	}
	b := &built{Loss: l, net: net, lifts: lifts, notes: notes, theta: make([]float64, l.Dim())}
	l.Start(b.theta, rand.New(rand.NewPCG(11, 12)))
	// Biases that are not 0 make every derivative matter.
	rng := rand.New(rand.NewPCG(13, 14))
	for i, decays := range l.Decays() {
		if !decays && i < net.Size() {
			b.theta[i] = 0.3 * rng.NormFloat64()
		}
	}
	return b
}

// built is a loss at a start.
type built struct {
	*Loss
	net   *MLP
	lifts []hard.Lift
	notes []hard.Note
	theta []float64
}

// wide is a network of the size that problems use, narrow enough to be quick.
var wide = NetSpec{Hidden: []int{16, 16}, Activation: "tanh"}

// TestLossAgainstPlainEvaluation computes the loss point by point: partials of
// the fields from a Solution, residuals by the recursive evaluator.
func TestLossAgainstPlainEvaluation(t *testing.T) {
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			s := p.State(t)
			b := build(s, wide, few)
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
						env := pde.Env{X: set.pts.At(j), N: set.pts.Normal(j), Params: params}
						for _, c := range set.columns {
							env.Columns = append(env.Columns, c[j])
						}
						env.U = func(q pde.Partial) float64 {
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
func residualsOf(l *Loss, group int) []*pde.Expr {
	p := l.problem
	at := l.places[group]
	switch {
	case at.data != nil:
		return []*pde.Expr{at.data.Residual}
	case !at.faces:
		var rs []*pde.Expr
		for _, e := range p.Equations {
			rs = append(rs, e.Residual)
		}
		return rs
	}
	for _, c := range p.Conditions {
		if c.Name == at.name {
			return []*pde.Expr{c.Residual}
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
			s.Observe(r.statement, []string{"f"}, rows)
			s.Data[0].Weight = 100 // = N: rows are not scaled
			return s
		}
		b := build(pose(make([]float64, 100)), wide, few)
		var f []float64
		b.Jacobian(b.theta, func(k JacobianBlock) { f = append(f, k.R...) })
		b2 := build(pose(f), wide, few)
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
	b := build(s, wide, o)
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
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			if testing.Short() && p.Name != "inverse" {
				t.Skip("one problem is enough when in a hurry: it has every kind of term")
			}
			want := everything(t, p.State(t), 1)
			for _, threads := range []int{2, 3} {
				sameBits(t, everything(t, p.State(t), threads), want)
			}
			old := runtime.GOMAXPROCS(1)
			defer runtime.GOMAXPROCS(old)
			sameBits(t, everything(t, p.State(t), 0), want)
			runtime.GOMAXPROCS(2)
			sameBits(t, everything(t, p.State(t), 0), want)
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

// raceDetector reports whether the test was built with -race.
func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func TestEvaluationsDoNotAllocate(t *testing.T) {
	if raceDetector() {
		t.Skip("under the race detector the pools of package kernel drop what they are given at random")
	}
	for i, p := range pinntest.Problems {
		if testing.Short() && i%2 == 1 { // short tier: every other problem
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			b := build(p.State(t), wide, LossOptions{Interior: 500, Threads: 2, HeldOut: 100})
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
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			o := few
			b := build(p.State(t), wide, o)
			grad, other := make([]float64, b.Dim()), make([]float64, b.Dim())
			v := b.ValueGrad(grad, b.theta)
			o.CacheBytes = 1
			c := build(p.State(t), wide, o)
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
		return build(s.Observe("lap(u) - u^3 = f", []string{"f"}, rows), wide, few)
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
	b := build(s, wide, few)
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
