package hybrid

import (
	"math/rand/v2"

	"pinn/optim"
)

// minibatches is the view of the loss that a minibatch phase gives its method:
// an optim.Objective that is one minibatch until next is called.
type minibatches struct {
	loss   Batched
	pool   Batches
	rng    stream
	before rand.PCG // rng's source before the last shuffle
	size   int
	k      int // current minibatch of the pool
}

// newMinibatches deals and shuffles the first epoch.
func newMinibatches(loss Batched, size int, rng stream) *minibatches {
	m := &minibatches{loss: loss, rng: rng, size: size}
	m.deal()
	return m
}

// deal starts a new epoch on newly dealt batches, as the redraw of points asks.
func (m *minibatches) deal() {
	m.pool = m.loss.Deal(m.size)
	if m.pool.Len() < 1 {
		panic("hybrid: a deal without minibatches")
	}
	m.shuffle()
}

// shuffle begins an epoch.
func (m *minibatches) shuffle() {
	m.before = *m.rng.source
	m.pool.Shuffle(m.rng.Rand)
	m.k = 0
}

// next moves on to the next minibatch and shuffles where an epoch ends.
func (m *minibatches) next() {
	if m.k++; m.k < m.pool.Len() {
		return
	}
	m.shuffle()
}

// Dim is the length of θ.
func (m *minibatches) Dim() int { return m.loss.Dim() }

// ValueGrad is that of the current minibatch.
func (m *minibatches) ValueGrad(grad, theta []float64) float64 {
	return m.pool.ValueGrad(m.k, grad, theta)
}

// view is what the method is to see: with rows if the loss can give them.
func (m *minibatches) view() optim.Objective {
	if _, ok := m.pool.(RowBatches); ok {
		return rowMinibatches{m}
	}
	return m
}

// rowMinibatches is minibatches as an optim.Rows.
type rowMinibatches struct{ *minibatches }

// Rows is that of the current minibatch.
func (m rowMinibatches) Rows(theta []float64) (float64, optim.RowBlock) {
	return m.pool.(RowBatches).Rows(m.k, theta)
}
