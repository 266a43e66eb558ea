package optim_test

import (
	"fmt"
	"slices"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// AdamW first, then L-BFGS from where it stands: both are an optim.Method and move
// the same θ. The caller owns the loop.
func Example() {
	loss := optimtest.Rosenbrock(10)
	theta := slices.Clone(loss.Start)

	adamw := optim.DefaultAdamW()
	adamw.LearningRate = optim.Warmup{Steps: 20, Then: optim.Exponential{Rate: 1e-2, Factor: 0.5, Every: 500}}
	lbfgs := optim.DefaultLBFGS()
	lbfgs.StopGradient = 1e-8

	for _, phase := range []struct {
		method optim.Method
		steps  int
	}{{adamw, 300}, {lbfgs, 200}} {
		phase.method.Init(loss.Dim())
		var info optim.StepInfo
		for range phase.steps {
			var err error
			if info, err = phase.method.Step(theta, loss); err != nil {
				fmt.Println(err)
				return
			}
			if info.Status != optim.Running {
				break
			}
		}
		fmt.Printf("loss below 100: %v, below 1e-12: %v, %v\n", info.Value < 100, info.Value < 1e-12, info.Status)
	}
	fmt.Printf("%.3f\n", theta)
	// Output:
	// loss below 100: true, below 1e-12: false, running
	// loss below 100: true, below 1e-12: true, converged (gradient)
	// [1.000 1.000 1.000 1.000 1.000 1.000 1.000 1.000 1.000 1.000]
}
