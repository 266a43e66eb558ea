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
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
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

// A small frozen set under Gauss–Newton is fitted to nothing and answers nothing: the
// alarm says so, and the θ that is kept is one from before. Points that move leave
// nothing to overfit.
func TestOverfittingAlarm(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: no training")
	}
	frozen, last := overfit(t, "none")
	if len(frozen.events) == 0 {
		t.Errorf("no alarm: training loss %.2g, held-out loss %.2g", last.LossLast, last.HeldOutLast)
	}
	// Seeds 1–4 ended at 7e-30 … 6e-7 in training and at 7 to 10 times the best
	// held-out loss, 2.1 to 2.4 against 0.24 to 0.31.
	if !(last.LossLast < 1e-5) || !(last.HeldOutLast > 5*frozen.best) {
		t.Errorf("the frozen set ended with training loss %.2g and held-out loss %.2g, the best being %.2g: this is no overfitting", last.LossLast, last.HeldOutLast, frozen.best)
	}
	moving, last := overfit(t, "rad")
	if len(moving.events) != 0 || !(last.HeldOutLast < 4*last.LossLast) {
		t.Errorf("with points that move: training loss %.2g, held-out loss %.2g, %v", last.LossLast, last.HeldOutLast, moving.events)
	}
}

// overfitted is what a run says of its alarm.
type overfitted struct {
	events []hybrid.Event
	best   float64 // held-out loss
}

// overfit solves Burgers' equation with 171 parameters on 100 points that are drawn
// anew by the method every 5 steps of lm.
func overfit(t *testing.T, method string) (o overfitted, last hybrid.PhaseResult) {
	t.Helper()
	st := opened(t, "burgers", "network.hidden=[10, 10]", "points.interior=100",
		"phase=[{ method = 'adamw', steps = 300, learning_rate = 5e-3 }, { method = 'lm', steps = 60, resample = { method = '"+method+"', every = 5 } }]")
	res, err := prepared(t, st).Solve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	o.best = res.HeldOut
	for _, e := range res.Events {
		if e.Kind == hybrid.KindWarning && strings.HasPrefix(e.Why, "overfitting: ") {
			o.events = append(o.events, e)
		}
	}
	return o, res.Phases[len(res.Phases)-1].PhaseResult
}

// TestThreadsReachTheMethods: the number of threads of a run is that of its methods too.
func TestThreadsReachTheMethods(t *testing.T) {
	run, faults, err := New(opened(t, "poisson"), Options{Threads: 3})
	if run == nil {
		t.Fatal(faults, err)
	}
	found := 0
	for _, p := range run.Plan().Phases {
		got := optim.Threads(3)
		switch m := p.Method.(type) {
		case *optim.BFGS:
			got = m.Threads
		case *optim.SSBroyden:
			got = m.Threads
		case *optim.LM:
			got = m.Threads
		case *optim.SPRING:
			got = m.Threads
		default:
			continue
		}
		if found++; got != 3 {
			t.Errorf("%s works on %d threads, want 3", p.Name, got)
		}
	}
	if found == 0 {
		t.Error("no method of the plan has threads")
	}
}
