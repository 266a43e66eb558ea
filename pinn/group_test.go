package pinn

import (
	"math"
	"slices"
	"testing"

	"pinn/pinn/jet"
	"pinn/pinn/pinntest"
)

// TestTileSize: tiles have a multiple of 8 points within their bounds, grow with the memory,
// do not have rows at a bad distance, and are about a quarter of the points at most.
func TestTileSize(t *testing.T) {
	s := burgers(t)
	for _, hidden := range [][]int{nil, {5}, {20, 20, 20}, {64, 64, 64, 64}, {500, 500}} {
		for _, activation := range []string{"tanh", "swish"} {
			f := form{net: NewMLP(s.Box, 1, NetSpec{Hidden: hidden, Activation: activation}), fields: 1}
			set := s.Equations[0].Residual.Partials()
			components := jet.NewSet(set[0].Order, set[len(set)-1].Order)
			last := 0
			for _, bytes := range []int{1, 1 << 14, 1 << 18, 1 << 20, 1 << 26} {
				for _, points := range []int{1, 7, 64, 400, 1 << 20} {
					n := tileSize(f, components, bytes, points)
					if n%8 != 0 || n < minTile || n > maxTile {
						t.Fatalf("%v, %d bytes: tiles of %d points", hidden, bytes, n)
					}
					if n > minTile && n > (points+3)/4+7 {
						t.Errorf("%v: tiles of %d of %d points", hidden, n, points)
					}
					if n > minTile && n*components.Len()%pageSpan == 0 {
						t.Errorf("%v: rows are %d numbers apart", hidden, n*components.Len())
					}
				}
				most := tileSize(f, components, bytes, 1<<20)
				if most < last {
					t.Errorf("%v: tiles of %d points in %d bytes, of %d in fewer", hidden, most, bytes, last)
				}
				last = most
			}
			if got, want := tileSize(f, components, 0, 999), tileSize(f, components, cacheBytes, 999); got != want {
				t.Errorf("%v: tiles of %d points by default, want %d", hidden, got, want)
			}
		}
	}
}

// TestGather: the statics of chosen points are those that lie in place.
func TestGather(t *testing.T) {
	for _, p := range pinntest.Problems {
		b := build(p.State(t), small("tanh"), LossOptions{Interior: 150, Seed: 2})
		for _, s := range b.sets {
			n := s.pts.N
			index := []int32{int32(n - 1), 0, int32(n / 2), int32(n / 3)}
			width := s.ansatz.t
			got := make([]float64, s.rows*width)
			s.gather(got, index)
			for r := range s.rows {
				for j := range min(8, width) {
					i := int(index[min(j, len(index)-1)]) // the last one fills up
					if want := s.tile(i / width)[r*width+i%width]; got[r*width+j] != want {
						t.Fatalf("%s, row %d: point %d gathered as %v, want %v", p.Name, r, i, got[r*width+j], want)
					}
				}
			}
		}
	}
}

// TestGroups: equations share their points, conditions and data have their own.
func TestGroups(t *testing.T) {
	b := build(plate(t), small("tanh"), few)
	var terms, points []int
	for _, g := range b.Groups() {
		if g.Partials < 1 || g.Tile%8 != 0 {
			t.Errorf("group %+v", g)
		}
		for _, m := range g.Terms {
			terms, points = append(terms, m), append(points, g.Points)
		}
	}
	if want := []int{0, 1, 2, 3}; !slices.Equal(terms, want) {
		t.Errorf("terms %v, want %v", terms, want)
	}
	if want := []int{37, 37, 128, 64}; !slices.Equal(points, want) || !slices.Equal(b.TermPoints(), want) {
		t.Errorf("points %v and %v, want %v", points, b.TermPoints(), want)
	}
}

func TestTileSizeDoesNotMatter(t *testing.T) {
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			o := few
			b := build(p.State(t), wide, o)
			grad, other := make([]float64, b.Dim()), make([]float64, b.Dim())
			v := b.ValueGrad(grad, b.theta)
			o.CacheBytes = 1
			c := build(p.State(t), wide, o)
			if got := c.ValueGrad(other, b.theta); !(math.Abs(got-v) <= tolSum*v) {
				t.Errorf("L = %v, want %v", got, v)
			}
			for i := range grad {
				if !(math.Abs(other[i]-grad[i]) <= tolSum*largestOf(grad)) {
					t.Fatalf("∂L_%d = %v, want %v", i, other[i], grad[i])
				}
			}
		})
	}
}
