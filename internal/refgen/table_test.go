package main

import (
	"bytes"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pde/judging"
	"pinn/problems"
)

// solutions computes each table at most once.
var solutions = []func() [][]complex128{sync.OnceValue(tables[0].solve), sync.OnceValue(tables[1].solve)}

// committed returns the file of a table as the gallery holds it.
func committed(t *testing.T, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "problems", name))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// read returns u of a table by x index and t index.
func read(t *testing.T, src []byte) [][]float64 {
	t.Helper()
	b := pde.Box{Axes: []pde.Axis{{Name: "x", From: -1, To: 1, Periodic: true}, {Name: "t", From: 0, To: 1}}}
	tab, err := judging.ReadTable(src, b, []string{"u"})
	if err != nil {
		t.Fatal(err)
	}
	p := tab.Where()
	if p.N != tableX*tableT || tab.Outside() != 0 {
		t.Fatalf("%d points inside, %d outside, want %d and 0", p.N, tab.Outside(), tableX*tableT)
	}
	u := make([][]float64, tableX)
	for i := range u {
		u[i] = tab.At(p)[0][i*tableT : (i+1)*tableT]
		for k := range tableT {
			if x := p.At(i*tableT + k); x[0] != at(i) || math.Abs(x[1]-float64(k)*tableDT) > 1e-15 {
				t.Fatalf("row %d is at %v, want x %v, t %v", i*tableT+k, x, at(i), float64(k)*tableDT)
			}
		}
	}
	return u
}

// TestCommitted reads the committed tables: size, places and initial values.
func TestCommitted(t *testing.T) {
	for _, tb := range tables {
		src := committed(t, tb.name)
		if len(src) > 150<<10 {
			t.Errorf("%s has %d bytes, want at most 150 KiB", tb.name, len(src))
		}
		for i, row := range read(t, src) {
			if want := tb.initial(at(i)); math.Abs(row[0]-want) > 0.5001e-10 {
				t.Errorf("%s: u(%v, 0) = %v, want %v", tb.name, at(i), row[0], want)
			}
		}
	}
}

// TestReproducible computes the tables again.
func TestReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("computes both tables: seconds")
	}
	for i, tb := range tables {
		got, want := tb.csv(solutions[i]()), committed(t, tb.name)
		if bytes.Equal(got, want) {
			continue
		}
		if runtime.GOARCH == "amd64" {
			t.Errorf("%s is not what go generate writes", tb.name)
		}
		if d := distance(read(t, got), read(t, want)); d > 1e-9 {
			t.Errorf("%s differs from the committed table by %g", tb.name, d)
		}
	}
}

// distance returns the largest difference of two tables.
func distance(a, b [][]float64) float64 {
	worst := 0.0
	for i := range a {
		for k := range a[i] {
			worst = max(worst, math.Abs(a[i][k]-b[i][k]))
		}
	}
	return worst
}

// TestError compares the committed tables with runs of more modes and smaller
// steps, whose own errors are 16 times smaller in time and below rounding in
// space. Largest differences: 4.0e-10 and 0.7e-10, of them 0.5e-10 by the
// decimals printed.
func TestError(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	if os.Getenv("PINN_LONG") == "" {
		t.Skip("set PINN_LONG=1: solves with finer resolution, half a minute")
	}
	for _, row := range []struct {
		name string
		eq   equation
		m    int
	}{{"kdv.csv", kdv(640, 213), 640}, {"allen-cahn.csv", allenCahn(8192, 2047), 50}} {
		fine := sampled(row.eq.solve(tableDT, tableT, row.m))
		table := read(t, committed(t, row.name))
		for i := range fine {
			fine[i][0] = table[i][0] // the initial value is the formula's
		}
		d := distance(fine, table)
		t.Logf("%s: %.2g", row.name, d)
		if d > 1e-9 {
			t.Errorf("%s is off by %g, want at most 1e-9", row.name, d)
		}
	}
}

// sampled evaluates a solution at the places of a table.
func sampled(solution [][]complex128) [][]float64 {
	u := make([][]float64, tableX)
	for i := range u {
		for _, v := range solution {
			u[i] = append(u[i], value(v, at(i)))
		}
	}
	return u
}

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
