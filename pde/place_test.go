package pde

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pinn/pde/expr"
)

// placeBox has a plain, a periodic and a time axis that does not start at 0.
func placeBox() Box {
	return Box{Axes: []Axis{{"x", -1, 1, false}, {"y", 0, 2, true}, {"t", 1, 3, false}}}
}

// describe writes pieces in the words of the scope.
func describe(s *Scope, pieces []Piece) string {
	var out []string
	for _, p := range pieces {
		var parts []string
		if p.Boundary != "" {
			parts = append(parts, p.Boundary)
		}
		for _, f := range p.Fixed {
			parts = append(parts, fmt.Sprintf("%s=%v", s.axes[f.Axis], f.Value))
		}
		if p.Keep != nil {
			parts = append(parts, "["+p.Keep.String()+"]")
		}
		if parts == nil {
			parts = []string{"everywhere"}
		}
		out = append(out, strings.Join(parts, " "))
	}
	return strings.Join(out, ", ")
}

func TestPlace(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"t = 1", "t=1"},
		{"t = 3", "t=3"},
		{"x = -1 or x = 1", "x=-1, x=1"},
		{"-lambda = x", "x=-1"},
		{"x = 0.5", "x=0.5"},
		{"y = 1", "y=1"}, // inside a periodic axis
		{"x = 0 and y = 1", "x=0 y=1"},
		{"x = 0 and y = 1 and t = 1", "x=0 y=1 t=1"},
		{"boundary", "x=-1, x=1, hole, edge1"},
		{"boundary and not x = 1", "x=-1, hole, edge1"},
		{"boundary and x = 1", "x=1"},
		{"boundary and not hole", "x=-1, x=1, edge1"},
		{"boundary and not boundary or t = 1", "t=1"},
		{"not boundary", "everywhere"},
		{"hole", "hole"},
		{"hole or edge1", "hole, edge1"},
		{"hole and t = 1", "hole t=1"},
		{"hole and y > 1", "hole [1 < y]"},
		{"x = 0 and y > 0.5", "x=0 [0.5 < y]"},
		{"x = 0 and 0.5 >= y", "x=0 [y <= 0.5]"},
		{"x = 0 and y > 0.5 and y < 1 and t < 2", "x=0 [0.5 < y and y < 1 and t < 2]"},
		{"x = 0 and not (y > 0.5 and y < 1)", "x=0 [y <= 0.5], x=0 [1 <= y]"},
		{"x = 0 and (y < 0.5 or y > 1)", "x=0 [y < 0.5], x=0 [1 < y]"},
		{"x > 0.5", "[0.5 < x]"},
		// what the domain implies, or cuts nothing but a face, is left out
		{"x = 0 and y > 0", "x=0"},
		{"x = 0 and y > -5 and t <= 3", "x=0"},
		{"t = 1 and not x = 0", "t=1"},
		// an inequality that leaves one value fixes the axis
		{"x >= 1", "x=1"},
		{"not x > -1", "x=-1"},
		{"y <= 1 and y >= 1", "y=1"},
		// ends are judged to 1e-12 of the length
		{"t = 1 + 1e-12", "t=1"},
		{"t = 3 - 1e-12", "t=3"},
		{"t = 1 + 1e-11", "t=1.00000000001"},
		{"x = -1 and t = 1 and not x = -1 + 1e-13 or t = 3", "t=3"},
		// other inequalities, with what is fixed put in
		{"x = 0 and x^2 + y^2 < 1", "x=0 [y^2 < 1]"},
		{"x = 0 and x^2 < 1", "x=0"},
		{"t = 1 and (x < 0 or x*y > 1)", "t=1 [x < 0], t=1 [1 < x*y and not x < 0]"},
		// overlaps
		{"x = 0 or x = 0", "x=0"},
		{"x = 0 and y < 1 or x = 0", "x=0 [y < 1], x=0 [not y < 1]"},
		{"x = 0 and y < 1 or x = 0 and y > 0.5", "x=0 [y < 1], x=0 [0.5 < y and not y < 1]"},
		{"x = 0 and y < 1 or x = 0 and y > 1", "x=0 [y < 1], x=0 [1 < y]"},
		{"x = 0 or x = 0 and y = 1", "x=0"},
		{"x = 0 and y = 1 or x = 0", "x=0"},
		{"x = 0 and y = 1 or x = 0 and y < 0.5", "x=0 y=1, x=0 [y < 0.5]"},
		{"hole and y < 1 or hole", "hole [y < 1], hole [not y < 1]"},
		{"x = 0 or y = 1", "x=0, y=1"},
	} {
		t.Run(c.src, func(t *testing.T) {
			s := testScope(t)
			pieces, faults := s.Place(c.src, placeBox(), []string{"hole", "edge1"})
			if faults != nil {
				t.Fatal(faults)
			}
			if got := describe(s, pieces); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestPlaceFaults(t *testing.T) {
	for _, c := range []struct{ src, message string }{
		{"|x = 5", "x = 5 lies outside the domain: x runs from -1 to 1"},
		{"x = 1 or |t = 0", "t = 0 lies outside the domain"},
		{"|x = nu + 1 + 1e-9", "outside"},
		{"|y = 0", "y = 0 is an end of a periodic axis"},
		{"x = 1 or |y = 2 and t = 1", "end of a periodic axis"},
		{"|y <= 0", "end of a periodic axis"},
		{"|x > 1", "can hold nowhere"},
		{"|x = 0 and x = 1", "can hold nowhere"},
		{"|x = 1 and not boundary", "can hold nowhere"},
		{"|x = 1 and x^2 < 0.5", "can hold nowhere"},
		{"|t = 1 and x^2 + y^2 < 1e-9", "can hold nowhere"},
		{"|2 < 1", "can hold nowhere"},
		{"|2*x = 1", "must set one axis to a constant, such as x = 0"},
		{"|x = y", "must set one axis"},
		{"|hol", "unknown boundary hol; did you mean hole?"},
		{"|boundry", "did you mean boundary?"},
		{"|x", "expected a comparison, such as x = 0, got x"},
		{"|x + 1", "expected a comparison"},
		{"x = |foo", "unknown name foo"},
		{"x < |u", "u is a field"},
		{"x < |k", "k is an unknown parameter"},
		{"x = |1/0", "no finite value"},
		{"0 < x |< 1", "do not chain"},
		{"|hole and x = 1", "only single points"},
		{"hole and |edge1", "only single points"},
		{"x = 1 |x = 2", "before x"},
		{"x = 1 |&& y = 1", "unknown operator &&; write and"},
		{"x |!= 1", "unknown operator !=; write not a = b"},
		{"x |== 1", "unknown operator ==; write ="},
		{"|", "got the end"},
	} {
		t.Run(c.src, func(t *testing.T) {
			src, at := marked(c.src)
			pieces, faults := testScope(t).Place(src, placeBox(), []string{"hole", "edge1"})
			if pieces != nil {
				t.Errorf("got %v", pieces)
			}
			checkFaults(t, faults, at, []string{c.message})
		})
	}
	t.Run("||", func(t *testing.T) {
		_, faults := testScope(t).Place("x = 1 || y = 1", placeBox(), nil)
		checkFaults(t, faults, []int{6}, []string{"unknown operator ||; write or"})
	})
	t.Run("alternatives", func(t *testing.T) {
		src := "(x = 0 or x = 1)" + strings.Repeat(" and (x < 2 or y < 2)", 12)
		_, faults := testScope(t).Place(src, placeBox(), nil)
		if len(faults) != 1 || !strings.Contains(faults[0].Message, "more than 256 alternatives") {
			t.Errorf("got %v", faults)
		}
	})
	t.Run("inside", func(t *testing.T) {
		s := testScope(t)
		box := placeBox()
		box.Inside, _ = s.Predicate("x < 0.5")
		_, faults := s.Place("x = 1", box, nil)
		checkFaults(t, faults, []int{0}, []string{"can hold nowhere"})
		if _, faults := s.Place("x = -1", box, nil); faults != nil {
			t.Error(faults)
		}
	})
}

func TestPredicate(t *testing.T) {
	s := testScope(t)
	p, faults := s.Predicate("x^2 + y^2 > 0.25^2 and not (x > 0 and y > 0)")
	if faults != nil {
		t.Fatal(faults)
	}
	for _, c := range []struct {
		x    []float64
		want bool
	}{
		{[]float64{0, 0, 0}, false},
		{[]float64{-1, 0, 0}, true},
		{[]float64{1, 1, 0}, false},
		{[]float64{0.25, 0, 0}, false}, // not greater
		{[]float64{math.Nextafter(0.25, 1), 0, 0}, true},
	} {
		if got := p.Holds(c.x); got != c.want {
			t.Errorf("Holds(%v) = %v", c.x, got)
		}
	}
	again, faults := s.Predicate(p.String())
	if faults != nil || again.Expr() != p.Expr() {
		t.Errorf("%s reads as %s, %v", p, again, faults)
	}
	var none *Predicate
	if !none.Holds(nil) || none.Expr() != nil || none.String() != "" {
		t.Error("the nil predicate does not hold everywhere")
	}
	if p, faults := s.Predicate("1 < 2"); p != nil || faults != nil {
		t.Errorf("1 < 2: %v, %v, want nil", p, faults)
	}
	for _, c := range []struct{ src, message string }{
		{"|2 < 1", "holds nowhere"},
		{"x > 0 and |hole", "expected a comparison, such as x < 1, got hole"},
		{"|x", "expected a comparison"},
		{"|u > 0", "u is a field"},
		{"x > |foo or |bar < 1", "foo"},
		{"x > 0 |= y", "do not chain"},
	} {
		src, at := marked(c.src)
		_, faults := s.Predicate(src)
		checkFaults(t, faults, at, []string{c.message})
	}
	if n := testing.AllocsPerRun(10, func() { p.Holds([]float64{1, 2, 3}) }); n != 0 {
		t.Errorf("Holds: %v allocations", n)
	}
}

// randomPlace draws the text of a place and says where it holds. Strict inequalities
// cut off no end of an axis, so that no piece leaves single points out.
func randomPlace(t *rapid.T, size int) (text string, holds func(x []float64) bool) {
	if size > 0 {
		a, inA := randomPlace(t, (size-1)/2)
		switch rapid.SampledFrom([]string{"and", "or"}).Draw(t, "join") {
		case "and":
			b, inB := randomPlace(t, (size-1)/2)
			return "(" + a + ") and (" + b + ")", func(x []float64) bool { return inA(x) && inB(x) }
		default:
			b, inB := randomPlace(t, (size-1)/2)
			return a + " or " + b, func(x []float64) bool { return inA(x) || inB(x) }
		}
	}
	axis := rapid.IntRange(0, 2).Draw(t, "axis")
	c := rapid.SampledFrom([][]float64{{-1, -0.5, 0.5, 1}, {0.5, 1, 1.5}, {1, 1.5, 2, 3}}[axis]).Draw(t, "value")
	inner := c != []float64{-1, -1, 1}[axis] && c != []float64{1, 2, 3}[axis]
	words := []string{"="}
	if inner {
		words = []string{"=", "=", "<", "<=", ">", ">=", "not <", "not >"}
	}
	word := rapid.SampledFrom(words).Draw(t, "relation")
	op, not := strings.CutPrefix(word, "not ")
	text = fmt.Sprintf("%s %s %g", "xyt"[axis:axis+1], op, c)
	if not {
		text = "not " + text
	}
	return text, func(x []float64) bool {
		v := x[axis]
		is := map[string]bool{"=": v == c, "<": v < c, "<=": v <= c, ">": v > c, ">=": v >= c}[op]
		return is != not
	}
}

// TestPlaceRandom: a point lies on some piece where the text holds, and nowhere else.
func TestPlaceRandom(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		text, holds := randomPlace(t, rapid.IntRange(0, 6).Draw(t, "size"))
		s := NewScope(expr.NewGraph(), []string{"x", "y", "t"}, []string{"u"})
		pieces, faults := s.Place(text, placeBox(), nil)
		if faults != nil { // it holds nowhere, or all but nowhere
			return
		}
		found++
		on := func(p Piece, x []float64) bool {
			for _, f := range p.Fixed {
				if x[f.Axis] != f.Value {
					return false
				}
			}
			return p.Keep.Holds(x)
		}
		for _, a := range []float64{-1, -0.75, -0.5, 0.25, 0.5, 1} {
			for _, b := range []float64{0.25, 0.5, 0.75, 1, 1.5, 1.75} {
				for _, c := range []float64{1, 1.25, 1.5, 1.75, 2, 3} {
					x := []float64{a, b, c}
					some := slices.ContainsFunc(pieces, func(p Piece) bool { return on(p, x) })
					if some != holds(x) {
						t.Fatalf("%s at %v: %v, pieces %s", text, x, holds(x), describe(s, pieces))
					}
				}
			}
		}
	})
	t.Logf("%d places", found)
}
