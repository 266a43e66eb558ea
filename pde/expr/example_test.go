package expr_test

import (
	"fmt"
	"math"

	"pinn/pde"
	"pinn/pde/expr"
)

// A statement becomes a residual, the residual a program, and the program gives
// values and derivatives at many points at once.
func ExampleCompile() {
	g := expr.NewGraph()
	scope := pde.NewScope(g, []string{"x", "t"}, []string{"u"})
	scope.Constant("nu", "0.01/pi")
	r, faults := scope.Residual("u_t + u*u_x = nu*u_xx + x", pde.Context{})
	if faults != nil {
		fmt.Println(faults)
		return
	}
	fmt.Println("residual:", r)

	layout := expr.Layout{Partials: r.Partials(), Axes: 2} // u, u_x, u_t, u_xx
	program := expr.Compile([]*expr.Expr{r}, layout)

	// Two points (x, t) with u = sin(πx)·t and its derivatives there. A block has
	// a row for each axis, or each partial; the rows are two numbers long.
	coords := []float64{0.25, 0.5, 1, 2}
	partials := make([]float64, 8)
	for j := range 2 {
		x, t := coords[j], coords[2+j]
		partials[j] = math.Sin(math.Pi*x) * t
		partials[2+j] = math.Pi * math.Cos(math.Pi*x) * t
		partials[4+j] = math.Sin(math.Pi * x)
		partials[6+j] = -math.Pi * math.Pi * math.Sin(math.Pi*x) * t
	}
	statics := make([]float64, 2*program.Statics())
	program.FillStatics(statics, 2, coords, 2, 2)
	tape := program.NewTape(2)
	program.Forward(tape, 2, statics, partials, nil)
	fmt.Printf("values: %.3f\n", tape.Out(0))

	adjoint := make([]float64, 8)
	program.Adjoint(tape, 2, []float64{1, 1}, statics, partials, nil, adjoint, nil)
	for i, p := range layout.Partials {
		d := g.DiffPartial(r, p)
		fmt.Printf("∂r/∂%s = %s: %.3f\n", g.Partial(p), d, adjoint[2*i:2*i+2])
	}
	// Output:
	// residual: u_t + u*u_x - (0.003183098861837907*u_xx + x)
	// values: [2.050 0.563]
	// ∂r/∂u = u_x: [2.221 0.000]
	// ∂r/∂u_x = u: [0.707 2.000]
	// ∂r/∂u_t = 1: [1.000 1.000]
	// ∂r/∂u_xx = -0.003183098861837907: [-0.003 -0.003]
}
