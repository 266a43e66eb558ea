package pinn

import (
	"math/rand/v2"

	"pinn/internal/seam"
)

// selection is the points that one evaluation runs over: all or some points of several
// sets. They are cut into tiles, which are numbered from the first set to the last.
type selection struct {
	parts  []part
	tiles  int       // how many there are
	chunks []stretch // of tiles, see maxChunks
}

// stretch is the tiles from … to−1. They are of one part, unless there are more parts than
// chunks.
type stretch struct{ from, to, part int }

// part is the points of one set in a selection: those of index, or all if index is nil.
type part struct {
	*pointSet
	index  []int32
	points int
	cut    int // points of a tile; the last one may have fewer
	first  int // number of its first tile
}

// add appends a part of the given number of points to the selection; 0 points add none. All
// points of a set are taken in the tiles of the set. Those of an index are cut into tiles so
// that there is work for several threads.
func (s *selection) add(set *pointSet, index []int32, points int) {
	if points == 0 {
		return
	}
	cut := set.ansatz.t
	if index != nil {
		cut = min(cut, shareOut(points))
	}
	s.parts = append(s.parts, part{set, index, points, cut, s.tiles})
	s.tiles += (points + cut - 1) / cut
}

const (
	// leastShare is the size of a tile below which cutting it costs more than another thread
	// can gain.
	leastShare = 96
	// mostShares is the largest number of tiles that points are cut into for the sake of
	// threads. It is not the number of threads, on which results must not depend.
	mostShares = 8
)

// shareOut returns the size of the tiles into which so many points are cut: 1, 2, 4 or 8
// tiles, of no fewer than about leastShare points if there are several.
func shareOut(points int) int {
	k := 1
	for k < mostShares && points >= 2*k*leastShare {
		k *= 2
	}
	return (points + k - 1) / k
}

// chunk cuts the tiles into at most maxChunks stretches, and each part in proportion to its
// tiles. A stretch does not cross from one part into the next, so that the sums of a chunk
// are over points of one kind. It is called when all parts are added.
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

// locate returns the part to which tile i belongs, and the number of the tile in that part.
func (s *selection) locate(i int) (p *part, tile int) {
	k := s.partOf(i)
	return &s.parts[k], i - s.parts[k].first
}

// partOf returns the index of the part to which tile i belongs.
func (s *selection) partOf(i int) int {
	k := len(s.parts) - 1
	for s.parts[k].first > i {
		k--
	}
	return k
}

// count returns how many points a tile of the part has, copies not counted.
func (p *part) count(tile int) int { return min(p.cut, p.points-tile*p.cut) }

// statics returns the statics of a tile of the part: those of the set in place, or those of
// the points of index gathered in buf.
func (p *part) statics(tile int, buf []float64) []float64 {
	if p.index == nil {
		return p.tile(tile)
	}
	first := tile * p.cut
	p.gather(buf, p.index[first:first+p.count(tile)])
	return buf
}

// Batches is the points of a Loss, shuffled and dealt into minibatches. Each minibatch is
// stratified: it takes its share of points, at least one, from every group, so that the
// mean of its gradient over all shuffles is ∇L. Minibatches are disjoint, except that a
// group with fewer points than there are minibatches, such as a condition at one point,
// gives its points to several of them in turn. Points that do not fill a minibatch are left
// out until the next shuffle.
//
// Batches are valid until the points of the Loss are redrawn, and not safe for concurrent
// use.
type Batches struct {
	loss  *Loss
	order [][]int32 // per set, its points as shuffled
	share []int     // per set, points in a minibatch
	count int
	selection
	panel *panel // for Rows, made at its first use
}

// Deal returns minibatches of about size points each, and at least one of each group. They
// are shuffled by a random stream of the loss's own seed. Their type is *Batches.
func (l *Loss) Deal(size int) seam.Batches { return l.deal(size) }

// deal is Deal with its own type.

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

// shares divides the points of a minibatch among the sets, in proportion to their points,
// at least one and at most all of each; the first set takes what the others leave.
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

// Shuffle deals the points anew. The outcome depends on the random stream alone, not on
// earlier shuffles.
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

// ValueGrad returns the loss of minibatch k at theta, whose means are over the points of
// the minibatch, and stores its gradient in grad.
func (b *Batches) ValueGrad(k int, grad, theta []float64) float64 {
	b.choose(k)
	return b.loss.evaluate(&b.selection, grad, theta, b.loss.spare)
}

// choose selects the points of minibatch k.
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

// Rows returns the loss L = |r|² of minibatch k at theta, with r and J = ∂r/∂θ. The rows of
// term m are scaled by √(w_m/b_m), b_m being the number of its points in the minibatch. Some
// rows may be zeros, in r as in J. The block is valid until the next call and may be
// overwritten. It takes the memory of the whole J.
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
