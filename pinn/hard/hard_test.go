package hard

import (
	"math"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/pinntest"
)

// Short names for what states the problems of the tests.
type stated = pinntest.Stated

var (
	state, span, ring, on = pinntest.State, pinntest.Span, pinntest.Ring, pinntest.On
	soft, hard            = pinntest.Soft, pinntest.Hard
)

func TestConditionsThatStaySoft(t *testing.T) {
	xt := []pde.Axis{span("x", -1, 1), span("t", 0, 1)}
	px := []pde.Axis{ring("x", -1, 1), span("t", 0, 1)}
	whole := func(b pde.Box, s *pde.Scope, text string) *pde.Predicate {
		p, faults := s.Predicate(text)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		return p
	}
	restricted := state(t, xt, "u")
	restricted.Condition("u = 0", []pde.Piece{{Fixed: []pde.Fixed{{Axis: 0, Value: -1}}, Keep: whole(restricted.Box, restricted.Scope, "t > 0.5")}})
	columns := state(t, xt, "u")
	columns.Conditions = append(columns.Conditions, pde.Condition{Name: "column", Pieces: on(0, 1), Weight: 1,
		Residual: columns.Residual("u = obs", pde.Context{DataColumns: []string{"obs"}})})
	fieldless := state(t, xt, "u") // which the language does not let one say
	fieldless.Conditions = append(fieldless.Conditions, pde.Condition{Name: "x = 0", Pieces: on(0, 1), Weight: 1, Residual: fieldless.Graph.Axis(0)})
	curve := []pde.Piece{{Boundary: "hole"}}
	rows := []struct {
		name string
		s    *stated
		why  string // part of the note
		soft []int
		data bool // the data are what stands against it
	}{
		{"period in slope", state(t, px, "u").Condition("u = x^2*cos(pi*x)", on(1, 0)),
			"the slope of its data jumps by 4 across the period of x", []int{0}, true},
		{"period in value", state(t, px, "u").Condition("u = x", on(1, 0)), "its data jump by 2 across the period of x", []int{0}, true},
		{"disagreement keeps the earlier", state(t, xt, "u").
			Condition("u = 1 - x", on(1, 0)).Condition("u = 0", on(0, -1, 1)), "its data differ by 2 from condition[0] where both hold", []int{1}, true},
		{"a demand goes before a choice", state(t, xt, "u").
			Condition("u = 1 - x", on(1, 0)).Condition("u = 0", on(0, -1, 1), hard), "from condition[1]", []int{0}, true},
		{"velocity disagrees", state(t, xt, "u").
			Condition("u = 0", on(1, 0)).Condition("u = sin(t)", on(0, 1)).Condition("u_t = 0", on(1, 0)), "differ by 1 from condition[1]", []int{2}, true},
		{"velocity without value", state(t, xt, "u").Condition("u_t = 0", on(1, 0)), "only where the value is hard too", []int{0}, true},
		{"velocity between two values", state(t, xt, "u").
			Condition("u = 0", on(1, 0, 1)).Condition("u_t = 0", on(1, 0)), "no room for a velocity", []int{1}, true},
		{"two values on a face", state(t, xt, "u").
			Condition("u = x", on(1, 0)).Condition("u = 3*x", on(1, 0)), "its data differ by 2 from condition[0]", []int{1}, true},
		{"neumann", state(t, xt, "u").Condition("dn(u) = 0", on(0, 1)), "contains the normal", []int{0}, false},
		{"slope", state(t, xt, "u").Condition("u_x = 0", on(0, 1)), "it gives the derivative u_x", []int{0}, false},
		{"velocity on a face", state(t, xt, "u").Condition("u_t = 0", on(0, 1)), "at the initial time only", []int{0}, false},
		{"velocity at the end", state(t, xt, "u").Condition("u_t = 0", on(1, 1)), "at the initial time only", []int{0}, false},
		{"robin", state(t, xt, "u").Condition("u + u_x = 0", on(0, 1)), "not of the form", []int{0}, false},
		{"two fields", state(t, xt, "u", "v").Condition("u = v", on(0, 1)), "not of the form", []int{0}, false},
		{"nonlinear", state(t, xt, "u").Condition("u^2 = 1", on(0, 1)), "not linear", []int{0}, false},
		{"factor of the place", state(t, xt, "u").Condition("(1+t)*u = 1", on(0, 1)), "not linear", []int{0}, false},
		{"kink", state(t, xt, "u").Condition("u = abs(x)", on(1, 0)), "not smooth", []int{0}, true},
		{"no value", state(t, xt, "u").Condition("u = log(1+x)", on(1, 0)), "not finite everywhere", []int{0}, true},
		{"inside", state(t, xt, "u").Condition("u = 0", on(0, 0.5)), "x = 0.5 is not a face", []int{0}, false},
		{"a point", state(t, xt, "u").Condition("u = 0", []pde.Piece{{Fixed: []pde.Fixed{{Axis: 0, Value: -1}, {Axis: 1, Value: 0}}}}),
			"not hold on a whole face", []int{0}, false},
		{"a part of a face", restricted, "not hold on a whole face", []int{0}, false},
		{"on a periodic axis", state(t, px, "u").Condition("u = 0", on(0, -1)), "is not a face", []int{0}, false},
		{"unknown parameter", state(t, xt, "u").Parameter(pde.Param{Name: "k", Min: math.Inf(-1), Max: math.Inf(1)}).
			Condition("u = k", on(0, 1)), "unknown parameter", []int{0}, false},
		{"data column", columns, "data column", []int{0}, false},
		{"no field", fieldless, "contains no field", []int{0}, false},
		{"no place", state(t, xt, "u").Condition("u = 1", nil), "on no face", []int{0}, false},
		{"curve", state(t, xt, "u").Condition("u = 1", curve), "on a curve", []int{0}, false},
		{"wish", state(t, xt, "u").Condition("u = 0", on(0, 1), soft), "", []int{0}, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			lifts, soft, notes, err := Lifts(r.s.Problem)
			if err != nil {
				t.Fatal(err)
			}
			if len(lifts) != len(r.s.Fields) {
				t.Errorf("%d lifts for %d fields", len(lifts), len(r.s.Fields))
			}
			if len(soft) != len(r.soft) || soft[0] != r.soft[0] {
				t.Errorf("soft = %v, want %v", soft, r.soft)
			}
			if r.why == "" {
				if len(notes) > 0 {
					t.Errorf("notes = %v, want none", notes)
				}
			} else if len(notes) != 1 || notes[0].Condition != r.soft[0] || !strings.Contains(notes[0].Message, r.why) {
				t.Errorf("notes = %v, want one that says %q", notes, r.why)
			} else if notes[0].Fallback != r.data {
				t.Errorf("fall-back %v, want %v", notes[0].Fallback, r.data)
			}
		})
	}
}

func TestHardDemandThatCannotBeMet(t *testing.T) {
	xt := []pde.Axis{span("x", -1, 1), span("t", 0, 1)}
	s := state(t, xt, "u").
		Condition("u_x = 0", on(0, 1), hard).
		Condition("u = 0", on(1, 0), hard).
		Condition("u = 1", on(0, -1), hard)
	_, _, _, err := Lifts(s.Problem)
	es, ok := err.(Errors)
	if !ok || len(es) != 2 || es[0].Condition != 0 || es[1].Condition != 2 {
		t.Fatalf("error = %v, want conditions 0 and 2", err)
	}
	if want := "condition[0].enforce: cannot be hard: it gives the derivative u_x"; es[0].Error() != want {
		t.Errorf("error = %q, want %q", es[0], want)
	}
	if !strings.Contains(err.Error(), "differ by 1 from condition[1]") {
		t.Errorf("error = %q, want the condition it contradicts", err)
	}
}

func TestFactorIsAtMostOne(t *testing.T) {
	s := state(t, []pde.Axis{span("x", 2, 5), span("y", -1, 0), span("t", 1, 3)}, "u").
		Condition("u = 0", append(on(0, 2, 5), on(1, 0)...)).
		Condition("u = 0", on(2, 1)).Condition("u_t = 0", on(2, 1))
	lifts, _, _, err := Lifts(s.Problem)
	if err != nil {
		t.Fatal(err)
	}
	l := lifts[0]
	if l.G != nil {
		t.Errorf("g = %v, want 0", l.G)
	}
	if got := l.Phi.Eval(expr.Env{X: []float64{3.5, -1, 3}}); got != 1 {
		t.Errorf("φ at its maximum = %v, want 1", got)
	}
	for _, x := range [][]float64{{2, -1, 3}, {5, -1, 3}, {3.5, 0, 3}, {3.5, -1, 1}} {
		if got := l.Phi.Eval(expr.Env{X: x}); got != 0 {
			t.Errorf("φ(%v) = %v, want 0", x, got)
		}
	}
}

// TestSaidTwice: conditions that agree are hard both, and both ends of an axis may have
// data that have nothing to do with each other.
func TestSaidTwice(t *testing.T) {
	s := state(t, []pde.Axis{span("x", -1, 1), span("t", 0, 1)}, "u").
		Condition("u = x + t", on(1, 0)).Condition("2*u = 2*x", on(1, 0)).Condition("u = x^2 - 1 + x", on(1, 1))
	lifts, soft, notes, err := Lifts(s.Problem)
	if err != nil || len(soft) > 0 || len(notes) > 0 || len(lifts) != 1 {
		t.Fatalf("soft %v, notes %v, error %v; want all hard", soft, notes, err)
	}
	for _, x := range []float64{-1, 0.3, 1} {
		if v := lifts[0].G.Eval(expr.Env{X: []float64{x, 0}}); v != x {
			t.Errorf("g(%g, 0) = %v, want %v", x, v, x)
		}
		if v, want := lifts[0].G.Eval(expr.Env{X: []float64{x, 1}}), x*x-1+x; math.Abs(v-want) > tolData {
			t.Errorf("g(%g, 1) = %v, want %v", x, v, want)
		}
	}
}
