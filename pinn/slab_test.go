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
			equation("u_tt = u_xx + x").
			condition("u = x*x", on(1, 0)).
			condition("u_t = 3*x", on(1, 0)).
			condition("u = 1 + 3*t + t^2", on(0, 1)).
			condition("u_x = t", on(0, 0))
	}},
	{"soft start", func(tb testing.TB) *stated {
		return state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
			equation("u_t = u_xx").
			condition("u = step(x - 0.5)", on(1, 0)).
			condition("u = 0", on(0, 0))
	}},
	{"pressure", func(tb testing.TB) *stated {
		return state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u", "p").
			equation("u_t + p_x = u_xx").
			equation("p_xx = u").
			condition("u = sin(pi*x)", on(1, 0)).
			condition("u = 0", on(0, 0, 1)).
			condition("p = t*x", on(0, 0, 1))
	}},
	{"vibrating beam", func(tb testing.TB) *stated {
		return state(tb, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
			equation("u_tt + u_xxxx = 0").
			condition("u = sin(pi*x)", on(1, 0)).
			condition("u_t = 0", on(1, 0)).
			condition("u = 0", on(0, 0, 1))
	}},
}

// cuts are the ends of the slabs in these tests, of different lengths.
var cuts = []float64{0, 0.25, 0.7, 1}

// march returns every slab with a random network in it, each upon the one before.
func (s *stated) march(spec NetSpec) (slabs []Slab, parts []*Solution, nets []*MLP) {
	s.tb.Helper()
	_, soft, _, err := BuildLifts(s.Problem)
	if err != nil {
		s.tb.Fatal(err)
	}
	var before *Solution
	for k := range len(cuts) - 1 {
		slab, err := NewSlab(s.Problem, soft, cuts[k], cuts[k+1], before)
		if err != nil {
			s.tb.Fatal(err)
		}
		net := NewMLP(slab.Problem.Box, len(s.Fields), spec)
		theta := make([]float64, net.Size())
		net.Init(theta, rand.New(rand.NewPCG(uint64(k), 1)))
		before = NewSolution(slab.Problem, net, slab.Lifts, theta)
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
			_, parts, _ := s.march(small("tanh"))
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
		slabs, parts, _ := s.march(small("tanh"))
		for k, slab := range slabs {
			holdsHard(t, fmt.Sprintf("%s, slab %d", c.name, k+1), slab.Problem, slab.Soft, parts[k])
		}
	}
}

// TestSlabPartialsAgainstDifferences does for the last slab what
// TestPartialsAgainstDifferences does for a single network.
func TestSlabPartialsAgainstDifferences(t *testing.T) {
	// As there; the slabs before are evaluated at one time and have short spans, whose
	// inverse to the fourth power enters. Worst 4e-8.
	const tol = 1e-5
	for _, c := range evolving {
		if c.name == "vibrating beam" {
			continue // mixed partials of order 4 in space would need order 6 below
		}
		t.Run(c.name, func(t *testing.T) {
			slabs, parts, _ := c.state(t).march(small("tanh"))
			last := len(parts) - 1
			differences(t, parts[last], slabs[last].Problem.Box, tol)
		})
	}
}

// TestSlabGradientAgainstDifferences goes through every kind of network on the problem
// whose slabs need most of what is below: order 5.
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
			slabs, parts, nets := c.state(t).march(c.spec)
			last := len(parts) - 1
			slab := slabs[last]
			l, err := NewLoss(slab.Problem, nets[last], slab.Lifts, slab.Soft, few)
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
	_, parts, _ := s.march(small("tanh"))
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
		{inTime().equation("u_ttt = u_xx"), "order 3 in time"},
		{inTime().equation("u_t = u_xx").condition("u = 0", on(1, 1)), "later than the start, at 1"},
		{inTime().equation("lap(u) = 0").condition("u_tt + dn(u) = 0", on(0, 1)).equation("u_ttt = 0"), "order 3 in time"},
		{inTime().equation("u_t = u_xx").condition("u = 0", on(1, 0.5)), "later than the start, at 0.5"},
		{state(t, []pde.Axis{span("x", 0, 1), ring("t", 0, 1)}, "u").equation("u_t = u_xx"), "t is periodic"},
	} {
		if _, err := Evolution(c.s.Problem); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	moved := inTime().equation("lap(u) = 0").condition("u_tt + dn(u) = 0", on(0, 1))
	if got, err := Evolution(moved.Problem); err != nil || fmt.Sprint(got) != "[2]" {
		t.Errorf("of a boundary that moves: orders %v, error %v, want [2]", got, err)
	}
	if got, err := Evolution(evolving[6].state(t).Problem); err != nil || fmt.Sprint(got) != "[1 0]" {
		t.Errorf("orders %v, error %v, want [1 0]", got, err)
	}
}
