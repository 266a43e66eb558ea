package optimtest

import (
	"math"
	"slices"
	"testing"

	"pinn/optim"
)

// Bounds as in function_test.go: central differences, and two ways to add the same terms.
const (
	tolGradient = 1e-6
	tolSums     = 1e-12
)

// wrapped are the wrappers around f where they change nothing but names and sizes.
func wrapped(f Function) map[string]optim.LeastSquares {
	return map[string]optim.LeastSquares{
		"counted":  &Counted{Objective: f},
		"scaled":   Scaled{Objective: f, Factor: 0.3},
		"walled":   Walled{Objective: f, Outside: func([]float64) bool { return false }, Wall: math.Inf(1)},
		"planted":  &Planted{Objective: f, Fault: Fault{Loss: true, Value: math.NaN()}},
		"permuted": permute(f, []int{2, 0, 3, 1}),
	}
}

// A wrapper is an objective and a sum of squares as what it wraps.
func TestWrappersAreLeastSquares(t *testing.T) {
	theta := []float64{0.3, -1.2, 0.7, 2.1}
	for _, f := range []Function{Wood(), Rosenbrock(4), Powell(4)} {
		for name, w := range wrapped(f) {
			t.Run(f.Name+" "+name, func(t *testing.T) {
				TestObjective(t, w, tolGradient, theta, f.Start)
				TestLeastSquares(t, w, tolSums, theta, f.Start)
			})
		}
	}
}

// What gives rows gives those of its normal equations.
func TestWrappersGiveRows(t *testing.T) {
	theta := []float64{0.3, -1.2, 0.7, 2.1}
	for name, w := range wrapped(Wood()) {
		rows, ok := w.(optim.Rows)
		if !ok {
			if name != "scaled" {
				t.Errorf("%s gives no rows", name)
			}
			continue
		}
		a, g := make([]float64, 16), make([]float64, 4)
		want := w.NormalEquations(a, g, theta)
		v, b := rows.Rows(theta)
		if !(math.Abs(v-want) <= tolSums*want) {
			t.Errorf("%s: Rows = %g, want %g", name, v, want)
		}
		dot := func(x, y []float64) (sum float64) {
			for i := range x {
				sum += x[i] * y[i]
			}
			return sum
		}
		for i := range 4 {
			if got := dot(b.Column(i), b.R); !(math.Abs(got-g[i]) <= tolSums*math.Sqrt(want*a[5*i])) {
				t.Errorf("%s: (Jᵀr)[%d] = %g, want %g", name, i, got, g[i])
			}
			for k := i; k < 4; k++ {
				if got := dot(b.Column(i), b.Column(k)); !(math.Abs(got-a[4*i+k]) <= tolSums*math.Sqrt(a[5*i]*a[5*k])) {
					t.Errorf("%s: (JᵀJ)[%d][%d] = %g, want %g", name, i, k, got, a[4*i+k])
				}
			}
		}
	}
}

// permute renames: coordinate i of the caller is order[i] of the objective.
func TestPermuted(t *testing.T) {
	f, order := Wood(), []int{2, 0, 3, 1}
	theta, inner := []float64{1, 2, 3, 4}, []float64{2, 4, 1, 3}
	grad, want := make([]float64, 4), make([]float64, 4)
	p := permute(f, order)
	if v, w := p.ValueGrad(grad, theta), f.ValueGrad(want, inner); v != w {
		t.Errorf("value %g, want %g", v, w)
	}
	for i, o := range order {
		if grad[i] != want[o] {
			t.Errorf("gradient[%d] = %g, want component %d, %g", i, grad[i], o, want[o])
		}
	}
	if p.asked {
		t.Error("asked for rows by ValueGrad")
	}
	if p.Rows(theta); !p.asked {
		t.Error("not asked for rows by Rows")
	}
}

// Behind the wall every call gives the wall.
func TestWalled(t *testing.T) {
	f := Wood()
	w := Walled{Objective: f, Outside: func(x []float64) bool { return x[0] > 0 }, Wall: math.Inf(-1)}
	out, a, g := []float64{1, 0, 0, 0}, make([]float64, 16), make([]float64, 4)
	walls := func(name string, v float64, filled ...float64) {
		t.Helper()
		if v != w.Wall || slices.ContainsFunc(filled, func(x float64) bool { return x != w.Wall }) {
			t.Errorf("%s behind the wall = %g with %v", name, v, filled)
		}
	}
	walls("ValueGrad", w.ValueGrad(g, out), g...)
	walls("Value", w.Value(out))
	walls("NormalEquations", w.NormalEquations(a, g, out), g[0], a[0], a[5], a[15])
	walls("Triangle", w.Triangle(a, g, out), g[0], a[0], a[5], a[15])
	v, b := w.Rows(out)
	walls("Rows", v, b.R...)
}

func TestCounted(t *testing.T) {
	c := &Counted{Objective: Wood()}
	theta, a, g := Wood().Start, make([]float64, 16), make([]float64, 4)
	c.ValueGrad(g, theta)
	c.Value(theta)
	c.Value(theta)
	c.NormalEquations(a, g, theta)
	c.Triangle(a, g, theta)
	c.Rows(theta)
	if c.Calls != 6 || c.Losses != 6 || c.Grads != 4 {
		t.Errorf("%d calls, %d losses, %d gradients, want 6, 6, 4", c.Calls, c.Losses, c.Grads)
	}
}

// A fault stands in the calls that it is planted in, in the places that it names, and
// nowhere else.
func TestPlanted(t *testing.T) {
	f := Wood()
	same := func(x, y float64) bool { return x == y || x != x && y != y }
	wantA, wantG := make([]float64, 16), make([]float64, 4)
	want := f.NormalEquations(wantA, wantG, f.Start)
	for _, fault := range Faults(4) {
		p := &Planted{Objective: f, From: 1, To: 3, Fault: fault}
		for call := range 5 {
			a, g := make([]float64, 16), make([]float64, 4)
			v := p.NormalEquations(a, g, f.Start)
			planted := call == 1 || call == 2
			for i := range g {
				truth := wantG[i]
				if planted && i == fault.Component {
					truth = fault.Value
				}
				if !same(g[i], truth) {
					t.Errorf("%s, call %d: g[%d] = %g, want %g", fault.Name, call, i, g[i], truth)
				}
			}
			truth, last := want, wantA[15]
			if planted && fault.Loss {
				truth = fault.Value
			}
			if planted && fault.Diagonal {
				last = fault.Value
			}
			if !same(v, truth) || !same(a[15], last) || !slices.Equal(a[:15], wantA[:15]) {
				t.Errorf("%s, call %d: value %g, last of A %g, want %g, %g", fault.Name, call, v, a[15], truth, last)
			}
		}
		if p.calls != 5 || p.spoilt != 2 {
			t.Errorf("%s: %d calls, %d of them spoilt, want 5, 2", fault.Name, p.calls, p.spoilt)
		}
	}
}

// plainObjective has a value and a gradient only.
type plainObjective struct{}

func (plainObjective) Dim() int                                { return 4 }
func (plainObjective) ValueGrad(grad, theta []float64) float64 { clear(grad); return 0 }

// What a wrapped objective cannot do its wrapper refuses by a panic.
func TestWrappersRefuse(t *testing.T) {
	theta, a, g := make([]float64, 4), make([]float64, 16), make([]float64, 4)
	plain := plainObjective{}
	for name, f := range map[string]func(){
		"value":    func() { (&Counted{Objective: plain}).Value(theta) },
		"normal":   func() { Scaled{Objective: plain, Factor: 2}.NormalEquations(a, g, theta) },
		"triangle": func() { (&Planted{Objective: plain}).Triangle(a, g, theta) },
		"rows":     func() { permute(plain, []int{0, 1, 2, 3}).Rows(theta) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("returned, want a panic")
				}
			}()
			f()
		})
	}
}
