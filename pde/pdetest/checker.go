package pdetest

import (
	"math"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pde/judging"
)

// checker evaluates residuals from the values of a truth.
type checker struct {
	p      *pde.Problem
	truth  judging.Truth
	known  []bool
	params []float64
	size   []float64 // max |u| per field over the judging points
}

func newChecker(p *pde.Problem, truth judging.Truth, params []float64) *checker {
	c := &checker{p: p, truth: truth, known: truth.Known(), params: params, size: make([]float64, len(p.Fields))}
	for f, u := range truth.At(truth.Where()) {
		for _, v := range u {
			c.size[f] = max(c.size[f], math.Abs(v))
		}
	}
	return c
}

// inner returns n of the points whose coordinates are either ends or in the
// inner part of their axis, evenly spaced in their order so that every piece of
// a place is among them.
func (c *checker) inner(pts pde.Points, n int) pde.Points {
	var good []int
	for i := range pts.N {
		if c.isInner(pts.At(i)) {
			good = append(good, i)
		}
	}
	out := pde.Points{N: min(n, len(good)), D: pts.D}
	for k := range out.N {
		i := good[k*len(good)/out.N]
		out.X = append(out.X, pts.At(i)...)
		out.Normals = append(out.Normals, pts.Normal(i)...)
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
func (c *checker) check(name string, e *expr.Expr, pts pde.Points, err error) Report {
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
	r.judge(e, samples, c.sizes(e, samples))
	return r
}

// judge fills in the scale of the statement and the point where the residual is
// largest beside its tolerance: the estimated errors of the partials carried
// through ∂r/∂u_α, times margin, and rounding of the terms.
func (r *Report) judge(e *expr.Expr, samples []sample, size []float64) {
	slopes := make([][]float64, len(samples))
	for i, s := range samples {
		var rest float64
		slopes[i], rest = s.slopes(e, size)
		r.Scale = max(r.Scale, rest)
		for k, slope := range slopes[i] {
			r.Scale = max(r.Scale, slope*size[k])
		}
	}
	worst := -1.0
	for i, s := range samples {
		tol := 1e-14 * r.Scale
		for k, slope := range slopes[i] {
			tol += margin * slope * s.errs[k]
		}
		v := math.Abs(s.residual(e))
		if q := v / tol; !(q <= worst) {
			worst, r.Worst, r.Tol, r.At = q, v, tol, s.env.X
		}
		if math.IsNaN(worst) {
			return
		}
	}
}

// sizes returns the natural size of each partial: its largest value at the
// points, at least the size of the field over the lengths of the axes.
func (c *checker) sizes(e *expr.Expr, samples []sample) []float64 {
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

// sample holds the partials of the truth at one point, in the order of
// e.Partials(), with their errors.
type sample struct {
	env          expr.Env
	partials     []expr.Partial
	values, errs []float64
}

func (c *checker) sample(e *expr.Expr, pts pde.Points, i int) sample {
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
	s.env = expr.Env{X: pts.At(i), N: normal, Params: c.params}
	return s
}

// residual evaluates e with the partials of the sample, k of them changed.
func (s sample) residual(e *expr.Expr, change ...float64) float64 {
	env := s.env
	env.U = func(p expr.Partial) float64 {
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
func (s sample) slopes(e *expr.Expr, size []float64) (slope []float64, rest float64) {
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
