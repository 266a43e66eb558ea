package hybrid

import "math/rand/v2"

// streams are the random sources of a run, one per purpose: taking more from
// one does not move another, so measuring more often leaves training as it is.
type streams struct {
	batches *rand.Rand // order of the minibatches that methods train on
	checks  *rand.Rand // minibatches of the checks
	points  *rand.Rand // redrawn points
}

// newStreams starts all streams from the plan's seed.
func newStreams(seed uint64) streams {
	from := func(purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, purpose)) }
	return streams{batches: from(1), checks: from(2), points: from(3)}
}
