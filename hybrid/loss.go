package hybrid

import (
	"math/rand/v2"

	"pinn/internal/seam"
	"pinn/optim"
)

// Batched is an objective over points that can also give the gradient of a
// minibatch of them. ValueGrad, from optim.Objective, is the loss over all
// points.
type Batched interface {
	optim.Objective

	// Points is N, the number of points that the loss is a mean over. It may
	// change when the points are redrawn.
	Points() int

	// Deal returns minibatches of size points each. Two dealt values are
	// independent: shuffling one does not disturb the other. A dealt value is
	// good until the points are redrawn.
	Deal(size int) Batches
}

// Batches is one shuffled pool cut into disjoint minibatches.
type Batches = seam.Batches

// RowBatches is Batches that also give the rows of the Jacobian, which methods such as
// spring need: |r|² is the loss of minibatch k and 2Jᵀr its gradient. The block is good
// until the next call.
type RowBatches interface {
	Batches
	Rows(k int, theta []float64) (value float64, b optim.RowBlock)
}

// HeldOut is a loss that can judge θ on points that training never uses. Run
// keeps the best θ by it; without it the loss over all points stands in.
type HeldOut interface {
	HeldOut(theta []float64) float64
}

// Terms is a loss that can name its parts. Terms stores in dst the unweighted
// mean squares of the last evaluation over all points, in the order of
// TermNames.
type Terms interface {
	TermNames() []string
	Terms(dst []float64)
}

// Resampler is a loss that can redraw its points: the loop decides when and how
// many, the loss knows how.
type Resampler interface {
	// Resample redraws the points at theta. Method, k and c are those of Resample;
	// points is the number wanted in the interior, 0 for as many as there are.
	Resample(method string, points int, k, c float64, theta []float64, rng *rand.Rand)

	// InteriorPoints is that number now, 0 if there are no such points. Points of
	// conditions and data are not counted.
	InteriorPoints() int
}

// Finder is a loss that can say where it is not finite.
type Finder interface {
	// FindNonFinite says where at theta the first residual, or gradient of one, that
	// is not finite stands (term, point, layer), as a sentence without its end; ""
	// if there is none. It may take as long as some evaluations over all points.
	FindNonFinite(theta []float64) string
}

// valuer is a loss that can give its value over all points without a gradient.
type valuer interface {
	Value(theta []float64) float64
}
