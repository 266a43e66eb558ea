package pinn

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pinn/hard"
	"pinn/pinn/pinntest"
)

func TestFindNonFinite(t *testing.T) {
	bad := build(state(t, []pde.Axis{span("x", 0, 1)}, "u").
		Equation("u_x = u").
		Condition("sqrt(u - 100) = 1", on(0, 1)), small("tanh"), few)
	place := build(state(t, []pde.Axis{span("x", 0, 1)}, "u").Equation("u_x = log(-1 - x)"), small("tanh"), few)
	steep := build(state(t, []pde.Axis{span("x", 0, 1)}, "u").
		Equation("u_x = u").
		Condition("sqrt(u) = 0", on(0, 0)), small("tanh"), few)
	clear(steep.theta) // u = 0, where the root has no slope
	for _, row := range []struct {
		b    *built
		want string
	}{
		{bad, "the residual of sqrt(u - 100) = 1 is NaN at x = 1, though every layer is finite there"},
		{place, "the residual of u_x = log(-1 - x) is NaN at x = "},
		{steep, "the gradient of sqrt(u) = 0 is NaN at x = 0, by a weight of hidden layer 1 of 2"},
	} {
		if n, ok := row.b.findNonFinite(row.b.theta); !ok || !strings.HasPrefix(n.String(), row.want) {
			t.Errorf("%v %v, want %s", n, ok, row.want)
		}
	}
	for _, p := range pinntest.Problems {
		b := build(p.State(t), small("tanh"), few)
		if n, ok := b.findNonFinite(b.theta); ok {
			t.Errorf("%s: %v, want none", p.Name, n)
		}
	}
}

// A weight that is not finite is found in its layer, whatever the activation and the
// number of networks, and an unknown parameter in the term that has it.
func TestNonFiniteLayer(t *testing.T) {
	for _, activation := range []string{"tanh", "sin", "swish"} {
		for _, separate := range []bool{false, true} {
			spec := small(activation)
			spec.Hidden, spec.Separate = []int{5, 4}, separate
			b := build(plate(t), spec, few)
			for n, net := range b.net.nets {
				for i, l := range net.layers {
					values := []float64{math.NaN(), math.Inf(1)}
					if i < len(net.layers)-1 {
						values = values[:1] // an activation may take infinity to a number
					}
					for _, v := range values {
						theta := append([]float64(nil), b.theta...)
						theta[l.b] = v
						found, ok := b.findNonFinite(theta)
						want := "from " + b.net.layerName(n, i) + " on"
						if !ok || found.Layer != want || len(found.Point) != b.problem.Box.Dim() {
							t.Errorf("%s, separate %v, bias %g of %s: %+v, want %q", activation, separate, v, b.net.layerName(n, i), found, want)
						}
					}
				}
			}
		}
	}
	b := build(inverse(t), small("tanh"), few)
	theta := append([]float64(nil), b.theta...)
	theta[b.net.size] = math.NaN()
	if found, ok := b.findNonFinite(theta); !ok || found.Term != b.TermNames()[0] || found.Layer != "though every layer is finite there" {
		t.Errorf("an unknown parameter that is NaN: %+v", found)
	}
}

// TestFindNonFiniteInputs: what a place gives, before any layer, may be the cause; and the
// sentence is empty if nothing is wrong.
func TestFindNonFiniteInputs(t *testing.T) {
	s := state(t, []pde.Axis{span("x", 1, 2)}, "u").Equation("u_x = u")
	g, faults := s.Scope.Function("log(1.5 - x)")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	net := NewMLP(s.Box, 1, small("tanh"))
	l, err := NewLoss(s.Problem, net, []hard.Lift{{G: g}}, nil, few)
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float64, l.Dim())
	l.Start(theta, rand.New(rand.NewPCG(1, 2)))
	if got, want := l.FindNonFinite(theta), ", and so is what its place gives: an input or a hard condition"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, want one that ends in %q", got, want)
	}
	b := build(burgers(t), small("tanh"), few)
	if got := b.FindNonFinite(b.theta); got != "" {
		t.Errorf("%q, want nothing", got)
	}
}

func TestParameterNames(t *testing.T) {
	b := build(inverse(t), small("tanh"), few)
	last := b.net.nets[0].layers[2]
	for i, want := range map[int]string{
		0:              "a weight of hidden layer 1 of 2",
		last.w - 1:     "a bias of hidden layer 2 of 2",
		last.b:         "a bias of the output layer",
		b.net.size:     "the unknown parameter k",
		b.net.size + 3: "the unknown parameter c",
	} {
		if got := b.parameter(i); got != want {
			t.Errorf("element %d is %s, want %s", i, got, want)
		}
	}
}
