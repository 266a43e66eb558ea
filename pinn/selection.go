package pinn

import (
	"math/rand/v2"

	"pinn/internal/seam"
)

// selection is the points that one evaluation runs over: parts of point sets,
// cut into tiles that are numbered through.
type selection struct {
	parts  []part
	tiles  int
	chunks []stretch
}

// stretch is some consecutive tiles, of one part unless there are too many parts.
type stretch struct{ from, to, part int }

// part is the points of one set that take part: those in index, or all of them in
// place if index is nil.
type part struct {
	*pointSet
	index  []int32
	points int
	cut    int // points of a tile; the last one may have fewer
	first  int // number of its first tile
}

// add appends a part of the given number of points to the selection, 0 adds
// nothing. Points in place lie in the tiles of their set; those of an index are
// cut so that there is work for several threads.
func (s *selection) add(set *pointSet, index []int32, points int) {
	if points == 0 {
		return
	}
	cut := set.trial.t
	if index != nil {
		cut = min(cut, shareOut(points))
	}
	s.parts = append(s.parts, part{set, index, points, cut, s.tiles})
	s.tiles += (points + cut - 1) / cut
}

const (
	// leastShare is the size of a tile below which it costs more to cut than
	// another thread can gain.
	leastShare = 96
	// mostShares is for how many threads points are cut.
	mostShares = 8
)

// shareOut returns the size of the tiles into which points are cut: a power of
// two of them, none smaller than leastShare.
func shareOut(points int) int {
	k := 1
	for k < mostShares && points >= 2*k*leastShare {
		k *= 2
	}
	return (points + k - 1) / k
}

// chunk cuts the tiles into at most maxChunks stretches, in proportion to the tiles of
// each part and without crossing from one into the next: what is summed over a
// chunk is then of points of one kind. It is called when all parts are added.
func (s *selection) chunk() {
	s.chunks = s.chunks[:0]
	p, room := len(s.parts), maxChunks
	if p > maxChunks || s.tiles <= maxChunks {
		n := min(maxChunks, s.tiles)
		for i := range n {
			s.chunks = append(s.chunks, stretch{i * s.tiles / n, (i + 1) * s.tiles / n, s.partOf(i * s.tiles / n)})
		}
		return
	}
	for k := range s.parts {
		first, tiles := s.parts[k].first, s.tilesOf(k)
		n := 1 + (room-p)*(tiles-1)/(s.tiles-p)
		for i := range n {
			s.chunks = append(s.chunks, stretch{first + i*tiles/n, first + (i+1)*tiles/n, k})
		}
	}
}

// tilesOf returns the number of tiles of part k.
func (s *selection) tilesOf(k int) int {
	if k == len(s.parts)-1 {
		return s.tiles - s.parts[k].first
	}
	return s.parts[k+1].first - s.parts[k].first
}

// all selects every point of the sets.
func all(sets []*pointSet) *selection {
	s := &selection{}
	for _, set := range sets {
		s.add(set, nil, set.pts.N)
	}
	s.chunk()
	return s
}

// locate returns the part that tile i belongs to and its number there.
func (s *selection) locate(i int) (p *part, tile int) {
	k := s.partOf(i)
	return &s.parts[k], i - s.parts[k].first
}

// partOf returns the index of the part that tile i belongs to.
func (s *selection) partOf(i int) int {
	k := len(s.parts) - 1
	for s.parts[k].first > i {
		k--
	}
	return k
}

// count returns how many points the tile of the part holds; padding not counted.
func (p *part) count(tile int) int { return min(p.cut, p.points-tile*p.cut) }

// statics returns the statics of a tile of the part, gathered in buf unless they
// lie in place.
func (p *part) statics(tile int, buf []float64) []float64 {
	if p.index == nil {
		return p.tile(tile)
	}
	first := tile * p.cut
	p.gather(buf, p.index[first:first+p.count(tile)])
	return buf
}

// Batches holds the points of a Loss, shuffled and cut into disjoint minibatches.
// Each minibatch is stratified: it takes from every group its share, at least one
// point, so that the mean of its gradient over shuffles is ∇L. What does not fill
// a minibatch is left out until the next shuffle.
//
// A group with fewer points than there are minibatches, such as a condition at
// one point, gives its points to several of them in turn.
//
// It is valid until the points of the Loss are redrawn, and not safe for
// concurrent use.
type Batches struct {
	loss  *Loss
	order [][]int32 // per set, its points as shuffled
	share []int     // per set, points in a minibatch
	count int
	selection
	panel *panel // of Rows, made at its first use
}

// Deal returns minibatches of size points each, or as few more as one point of
// each group needs, shuffled for a start by a stream of the loss's own seed.
// They are of type *Batches.
func (l *Loss) Deal(size int) seam.Batches { return l.deal(size) }

func (l *Loss) deal(size int) *Batches {
	b := &Batches{loss: l, share: shares(l.sets, size), count: 1}
	main := l.sets[0]
	b.count = max(1, main.pts.N/b.share[0])
	for i, s := range l.sets {
		order := make([]int32, s.pts.N)
		b.order = append(b.order, order)
		b.add(s, order, b.share[i])
	}
	b.chunk()
	b.Shuffle(stream(l.options.Seed, streamDeal, 0))
	return b
}

// shares splits size among the sets in proportion to their points, at least one
// and at most all of them; the first set takes what the others leave.
func shares(sets []*pointSet, size int) []int {
	total := 0
	for _, s := range sets {
		total += s.pts.N
	}
	share := make([]int, len(sets))
	left := size
	for i, s := range sets[1:] {
		n := (2*size*s.pts.N + total) / (2 * total) // rounded
		share[i+1] = max(1, min(n, s.pts.N))
		left -= share[i+1]
	}
	share[0] = max(1, min(left, sets[0].pts.N))
	return share
}

// Shuffle deals the points anew; the outcome depends on the stream alone.
func (b *Batches) Shuffle(rng *rand.Rand) {
	for _, order := range b.order {
		for i := range order {
			order[i] = int32(i)
		}
		for i := len(order) - 1; i > 0; i-- {
			j := rng.IntN(i + 1)
			order[i], order[j] = order[j], order[i]
		}
	}
}

// Len returns the number of minibatches of one shuffle.
func (b *Batches) Len() int { return b.count }

// Size returns the number of points of a minibatch.
func (b *Batches) Size() int {
	n := 0
	for _, s := range b.share {
		n += s
	}
	return n
}

// ValueGrad stores the gradient of minibatch k at theta in grad and returns its
// loss: the weighted means are over the points of the minibatch.
func (b *Batches) ValueGrad(k int, grad, theta []float64) float64 {
	b.choose(k)
	return b.loss.evaluate(&b.selection, grad, theta, b.loss.spare)
}

// choose makes the selection that of minibatch k.
func (b *Batches) choose(k int) {
	if k < 0 || k >= b.count {
		panic("pinn: no such minibatch")
	}
	for i := range b.parts {
		order, n := b.order[i], b.share[i]
		first := n * (k % (len(order) / n))
		b.parts[i].index = order[first : first+n]
	}
}

// Rows returns the loss L = |r|² of minibatch k at theta, r, and J = ∂r/∂θ, with the
// rows of term m scaled by √(w_m/b_m), b_m its points in the minibatch. Some rows, of r
// too, may be zeros. The block is good until the next call and may be overwritten. The
// memory is that of J.
func (b *Batches) Rows(k int, theta []float64) (value float64, block seam.RowBlock) {
	b.choose(k)
	l := b.loss
	l.at(theta)
	if b.panel == nil {
		b.panel = newPanel(l, &b.selection)
	}
	p := b.panel
	p.fill(0, theta)
	for _, c := range p.cells {
		value += c.weight * c.square / float64(c.points)
	}
	return value, seam.RowBlock{R: p.r[:p.width], JT: p.jt, Stride: p.stride}
}
