package pdetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pinn/pde"
)

const (
	// rounding is the relative error of a truth's values: a few units in the
	// last place for an expression, 4 for the Cole–Hopf quadrature.
	rounding = 16 * 0x1p-53
	// margin multiplies the estimated errors of the derivatives, which were
	// never below 1.4 times the true ones (see TestDerivative).
	margin = 10
	// resolved is the largest tolerance, relative to the size of the terms of a
	// statement, at which passing still proves something.
	resolved = 1e-5
	// inner is the part of each axis, away from the ends, that points are taken
	// from; nearer to an end differences are one-sided and less accurate.
	inner = 1 - 2*reach
)

// Report is what Check found for one equation or condition.
type Report struct {
	Name    string
	Skipped string    // why nothing was checked, or ""
	Fault   error     // why nothing could be checked, or nil
	Points  int       // how many points were tried
	Worst   float64   // |r| at the point where |r| is largest beside Tol
	Tol     float64   // what |r| may be there
	Scale   float64   // the largest term of the statement: what a large |r| is
	At      []float64 // that point
}

// Err returns why the statement does not hold, or nil.
func (r Report) Err() error {
	switch {
	case r.Skipped != "":
		return nil
	case r.Fault != nil:
		return fmt.Errorf("%s: %w", r.Name, r.Fault)
	case !(r.Worst <= r.Tol):
		return fmt.Errorf("%s: residual %.3g at %v, want at most %.1e (terms of size %.1e)", r.Name, r.Worst, r.At, r.Tol, r.Scale)
	case !(r.Tol <= resolved*r.Scale):
		return fmt.Errorf("%s: differences are too coarse at %v: tolerance %.1e for terms of size %.1e", r.Name, r.At, r.Tol, r.Scale)
	}
	return nil
}

// TestTruth fails unless the truth satisfies every equation and condition of the
// problem at 50 random points each. params are the true values of the unknown
// parameters, in their order. Statements with a field whose truth is not known
// are skipped, with a note.
func TestTruth(t testing.TB, p *pde.Problem, truth pde.Truth, params []float64) {
	t.Helper()
	if !truth.Free() {
		t.Fatal("pdetest: a table cannot be differentiated")
	}
	for _, r := range Check(p, truth, params, 50, rand.New(rand.NewPCG(1, 1))) {
		if err := r.Err(); err != nil {
			t.Error(err)
		}
		if r.Skipped != "" {
			t.Logf("%s: skipped: %s", r.Name, r.Skipped)
			continue
		}
		t.Logf("%s: %d points, residual %.1e, tolerance %.1e, terms %.1e", r.Name, r.Points, r.Worst, r.Tol, r.Scale)
	}
}

// Check evaluates every equation at n random points of the domain and every
// condition at n random points of its place, with the truth and the differences
// of its values for the fields and their derivatives. The truth must be Free.
func Check(p *pde.Problem, truth pde.Truth, params []float64, n int, rng *rand.Rand) []Report {
	c := newChecker(p, truth, params)
	var reports []Report
	for i, e := range p.Equations {
		name := fmt.Sprintf("equation[%d] %s", i, e.Name)
		pts, err := p.Box.Sample(pde.Uniform{}, 4*n, rng)
		reports = append(reports, c.check(name, e.Residual, c.inner(pts, n), err))
	}
	for i, k := range p.Conditions {
		name := fmt.Sprintf("condition[%d] %s at %s", i, k.Name, k.At)
		pts, err := p.Box.SampleOn(k.Pieces, pde.Uniform{}, 4*n, rng)
		if err == nil && k.NeedsNormal && pts.MissingNormal() >= 0 {
			err = fmt.Errorf("no normal at %v", pts.At(pts.MissingNormal()))
		}
		reports = append(reports, c.check(name, k.Residual, c.inner(pts, n), err))
	}
	return reports
}

// checker evaluates residuals from the values of a truth.
type checker struct {
	p      *pde.Problem
	truth  pde.Truth
	known  []bool
	params []float64
	size   []float64 // max |u| per field over the judging points
}

func newChecker(p *pde.Problem, truth pde.Truth, params []float64) *checker {
	c := &checker{p: p, truth: truth, known: truth.Known(), params: params, size: make([]float64, len(p.Fields))}
	for f, u := range truth.At(truth.Where()) {
		for _, v := range u {
			c.size[f] = max(c.size[f], math.Abs(v))
		}
	}
	return c
}

// inner returns n of the points, those first whose coordinates are either ends
// or in the inner part of their axis.
func (c *checker) inner(pts pde.Points, n int) pde.Points {
	out := pde.Points{D: pts.D}
	for i := range pts.N {
		if out.N == n || !c.isInner(pts.At(i)) {
			continue
		}
		out.N++
		out.X = append(out.X, pts.At(i)...)
		if pts.Normals != nil {
			out.Normals = append(out.Normals, pts.Normal(i)...)
		}
	}
	return out
}

func (c *checker) isInner(x []float64) bool {
	for i, a := range c.p.Box.Axes {
		off := math.Abs(2*(x[i]-a.From)/a.Length() - 1)
		if !a.Periodic && off > inner && a.End(x[i]) == 0 {
			return false
		}
	}
	return true
}

// check evaluates the residual e at the points.
func (c *checker) check(name string, e *pde.Expr, pts pde.Points, err error) Report {
	r := Report{Name: name, Points: pts.N, Fault: err}
	for _, q := range e.Partials() {
		if !c.known[q.Field] {
			r.Skipped = "the truth of " + c.p.Fields[q.Field] + " is not known"
			return r
		}
	}
	if err == nil && pts.N == 0 {
		r.Skipped = "no point far enough from the ends"
	}
	if r.Fault != nil || r.Skipped != "" {
		return r
	}
	samples := make([]sample, pts.N)
	for i := range samples {
		samples[i] = c.sample(e, pts, i)
	}
	size := c.sizes(e, samples)
	for _, s := range samples {
		slope, rest := s.slopes(e, size)
		for k := range slope {
			r.Scale = max(r.Scale, slope[k]*size[k])
		}
		r.Scale = max(r.Scale, rest)
	}
	worst := -1.0
	for i, s := range samples {
		tol := 1e-14 * r.Scale
		slope, _ := s.slopes(e, size)
		for k := range slope {
			tol += margin * slope[k] * s.errs[k]
		}
		v := math.Abs(s.residual(e))
		if q := v / tol; !(q <= worst) || v != v {
			worst, r.Worst, r.Tol, r.At = q, v, tol, pts.At(i)
		}
	}
	return r
}

// sample holds the partials of the truth at one point, in the order of
// e.Partials(), with their errors.
type sample struct {
	env          pde.Env
	partials     []pde.Partial
	values, errs []float64
}

func (c *checker) sample(e *pde.Expr, pts pde.Points, i int) sample {
	s := sample{partials: e.Partials()}
	for _, q := range s.partials {
		f := func(x []float64) float64 {
			return c.truth.At(pde.Points{N: 1, D: len(x), X: x})[q.Field][0]
		}
		v, err := Derivative(f, c.p.Box, pts.At(i), q.Order, rounding*c.size[q.Field])
		s.values, s.errs = append(s.values, v), append(s.errs, err)
	}
	normal := pts.Normal(i)
	if normal == nil {
		normal = make([]float64, pts.D)
	}
	s.env = pde.Env{X: pts.At(i), N: normal, Params: c.params}
	return s
}

// residual evaluates e with the partials of the sample, k of them changed.
func (s sample) residual(e *pde.Expr, change ...float64) float64 {
	env := s.env
	env.U = func(p pde.Partial) float64 {
		for k, q := range s.partials {
			if p == q {
				v := s.values[k]
				if change != nil {
					v += change[k]
				}
				return v
			}
		}
		panic("pdetest: a partial that Partials does not list")
	}
	return e.Eval(env)
}

// slopes returns |∂r/∂u_α| for each partial, by central differences with a step
// of 1e-4 of its size, and |r| with all partials zero: the source terms (0 if
// that is not defined, as with a division by u).
func (s sample) slopes(e *pde.Expr, size []float64) (slope []float64, rest float64) {
	change := make([]float64, len(s.values))
	slope = make([]float64, len(s.values))
	for k := range slope {
		h := 1e-4 * size[k]
		change[k] = h
		up := s.residual(e, change...)
		change[k] = -h
		slope[k] = math.Abs(up-s.residual(e, change...)) / (2 * h)
		change[k] = 0
	}
	for k := range change {
		change[k] = -s.values[k]
	}
	if rest = math.Abs(s.residual(e, change...)); math.IsNaN(rest) || math.IsInf(rest, 0) {
		rest = 0
	}
	return slope, rest
}

// sizes returns the natural size of each partial: its largest value at the
// points, at least the size of the field over the lengths of the axes.
func (c *checker) sizes(e *pde.Expr, samples []sample) []float64 {
	partials := e.Partials()
	size := make([]float64, len(partials))
	for k, q := range partials {
		size[k] = c.size[q.Field]
		for i, a := range c.p.Box.Axes {
			size[k] /= math.Pow(a.Length(), float64(q.Order[i]))
		}
		for _, s := range samples {
			size[k] = max(size[k], math.Abs(s.values[k]))
		}
		if size[k] == 0 {
			size[k] = 1
		}
	}
	return size
}
