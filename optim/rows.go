package optim

import (
	"errors"

	"pinn/internal/seam"
)

// Rows is an Objective that is a sum of squares, L = |r(θ)|², of few residuals, such as
// those of one minibatch: all rows of its Jacobian can be held at a time. Constant
// weights are part of r.
type Rows interface {
	Objective
	// Rows returns L(θ), r and J = ∂r/∂θ. The block is the objective's own; it is
	// good until the next call, and its numbers may be overwritten. As ValueGrad
	// it repeats itself bit for bit, and may give what is not finite.
	Rows(theta []float64) (value float64, b RowBlock)
}

// RowBlock is n residuals with their rows of the Jacobian. Rows of zeros may fill it up.
type RowBlock = seam.RowBlock

// ErrNoRows is the error of a method that needs a Rows objective and was given
// another.
var ErrNoRows = errors.New("the objective does not give the rows of its Jacobian")
