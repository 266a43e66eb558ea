package pdetest

import (
	"math"

	"pinn/pde"
	"pinn/pde/expr"
)

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
