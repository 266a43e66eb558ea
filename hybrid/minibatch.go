package hybrid

import (
	"fmt"
	"math/rand/v2"

	"pinn/optim"
)

// minibatches is the view of the loss that a minibatch phase gives its method:
// an optim.Objective that is one minibatch until next is called.
type minibatches struct {
	loss   Batched
	pool   Batches
	stream stream
	before rand.PCG // the stream's source before the last shuffle
	size   int
	k      int // current minibatch of the pool
}

// BatchState is where an epoch of minibatches stands: from the random source before its
// shuffle, as the bytes of MarshalBinary, it is dealt again.
type BatchState struct {
	Before []byte
	K      int // the minibatch that comes next
}

// newMinibatches deals and shuffles the first epoch.
func newMinibatches(loss Batched, size int, stream stream) *minibatches {
	m := &minibatches{loss: loss, stream: stream, size: size}
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
	m.before = *m.stream.source
	m.pool.Shuffle(m.stream.rng)
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
type rowMinibatches struct{ of *minibatches }

// Dim is the length of θ.
func (m rowMinibatches) Dim() int { return m.of.Dim() }

// ValueGrad is that of the current minibatch.
func (m rowMinibatches) ValueGrad(grad, theta []float64) float64 { return m.of.ValueGrad(grad, theta) }

// Rows is that of the current minibatch.
func (m rowMinibatches) Rows(theta []float64) (float64, optim.RowBlock) {
	return m.of.pool.(RowBatches).Rows(m.of.k, theta)
}

func (m *minibatches) snapshot() BatchState { return BatchState{Before: marshal(&m.before), K: m.k} }

// restore deals the epoch again.
func (m *minibatches) restore(k BatchState) error {
	if err := m.stream.source.UnmarshalBinary(k.Before); err != nil {
		return fmt.Errorf("the random stream of the minibatches before their shuffle: %w", err)
	}
	m.deal()
	if k.K < 0 || k.K >= m.pool.Len() {
		return fmt.Errorf("the minibatch must be one of %d, got %d", m.pool.Len(), k.K)
	}
	m.k = k.K
	return nil
}
