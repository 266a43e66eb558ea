package hybrid

import (
	"fmt"
	"math/rand/v2"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// minibatches is the view of the loss that a minibatch phase gives its method:
// an optim.Objective that is one minibatch until next is called.
type minibatches struct {
	loss   Batched
	pool   Batches
	stream stream
	before rand.PCG // the stream's source before the last shuffle
	size   int
	k      int // current minibatch of the pool
}

// BatchState is where an epoch of minibatches stands. Before is the random source before
// the epoch was shuffled, as the bytes of its MarshalBinary: the same epoch can be dealt
// again from it.
type BatchState struct {
	Before []byte
	K      int // the minibatch that comes next
}

// newMinibatches deals and shuffles the first epoch.
func newMinibatches(loss Batched, size int, stream stream) *minibatches {
	m := &minibatches{loss: loss, stream: stream, size: size}
	m.deal()
	return m
}

// deal starts a new epoch on newly dealt batches, after a redraw of the points.
func (m *minibatches) deal() {
	m.pool = m.loss.Deal(m.size)
	if m.pool.Len() < 1 {
		panic("hybrid: a deal without minibatches")
	}
	m.shuffle()
}

// shuffle begins an epoch.
func (m *minibatches) shuffle() {
	m.before = *m.stream.source
	m.pool.Shuffle(m.stream.rng)
	m.k = 0
}

// next moves on to the next minibatch and shuffles where an epoch ends.
func (m *minibatches) next() {
	if m.k++; m.k < m.pool.Len() {
		return
	}
	m.shuffle()
}

// Dim is the length of θ.
func (m *minibatches) Dim() int { return m.loss.Dim() }

// ValueGrad is that of the current minibatch.
func (m *minibatches) ValueGrad(grad, theta []float64) float64 {
	return m.pool.ValueGrad(m.k, grad, theta)
}

// view is what the method sees: an optim.Rows if the loss can give rows.
func (m *minibatches) view() optim.Objective {
	if _, ok := m.pool.(RowBatches); ok {
		return rowMinibatches{m}
	}
	return m
}

// rowMinibatches is minibatches as an optim.Rows.
type rowMinibatches struct{ of *minibatches }

// Dim is the length of θ.
func (m rowMinibatches) Dim() int { return m.of.Dim() }

// ValueGrad is that of the current minibatch.
func (m rowMinibatches) ValueGrad(grad, theta []float64) float64 { return m.of.ValueGrad(grad, theta) }

// Rows is that of the current minibatch.
func (m rowMinibatches) Rows(theta []float64) (float64, optim.RowBlock) {
	return m.of.pool.(RowBatches).Rows(m.of.k, theta)
}

func (m *minibatches) snapshot() BatchState { return BatchState{Before: marshal(&m.before), K: m.k} }

// restore deals the epoch again.
func (m *minibatches) restore(k BatchState) error {
	if err := m.stream.source.UnmarshalBinary(k.Before); err != nil {
		return fmt.Errorf("the random stream of the minibatches before their shuffle: %w", err)
	}
	m.deal()
	if k.K < 0 || k.K >= m.pool.Len() {
		return fmt.Errorf("the minibatch must be one of %d, got %d", m.pool.Len(), k.K)
	}
	m.k = k.K
	return nil
}

// grow doubles the minibatch as the decision asks, as long as the points are enough for
// the K minibatches of a check, and reports whether it did. Checks before and after are
// not comparable: the windows of the rules start anew when the size changes.
//
// Source: Byrd, Chin, Nocedal and Wu, Math. Program. 134 (2012) 127, section 3: the batch
// is enlarged where the norm test fails.
func (p *phase) grow(d rules.Decision) bool {
	size := 2 * p.plan.Batch
	if why := p.tooLarge(size); why != "" {
		p.rec.veto(&p.kept.Grown, p.kept.Number, d.Reason, fmt.Sprintf("%s; the batch cannot grow to %d: %s", d.Why, size, why))
		return false
	}
	p.event(KindGrow, d.Reason, fmt.Sprintf("%s; the batch grows from %d to %d of %d points", d.Why, p.plan.Batch, size, p.leg.loss.Points()))
	p.resize(size)
	p.step.mini.deal()
	return true
}

// resize makes size points the minibatch of the phase and of its checks.
func (p *phase) resize(size int) {
	p.plan.Batch, p.kept.Result.Batch, p.step.mini.size, p.monitor.size = size, size, size, size
	p.monitor.deal()
}

// tooLarge says why a minibatch of size points would not do, "" if it would.
func (p *phase) tooLarge(size int) string {
	if n := p.leg.loss.Points(); size > n {
		return fmt.Sprintf("there are %d points", n)
	}
	have := p.leg.loss.Deal(size).Len()
	k := p.plan.Checks.batches(have)
	if want := p.plan.Checks.batches(have + defaultBatches + p.plan.Checks.Batches); k < want {
		return fmt.Sprintf("it would leave %d disjoint minibatches of the %d that are compared", have, want)
	}
	s := rules.Shape{Points: p.leg.loss.Points(), Batch: size, Every: p.plan.Checks.every(k), K: k, Steps: p.plan.Steps, Statistics: true}
	for _, r := range p.plan.Rules {
		if refusal, _ := rules.Fit(r, s); refusal != nil {
			return refusal.Error()
		}
	}
	return ""
}

// streams are the random sources of a leg, one per purpose: taking more from
// one does not move another, so measuring more often leaves training as it is.
type streams struct {
	batches stream // order of the minibatches that methods train on
	checks  stream // minibatches of the checks
	points  stream // redrawn points
}

// Streams is the state of the random sources of a leg, each as the bytes of its
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
