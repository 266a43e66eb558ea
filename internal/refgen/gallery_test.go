package main

import (
	"fmt"
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/problems"
)

// TestGallery checks that each table solves the problem that uses it, as its
// file states it: the residual of the file's equation vanishes for the series
// and for the rate of change that the generator integrates, and the file's
// initial condition holds in the table.
func TestGallery(t *testing.T) {
	for _, tb := range tables {
		t.Run(tb.name, func(t *testing.T) {
			spec, scope := problem(t, strings.TrimSuffix(tb.name, ".csv"))
			if spec.Reference == nil || spec.Reference.File.Value != tb.name {
				t.Fatalf("the problem does not refer to %s", tb.name)
			}
			// Coefficients that fall fast, so that third derivatives keep their
			// digits: rounding is about 1e-15·(10π)³.
			v := make([]complex128, tb.eq.keep+1)
			for k := range 10 {
				v[k] = cmplx.Exp(complex(-float64(k), float64(k*k)))
			}
			v[0] = complex(real(v[0]), 0)
			equation := residual(t, scope, spec.Equations[0].Is.Value)
			for x := -0.95; x < 1; x += 0.1 {
				if r := equation.Eval(expr.Env{X: []float64{x, 0.5}, U: tb.eq.partials(v, x)}); math.Abs(r) > 1e-10 {
					t.Errorf("residual %g of %s at x = %v", r, spec.Equations[0].Is.Value, x)
				}
			}
			initial := residual(t, scope, spec.Conditions[0].Is.Value)
			for i, row := range read(t, committed(t, tb.name)) {
				u := func(expr.Partial) float64 { return row[0] }
				if r := initial.Eval(expr.Env{X: []float64{at(i), 0}, U: u}); math.Abs(r) > 0.5001e-10 {
					t.Errorf("residual %g of %s at x = %v", r, spec.Conditions[0].Is.Value, at(i))
				}
			}
		})
	}
}

// problem opens a problem of the gallery.
func problem(t *testing.T, name string) (*problems.Spec, *pde.Scope) {
	t.Helper()
	src, ok := problems.Open(name)
	if !ok {
		t.Fatalf("no problem %s", name)
	}
	spec, faults := problems.Decode(name, src)
	if faults.HasErrors() {
		t.Fatal(faults)
	}
	scope := pde.NewScope(expr.NewGraph(), []string{"x", "t"}, []string{"u"})
	for _, c := range spec.Constants {
		if err := scope.Constant(c.Name.Value, c.Value.Value); err != nil {
			t.Fatal(err)
		}
	}
	return spec, scope
}

func residual(t *testing.T, scope *pde.Scope, text string) *expr.Expr {
	t.Helper()
	r, faults := scope.Residual(text, pde.Context{})
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	return r
}

// partials returns u and its derivatives at x for the coefficients v: along x
// from the series, u_t from L·v + N(v).
func (eq equation) partials(v []complex128, x float64) func(expr.Partial) float64 {
	rate := make([]complex128, len(v))
	eq.nonlinear()(rate, v)
	for k := range rate {
		rate[k] += eq.linear(math.Pi*float64(k)) * v[k]
	}
	return func(p expr.Partial) float64 {
		c := v
		switch p.Order[1] {
		case 0:
		case 1:
			c = rate
		default:
			panic(fmt.Sprintf("refgen: no derivative of order %d in t", p.Order[1]))
		}
		d := make([]complex128, len(c))
		for k := range c {
			d[k] = c[k]
			for range p.Order[0] {
				d[k] *= complex(0, math.Pi*float64(k))
			}
		}
		return value(d, x)
	}
}
