package hybrid

import (
	"fmt"

	"pinn/hybrid/noise"
	"pinn/optim"
)

// monitor compares minibatch gradients at one θ. It draws from its own random
// stream and its own deal of the points and never moves θ, so that training
// does not notice it.
type monitor struct {
	loss   Batched
	checks Checks
	size   int // b
	stream stream
	clock  *clock
	pool   Batches
	method optim.Method

	grads [][]float64  // the K gradients of the last check
	meter *noise.Meter // of K gradients; not used for K = 0
	w     []float64

	kept MonitorState
}

// MonitorState is when the next check is due and what those before have cost.
type MonitorState struct {
	Stride int // the next check comes after Stride·every() steps
	Next   int // step of the phase from which on to measure

	Taken     int // checks
	Gradients int // minibatch gradients that they cost
	Seconds   float64
}

// newMonitor returns a monitor for minibatches of size points, with every() and
// k() fixed by how many of them there are.
func newMonitor(loss Batched, ph Phase, s stream, c *clock) *monitor {
	m := &monitor{loss: loss, checks: ph.Checks, size: ph.Batch, stream: s, clock: c, method: ph.Method, kept: MonitorState{Stride: 1}}
	m.deal()
	return m
}

// deal takes the points anew after a redraw or with another size.
func (m *monitor) deal() {
	m.pool = m.loss.Deal(m.size)
	k := m.checks.batches(m.pool.Len())
	if k == len(m.grads) {
		return
	}
	m.grads = make([][]float64, k)
	for i := range m.grads {
		m.grads[i] = make([]float64, m.loss.Dim())
	}
	if k > 0 {
		m.meter = noise.NewMeter(k)
	}
}

// k is the number of gradients per check, 0 if there are no statistics.
func (m *monitor) k() int { return len(m.grads) }

// every is the number of steps between checks that are not far from anything.
func (m *monitor) every() int { return m.checks.every(m.k()) }

// mostStride is how many times further apart checks may stand that are far from
// every threshold.
const mostStride = 4

// schedule sets the step of the check after the one at step: every() later, or,
// while none is near to a decision and the plan leaves the cadence open, twice and
// then four times as long. It goes by what was measured and never by the clock, so
// runs repeat.
func (m *monitor) schedule(step int, near bool) {
	m.kept.Stride = min(2*m.kept.Stride, mostStride)
	if near || m.checks.Every > 0 {
		m.kept.Stride = 1
	}
	m.kept.Next = step + m.kept.Stride*m.every()
}

// measure returns the statistics at theta, the mean loss of the K minibatches,
// and the seconds it took. Without statistics it returns zero Stats and does
// nothing. It allocates nothing.
func (m *monitor) measure(theta []float64) (s noise.Stats, loss, seconds float64) {
	k := m.k()
	if k == 0 {
		return noise.Stats{}, nan, 0
	}
	began := m.clock.now()
	m.pool.Shuffle(m.stream.rng)
	for i, g := range m.grads {
		loss += m.pool.ValueGrad(i, g, theta)
	}
	w, metric := m.metric()
	s = m.meter.Measure(m.grads, m.size, w, metric)
	m.kept.Taken++
	m.kept.Gradients += k
	seconds = m.clock.seconds(began)
	m.kept.Seconds += seconds
	return s, loss / float64(k), seconds
}

// metric is the diagonal W and its name.
func (m *monitor) metric() ([]float64, string) {
	p, ok := m.method.(Preconditioner)
	if !ok || !m.checks.own() {
		return nil, noise.Plain
	}
	if m.w == nil {
		m.w = make([]float64, m.loss.Dim())
	}
	if !p.Preconditioner(m.w) {
		return nil, noise.Plain
	}
	return m.w, m.checks.Metric
}

// restore takes back what was kept; every check shuffles anew, so that it is all.
func (m *monitor) restore(k MonitorState) error {
	if k.Stride < 1 || k.Stride > mostStride || k.Next < 0 || k.Taken < 0 || k.Gradients < 0 {
		return fmt.Errorf("the checks must have a stride from 1 to %d and counts that are not negative, got %+v", mostStride, k)
	}
	m.kept = k
	return nil
}
