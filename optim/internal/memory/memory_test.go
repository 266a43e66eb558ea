package memory

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pinn/internal/seam"
)

// example is a state of each kind of part: numbers, bounded counts and a triangle.
func example() []Part {
	return []Part{
		{Name: "x", Values: []float64{1, math.NaN(), math.Inf(-1)}},
		{Name: "counts", Values: []float64{0, 7}, Counts: true, Most: 9},
		{Name: "steps", Values: []float64{1 << 40}, Counts: true},
		{Name: "h", Values: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, Order: 3},
	}
}

// What was saved comes back bit for bit, into other memory; of a matrix the upper
// triangle, and what lies below it is left alone.
func TestRoundTrip(t *testing.T) {
	state := Save(example())
	if got := state[3].Values; !slices.Equal(got, []float64{1, 2, 3, 5, 6, 9}) {
		t.Errorf("the triangle is saved as %v", got)
	}
	parts := example()
	for _, p := range parts {
		for i := range p.Values {
			p.Values[i] = -1
		}
	}
	if err := Load(parts, state); err != nil {
		t.Fatal(err)
	}
	if want := []float64{1, 2, 3, -1, 5, 6, -1, -1, 9}; !slices.Equal(parts[3].Values, want) {
		t.Errorf("the matrix is %v, want %v", parts[3].Values, want)
	}
	if got := Save(parts); fmt.Sprint(got) != fmt.Sprint(state) {
		t.Errorf("restored %v, want %v", got, state)
	}
	for _, v := range state {
		for i := range v.Values {
			v.Values[i] = 0
		}
	}
	if parts[0].Values[0] != 1 || parts[1].Values[1] != 7 {
		t.Error("Load keeps what it was given")
	}
}

// Each altered state is refused with a sentence, and changes nothing.
func TestRefusals(t *testing.T) {
	set := func(i int, values ...float64) func([]seam.Vector) []seam.Vector {
		return func(s []seam.Vector) []seam.Vector { s[i].Values = values; return s }
	}
	for _, row := range []struct {
		alter func([]seam.Vector) []seam.Vector
		want  string
	}{
		{func(s []seam.Vector) []seam.Vector { return s[:3] }, "state: must have 4 vectors, got 3"},
		{func(s []seam.Vector) []seam.Vector { return append(s, seam.Vector{}) }, "state: must have 4 vectors, got 5"},
		{func(s []seam.Vector) []seam.Vector { s[1].Name = "other"; return s }, `state: must have "counts" next, got "other"`},
		{set(0, 1, 2), "state: x: must have length 3, got 2"},
		{set(3, 1, 2, 3, 4, 5, 6, 7, 8, 9), "state: h: must have length 6, got 9"},
		{set(1, 0, 9.5), "state: counts: must be a count, got 9.5"},
		{set(1, 0, 10), "state: counts: must be at most 9, got 10"},
		{set(2, -1), "state: steps: must be a count, got -1"},
		{set(2, 1<<53), "state: steps: must be a count, got 9.007199254740992e+15"},
		{set(2, math.NaN()), "state: steps: must be a count, got NaN"},
		{set(2, math.Inf(1)), "state: steps: must be a count, got +Inf"},
	} {
		state, parts := Save(example()), example()
		state[0].Values[0] = 99
		err := Load(parts, row.alter(state))
		if err == nil || err.Error() != row.want {
			t.Errorf("Load = %v, want %s", err, row.want)
		}
		if fmt.Sprint(parts) != fmt.Sprint(example()) {
			t.Errorf("%s: the refused state left a trace: %v", row.want, parts)
		}
	}
}
