package solve_test

import (
	"context"
	"fmt"
	"log"

	"pinn/pde"
	"pinn/pinn/solve"
	"pinn/problems"
)

// The heat equation, stated and solved in Go.
func Example() {
	box := pde.Box{Axes: []pde.Axis{{Name: "x", From: 0, To: 1}, {Name: "t", From: 0, To: 1}}}
	heat := problems.NewBuilder(box, "u")
	heat.Equation("u_t = 0.1*u_xx")
	heat.Condition("t = 0", "u = sin(pi*x)")
	heat.Condition("x = 0 or x = 1", "u = 0")
	heat.Exact("u", "exp(-0.1*pi^2*t)*sin(pi*x)")
	problem, err := heat.Problem()
	if err != nil {
		log.Fatal(err)
	}
	answer, err := solve.Problem(context.Background(), problem, heat.Truth(), solve.Options{
		Seed:    1,
		Network: &problems.Network{Hidden: []int{8, 8}},
		Points:  &problems.Points{Interior: new(256)},
		Phases:  []problems.Phase{{Method: "adamw", Steps: new(200)}, {Method: "lbfgs", Steps: new(200)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	u := answer.At(map[string]float64{"x": 0.5, "t": 0.5})
	fmt.Printf("u(0.5, 0.5) = %.2f, an error below 1e-3: %v\n", u["u"], answer.Errors["u"] < 1e-3)
	// Output: u(0.5, 0.5) = 0.61, an error below 1e-3: true
}

// A problem of the gallery, whose file says all that there is to say, with a word about
// every phase when it ends.
func ExampleFile() {
	answer, err := solve.File(context.Background(), "poisson", solve.Options{
		Set: []string{"points.interior=128", `phase=[{ method = "adamw", steps = 100 }, { method = "lbfgs", steps = 200 }]`},
		Watch: func(e solve.Event) {
			if e.Kind == "switch" {
				fmt.Println("switch at step", e.Step)
			}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range answer.Phases {
		fmt.Println(p.Method, p.Ended)
	}
	slope, err := answer.Partial("u_x", pde.Points{N: 1, D: 2, X: []float64{0.5, 0.5}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("|u_x(0.5, 0.5)| < 1e-2: %v\n", slope[0]*slope[0] < 1e-4)
	// Output:
	// switch at step 100
	// adamw budget
	// lbfgs budget
	// |u_x(0.5, 0.5)| < 1e-2: true
}
