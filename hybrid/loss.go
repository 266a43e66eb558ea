package hybrid

import (
	"fmt"
	"math"
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
	// valid until the points are redrawn.
	Deal(size int) Batches
}

// Batches is one shuffled pool cut into disjoint minibatches.
type Batches = seam.Batches

// RowBatches are Batches that also give the rows of the Jacobian, which methods such as
// spring need: |r|² is the loss of minibatch k and 2Jᵀr its gradient. The block is valid
// until the next call.
type RowBatches interface {
	Batches
	Rows(k int, theta []float64) (value float64, b optim.RowBlock)
}

// HeldOut is a loss that can score θ on points that training never uses. Run
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

// Finder is a loss that can say where it is not finite, for the event about it.
type Finder interface {
	// FindNonFinite looks at theta for the first residual that is not finite itself or
	// has a gradient that is not, and names its term, point and layer in a sentence
	// without a full stop; "" if there is none. It may take as long as a few
	// evaluations over all points.
	FindNonFinite(theta []float64) string
}

// Chunked is a loss that adds up its gradient over all points from the sums of chunks
// of them, and can tell from the spread of these sums how well the gradient is known.
type Chunked interface {
	// ChunkStats returns |g|² of the newest gradient g over all points, the variance of
	// g as an estimate of the gradient over infinitely many points, and the number of
	// chunks that were compared. chunks is 0 if nothing is known, for instance because
	// the newest evaluation was not that of a gradient over all points.
	ChunkStats() (signal2, noise2 float64, chunks int)
}

// Keeping is a loss with a state of its own, such as the points that it has drawn.
// State returns copies; SetState takes copies, and returns an error if the vectors
// are not those that State returns for such a loss. A loss that is not Keeping must
// not change during a run.
type Keeping interface {
	State() []optim.Vector
	SetState(state []optim.Vector) error
}

// valuer is a loss that can give its value over all points without a gradient.
type valuer interface {
	Value(theta []float64) float64
}

// Preconditioner is a method with a diagonal metric of its own, such as 1/(√v̂ + ε) for
// Adam. Its method Preconditioner stores the diagonal in dst, of length p, and reports
// whether there is one yet; checks can measure gradients in it (Checks.Metric).
type Preconditioner interface {
	Preconditioner(dst []float64) bool
}

// score measures how good θ is in a leg: by the held-out loss, or by the loss over all
// points if there is no held-out loss or it is not finite at the start.
type score struct {
	loss    Batched
	grad    []float64 // scratch of value
	heldOut bool      // θ is scored by the held-out loss
}

func newScore(loss Batched) score { return score{loss: loss, grad: make([]float64, loss.Dim())} }

// choose decides what to score by, and returns a doubt where that is not the held-out
// loss.
func (s *score) choose(theta []float64) (doubt error) {
	h, ok := s.loss.(HeldOut)
	if !ok {
		return fmt.Errorf("no held-out loss: the best θ is chosen by the loss over the training points")
	}
	if v := h.HeldOut(theta); !finite(v) {
		return fmt.Errorf("the held-out loss is %g at the start: the best θ is chosen by the loss over the training points", v)
	}
	s.heldOut = true
	return nil
}

// of is the loss that θ is scored by.
func (s *score) of(theta []float64) float64 {
	if h, ok := s.loss.(HeldOut); ok && s.heldOut {
		return h.HeldOut(theta)
	}
	return s.value(theta)
}

// value is the loss over all points.
func (s *score) value(theta []float64) float64 {
	if v, ok := s.loss.(valuer); ok {
		return v.Value(theta)
	}
	return s.loss.ValueGrad(s.grad, theta)
}

// both returns the loss over all points and the held-out loss; without a held-out loss
// the former stands for it.
func (s *score) both(theta []float64) (loss, heldOut float64) {
	loss = s.value(theta)
	if h, ok := s.loss.(HeldOut); ok {
		return loss, h.HeldOut(theta)
	}
	return loss, loss
}

var nan = math.NaN()

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
