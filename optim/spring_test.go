package optim_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/optim"
	"pinn/optim/optimtest"
)

// Without momentum the step is that of the damped normal equations.
func TestSPRINGIsWoodbury(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 3))
	worst := 0.0
	for range 50 {
		n := 2 + rng.IntN(30)
		f := linear(1+rng.IntN(40), repeat(n, 1, -2), rng)
		s := optim.DefaultSPRING()
		s.Momentum, s.Damping, s.LearningRate, s.NormConstraint = 0, 1e-3, optim.Constant(1), 1e6
		s.Init(n)
		theta := slices.Clone(f.Start)
		info, err := s.Step(theta, f)
		if err != nil {
			t.Fatal(err)
		}
		// (JᵀJ + λI)p = −Jᵀr, judged by its residual.
		a, g := make([]float64, n*n), make([]float64, n)
		f.NormalEquations(a, g, f.Start)
		size := 0.0
		for i := range n {
			size += a[i*n+i]
		}
		for i := range n {
			off := g[i] + s.Damping*(theta[i]-f.Start[i])
			for k := range n {
				off += a[min(i, k)*n+max(i, k)] * (theta[k] - f.Start[k])
			}
			worst = math.Max(worst, math.Abs(off)/(size*(1+info.StepNorm)))
		}
	}
	const tol = 1e-12 // ε·√n for K, J and p each, and p = (θ+p) − θ. Worst seen 4e-16
	if !(worst <= tol) {
		t.Errorf("(JᵀJ + λI)p is off −Jᵀr by %.2g of the scale (tol %g)", worst, tol)
	}
	t.Logf("worst %.2g", worst)
}

// With momentum φ is the minimum of |Jφ + r|² + λ|φ − μφ_old|².
func TestSPRINGMinimises(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 3))
	const n, m = 9, 5
	s := optim.DefaultSPRING()
	s.Damping, s.NormConstraint = 1e-2, 1e6
	s.Init(n)
	theta := make([]float64, n)
	for range 6 {
		f := linear(m, repeat(n, 1, -2), rng)
		old := vectorOf(t, s, "direction")
		_, b := f.Rows(theta)
		r, jt := slices.Clone(b.R), slices.Clone(b.JT)
		if _, err := s.Step(theta, f); err != nil {
			t.Fatal(err)
		}
		phi := vectorOf(t, s, "direction")
		fit := slices.Clone(r)
		for k := range n {
			for i := range m {
				fit[i] += jt[k*b.Stride+i] * phi[k]
			}
		}
		for k := range n {
			slope := s.Damping * (phi[k] - s.Momentum*old[k])
			for i := range m {
				slope += jt[k*b.Stride+i] * fit[i]
			}
			const tol = 1e-11 // rounding, over λ = 1e-2
			if !(math.Abs(slope) <= tol) {
				t.Fatalf("slope %g along coordinate %d, want 0 (tol %g)", slope, k, tol)
			}
		}
	}
}

// Steps are no longer than √C, and never than α·φ.
func TestSPRINGNormConstraint(t *testing.T) {
	f := optimtest.Rosenbrock(6)
	for _, c := range []float64{1e-6, 1e6} {
		s := optim.DefaultSPRING()
		s.NormConstraint = c
		s.Init(6)
		theta := slices.Clone(f.Start)
		info, err := s.Step(theta, f)
		if err != nil {
			t.Fatal(err)
		}
		size := 0.0
		for _, x := range vectorOf(t, s, "direction") {
			size += x * x
		}
		want := math.Min(math.Sqrt(c), 0.05*math.Sqrt(size))
		if !(math.Abs(info.StepNorm-want) <= 1e-14*want) {
			t.Errorf("C = %g: step %g, want %g", c, info.StepNorm, want)
		}
	}
}

func TestSPRINGNeedsRows(t *testing.T) {
	s := optim.DefaultSPRING()
	s.Init(2)
	if info, err := s.Step([]float64{1, 1}, bowl{[]float64{1, 2}}); !errors.Is(err, optim.ErrNoRows) || info.LossEvals != 0 {
		t.Errorf("Step on an objective without rows = %+v, %v, want ErrNoRows", info, err)
	}
}

// wideBlock is rows that are given.
type wideBlock struct {
	p int
	b optim.RowBlock
}

func (w wideBlock) Dim() int                                               { return w.p }
func (w wideBlock) ValueGrad(grad, theta []float64) float64                { panic("not called") }
func (w wideBlock) Rows(theta []float64) (value float64, b optim.RowBlock) { return 1, w.b }

// The cost beside that of the rows.
func BenchmarkSPRING(b *testing.B) {
	for _, size := range [][2]int{{500, 2000}, {1000, 5000}} {
		n, p := size[0], size[1]
		b.Run(fmt.Sprintf("rows=%d/parameters=%d", n, p), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 3))
			w := wideBlock{p, optim.RowBlock{R: make([]float64, n), JT: make([]float64, n*p), Stride: n}}
			for i := range w.b.R {
				w.b.R[i] = rng.NormFloat64()
			}
			for i := range w.b.JT {
				w.b.JT[i] = rng.NormFloat64()
			}
			s := optim.DefaultSPRING()
			s.Init(p)
			theta := make([]float64, p)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Step(theta, w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// poisoned is an objective one of whose residuals is not finite.
type poisoned struct {
	optimtest.Function
	value float64
}

func (p poisoned) Rows(theta []float64) (float64, optim.RowBlock) {
	v, b := p.Function.Rows(theta)
	b.R = slices.Clone(b.R)
	b.R[0] = p.value
	return v, b
}

// A residual that is not finite is refused: the typed error, θ and the state
// untouched.
func TestSPRINGRefusesNotFinite(t *testing.T) {
	f := linear(9, repeat(4, 1, -2), rand.New(rand.NewPCG(3, 1)))
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		s := optim.DefaultSPRING()
		s.Init(4)
		theta := slices.Clone(f.Start)
		if _, err := s.Step(theta, f); err != nil {
			t.Fatal(err)
		}
		at, state := slices.Clone(theta), s.State()
		info, err := s.Step(theta, poisoned{f, bad})
		var typed *optim.NotFiniteError
		if !errors.As(err, &typed) || info.Status != optim.NotFinite || typed.What != optim.Gradient {
			t.Fatalf("r = %g: %+v, %v, want NotFinite and a NotFiniteError of the gradient", bad, info, err)
		}
		if !slices.Equal(theta, at) || fmt.Sprint(s.State()) != fmt.Sprint(state) {
			t.Errorf("r = %g: θ or state changed", bad)
		}
	}
}

// Rows that overflow JJᵀ, or φ, are refused with what was not finite, and change nothing;
// where JJᵀ + λI has no factor in float64, λ is raised by hundreds until it has.
func TestSPRINGExtremes(t *testing.T) {
	block := func(r, j float64) wideBlock { // two equal rows of three parameters
		b := optim.RowBlock{R: []float64{r, r}, JT: make([]float64, 6), Stride: 2}
		for i := range b.JT {
			b.JT[i] = j
		}
		return wideBlock{3, b}
	}
	for _, row := range []struct {
		name    string
		damping float64
		f       wideBlock
		what    optim.Quantity // empty: the step is made
	}{
		{"huge rows", 1e-8, block(0, 1e160), optim.Matrix},
		{"tiny rows, huge residuals", 1e-300, block(1e150, 1e-150), optim.Parameter},
		{"singular", 1e-300, block(1, 1), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := optim.DefaultSPRING()
			s.Damping = row.damping
			s.Init(3)
			theta, state := []float64{1, 2, 3}, fmt.Sprint(s.State())
			info, err := s.Step(theta, row.f)
			if row.what == "" {
				raised := math.Log10(info.Damping/row.damping) / 2
				if err != nil || info.Damping < 1e-18 || info.Damping > 1e-12 || math.Abs(raised-math.Round(raised)) > 1e-9 {
					t.Errorf("Step = %+v, %v, want λ raised by hundreds to the rounding of JJᵀ", info, err)
				}
				return
			}
			var bad *optim.NotFiniteError
			if !errors.As(err, &bad) || bad.What != row.what || info.Status != optim.NotFinite {
				t.Errorf("Step = %+v, %v, want a NotFiniteError of the %s", info, err, row.what)
			}
			if !slices.Equal(theta, []float64{1, 2, 3}) || fmt.Sprint(s.State()) != state {
				t.Errorf("θ = %v or the state has changed", theta)
			}
		})
	}
}
