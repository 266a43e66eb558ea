package solve

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pinn/hybrid"
	"pinn/hybrid/rules"
	"pinn/optim"
	"pinn/pinn"
)

// planted is a real loss in which, from some call on and until somebody asks where it
// is not finite, one bias is NaN.
type planted struct {
	*pinn.Loss
	from, bias int
	calls      int
	asked      bool
	poisoned   []float64 // θ of the newest call that was spoilt
}

func (p *planted) spoil(theta []float64) []float64 {
	if p.calls++; p.calls < p.from || p.asked {
		return theta
	}
	p.poisoned = slices.Clone(theta)
	p.poisoned[p.bias] = math.NaN()
	return p.poisoned
}

func (p *planted) ValueGrad(grad, theta []float64) float64 {
	return p.Loss.ValueGrad(grad, p.spoil(theta))
}

func (p *planted) NormalEquations(a, g, theta []float64) float64 {
	return p.Loss.NormalEquations(a, g, p.spoil(theta))
}

func (p *planted) Triangle(r, c, theta []float64) float64 {
	return p.Loss.Triangle(r, c, p.spoil(theta))
}

func (p *planted) Deal(size int) hybrid.Batches { return plantedBatches{p.Loss.Deal(size), p} }

func (p *planted) FindNonFinite([]float64) string {
	p.asked = true
	return p.Loss.FindNonFinite(p.poisoned)
}

type plantedBatches struct {
	hybrid.Batches
	p *planted
}

func (b plantedBatches) ValueGrad(k int, grad, theta []float64) float64 {
	return b.Batches.ValueGrad(k, grad, b.p.spoil(theta))
}

// TestPlantedNotFinite: a weight that becomes NaN at a random step of a real loss is
// survived from the best θ, and the event names the term, the point and the layer.
func TestPlantedNotFinite(t *testing.T) {
	st, faults := compiled("fields = ['u']\n[domain]\nx = [0, 1]\nt = [0, 1]\n" +
		"[[equation]]\nname = 'heat'\nis = 'u_t = 0.1*u_xx'\n[[condition]]\nat = 't = 0'\nis = 'u = sin(pi*x)'\n[[condition]]\nat = 'x = 0 or x = 1'\nis = 'u = 0'\n" +
		"[network]\nhidden = [5, 4]\nfourier = 'none'\n[points]\ninterior = 100\n")
	if st == nil {
		t.Fatal(faults)
	}
	// Two inputs: the biases of the hidden layers follow 2·5 and 5·4 weights.
	layers := map[string]int{"from hidden layer 1 of 2 on": 10, "from hidden layer 2 of 2 on": 35, "from the output layer on": 43}
	rng := rand.New(rand.NewPCG(4, 4))
	for _, method := range []string{"adamw", "lbfgs", "lm"} {
		for layer, bias := range layers {
			row, _ := optim.ByName(method)
			ph := hybrid.Phase{Name: method, Method: row.New(), Steps: 40}
			if !row.FullBatch {
				ph.Batch = 20
			}
			loss := &planted{Loss: prepared(t, st).Loss(), from: 3 + rng.IntN(15), bias: bias}
			if loss.Dim() != 44 {
				t.Fatalf("%d parameters, want 44", loss.Dim())
			}
			res, err := hybrid.Run(context.Background(), hybrid.Leg{Loss: loss, Plan: hybrid.Plan{Seed: 1, Phases: []hybrid.Phase{ph}}, Theta: prepared(t, st).Theta()}, hybrid.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var why []string
			for _, e := range res.Events {
				if e.Reason == rules.ReasonNotFinite {
					why = append(why, e.Why)
				}
			}
			if len(why) != 1 || !loss.asked || res.Status != hybrid.Finished || math.IsNaN(res.HeldOut) {
				t.Fatalf("%s: status %v, events %v", method, res.Status, res.Events)
			}
			for _, part := range []string{"the residual of heat is NaN at x = ", ", t = ", layer, "back to the best θ, of step "} {
				if !strings.Contains(why[0], part) {
					t.Errorf("%s: why = %q, want %q in it", method, why[0], part)
				}
			}
		}
	}
}

// TestNotFiniteTerm: a term that has no value at θ is named, and the run goes on
// without ever stepping there.
func TestNotFiniteTerm(t *testing.T) {
	st, faults := compiled("fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nname = 'sound'\nis = 'u_xx = 1'\n" +
		"[[condition]]\nname = 'root'\nat = 'x = 1'\nis = 'sqrt(u - 100) = 1'\n[network]\nhidden = [5]\n[points]\ninterior = 40\n[[phase]]\nmethod = 'lbfgs'\nsteps = 5\n")
	if st == nil {
		t.Fatal(faults)
	}
	tr := prepared(t, st)
	res, err := tr.Solve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	why := fmt.Sprint(res.Events)
	if want := "the residual of root is NaN at x = 1, though every layer is finite there"; !strings.Contains(why, want) {
		t.Errorf("events %s, want %q", why, want)
	}
}
