package expr_test

import (
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
)

// testScope has axes x, y, t, fields u, v, p and a few declarations.
func testScope(t testing.TB) *pde.Scope {
	t.Helper()
	s := pde.NewScope(expr.NewGraph(), []string{"x", "y", "t"}, []string{"u", "v", "p"})
	for _, err := range []error{
		s.Constant("nu", "0.01/pi"),
		s.Constant("lambda", "1"),
		s.Constant("mu", "0.5"),
		s.Define("sxx", "(lambda + 2*mu)*u_x + lambda*v_y"),
		s.Define("kappa", "1 + x^2"),
		s.Parameter("k"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// residual returns the residual of a sound statement.
func residual(t testing.TB, s *pde.Scope, text string, c pde.Context) *expr.Expr {
	t.Helper()
	e, faults := s.Residual(text, c)
	if faults != nil {
		t.Fatalf("%s: %v", text, faults)
	}
	return e
}

// formula returns the expression that a text states: of the axes alone, or with
// an unknown in it.
func formula(t testing.TB, s *pde.Scope, text string) *expr.Expr {
	t.Helper()
	if e, faults := s.Function(text); faults == nil {
		return e
	}
	return residual(t, s, text+" = 0", pde.Context{})
}
