package hybrid_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"pinn/hybrid"
	"pinn/hybrid/rules"
	"pinn/optim"
)

// points is a toy loss over points (x_i, y_i): fit y = θ₀ + θ₁·x + θ₂·sin 3x in
// the mean square. It meets hybrid.Batched, hybrid.HeldOut and hybrid.Resampler.
type points struct {
	x, y         []float64
	heldX, heldY []float64
}

func newPoints(n int, rng *rand.Rand) *points {
	p := &points{}
	p.x, p.y = draw(n, rng)
	p.heldX, p.heldY = draw(n, rng)
	return p
}

// draw returns n noisy points of the curve 1 − 2x + ½·sin 3x.
func draw(n int, rng *rand.Rand) (x, y []float64) {
	for range n {
		xi := 2*rng.Float64() - 1
		x = append(x, xi)
		y = append(y, 1-2*xi+0.5*math.Sin(3*xi)+0.3*rng.NormFloat64())
	}
	return x, y
}

// meanSquare returns the loss over the points and its gradient.
func meanSquare(grad, theta, x, y []float64) float64 {
	clear(grad)
	var sum float64
	for i, xi := range x {
		basis := [3]float64{1, xi, math.Sin(3 * xi)}
		r := theta[0]*basis[0] + theta[1]*basis[1] + theta[2]*basis[2] - y[i]
		sum += r * r
		for j := range grad {
			grad[j] += 2 * r * basis[j] / float64(len(x))
		}
	}
	return sum / float64(len(x))
}

func (p *points) Dim() int                                { return 3 }
func (p *points) Points() int                             { return len(p.x) }
func (p *points) ValueGrad(grad, theta []float64) float64 { return meanSquare(grad, theta, p.x, p.y) }
func (p *points) HeldOut(theta []float64) float64 {
	return meanSquare(nil, theta, p.heldX, p.heldY)
}
func (p *points) InteriorPoints() int { return len(p.x) }
func (p *points) Resample(_ string, n int, _, _ float64, _ []float64, rng *rand.Rand) {
	if n == 0 {
		n = len(p.x)
	}
	p.x, p.y = draw(n, rng)
}

// Deal copies the points, so that shuffling does not disturb anybody else.
func (p *points) Deal(size int) hybrid.Batches {
	return &deal{size: size, x: append([]float64(nil), p.x...), y: append([]float64(nil), p.y...)}
}

type deal struct {
	size int
	x, y []float64
}

func (d *deal) Len() int { return len(d.x) / d.size }
func (d *deal) Shuffle(rng *rand.Rand) {
	rng.Shuffle(len(d.x), func(i, j int) {
		d.x[i], d.x[j] = d.x[j], d.x[i]
		d.y[i], d.y[j] = d.y[j], d.y[i]
	})
}
func (d *deal) ValueGrad(k int, grad, theta []float64) float64 {
	return meanSquare(grad, theta, d.x[k*d.size:(k+1)*d.size], d.y[k*d.size:(k+1)*d.size])
}

// The whole pipeline: AdamW on minibatches until the signal of the full set
// stands clear of its noise while a minibatch is exhausted, then L-BFGS on all
// points until rounding hides any further decrease.
func Example() {
	loss := newPoints(4096, rand.New(rand.NewPCG(1, 0)))
	first := optim.DefaultAdamW()
	first.LearningRate = optim.Constant(2e-3)
	plan := hybrid.Plan{
		Seed: 1,
		Phases: []hybrid.Phase{{
			Name: "adamw", Method: first, Batch: 32, Steps: 5000,
			Rules:    []rules.Rule{rules.DefaultSNR(), rules.DefaultNoiseFloor(), rules.DefaultPlateau()},
			Resample: &hybrid.Resample{Method: "uniform", Every: 2000},
		}, {
			Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 100,
		}},
	}
	res, err := hybrid.Run(context.Background(), hybrid.Leg{Loss: loss, Plan: plan, Theta: []float64{0, 0, 0}}, hybrid.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range res.Phases {
		fmt.Printf("%s: loss %.3g to %.3g, ended by %s\n", p.Method, p.LossFirst, p.LossLast, p.Ended)
	}
	for _, e := range res.Events {
		fmt.Println(e)
	}
	fmt.Printf("%s: theta = %.2f, held-out loss %.3g\n", res.Status, res.Theta, res.HeldOut)
	// Output:
	// adamw: loss 1.91 to 0.165, ended by snr
	// lbfgs: loss 0.165 to 0.0865, ended by converged
	// step 800, phase 0, veto: snr: 9 of 9 checks are for leaving, but a batch of 32 still carries 2, more than 1, at step 800
	// step 1150, phase 0, switch: snr: in 9 of 9 checks the full-set signal stood ≥ 1 times its noise (median 11 for N = 4096) while a batch of 32 carried 0.98, at step 1150; lbfgs now minimises the loss over all 4096 points
	// step 1159, phase 1, stop: converged: the decrease left to find is below the rounding noise of the loss 0.0864988, at step 9
	// finished: theta = [1.00 -2.02 0.51], held-out loss 0.0942
}

// A run of two legs: the second fits, from where the first ended, points that are drawn
// anew, and takes the second half of the passes.
func ExampleRun() {
	leg := func(name string, theta []float64, from, to float64) hybrid.Leg {
		return hybrid.Leg{
			Name: name, Theta: theta, From: from, To: to,
			Loss: newPoints(512, rand.New(rand.NewPCG(uint64(len(name)), 0))),
			Plan: hybrid.Plan{Phases: []hybrid.Phase{{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 100}}},
		}
	}
	next := func(done hybrid.LegResult, all []hybrid.LegResult) (*hybrid.Leg, error) {
		if len(all) == 2 {
			return nil, nil
		}
		second := leg("the second", done.Theta, 0.5, 1)
		second.Kind, second.Why = hybrid.KindStage, fmt.Sprintf("the second goes on from a loss of %.3g", done.Loss)
		return &second, nil
	}
	res, err := hybrid.Run(context.Background(), leg("first", []float64{0, 0, 0}, 0, 0.5), hybrid.Options{
		Passes: 1000, Next: next, Event: func(e hybrid.Event) { fmt.Println(e.Kind, "at step", e.Step) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range res.Legs {
		fmt.Printf("%s: theta = %.2f, loss %.3g\n", d.Name, d.Theta, d.Loss)
	}
	// Output:
	// stop at step 12
	// stage at step 12
	// stop at step 22
	// first: theta = [1.00 -2.04 0.56], loss 0.091
	// the second: theta = [0.98 -2.10 0.56], loss 0.0985
}
