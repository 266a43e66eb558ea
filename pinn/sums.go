package pinn

import (
	"math"

	"pinn/internal/kernel"
)

// maxChunks is the largest number of chunks into which the tiles of an evaluation are cut.
// Each chunk has its own sums, which are added in the order of the chunks, so that the
// result depends neither on the number of threads nor on which was faster.
const maxChunks = 32

// sums is the job that adds up the squares of the residuals over a selection and, with
// gradient, the derivatives of the loss. A unit is a chunk, which is some consecutive tiles.
type sums struct {
	chunks    []chunk // room for maxChunks
	selection *selection
	gradient  bool
	theta     []float64
	params    []float64
	slopes    []float64 // derivatives of the unknown parameters by their elements of θ
}

// chunk holds the sums of one chunk.
type chunk struct {
	terms []float64 // Σ r² of each term
	grad  []float64 // what its points add to ∇L
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

// descend adds the gradient of a tile to the chunk. The seeds are ∂L/∂r = 2 w_m r/N_m.
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

// ChunkStats returns |g|² of the newest gradient over all points, signal2, and the variance
// noise2 that it has because the points are drawn: as an estimate of the gradient over
// infinitely many points, its error squared. Both come from the sums of the chunks, so they
// cost no evaluation. Where the N points of the equations, or of a condition, are cut into
// C ≥ 2 chunks of n_c points, with the mean gradient g_c in each and g over all, they add
// to noise2
//
//	V/N,   V = Σ_c n_c·|g_c − g|²/(C−1),
//
// which is the variance of a mean of N independent points. Points in a single chunk add
// nothing, nor do data, which no draw changes. chunks is the number of chunks compared; if
// it is 0, or the newest evaluation is not a gradient over all points, both values are NaN.
//
// The points are shuffled when they are drawn, since consecutive points of a Sobol set are
// more alike than independent ones.
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

// spread stores in mean the gradient of part k of the selection. It returns the variance of
// that gradient and from how many chunks it is; with fewer than 2 the variance is 0.
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
		scale := float64(p.points) / float64(points) // from Σ_chunk/N to the mean of the chunk
		square := 0.0
		for j, h := range s.chunks[i].grad {
			d := scale*h - mean[j]
			square += d * d
		}
		variance += float64(points) * square
	}
	return variance / float64(compared-1) / float64(p.points), compared
}
