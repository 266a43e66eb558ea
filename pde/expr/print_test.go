package expr_test

import (
	"testing"

	"pgregory.net/rapid"

	"pinn/pde"
	"pinn/pde/expr"
)

// TestPrintRoundTrip: what is printed reads as the same node, derivatives too. It
// reads w = e, since a statement must contain an unknown.
func TestPrintRoundTrip(t *testing.T) {
	all := pde.Context{Normals: true, DataColumns: randomColumns}
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			s := randomScope()
			w := s.Graph().Partial(expr.Partial{Field: 2})
			e := everything.expr(t, s.Graph(), rapid.IntRange(0, 30).Draw(t, "size"))
			both := []*expr.Expr{e}
			if d, err := s.Graph().Diff(e, 0); err == nil {
				both = append(both, d)
			}
			for _, e := range both {
				if !e.Finite() || e.Size() > 5000 {
					continue
				}
				want := s.Graph().Sub(w, e)
				if again, faults := s.Residual("w = "+e.String(), all); again != want {
					t.Fatalf("w - (%s) reads as %v, faults %v", e, again, faults)
				}
			}
		}
	})
}
