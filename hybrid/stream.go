package hybrid

import "math/rand/v2"

// streams are the random sources of a run, one per purpose: taking more from
// one does not move another, so measuring more often leaves training as it is.
type streams struct {
	batches stream // order of the minibatches that methods train on
	checks  stream // minibatches of the checks
	points  stream // redrawn points
}

// stream is a random source whose state can be kept.
type stream struct {
	*rand.Rand
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
