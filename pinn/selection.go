package pinn

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
