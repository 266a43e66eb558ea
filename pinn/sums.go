package pinn

import (
	"math"

	"pinn/internal/kernel"
)

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

// ChunkStats compares the newest gradient over all points with its error as an
// estimate of the gradient over infinitely many points. signal2 is its square |g|², and
// noise2 its variance. Both come from the sums of the chunks that make up the gradient,
// so they cost no evaluation. Where the N points of the equations, or of a condition, are
// cut into C ≥ 2 chunks of n_c points, with mean gradients g_c and g, they contribute
//
//	V/N,   V = Σ_c n_c·|g_c − g|²/(C−1),
//
// the variance of the mean of N exchangeable points. Points in a single chunk, and data,
// which no draw changes, contribute 0. chunks is the number of chunks compared. It is 0,
// and both values are NaN, if there are none or if the newest evaluation is not a
// gradient over all points.
//
// Points are shuffled when they are drawn; the chunks of a Sobol set would be more
// alike than chance allows.
func (l *Loss) ChunkStats() (signal2, noise2 float64, chunks int) {
	s, n := l.sums, l.Dim()
	if l.mean == nil {
		l.mean = make([]float64, 2*n)
	}
	mean, whole := l.mean[:n], l.mean[n:]
	if l.summed == 0 || len(l.full.parts) > maxChunks {
		return math.NaN(), math.NaN(), 0
	}
	clear(whole)
	for k := range l.full.parts {
		variance, compared := s.spread(mean, k)
		kernel.Add(whole, whole, mean)
		if l.places[l.full.parts[k].id].data == nil {
			noise2 += variance
			chunks += compared
		}
	}
	if chunks == 0 {
		return math.NaN(), math.NaN(), 0
	}
	scale2 := l.summed * l.summed
	return scale2 * kernel.Dot(whole, whole), scale2 * noise2, chunks
}

// spread stores in mean the gradient of part k of the selection, and returns the
// variance of it and the number of chunks that it is from.
func (s *sums) spread(mean []float64, k int) (variance float64, compared int) {
	p := &s.selection.parts[k]
	clear(mean)
	for i, at := range s.selection.chunks {
		if at.part == k {
			kernel.Add(mean, mean, s.chunks[i].grad)
			compared++
		}
	}
	if compared < 2 {
		return 0, 0
	}
	for i, at := range s.selection.chunks {
		if at.part != k {
			continue
		}
		points := 0
		for tile := at.from; tile < at.to; tile++ {
			points += p.count(tile - p.first)
		}
		scale := float64(p.points) / float64(points) // from a share of the mean to a mean
		square := 0.0
		for j, h := range s.chunks[i].grad {
			d := scale*h - mean[j]
			square += d * d
		}
		variance += float64(points) * square
	}
	return variance / float64(compared-1) / float64(p.points), compared
}
