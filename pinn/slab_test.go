package pinn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/hard"
	"pinn/pinn/pinntest"
)

// evolving are problems that can be marched: of first and second order in time, with
// values at the boundary that move, soft conditions, a field that has no evolution of
// its own, and of order 4 in space beside 2 in time.
var evolving = []struct {
	name  string
	state func(tb testing.TB) *stated
}{
	{"burgers", burgers},
	{"kdv", kdv},
	{"wave", wave},
	{"heat2d", heat2d},
	{"moving ends", func(tb testing.TB) *stated {
		return state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
			Equation("u_tt = u_xx + x").
			Condition("u = x*x", on(1, 0)).
			Condition("u_t = 3*x", on(1, 0)).
			Condition("u = 1 + 3*t + t^2", on(0, 1)).
			Condition("u_x = t", on(0, 0))
	}},
	{"soft start", func(tb testing.TB) *stated {
		return state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
			Equation("u_t = u_xx").
			Condition("u = step(x - 0.5)", on(1, 0)).
			Condition("u = 0", on(0, 0))
	}},
	{"pressure", func(tb testing.TB) *stated {
		return state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u", "p").
			Equation("u_t + p_x = u_xx").
			Equation("p_xx = u").
			Condition("u = sin(pi*x)", on(1, 0)).
			Condition("u = 0", on(0, 0, 1)).
			Condition("p = t*x", on(0, 0, 1))
	}},
	{"vibrating beam", func(tb testing.TB) *stated {
		return state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
			Equation("u_tt + u_xxxx = 0").
			Condition("u = sin(pi*x)", on(1, 0)).
			Condition("u_t = 0", on(1, 0)).
			Condition("u = 0", on(0, 0, 1))
	}},
}

// cuts are the ends of the slabs in these tests, of different lengths.
var cuts = []float64{0, 0.25, 0.7, 1}

// march returns every slab with a random network, each going on from the one before.
func march(s *stated, spec NetSpec) (slabs []Slab, parts []*Solution, nets []*MLP) {
	s.TB.Helper()
	_, soft, _, err := hard.Lifts(s.Problem)
	if err != nil {
		s.TB.Fatal(err)
	}
	var before *Solution
	for k := range len(cuts) - 1 {
		slab, err := NewSlab(s.Problem, soft, cuts[k], cuts[k+1], before)
		if err != nil {
			s.TB.Fatal(err)
		}
		net := NewMLP(slab.Problem.Box, len(s.Fields), spec)
		theta := make([]float64, net.Size())
		net.Init(theta, rand.New(rand.NewPCG(uint64(k), 1)))
		before = NewSolution(slab.Problem, net, slab.Lifts, theta).Upon(slab.Base)
		slabs, parts, nets = append(slabs, slab), append(parts, before), append(nets, net)
	}
	return slabs, parts, nets
}

// TestSlabsJoin: at the time where a slab begins, each field and its time derivatives
// below the order of its evolution agree with those of the slab before, with all
// their derivatives in space.
func TestSlabsJoin(t *testing.T) {
	// The sum of up to five products of values of size one: a few ulps. Margin 100.
	const tol = 1e-13
	for _, c := range evolving {
		t.Run(c.name, func(t *testing.T) {
			s := c.state(t)
			_, parts, _ := march(s, small("tanh"))
			orders, err := Evolution(s.Problem)
			if err != nil {
				t.Fatal(err)
			}
			time := s.Box.Time()
			for k := range len(parts) - 1 {
				pts := scatter(s.Box, 20)
				for i := range pts.N {
					pts.At(i)[time] = cuts[k+1]
				}
				for f, m := range orders {
					for order := range m {
						for inSpace := range 3 {
							p := expr.Partial{Field: f}
							p.Order[time], p.Order[0] = uint8(order), uint8(inSpace)
							var both [2][][]float64
							for i := range both {
								if both[i], err = parts[k+i].EvalPartials(pts, []expr.Partial{p}); err != nil {
									t.Fatal(err)
								}
							}
							a, b := both[0][0], both[1][0]
							for i := range a {
								if !(math.Abs(a[i]-b[i]) <= tol*(1+largestOf(a))) {
									t.Fatalf("∂^%v of field %d at t = %g is %v before and %v after", p.Order[:s.Box.Dim()], f, cuts[k+1], a[i], b[i])
								}
							}
						}
					}
				}
			}
		})
	}
}

// TestSlabsKeepHardConditions: what is hard on the whole domain holds in every slab
// to rounding, whatever the networks.
func TestSlabsKeepHardConditions(t *testing.T) {
	for _, c := range evolving {
		s := c.state(t)
		slabs, parts, _ := march(s, small("tanh"))
		for k, slab := range slabs {
			holdsHard(t, fmt.Sprintf("%s, slab %d", c.name, k+1), slab.Problem, slab.Soft, parts[k])
		}
	}
}

// TestSlabPartialsAgainstDifferences does for the last slab what
// TestPartialsAgainstDifferences does for a single network.
func TestSlabPartialsAgainstDifferences(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: a quarter of a second")
	}
	// Theory as there, but the slabs are short, and the inverse of their length enters with
	// its fourth power. Worst 4e-8. Margin 250.
	const tol = 1e-5
	for _, c := range evolving {
		if c.name == "vibrating beam" {
			continue // mixed partials of order 4 in space would need order 6 below
		}
		t.Run(c.name, func(t *testing.T) {
			slabs, parts, _ := march(c.state(t), small("tanh"))
			last := len(parts) - 1
			differences(t, parts[last], slabs[last].Problem.Box, tol)
		})
	}
}

// TestSlabGradientAgainstDifferences takes every problem, and every kind of network on the one
// whose slabs need derivatives of the highest order, 5, of the slab before.
func TestSlabGradientAgainstDifferences(t *testing.T) {
	type posed struct {
		state func(tb testing.TB) *stated
		spec  NetSpec
	}
	cases := map[string]posed{}
	for _, c := range evolving {
		cases[c.name] = posed{c.state, small("tanh")}
		if c.name == "vibrating beam" {
			for name, spec := range specs() {
				if len(spec.Mirrors) < 2 { // the second is in time
					cases[name] = posed{c.state, spec}
				}
			}
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			slabs, parts, nets := march(c.state(t), c.spec)
			last := len(parts) - 1
			slab := slabs[last]
			o := few
			o.Base = slab.Base
			l, err := NewLoss(slab.Problem, nets[last], slab.Lifts, slab.Soft, o)
			if err != nil {
				t.Fatal(err)
			}
			checkGradient(t, l, parts[last].theta)
		})
	}
}

// TestMarchedEval: each point gets the value of the slab that it lies in, the first
// of two at a common end, and the last beyond it.
func TestMarchedEval(t *testing.T) {
	s := wave(t)
	_, parts, _ := march(s, small("tanh"))
	m := Marched{Time: 1, Ends: cuts[1:], Parts: parts}
	for at, want := range map[float64]int{0: 0, 0.1: 0, 0.25: 0, 0.2500001: 1, 0.7: 1, 0.9: 2, 1: 2, 1.5: 2} {
		p := pde.Points{N: 2, D: 2, X: []float64{0.3, at, 0.6, at}}
		if got, want := m.Eval(p)[0], parts[want].Eval(p)[0]; !slices.Equal(got, want) {
			t.Errorf("at t = %g: %v, want %v", at, got, want)
		}
	}
	if u := m.Eval(pde.Points{D: 2}); len(u) != 1 || len(u[0]) != 0 {
		t.Errorf("at no points: %v", u)
	}
}

func TestEvolutionRefuses(t *testing.T) {
	inTime := func() *stated { return state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u") }
	for _, c := range []struct {
		s    *stated
		want string
	}{
		{plate(t), "no axis is t"},
		{inverse(t), "data"},
		{inTime().Equation("u_ttt = u_xx"), "order 3 in time"},
		{inTime().Equation("u_t = u_xx").Condition("u = 0", on(1, 1)), "later than the start, at 1"},
		{inTime().Equation("lap(u) = 0").Condition("u_tt + dn(u) = 0", on(0, 1)).Equation("u_ttt = 0"), "order 3 in time"},
		{inTime().Equation("u_t = u_xx").Condition("u = 0", on(1, 0.5)), "later than the start, at 0.5"},
		{state(t, []pde.Axis{span("x", 0, 1), ring("t", 0, 1)}, "u").Equation("u_t = u_xx"), "t is periodic"},
	} {
		if _, err := Evolution(c.s.Problem); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	moved := inTime().Equation("lap(u) = 0").Condition("u_tt + dn(u) = 0", on(0, 1))
	if got, err := Evolution(moved.Problem); err != nil || fmt.Sprint(got) != "[2]" {
		t.Errorf("of a boundary that moves: orders %v, error %v, want [2]", got, err)
	}
	if got, err := Evolution(evolving[6].state(t).Problem); err != nil || fmt.Sprint(got) != "[1 0]" {
		t.Errorf("orders %v, error %v, want [1 0]", got, err)
	}
}

// TestContinuation: a base with a start is the Taylor polynomial of its solution in time.
func TestContinuation(t *testing.T) {
	for _, name := range []string{"burgers", "wave", "heat2d"} {
		t.Run(name, func(t *testing.T) {
			for _, p := range pinntest.Problems {
				if p.Name != name {
					continue
				}
				s := p.State(t)
				b := build(s, small("tanh"), few)
				before := NewSolution(s.Problem, b.net, b.lifts, b.theta)
				orders, err := Evolution(s.Problem)
				if err != nil {
					t.Fatal(err)
				}
				time, at := s.Box.Time(), 0.3
				muted := make([]float64, b.net.Size()) // N = 0
				u := NewSolution(s.Problem, b.net, []hard.Lift{{}}, muted).Upon(&Base{before, &Start{Time: time, At: at, Orders: orders}})
				later, then := scatter(s.Box, 30), scatter(s.Box, 30)
				for i := range then.N {
					then.At(i)[time] = at
				}
				for inSpace := range 3 {
					order := expr.Multi{uint8(inSpace)}
					got, err := u.EvalPartials(later, []expr.Partial{{Order: order}})
					if err != nil {
						t.Fatal(err)
					}
					value, rate := order, order
					rate[time]++
					from, err := before.EvalPartials(then, []expr.Partial{{Order: value}, {Order: rate}})
					if err != nil {
						t.Fatal(err)
					}
					for i, v := range got[0] {
						want := from[0][i]
						if orders[0] == 2 {
							want += (later.At(i)[time] - at) * from[1][i]
						}
						if !(math.Abs(v-want) <= 1e-13*(1+largestOf(from[0])+largestOf(from[1]))) {
							t.Fatalf("∂^%v at %v = %v, want %v", order[:s.Box.Dim()], later.At(i), v, want)
						}
					}
				}
			}
		})
	}
}

// TestMarchedPartials: as TestMarchedEval, and an answer in one part is that part.
func TestMarchedPartials(t *testing.T) {
	s := wave(t)
	_, parts, _ := march(s, small("tanh"))
	ps := []expr.Partial{{Order: expr.Multi{1, 1}}, {}}
	pts := pde.Points{N: 3, D: 2, X: []float64{0.3, 0.9, 0.6, 0.1, 0.5, 0.6}}
	got, err := Marched{Time: 1, Ends: cuts[1:], Parts: parts}.EvalPartials(pts, ps)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range []int{2, 0, 1} {
		want, err := parts[part].EvalPartials(pde.Points{N: 1, D: 2, X: pts.At(i)}, ps)
		if err != nil {
			t.Fatal(err)
		}
		if got[0][i] != want[0][0] || got[1][i] != want[1][0] {
			t.Errorf("at %v: %v and %v, want %v", pts.At(i), got[0][i], got[1][i], want)
		}
	}
	one := Marched{Time: -1, Parts: parts[:1]}
	if !slices.Equal(one.Eval(pts)[0], parts[0].Eval(pts)[0]) {
		t.Error("one part is not the answer")
	}
	pinntest.Fill(s.Graph)
	if _, err := (Marched{Time: 1, Ends: cuts[1:], Parts: parts}).EvalPartials(pts, []expr.Partial{{Order: expr.Multi{2, 2}}}); err == nil {
		t.Error("derivatives that do not fit into the graph: no error")
	}
}

// TestSlabRefuses: what cannot be marched, and what does not fit into the graph.
func TestSlabRefuses(t *testing.T) {
	late := state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").Equation("u_t = u_xx").Condition("u_x = 0", on(1, 1))
	first := build(late, small("tanh"), few)
	before := NewSolution(late.Problem, first.net, first.lifts, first.theta)
	if _, err := NewSlab(late.Problem, []int{0}, 0.5, 1, before); err == nil || !strings.Contains(err.Error(), "later than the start") {
		t.Errorf("a condition at the end: error %v", err)
	}
	moving := evolving[4].state(t)
	b := build(moving, small("tanh"), few)
	pinntest.Fill(moving.Graph)
	if _, err := NewSlab(moving.Problem, b.soft, 0.5, 1, NewSolution(moving.Problem, b.net, b.lifts, b.theta)); err == nil {
		t.Error("a full graph: no error")
	}
	unknown := state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
		Parameter(pde.Param{Name: "k", Start: 1, Min: 0, Max: 2}).Equation("u_t = k*u_xx")
	if _, err := Evolution(unknown.Problem); err == nil || !strings.Contains(err.Error(), "unknown parameters") {
		t.Errorf("unknown parameters: error %v", err)
	}
}
