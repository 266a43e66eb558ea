package solve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
	"pinn/pinn"
	"pinn/problems"
)

// TestResidualDerivatives compares the symbolic derivatives of every statement
// of the gallery by its partials and parameters with central differences, and
// both with the adjoint sweep of the compiled program.
func TestResidualDerivatives(t *testing.T) {
	worst := 0.0
	eachProblem(t, func(t *testing.T, name string) {
		st := opened(t, name)
		rng := rand.New(rand.NewPCG(2, 3))
		for i, e := range st.Problem.Equations {
			pts, err := st.Problem.Box.Sample(cube.Uniform{}, 10, rng)
			if err != nil {
				t.Fatal(err)
			}
			worst = max(worst, checkDerivatives(t, fmt.Sprintf("equation[%d]", i), st.Problem, e.Residual, pts, rng))
		}
		for i, c := range st.Problem.Conditions {
			pts, err := st.Problem.Box.SampleOn(c.Pieces, cube.Uniform{}, 10, rng)
			if err != nil {
				t.Fatal(err)
			}
			worst = max(worst, checkDerivatives(t, fmt.Sprintf("condition[%d]", i), st.Problem, c.Residual, pts, rng))
		}
	})
	t.Logf("worst %.1e", worst)
}

// stepFD is where the error h² of a central difference meets its rounding ε/h.
const stepFD = 6e-6

// tolResidual bounds the difference between a derivative of a residual and its
// central difference, relative to the largest derivative or the residual. Theory:
// h² + ε/h ≈ 1e-10. Worst of all statements of the gallery at 10 points each:
// 1.2e-10 (linux/amd64, go1.26). Margin 80.
const tolResidual = 1e-8

// checkDerivatives checks the derivatives of r at the points, for random values
// of the fields; it returns the largest difference.
func checkDerivatives(t *testing.T, name string, p *pde.Problem, r *expr.Expr, pts pde.Points, rng *rand.Rand) float64 {
	t.Helper()
	partials := r.Partials()
	layout := expr.Layout{Partials: partials, Params: len(p.Params), Axes: p.Box.Dim()}
	program := expr.Compile([]*expr.Expr{r}, layout)
	tape := program.NewTape(8)
	worst := 0.0
	for i := range pts.N {
		values := make([]float64, len(partials)+len(p.Params))
		for k := range values {
			values[k] = rng.NormFloat64()
		}
		env := func(v []float64) expr.Env {
			return expr.Env{X: pts.At(i), N: pts.Normal(i), Params: v[len(partials):], U: func(q expr.Partial) float64 {
				for k := range partials {
					if partials[k] == q {
						return v[k]
					}
				}
				panic("a partial that Partials does not list")
			}}
		}
		value, adjoint := sweep(program, tape, pts, i, values, len(partials))
		at := r.Eval(env(values))
		scale := math.Abs(at)
		slopes, differences := make([]float64, len(values)), make([]float64, len(values))
		for k := range values {
			symbolic := p.Graph.DiffParam(r, k-len(partials))
			if k < len(partials) {
				symbolic = p.Graph.DiffPartial(r, partials[k])
			}
			slopes[k] = symbolic.Eval(env(values))
			scale = max(scale, math.Abs(slopes[k]))
			was := values[k]
			values[k] = was + stepFD
			up := r.Eval(env(values))
			values[k] = was - stepFD
			differences[k] = (up - r.Eval(env(values))) / (2 * stepFD)
			values[k] = was
		}
		if d := math.Abs(value - at); !(d <= tolResidual*scale) {
			t.Errorf("%s: program = %v, want %v at %v", name, value, at, pts.At(i))
		}
		for k := range values {
			d := max(math.Abs(slopes[k]-differences[k]), math.Abs(adjoint[k]-differences[k])) / scale
			worst = max(worst, d)
			if !(d <= tolResidual) {
				t.Fatalf("%s: derivative %d = %v, by the adjoint sweep %v, by differences %v at %v (tol %g of %g)",
					name, k, slopes[k], adjoint[k], differences[k], pts.At(i), tolResidual, scale)
			}
		}
	}
	return worst
}

// sweep runs the program at point i of pts; it returns the value and the
// derivatives by all values, the first n of which are partials.
func sweep(program *expr.Program, tape *expr.Tape, pts pde.Points, i int, values []float64, n int) (float64, []float64) {
	stride, d := tape.Stride(), pts.D
	coords := make([]float64, 2*d*stride)
	for a := range d {
		coords[a*stride] = pts.At(i)[a]
		if pts.Normals != nil {
			coords[(d+a)*stride] = pts.Normal(i)[a]
		}
	}
	statics := make([]float64, program.Statics()*stride)
	program.FillStatics(statics, stride, coords, stride, 1)
	partials, dpartials := make([]float64, n*stride), make([]float64, n*stride)
	for k, v := range values[:n] {
		partials[k*stride] = v
	}
	dparams := make([]float64, (len(values)-n)*stride)
	seeds := make([]float64, stride)
	seeds[0] = 1
	program.Forward(tape, 1, statics, partials, values[n:])
	value := tape.Out(0)[0]
	program.Adjoint(tape, 1, seeds, statics, partials, values[n:], dpartials, dparams)
	var out []float64
	for k := range n {
		out = append(out, dpartials[k*stride])
	}
	for k := range len(values) - n {
		out = append(out, dparams[k*stride])
	}
	return value, out
}

// tolGradient bounds |fd − g|/‖g‖∞ for central differences at stepFD. Theory: h² +
// ε/h ≈ 1e-10, times L/‖g‖∞ and the size of third derivatives. Worst of 50 starts
// of every problem: 1.8e-9, of every kind of network: 1.0e-8, the same on each
// kernel tier (linux/amd64, go1.26). Margin 10.
const tolGradient = 1e-7

// TestGradient compares every component of the gradient of every problem with
// central differences, and the gradient with the rows of the Jacobian.
func TestGradient(t *testing.T) {
	worst := 0.0
	eachProblem(t, func(t *testing.T, name string) {
		tr := prepared(t, opened(t, name, small...))
		for start := range starts() {
			worst = max(worst, checkTraining(t, tr, someTheta(tr, start)))
		}
	})
	t.Logf("worst %.1e", worst)
}

// TestNetworkKinds does the same for every activation and for the other choices
// of [network], on a problem of order four and one with mixed derivatives and
// two fields.
func TestNetworkKinds(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	var kinds [][]string
	for _, a := range problems.Activations {
		kinds = append(kinds, []string{"network.activation=" + a})
	}
	kinds = append(kinds, []string{"network.separate=true"}, []string{"network.fourier={ modes = [1, 2] }"},
		[]string{"network.hidden=[3]", "points.sampler=latin-hypercube"})
	worst := 0.0
	for _, name := range []string{"beam", "elasticity-plate"} {
		for _, kind := range kinds {
			t.Run(name+"/"+kind[0], func(t *testing.T) {
				tr := prepared(t, opened(t, name, append(small[:len(small):len(small)], kind...)...))
				for start := range starts() {
					worst = max(worst, checkTraining(t, tr, someTheta(tr, start)))
				}
			})
		}
	}
	t.Logf("worst %.1e", worst)
}

// checkTraining checks the gradient and the Jacobian at theta; it returns the
// largest difference of a component of the gradient, relative to the largest.
func checkTraining(t *testing.T, tr *Run, theta []float64) float64 {
	t.Helper()
	grad := make([]float64, len(theta))
	v := tr.Loss().ValueGrad(grad, theta)
	if got := tr.Loss().Value(theta); got != v {
		t.Errorf("Value = %v, ValueGrad = %v", got, v)
	}
	checkJacobian(t, tr.Loss(), theta, v, grad)
	scale, worst := largest(grad), 0.0
	moved := append([]float64(nil), theta...)
	for i := range theta {
		moved[i] = theta[i] + stepFD
		up := tr.Loss().Value(moved)
		moved[i] = theta[i] - stepFD
		fd := (up - tr.Loss().Value(moved)) / (2 * stepFD)
		moved[i] = theta[i]
		worst = max(worst, math.Abs(fd-grad[i])/scale)
		if !(math.Abs(fd-grad[i]) <= tolGradient*scale) {
			t.Fatalf("∂L/∂θ_%d = %v, want %v (tol %g of %g)", i, grad[i], fd, tolGradient, scale)
		}
	}
	return worst
}

// tolSum bounds the difference of two ways to add up the same numbers, relative
// to the sum of their magnitudes. Theory: √n·ε/2 ≈ 1e-14 for a few thousand
// additions. Worst of 50 starts: 2.6e-15 (linux/amd64, go1.26). Margin 40.
const tolSum = 1e-13

// checkJacobian checks |r|² = L and 2Jᵀr = ∇L.
func checkJacobian(t *testing.T, l *pinn.Loss, theta []float64, v float64, grad []float64) {
	t.Helper()
	sum, rows := 0.0, 0
	dot, size := make([]float64, len(theta)), make([]float64, len(theta))
	l.Jacobian(theta, func(b pinn.JacobianBlock) {
		rows += b.N
		for i, r := range b.R[:b.N] {
			sum += r * r
			for j := range dot {
				dot[j] += b.JT[j*b.Stride+i] * r
				size[j] += math.Abs(b.JT[j*b.Stride+i] * r)
			}
		}
	})
	if rows != l.Residuals() {
		t.Errorf("%d rows, want %d", rows, l.Residuals())
	}
	if !(math.Abs(sum-v) <= tolSum*v) {
		t.Errorf("|r|² = %v, L = %v", sum, v)
	}
	for j := range dot {
		if !(math.Abs(2*dot[j]-grad[j]) <= tolSum*(size[j]+largest(grad))) {
			t.Fatalf("2(Jᵀr)_%d = %v, ∂L/∂θ_%d = %v", j, 2*dot[j], j, grad[j])
		}
	}
}

// largest returns max |v_i|.
func largest(v []float64) float64 {
	m := 0.0
	for _, x := range v {
		m = max(m, math.Abs(x))
	}
	return m
}
