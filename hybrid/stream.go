package hybrid

import (
	"fmt"
	"math/rand/v2"
)

// streams are the random sources of a leg, one per purpose: taking more from
// one does not move another, so measuring more often leaves training as it is.
type streams struct {
	batches stream // order of the minibatches that methods train on
	checks  stream // minibatches of the checks
	points  stream // redrawn points
}

// Streams is where the random sources of a leg stand, each as the bytes of its
// MarshalBinary.
type Streams struct{ Batches, Checks, Points []byte }

// stream is a random source whose state can be kept.
type stream struct {
	rng    *rand.Rand
	source *rand.PCG
}

// newStreams starts all streams from the plan's seed.
func newStreams(seed uint64) streams {
	from := func(purpose uint64) stream {
		source := rand.NewPCG(seed, purpose)
		return stream{rand.New(source), source}
	}
	return streams{batches: from(1), checks: from(2), points: from(3)}
}

func (s streams) snapshot() Streams {
	return Streams{Batches: marshal(s.batches.source), Checks: marshal(s.checks.source), Points: marshal(s.points.source)}
}

func (s streams) restore(k Streams) error {
	for _, f := range []struct {
		name string
		to   *rand.PCG
		from []byte
	}{{"batches", s.batches.source, k.Batches}, {"checks", s.checks.source, k.Checks}, {"points", s.points.source, k.Points}} {
		if err := f.to.UnmarshalBinary(f.from); err != nil {
			return fmt.Errorf("the random stream of the %s: %w", f.name, err)
		}
	}
	return nil
}

func marshal(p *rand.PCG) []byte {
	b, err := p.MarshalBinary()
	if err != nil {
		panic("hybrid: a random source without bytes")
	}
	return b
}
