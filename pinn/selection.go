package pinn

// selection is the points that one evaluation runs over: parts of point sets,
// cut into tiles that are numbered through.
type selection struct {
	parts []part
	tiles int
}

// part is the points of one set that take part: those in index, or all n of them
// in place if index is nil.
type part struct {
	*pointSet
	index []int32
	n     int
	first int // number of its first tile
}

// add appends a part to the selection; n = 0 adds nothing.
func (s *selection) add(set *pointSet, index []int32, n int) {
	if n == 0 {
		return
	}
	s.parts = append(s.parts, part{pointSet: set, index: index, n: n, first: s.tiles})
	t := set.trial.t
	s.tiles += (n + t - 1) / t
}

// all selects every point of the sets.
func all(sets []*pointSet) *selection {
	s := &selection{}
	for _, set := range sets {
		s.add(set, nil, set.pts.N)
	}
	return s
}

// locate returns the part that tile i belongs to and its number there.
func (s *selection) locate(i int) (p *part, tile int) {
	k := len(s.parts) - 1
	for s.parts[k].first > i {
		k--
	}
	return &s.parts[k], i - s.parts[k].first
}

// count returns how many points the tile of the part holds; padding not counted.
func (p *part) count(tile int) int { return min(p.trial.t, p.n-tile*p.trial.t) }

// statics returns the statics of a tile of the part, gathered in buf unless they
// lie in place.
func (p *part) statics(tile int, buf []float64) []float64 {
	if p.index == nil {
		return p.tile(tile)
	}
	first := tile * p.trial.t
	p.gather(buf, p.index[first:first+p.count(tile)])
	return buf
}
