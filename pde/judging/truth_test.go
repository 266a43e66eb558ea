package judging

import (
	"math"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
)

// testBox returns the box with the named axes, all from 0 to 1.
func testBox(names ...string) pde.Box {
	var b pde.Box
	for _, n := range names {
		b.Axes = append(b.Axes, pde.Axis{Name: n, From: 0, To: 1})
	}
	return b
}

// inside returns the predicate of the text over the axes.
func inside(t *testing.T, text string, axes ...string) *pde.Predicate {
	t.Helper()
	p, faults := pde.NewScope(expr.NewGraph(), axes, nil).Predicate(text)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return p
}

func TestExact(t *testing.T) {
	b := testBox("x", "t")
	s := pde.NewScope(expr.NewGraph(), []string{"x", "t"}, []string{"u", "v"})
	if err := s.Constant("k", "2*pi"); err != nil {
		t.Fatal(err)
	}
	u, faults := s.Function("exp(-t)*sin(k*x)")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	e := NewExact(b, []*expr.Expr{u, nil})
	if !slices.Equal(e.Known(), []bool{true, false}) || !e.Free() || e.Where().N != 101*101 {
		t.Errorf("Known %v, Free %v, Where %d points", e.Known(), e.Free(), e.Where().N)
	}
	p := e.Where()
	at := e.At(p)
	if at[1] != nil {
		t.Error("the field without a solution has values")
	}
	for i := range p.N {
		x := p.At(i)
		if want := math.Exp(-x[1]) * math.Sin(2*math.Pi*x[0]); math.Abs(at[0][i]-want) > 1e-15 {
			t.Fatalf("u%v = %v, want %v", x, at[0][i], want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("NewExact without an expression did not panic")
		}
	}()
	NewExact(b, []*expr.Expr{nil, nil})
}
