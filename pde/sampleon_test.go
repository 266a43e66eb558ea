package pde

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pinn/pde/cube"
)

// slab is [−1, 1] × [0, 2] × [0, 1] in x, y, t.
func slab() Box {
	return Box{Axes: []Axis{{Name: "x", From: -1, To: 1}, {Name: "y", From: 0, To: 2}, {Name: "t", From: 0, To: 1}}}
}

func TestSampleOnFaces(t *testing.T) {
	b := slab()
	pieces := b.Faces()
	for _, kind := range cube.Kinds() {
		t.Run(kind, func(t *testing.T) {
			s, _ := cube.New(kind)
			p, err := b.SampleOn(pieces, s, 403, source(1))
			if err != nil || p.N != 403 {
				t.Fatalf("N %d, error %v", p.N, err)
			}
			count := map[string]int{}
			for i := range p.N {
				x, n := p.At(i), p.Normal(i)
				if !b.Contains(x) {
					t.Fatalf("%v is outside", x)
				}
				want := []float64{0, 0, 0}
				switch {
				case n[0] != 0:
					want[0] = x[0] // the faces are x = ±1
				case n[1] != 0:
					want[1] = x[1] - 1 // y = 0 and y = 2
				}
				if !slices.Equal(n, want) {
					t.Fatalf("normal at %v is %v, want %v", x, n, want)
				}
				count[fmt.Sprint(n)]++
			}
			// All four faces have measure 2·1, so 403 is 101 + 101 + 101 + 100.
			for n, c := range count {
				if c < 100 || c > 101 || len(count) != 4 {
					t.Errorf("the face with normal %s has %d points of %d faces", n, c, len(count))
				}
			}
			if p.MissingNormal() != -1 {
				t.Errorf("point %d has no normal", p.MissingNormal())
			}
		})
	}
}

// TestSampleOnNormals checks which places have a normal and where it points.
func TestSampleOnNormals(t *testing.T) {
	hole := func(b *Box) { b.Inside = inside(t, *b, "x < 0 or y < 0.5") } // an L
	for _, row := range []struct {
		name  string
		fixed []Fixed
		keep  string
		alter func(b *Box)
		want  []float64 // nil: no normals at all
	}{
		{"first end", []Fixed{{0, -1}}, "", nil, []float64{-1, 0, 0}},
		{"second end", []Fixed{{1, 2}}, "", nil, []float64{0, 1, 0}},
		{"end up to rounding", []Fixed{{0, -1 + 1e-13}}, "", nil, []float64{-1, 0, 0}},
		{"initial time", []Fixed{{2, 0}}, "", nil, nil},
		{"final time", []Fixed{{2, 1}}, "", nil, nil},
		{"face at the initial time", []Fixed{{0, 1}, {2, 0}}, "", nil, []float64{1, 0, 0}},
		{"interior face", []Fixed{{0, 0.5}}, "", nil, nil},
		{"edge of two faces", []Fixed{{0, 1}, {1, 0}}, "", nil, nil},
		{"periodic axis", []Fixed{{0, -1}}, "", func(b *Box) { b.Axes[0].Periodic = true }, nil},
		{"interior without a face", nil, "x < y", nil, nil},
		{"inner face of the L, across x", []Fixed{{0, 0}}, "y > 0.5", hole, []float64{1, 0, 0}},
		{"inner face of the L, across y", []Fixed{{1, 0.5}}, "x > 0", hole, []float64{0, 1, 0}},
		{"through the L", []Fixed{{0, 0}}, "y < 0.5", hole, nil},
		{"end face of the L", []Fixed{{0, 1}}, "", hole, []float64{1, 0, 0}},
		{"open face", []Fixed{{0, -1}}, "", func(b *Box) { b.Inside = inside(t, *b, "x > -1") }, []float64{-1, 0, 0}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := slab()
			if row.alter != nil {
				row.alter(&b)
			}
			piece := Piece{Fixed: row.fixed}
			if row.keep != "" {
				piece.Keep = inside(t, b, row.keep)
			}
			p, err := b.SampleOn([]Piece{piece}, cube.Sobol{}, 50, source(1))
			if err != nil || p.N != 50 {
				t.Fatalf("N %d, error %v", p.N, err)
			}
			if row.want == nil {
				if p.Normals != nil || p.MissingNormal() != 0 {
					t.Fatalf("normals %v, want none", p.Normals)
				}
				return
			}
			for i := range p.N {
				if !slices.Equal(p.Normal(i), row.want) {
					t.Fatalf("normal at %v is %v, want %v", p.At(i), p.Normal(i), row.want)
				}
				if !piece.Keep.Holds(p.At(i)) {
					t.Fatalf("%v is not where the piece is", p.At(i))
				}
			}
		})
	}
}

// TestSampleOnPart checks that only the part of a face that belongs to the
// domain gets points, and that its measure counts: of the faces of the L across
// x, the one at x = 1 is cut to a quarter.
func TestSampleOnPart(t *testing.T) {
	b := slab()
	b.Inside = inside(t, b, "x < 0 or y < 0.5")
	p, err := b.SampleOn([]Piece{{Fixed: []Fixed{{0, -1}}}, {Fixed: []Fixed{{0, 1}}}}, cube.Sobol{}, 500, source(1))
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i := range p.N {
		if x := p.At(i); x[0] == 1 {
			right++
			if x[1] > 0.5 {
				t.Fatalf("%v is outside", x)
			}
		}
	}
	if right != 100 {
		t.Errorf("%d of 500 points on the short face, want 100: lengths 2 and 0.5", right)
	}
}

func TestSampleOnPoint(t *testing.T) {
	b := slab()
	p, err := b.SampleOn([]Piece{{Fixed: []Fixed{{0, 1}, {1, 0.5}, {2, 0}}}}, cube.Sobol{}, 4, source(1))
	if err != nil || p.N != 4 {
		t.Fatalf("N %d, error %v", p.N, err)
	}
	for i := range p.N {
		if want := []float64{1, 0.5, 0}; !slices.Equal(p.At(i), want) {
			t.Errorf("point %d is %v, want %v", i, p.At(i), want)
		}
	}
}

// TestSampleOnFew checks that every piece is served although n is smaller.
func TestSampleOnFew(t *testing.T) {
	b := slab()
	p, err := b.SampleOn(b.Faces(), cube.Sobol{}, 2, source(1))
	if err != nil || p.N != 4 {
		t.Fatalf("N %d, error %v; want 4: one for each face", p.N, err)
	}
}

func TestSampleOnEmpty(t *testing.T) {
	b := slab()
	b.Inside = inside(t, b, "x^2 + (y - 1)^2 < 0.81")
	for _, row := range []struct {
		name   string
		pieces []Piece
	}{
		{"no piece", nil},
		{"face cut away", []Piece{{Fixed: []Fixed{{0, 1}}}}},
		{"point cut away", []Piece{{Fixed: []Fixed{{0, 1}, {1, 1}, {2, 0}}}}},
		{"kept nowhere", []Piece{{Fixed: []Fixed{{0, 0}}, Keep: inside(t, b, "y > 1.95")}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := b.SampleOn(row.pieces, cube.Sobol{}, 10, source(1)); !errors.Is(err, ErrEmpty) {
				t.Errorf("error %v, want ErrEmpty", err)
			}
		})
	}
	if _, err := b.SampleOn([]Piece{{Boundary: "hole"}}, cube.Sobol{}, 10, source(1)); err == nil {
		t.Error("a curved boundary was sampled")
	}
}

// TestSplit checks the sum, the minimum of one each, and that shares are
// proportional within one where no share was raised to the minimum.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 1000).Draw(t, "n")
		weight := rapid.SliceOfN(rapid.Float64Range(1e-3, 1e3), 1, 8).Draw(t, "weight")
		share := split(n, weight)
		sum, total, free := 0, 0.0, true
		for i, s := range share {
			if s < 1 {
				t.Fatalf("share %d is %d, want at least 1", i, s)
			}
			sum += s
			total += weight[i]
		}
		for _, w := range weight {
			free = free && float64(n)*w/total >= 1
		}
		if sum != max(n, len(weight)) {
			t.Fatalf("the shares sum to %d, want max(%d, %d)", sum, n, len(weight))
		}
		for i, s := range share {
			if due := float64(n) * weight[i] / total; free && math.Abs(float64(s)-due) >= 1 {
				t.Fatalf("share %d is %d, want %.2f within 1", i, s, due)
			}
		}
	})
}

// TestSampleOnCurve: a named boundary is no piece that can be sampled, and no normal
// points out of a face that the domain touches from neither side.
func TestSampleOnCurve(t *testing.T) {
	b := slab()
	s, _ := cube.New("sobol")
	if _, err := b.SampleOn([]Piece{{Boundary: "hole"}}, s, 3, source(1)); err == nil || !strings.Contains(err.Error(), "boundary hole") {
		t.Errorf("error %v", err)
	}
	b.Inside = inside(t, b, "x = 1 and y < 3") // no more than the face itself
	x := []float64{1, 1, 0.5}
	if got := b.outward(x, 0); got != 1 || !slices.Equal(x, []float64{1, 1, 0.5}) {
		t.Errorf("the normal is %v at %v, want that of the box", got, x)
	}
}
