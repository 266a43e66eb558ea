package pde

import (
	"math"
	"slices"
	"testing"

	"pinn/pde/expr"
)

// TestDuring cuts a problem into slabs that have what belongs to their times of each
// condition.
func TestDuring(t *testing.T) {
	axes := []Axis{{Name: "x", From: 0, To: 1}, {Name: "t", From: 0, To: 1}}
	p := &Problem{Graph: expr.NewGraph(), Box: Box{Axes: axes}}
	scope := NewScope(p.Graph, []string{"x", "t"}, []string{"u"})
	for _, at := range []string{"t = 0", "x = 0 or x = 1", "x = 0 and t > 0.6", "x = 0.5 and t = 0", "x = 1 or t = 0"} {
		pieces, faults := scope.Place(at, p.Box, nil)
		if len(faults) > 0 {
			t.Fatal(at, faults)
		}
		p.Conditions = append(p.Conditions, Condition{Name: at, Pieces: pieces})
	}
	for _, c := range []struct {
		from, to float64
		want     []int
		pieces   int // of the last
	}{
		{0, 0.5, []int{0, 1, 3, 4}, 2},
		{0.5, 1, []int{1, 2, 4}, 1},
		{0.25, 0.5, []int{1, 4}, 1},
		{0, 1, []int{0, 1, 2, 3, 4}, 2},
	} {
		slab, which := p.During(c.from, c.to)
		if !slices.Equal(which, c.want) {
			t.Errorf("from %g to %g: conditions %v, want %v", c.from, c.to, which, c.want)
			continue
		}
		if got := len(slab.Conditions[len(which)-1].Pieces); got != c.pieces {
			t.Errorf("from %g to %g: the last has %d pieces, want %d", c.from, c.to, got, c.pieces)
		}
		if a := slab.Box.Axes[1]; a.From != c.from || a.To != c.to || p.Box.Axes[1] != axes[1] {
			t.Errorf("from %g to %g: the axis is %v, that of the problem %v", c.from, c.to, a, p.Box.Axes[1])
		}
	}
}

// TestNeedsNormal: a condition knows from its residual whether it needs a normal.
func TestNeedsNormal(t *testing.T) {
	s := testScope(t)
	for text, want := range map[string]bool{
		"dn(u) = 0":           true,
		"u_t + dn(u) = 0":     true,
		"n_x*v = 1":           true,
		"u = sin(x)":          false,
		"u_x = 0":             false,
		"u + 0*n_x = sin(y)":  false, // nothing of the normal is left
		"dn(u) - dn(u) = u_t": false,
	} {
		if got := (Condition{Residual: residual(t, s, text, Context{Normals: true})}).NeedsNormal(); got != want {
			t.Errorf("%s needs a normal: %v, want %v", text, got, want)
		}
	}
	if (Condition{}).NeedsNormal() {
		t.Error("a condition that states nothing needs a normal")
	}
}

// TestDuringWithoutTime: only a problem with time has slabs.
func TestDuringWithoutTime(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	(&Problem{Box: testBox("x", "y")}).During(0, 1)
}

func TestBounded(t *testing.T) {
	none := math.Inf(1)
	for _, c := range []struct {
		min, max     float64
		below, above bool
	}{{-none, none, false, false}, {0, none, true, false}, {-none, 2, false, true}, {-1, 1, true, true}} {
		if below, above := (Param{Min: c.min, Max: c.max}).Bounded(); below != c.below || above != c.above {
			t.Errorf("[%g, %g]: bounded %v, %v", c.min, c.max, below, above)
		}
	}
}

// TestEnforce: every way to enforce a condition reads as it prints.
func TestEnforce(t *testing.T) {
	for _, e := range []Enforce{Auto, Hard, Soft} {
		if again, ok := ParseEnforce(e.String()); !ok || again != e {
			t.Errorf("%s reads as %s, %v", e, again, ok)
		}
	}
	if e, ok := ParseEnforce(""); !ok || e != Auto {
		t.Errorf("the empty word means %s, %v, want auto", e, ok)
	}
	if _, ok := ParseEnforce("Hard"); ok {
		t.Error("Hard is no word of the problem file")
	}
}
