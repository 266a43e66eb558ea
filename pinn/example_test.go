package pinn_test

import (
	"fmt"
	"math/rand/v2"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn"
	"pinn/pinn/hard"
)

// A problem becomes a function of θ in five calls: state it, build in its hard
// conditions, choose a network, make the loss, start.
func ExampleLoss() {
	g := expr.NewGraph()
	scope := pde.NewScope(g, []string{"x", "t"}, []string{"u"})
	heat, _ := scope.Residual("u_t = 0.1*u_xx", pde.Context{})
	initial, _ := scope.Residual("u = sin(x)", pde.Context{})
	ends, _ := scope.Residual("dn(u) = 0", pde.Context{Normals: true})
	p := &pde.Problem{
		Graph:     g,
		Box:       pde.Box{Axes: []pde.Axis{{Name: "x", From: 0, To: 1}, {Name: "t", From: 0, To: 1}}},
		Fields:    []string{"u"},
		Equations: []pde.Equation{{Name: "heat", Residual: heat, Weight: 1}},
		Conditions: []pde.Condition{
			{Name: "start", Pieces: []pde.Piece{{Fixed: []pde.Fixed{{Axis: 1, Value: 0}}}}, Residual: initial, Weight: 1},
			{Name: "ends", Pieces: []pde.Piece{
				{Fixed: []pde.Fixed{{Axis: 0, Value: 0}}}, {Fixed: []pde.Fixed{{Axis: 0, Value: 1}}},
			}, Residual: ends, Weight: 1},
		},
	}

	lifts, soft, notes, err := hard.Lifts(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	net := pinn.NewMLP(p.Box, len(p.Fields), pinn.NetSpec{Hidden: []int{20, 20}, Activation: "tanh"})
	loss, err := pinn.NewLoss(p, net, lifts, soft, pinn.LossOptions{Interior: 1000, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := make([]float64, loss.Dim())
	loss.Start(theta, rand.New(rand.NewPCG(1, 0)))

	fmt.Println("u = g + φN with g =", lifts[0].G, "and φ =", lifts[0].Phi)
	for _, n := range notes {
		fmt.Printf("%s is soft: %s\n", p.Conditions[n.Condition].Name, n.Message)
	}
	fmt.Println(loss.Dim(), "parameters,", loss.Points(), "points, terms", loss.TermNames())

	grad := make([]float64, loss.Dim())
	before := loss.ValueGrad(grad, theta)
	for i := range theta {
		theta[i] -= 1e-3 * grad[i]
	}
	fmt.Println("a small step downhill lowers the loss:", loss.Value(theta) < before)
	u := pinn.NewSolution(p, net, lifts, theta).Eval(pde.Points{N: 1, D: 2, X: []float64{0.5, 0}})
	fmt.Printf("u(0.5, 0) = %.3f\n", u[0][0])
	// Output:
	// u = g + φN with g = sin(x) and φ = t
	// ends is soft: it contains the normal
	// 501 parameters, 1128 points, terms [heat ends]
	// a small step downhill lowers the loss: true
	// u(0.5, 0) = 0.479
}
