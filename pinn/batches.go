package pinn

import (
	"math/rand/v2"

	"pinn/internal/seam"
)

// Batches holds the points of a Loss, shuffled and cut into disjoint minibatches.
// Each minibatch is stratified: it takes from every group its share, at least one
// point, so that the mean of its gradient over shuffles is ∇L. What does not fill
// a minibatch is left out until the next shuffle.
//
// A group with fewer points than there are minibatches, such as a condition at
// one point, gives its points to several of them in turn.
//
// It is valid until the points of the Loss are redrawn, and not safe for
// concurrent use.
type Batches struct {
	loss  *Loss
	order [][]int32 // per set, its points as shuffled
	share []int     // per set, points in a minibatch
	count int
	selection
	panel *panel // of Rows, made at its first use
}

// Deal returns minibatches of size points each, or as few more as one point of
// each group needs, shuffled for a start by a stream of the loss's own seed.
// They are of type *Batches.
func (l *Loss) Deal(size int) seam.Batches { return l.deal(size) }

func (l *Loss) deal(size int) *Batches {
	b := &Batches{loss: l, share: shares(l.sets, size), count: 1}
	main := l.sets[0]
	b.count = max(1, main.pts.N/b.share[0])
	for i, s := range l.sets {
		order := make([]int32, s.pts.N)
		b.order = append(b.order, order)
		b.add(s, order, b.share[i])
	}
	b.chunk()
	b.Shuffle(stream(l.options.Seed, streamDeal, 0))
	return b
}

// shares splits size among the sets in proportion to their points, at least one
// and at most all of them; the first set takes what the others leave.
func shares(sets []*pointSet, size int) []int {
	total := 0
	for _, s := range sets {
		total += s.pts.N
	}
	share := make([]int, len(sets))
	left := size
	for i, s := range sets[1:] {
		n := (2*size*s.pts.N + total) / (2 * total) // rounded
		share[i+1] = max(1, min(n, s.pts.N))
		left -= share[i+1]
	}
	share[0] = max(1, min(left, sets[0].pts.N))
	return share
}

// Shuffle deals the points anew; the outcome depends on the stream alone.
func (b *Batches) Shuffle(rng *rand.Rand) {
	for _, order := range b.order {
		for i := range order {
			order[i] = int32(i)
		}
		for i := len(order) - 1; i > 0; i-- {
			j := rng.IntN(i + 1)
			order[i], order[j] = order[j], order[i]
		}
	}
}

// Len returns the number of minibatches of one shuffle.
func (b *Batches) Len() int { return b.count }

// Size returns the number of points of a minibatch.
func (b *Batches) Size() int {
	n := 0
	for _, s := range b.share {
		n += s
	}
	return n
}

// ValueGrad stores the gradient of minibatch k at theta in grad and returns its
// loss: the weighted means are over the points of the minibatch.
func (b *Batches) ValueGrad(k int, grad, theta []float64) float64 {
	b.choose(k)
	return b.loss.evaluate(&b.selection, grad, theta, b.loss.spare)
}

// choose makes the selection that of minibatch k.
func (b *Batches) choose(k int) {
	if k < 0 || k >= b.count {
		panic("pinn: no such minibatch")
	}
	for i := range b.parts {
		order, n := b.order[i], b.share[i]
		first := n * (k % (len(order) / n))
		b.parts[i].index = order[first : first+n]
	}
}
