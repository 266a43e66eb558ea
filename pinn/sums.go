package pinn

import "pinn/internal/kernel"

// maxChunks is into how many chunks the tiles of an evaluation are cut, at most.
// Each has its own sums, which are added in the order of the chunks: the result
// does not depend on how many threads there are or which was faster.
const maxChunks = 32

// sums is the job that adds up the squares of the residuals over a selection and,
// with gradient, their derivatives. A unit is a chunk: some consecutive tiles.
type sums struct {
	chunks    []chunk // room for maxChunks
	selection *selection
	gradient  bool
	theta     []float64
	params    []float64
	slopes    []float64 // of the unknown parameters by their elements of θ
}

// chunk holds the sums of one chunk.
type chunk struct {
	terms []float64 // Σ r² of each term
	grad  []float64 // gradient by θ
}

func newSums(terms, dim int) *sums {
	s := &sums{chunks: make([]chunk, maxChunks)}
	for i := range s.chunks {
		s.chunks[i] = chunk{terms: make([]float64, terms), grad: make([]float64, dim)}
	}
	return s
}

// begin clears the gradients of the chunks of a selection.
func (s *sums) begin(selected *selection) {
	s.selection = selected
	for i := range s.units() {
		clear(s.chunks[i].grad)
	}
}

// units returns the number of chunks of the selection.
func (s *sums) units() int { return len(s.selection.chunks) }

// unit adds up the tiles of chunk i.
func (s *sums) unit(w *worker, i int) {
	c, at := &s.chunks[i], s.selection.chunks[i]
	clear(c.terms)
	if s.gradient {
		clear(c.grad)
	}
	for k := at.from; k < at.to; k++ {
		p, number := s.selection.locate(k)
		x := w.forward(p, number, s.theta, s.params, s.gradient)
		x.squares(c.terms)
		if s.gradient {
			s.descend(w, &x, c)
		}
	}
}

// descend adds the gradient of a tile: the seeds are ∂L/∂r = 2 w_m r/N_m.
func (s *sums) descend(w *worker, x *tile, c *chunk) {
	p := x.part
	for o, weight := range p.weights {
		kernel.Scale(x.seed(o), 2*weight/float64(p.points), x.residual(o))
	}
	w.sum.grad = c.grad
	w.adjoint(x, s.theta, s.params, &w.sum)
	first := len(c.grad) - len(s.params)
	for k := range s.params {
		c.grad[first+k] += s.slopes[k] * kernel.Sum(x.param(k))
	}
}

// means stores in terms the mean square of each term and returns their weighted
// sum, L.
func (s *sums) means(terms, weights []float64) float64 {
	clear(terms)
	for _, c := range s.chunks[:s.units()] {
		for m, v := range c.terms {
			terms[m] += v
		}
	}
	sum := 0.0
	for i := range s.selection.parts {
		p := &s.selection.parts[i]
		for _, m := range p.terms {
			terms[m] /= float64(p.points)
			sum += weights[m] * terms[m]
		}
	}
	return sum
}

// grad stores the sum of the chunks' gradients.
func (s *sums) grad(dst []float64) {
	copy(dst, s.chunks[0].grad)
	for _, c := range s.chunks[1:s.units()] {
		kernel.Add(dst, dst, c.grad)
	}
}
