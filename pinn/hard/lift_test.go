package hard

import (
	"math"
	"math/rand/v2"
	"testing"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
	"pinn/pinn/pinntest"
)

// tolData bounds how far g is from its data: a few roundings of sums of terms of size one.
const tolData = 1e-14

// at evaluates an expression at the points; nil is the given number.
func at(e *expr.Expr, number float64, pts pde.Points) []float64 {
	v := make([]float64, pts.N)
	for i := range v {
		v[i] = number
		if e != nil {
			v[i] = e.Eval(expr.Env{X: pts.At(i)})
		}
	}
	return v
}

// TestLiftMeetsItsData: on every face with data g has their value and φ is 0, inside φ is
// not 0 and at most 1, and where a velocity is given, g has it and φ's vanishes.
func TestLiftMeetsItsData(t *testing.T) {
	xyt := []pde.Axis{span("x", 0, 1), span("y", -1, 3), span("t", 1, 2)}
	for _, r := range []struct {
		name     string
		axis     int
		value    float64
		is       string
		velocity string
		more     func(s *pinntest.Stated)
	}{
		{"one face", 0, 0, "sin(y)*t", "", nil},
		{"two faces", 1, 3, "x + t", "", func(s *pinntest.Stated) { s.Condition("u = x - t", on(1, -1)) }},
		{"three axes", 2, 1, "x*y", "", func(s *pinntest.Stated) {
			s.Condition("u = x*y*t^2", append(on(0, 0, 1), on(1, -1, 3)...))
		}},
		{"velocity", 2, 1, "x*y", "cos(x)", func(s *pinntest.Stated) { s.Condition("u_t = cos(x)", on(2, 1)) }},
	} {
		t.Run(r.name, func(t *testing.T) {
			s := state(t, xyt, "u").Condition("u = "+r.is, on(r.axis, r.value))
			if r.more != nil {
				r.more(s)
			}
			lifts, soft, _, err := Lifts(s.Problem)
			if err != nil || len(soft) > 0 {
				t.Fatalf("soft %v, error %v", soft, err)
			}
			l := lifts[0]
			face, err := s.Box.SampleOn(on(r.axis, r.value), cube.Uniform{}, 50, rand.New(rand.NewPCG(1, 2)))
			if err != nil {
				t.Fatal(err)
			}
			same := func(what string, got *expr.Expr, number float64, want string) {
				t.Helper()
				e, faults := s.Scope.Function(want)
				if len(faults) > 0 {
					t.Fatal(faults)
				}
				for i, v := range at(got, number, face) {
					if w := e.Eval(expr.Env{X: face.At(i)}); !(math.Abs(v-w) <= tolData*(1+math.Abs(w))) {
						t.Fatalf("%s at %v = %v, want %v (tol %g)", what, face.At(i), v, w, tolData)
					}
				}
			}
			same("g", l.G, 0, r.is)
			same("φ", l.Phi, 1, "0")
			if r.velocity != "" {
				rate, err := s.Graph.Diff(l.G, 2)
				if err != nil {
					t.Fatal(err)
				}
				slope, err := s.Graph.Diff(l.Phi, 2)
				if err != nil {
					t.Fatal(err)
				}
				same("∂_t g", rate, 0, r.velocity)
				same("∂_t φ", slope, 0, "0")
			}
			inside, err := s.Box.Sample(cube.Uniform{}, 50, rand.New(rand.NewPCG(3, 4)))
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range at(l.Phi, 1, inside) {
				if !(v > 0 && v <= 1) {
					t.Fatalf("φ(%v) = %v, want a number in (0, 1]", inside.At(i), v)
				}
			}
		})
	}
}

// TestStarted: at the first time g, φ and their first m − 1 derivatives by time are 0, and
// later g is the old g minus its Taylor polynomial.
func TestStarted(t *testing.T) {
	s := state(t, []pde.Axis{span("x", 0, 1), span("t", 2, 5)}, "u")
	g := s.Graph
	e, faults := s.Scope.Function("exp(x)*sin(t)")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for m := range 3 {
		l, err := Lift{G: e, Phi: g.Axis(0)}.Started(g, s.Box, m)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []float64{0.2, 0.9} {
			for _, u := range []*expr.Expr{l.G, l.Phi} {
				for k := range m {
					if v := u.Eval(expr.Env{X: []float64{x, 2}}); !(math.Abs(v) <= tolData) {
						t.Errorf("m = %d: derivative %d by time of %v at the start = %v, want 0", m, k, u, v)
					}
					if u, err = g.Diff(u, 1); err != nil {
						t.Fatal(err)
					}
				}
			}
			taylor := []float64{0, math.Sin(2), math.Sin(2) + 1.5*math.Cos(2)}[m]
			want := math.Exp(x) * (math.Sin(3.5) - taylor)
			if v := l.G.Eval(expr.Env{X: []float64{x, 3.5}}); !(math.Abs(v-want) <= 10*tolData) {
				t.Errorf("m = %d: G(%g, 3.5) = %v, want %v", m, x, v, want)
			}
			if v, want := l.Phi.Eval(expr.Env{X: []float64{x, 3.5}}), x*math.Pow(0.5, float64(m)); !(math.Abs(v-want) <= tolData) {
				t.Errorf("m = %d: φ(%g, 3.5) = %v, want %v", m, x, v, want)
			}
		}
	}
	bare, err := Lift{}.Started(g, s.Box, 1)
	if err != nil || bare.G != nil || bare.Phi.Eval(expr.Env{X: []float64{0, 5}}) != 1 {
		t.Errorf("of u = N: %v, error %v, want g = 0 and φ = 1 at the end", bare, err)
	}
}

// TestFullGraph: where derivatives of data do not fit into the graph, the error says so.
func TestFullGraph(t *testing.T) {
	xt := []pde.Axis{span("x", 0, 1), span("t", 0, 1)}
	for name, s := range map[string]*pinntest.Stated{
		"velocity": state(t, xt, "u").Condition("u = sin(x)", on(1, 0)).Condition("u_t = x", on(1, 0)),
		"edge":     state(t, xt, "u").Condition("u = sin(t)", on(0, 0)).Condition("u = x", on(1, 0)).Condition("u_t = 1 - x", on(1, 0)),
	} {
		pinntest.Fill(s.Graph)
		lifts, soft, _, err := Lifts(s.Problem)
		if err == nil && len(soft) == 0 {
			t.Errorf("%s: lifts %v, want an error or soft conditions", name, lifts)
		}
	}
	s := state(t, xt, "u")
	e, _ := s.Scope.Function("sin(t)")
	pinntest.Fill(s.Graph)
	if _, err := (Lift{G: e}).Started(s.Graph, s.Box, 1); err == nil {
		t.Error("Started: no error")
	}
}
