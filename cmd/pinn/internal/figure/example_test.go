package figure_test

import (
	"fmt"
	"math"
	"os"

	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// A run's figures are drawn from plain records: the answer at the points of the
// judging grid, and the trace with its events.
func Example() {
	dir, err := os.MkdirTemp("", "figures")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	var x, u, exact []float64
	for i := range 101 {
		x = append(x, float64(i)/100)
		exact = append(exact, math.Sin(math.Pi*x[i]))
		u = append(u, exact[i]+1e-4*x[i])
	}
	files, err := figure.Solution(dir, figure.Answer{
		Title:  "Beam",
		Axes:   []figure.Axis{{Name: "x", At: x}},
		Fields: []figure.Field{{Name: "u", Values: u, Exact: exact, RelL2: 8.2e-5, MaxAbs: 1e-4}},
	})
	fmt.Println(files, err)

	var trace rundir.Table
	trace.Add(hybrid.ColStep, []float64{1, 100, 200})
	trace.Add(hybrid.ColLoss, []float64{1, 1e-2, 1e-6})
	trace.AddWords(hybrid.ColMethod, []string{"adamw", "adamw", "lbfgs"})
	files, err = figure.Loss(dir, figure.History{Title: "Beam", Trace: &trace})
	fmt.Println(files, err)
	// Output:
	// [u.svg u.png] <nil>
	// [loss.svg loss.png] <nil>
}
