package pinn

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/hard"
	"pinn/pinn/pinntest"
)

// Short names for what states the problems of the tests.
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

func TestLossRefuses(t *testing.T) {
	s := burgers(t)
	net := NewMLP(s.Box, 1, small("tanh"))
	b := build(s, small("tanh"), few)
	n := b.Dim()
	v := make([]float64, n*n)
	pinntest.Panics(t, map[string]func(){
		"fields":           func() { NewLoss(plate(t).Problem, net, make([]hard.Lift, 2), nil, few) },
		"sampler":          func() { NewLoss(s.Problem, net, b.lifts, nil, LossOptions{Sampler: "dice"}) },
		"theta":            func() { b.Value(b.theta[1:]) },
		"gradient":         func() { b.ValueGrad(v[:n+1], b.theta) },
		"normal equations": func() { b.NormalEquations(v[:n], v[:n], b.theta) },
		"triangle":         func() { b.Triangle(v, v[:n-1], b.theta) },
		"solution":         func() { NewSolution(plate(t).Problem, net, nil, b.theta) },
	})
	empty := state(t, []pde.Axis{span("x", 0, 1)}, "u").Condition("u = 0", on(0, 0))
	lifts, soft, _, _ := hard.Lifts(empty.Problem)
	if _, err := NewLoss(empty.Problem, NewMLP(empty.Box, 1, small("tanh")), lifts, soft, few); err == nil || !strings.Contains(err.Error(), "nothing to train") {
		t.Errorf("of hard conditions alone: error %v", err)
	}
}

// TestLossWithoutPlace: what does not fit into the graph, or has no points, is an error that
// names its statement.
func TestLossWithoutPlace(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	statements := map[string]*stated{
		"equations": state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").Equation("u_t = u_xx"),
		"u_x = 1":   state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").Condition("u_x = 1", on(0, 0)),
		"u_t = f": state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
			Observe("u_t = f", []string{"f"}, [][]float64{{0.5, 0.5, 1}}),
	}
	for name, s := range statements {
		lifts := []hard.Lift{{G: s.Graph.Func(expr.OpSin, s.Graph.Mul(s.Graph.Axis(0), s.Graph.Axis(1)))}}
		var soft []int
		for i := range s.Conditions {
			soft = append(soft, i)
		}
		pinntest.Fill(s.Graph)
		_, err := NewLoss(s.Problem, NewMLP(s.Box, 1, small("tanh")), lifts, soft, few)
		if err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s in a full graph: error %v", name, err)
		}
	}
	nowhere := state(t, []pde.Axis{span("x", 0, 1)}, "u").Equation("u_x = u")
	keep, _ := nowhere.Scope.Predicate("x > 2")
	nowhere.Box.Inside = keep
	if _, err := NewLoss(nowhere.Problem, NewMLP(nowhere.Box, 1, small("tanh")), []hard.Lift{{}}, nil, few); !errors.Is(err, pde.ErrEmpty) {
		t.Errorf("without a domain: error %v, want %v", err, pde.ErrEmpty)
	}
	nowhere = state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").Equation("u_x = u").
		Condition("u_x = 1", []pde.Piece{{Fixed: on(0, 0)[0].Fixed, Keep: keep}})
	if _, err := NewLoss(nowhere.Problem, NewMLP(nowhere.Box, 1, small("tanh")), []hard.Lift{{}}, []int{0}, few); !errors.Is(err, pde.ErrEmpty) {
		t.Errorf("without a face: error %v, want %v", err, pde.ErrEmpty)
	}
}

// TestTermsOfAPart: the loss of a part knows its terms by their places in the whole.
func TestTermsOfAPart(t *testing.T) {
	o := few
	o.Terms, o.Own = []string{"first", "equation", "flux", "data", "last"}, []int{1, 2, 3}
	part, whole := build(inverse(t), small("tanh"), o), build(inverse(t), small("tanh"), few)
	if !slices.Equal(part.TermNames(), o.Terms) {
		t.Errorf("names %v, want %v", part.TermNames(), o.Terms)
	}
	if a, b := part.Value(part.theta), whole.Value(whole.theta); a != b {
		t.Errorf("L = %v, want %v", a, b)
	}
	got, want := make([]float64, 5), make([]float64, 3)
	part.Terms(got)
	whole.Terms(want)
	if !slices.Equal(got[1:4], want) || !math.IsNaN(got[0]) || !math.IsNaN(got[4]) {
		t.Errorf("terms %v, want %v between NaNs", got, want)
	}
}

func TestLossDefaults(t *testing.T) {
	for dim, interior := range []int{0, 1000, 4000, 8000, 8000} {
		if dim == 0 {
			continue
		}
		o := LossOptions{}.filled(dim)
		if o.Interior != interior || o.Sampler != "sobol" || o.HeldOut != 2000 || o.Threads != runtime.GOMAXPROCS(0) {
			t.Errorf("in %d dimensions: %+v, want %d points", dim, o, interior)
		}
	}
	if kept := (LossOptions{Interior: 5, Sampler: "grid", HeldOut: 6, Threads: 7}); !reflect.DeepEqual(kept.filled(2), kept) {
		t.Errorf("%+v became %+v", kept, kept.filled(2))
	}
}
