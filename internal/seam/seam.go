// Package seam holds the types that a loss and the methods that minimise it have in
// common, where both see nothing but one flat vector of parameters θ: a named part of
// a saved state, rows of a Jacobian, minibatches. Packages optim and hybrid name them
// as their own, and package pinn, which knows neither, gives them.
package seam

import "math/rand/v2"

// Vector is one named part of a state. Counters are vectors of length one: float64
// holds integers exactly up to 2⁵³.
type Vector struct {
	Name   string
	Values []float64
}

// RowBlock is n residuals with their rows of the Jacobian. Rows of zeros may fill it up.
type RowBlock struct {
	R      []float64 // r, length n
	JT     []float64 // Jᵀ: element (i, k) of J is JT[k·Stride + i]
	Stride int       // ≥ n
}

// Column returns ∂r/∂θ_k, n numbers that belong to the block.
func (b RowBlock) Column(k int) []float64 { return b.JT[k*b.Stride:][:len(b.R)] }

// Batches is one shuffled pool of points cut into disjoint minibatches. Each is a
// stratified part of the points, so that the mean of its gradient over shuffles is the
// gradient of the loss. It is not safe for concurrent use.
type Batches interface {
	// Shuffle deals anew, in a way that depends on the points and the state of rng
	// only, not on the order before. Before the first call the order is not
	// specified.
	Shuffle(rng *rand.Rand)

	// Len is the number of disjoint minibatches of one shuffle.
	Len() int

	// ValueGrad stores the gradient of minibatch k, 0 ≤ k < Len(), at theta in
	// grad and returns its loss.
	ValueGrad(k int, grad, theta []float64) float64
}
