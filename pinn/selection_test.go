package pinn

import (
	"math"
	"math/rand/v2"
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
