package pinn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pinn/pinntest"
)

// TestMinibatchesAverageToTheLoss cuts a pool that the minibatches fill: their
// mean is the loss and its gradient.
func TestMinibatchesAverageToTheLoss(t *testing.T) {
	s := state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").
		Equation("u_t = u_xx").
		Condition("u_x = 1", on(0, 0), func(c *pde.Condition) { c.Points = 480 }).
		Condition("dn(u) = u", on(0, 1), func(c *pde.Condition) { c.Points = 240 })
	b := build(s, wide, LossOptions{Interior: 2400})
	batches := b.deal(520)
	if batches.Len() != 6 || batches.Size() != 520 {
		t.Fatalf("%d minibatches of %d, want 6 of 520", batches.Len(), batches.Size())
	}
	batches.Shuffle(rand.New(rand.NewPCG(1, 2)))
	full, grad, mean := make([]float64, b.Dim()), make([]float64, b.Dim()), make([]float64, b.Dim())
	want := b.ValueGrad(full, b.theta)
	got := 0.0
	for k := range batches.Len() {
		got += batches.ValueGrad(k, grad, b.theta) / 6
		for i := range mean {
			mean[i] += grad[i] / 6
		}
	}
	if !(math.Abs(got-want) <= tolSum*want) {
		t.Errorf("mean of the losses %v, want %v", got, want)
	}
	for i := range mean {
		if !(math.Abs(mean[i]-full[i]) <= tolSum*largestOf(full)*10) {
			t.Fatalf("mean of ∂L_%d = %v, want %v", i, mean[i], full[i])
		}
	}
}

func TestMinibatchesAreDisjointAndStratified(t *testing.T) {
	for _, p := range pinntest.Problems {
		for _, size := range []int{1, 7, 50, 1 << 20} {
			b := build(p.State(t), small("tanh"), LossOptions{Interior: 200})
			batches := b.deal(size)
			if batches.Len() < 1 {
				t.Fatalf("%s, size %d: no minibatch", p.Name, size)
			}
			for i, set := range b.sets {
				seen := map[int32]int{}
				for k := range batches.Len() {
					batches.choose(k)
					part := batches.parts[i]
					if part.pointSet != set || len(part.index) != part.points || part.points < 1 {
						t.Fatalf("%s, size %d: part %d has %d points", p.Name, size, i, part.points)
					}
					for _, j := range part.index {
						seen[j]++
					}
				}
				for j, n := range seen {
					if i == 0 && n > 1 {
						t.Fatalf("%s, size %d: point %d is in %d minibatches", p.Name, size, j, n)
					}
				}
			}
		}
	}
}

func TestShuffleDependsOnTheStreamAlone(t *testing.T) {
	b := build(burgers(t), small("tanh"), LossOptions{Interior: 100})
	first, second := b.deal(10), b.deal(10)
	first.Shuffle(rand.New(rand.NewPCG(9, 9)))
	first.Shuffle(rand.New(rand.NewPCG(1, 1)))
	second.Shuffle(rand.New(rand.NewPCG(1, 1)))
	grad, other := make([]float64, b.Dim()), make([]float64, b.Dim())
	first.ValueGrad(3, grad, b.theta)
	second.ValueGrad(3, other, b.theta)
	sameBits(t, grad, other)
}

// The rows of a minibatch are those of its loss: |r|² = L and 2Jᵀr = ∇L.
func TestMinibatchRows(t *testing.T) {
	for _, p := range pinntest.Problems {
		b := build(p.State(t), small("tanh"), LossOptions{Interior: 200})
		batches := b.deal(50)
		grad := make([]float64, b.Dim())
		for k := range min(3, batches.Len()) {
			want := batches.ValueGrad(k, grad, b.theta)
			got, block := batches.Rows(k, b.theta)
			sum := 0.0
			for _, x := range block.R {
				sum += x * x
			}
			if !(math.Abs(got-want) <= tolSum*want) || !(math.Abs(sum-want) <= tolSum*want) {
				t.Errorf("%s: L = %v and |r|² = %v, want %v", p.Name, got, sum, want)
			}
			for j := range grad {
				dot, size := 0.0, 0.0
				for i, x := range block.R {
					dot += 2 * x * block.Column(j)[i]
					size += math.Abs(2 * x * block.Column(j)[i])
				}
				if !(math.Abs(dot-grad[j]) <= tolSum*(size+largestOf(grad))) {
					t.Fatalf("%s: 2(Jᵀr)_%d = %v, want %v", p.Name, j, dot, grad[j])
				}
			}
		}
	}
}

// TestChunks: every tile is in one chunk, in order, and a chunk has tiles of one part unless
// there are more parts than chunks.
func TestChunks(t *testing.T) {
	set := build(burgers(t), small("tanh"), LossOptions{Interior: 2000, CacheBytes: 1}).sets[0]
	for _, sizes := range [][]int{{1}, {5, 3}, {2000}, {2000, 10}, {300, 8, 900, 1, 1, 700}, slices.Repeat([]int{9}, maxChunks), slices.Repeat([]int{20}, maxChunks+9)} {
		s := &selection{}
		for _, n := range sizes {
			s.add(set, nil, n)
		}
		s.add(set, nil, 0)
		if len(s.parts) != len(sizes) {
			t.Fatalf("%v: %d parts", sizes, len(s.parts))
		}
		s.chunk()
		next := 0
		for _, c := range s.chunks {
			if c.from != next || c.to <= c.from || s.partOf(c.from) != c.part {
				t.Fatalf("%v: chunk %+v after tile %d", sizes, c, next)
			}
			if len(sizes) <= maxChunks && s.tiles > maxChunks && s.partOf(c.to-1) != c.part {
				t.Errorf("%v: chunk %+v is of parts %d and %d", sizes, c, c.part, s.partOf(c.to-1))
			}
			next = c.to
		}
		if next != s.tiles || len(s.chunks) > maxChunks || len(s.chunks) < min(s.tiles, maxChunks)/2 {
			t.Errorf("%v: %d chunks up to tile %d of %d", sizes, len(s.chunks), next, s.tiles)
		}
		points := 0
		for i := range s.tiles {
			p, number := s.locate(i)
			points += p.count(number)
		}
		want := 0
		for _, n := range sizes {
			want += n
		}
		if points != want {
			t.Errorf("%v: tiles of %d points, want %d", sizes, points, want)
		}
	}
}

func TestShareOut(t *testing.T) {
	for points, want := range map[int]int{1: 1, 96: 96, 191: 191, 192: 96, 383: 192, 384: 96, 768: 96, 10000: 1250} {
		if got := shareOut(points); got != want {
			t.Errorf("%d points are cut into tiles of %d, want %d", points, got, want)
		}
	}
}

func TestShares(t *testing.T) {
	b := build(inverse(t), small("tanh"), LossOptions{Interior: 400}) // 400, 64 and 11 points
	for size, want := range map[int][]int{1: {1, 1, 1}, 3: {1, 1, 1}, 100: {85, 13, 2}, 475: {400, 64, 11}, 9999: {400, 64, 11}} {
		if got := shares(b.sets, size); !slices.Equal(got, want) {
			t.Errorf("minibatches of %d: shares %v, want %v", size, got, want)
		}
	}
	batches, ok := b.Deal(100).(*Batches)
	if !ok || batches.Size() != 100 || batches.Len() != 4 {
		t.Fatalf("%d minibatches of %d, want 4 of 100", batches.Len(), batches.Size())
	}
	pinntest.Panics(t, map[string]func(){
		"minibatch −1": func() { batches.ValueGrad(-1, make([]float64, b.Dim()), b.theta) },
		"minibatch 4":  func() { batches.Rows(4, b.theta) },
	})
}
