package lab

import (
	"math/rand/v2"

	"pinn/hybrid"
	"pinn/optim"
)

// batches goes through the minibatches of a task, shuffled anew for each epoch: an
// objective that is one of them until next is called.
type batches struct {
	hybrid.Batches
	dim int
	rng *rand.Rand
	k   int
}

func newBatches(t *task, size int, rng *rand.Rand) *batches {
	b := &batches{Batches: t.Deal(size), dim: t.Dim(), rng: rng}
	b.Shuffle(rng)
	return b
}

// Dim returns the length of θ.
func (b *batches) Dim() int { return b.dim }

// ValueGrad is that of the minibatch at hand.
func (b *batches) ValueGrad(grad, theta []float64) float64 {
	return b.Batches.ValueGrad(b.k, grad, theta)
}

func (b *batches) next() {
	if b.k++; b.k == b.Len() {
		b.Shuffle(b.rng)
		b.k = 0
	}
}

// train makes steps of m on one minibatch after another.
func train(m optim.Method, b *batches, theta []float64, steps int, over func() error) error {
	for range steps {
		if err := over(); err != nil {
			return err
		}
		if _, err := m.Step(theta, b); err != nil {
			return err
		}
		b.next()
	}
	return nil
}
