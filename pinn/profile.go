package pinn

import "time"

// Profile is the time that the parts of an evaluation take on one thread.
type Profile struct {
	Products    time.Duration // matrix products of the layers
	Activations time.Duration // biases, activations and their adjoints
	Residual    time.Duration // residual programs
	Rest        time.Duration // lifting, gathering, sums
}

// Total returns the time of the whole evaluation.
func (p Profile) Total() time.Duration { return p.Products + p.Activations + p.Residual + p.Rest }

// stage is a part of an evaluation whose time is measured.
type stage int

const (
	timeProducts stage = iota
	timeActivations
	timeResidual
	stages
)

// clock adds up the time spent in each stage. A nil clock measures nothing.
type clock struct {
	spent [stages]time.Duration
	since time.Time // when the present stage began
}

// start begins a stage; stop says which one it was.
func (c *clock) start() {
	if c != nil {
		c.since = time.Now()
	}
}

// stop counts the time since start, or since the last stop, as spent in stage s.
func (c *clock) stop(s stage) {
	if c != nil {
		now := time.Now()
		c.spent[s] += now.Sub(c.since)
		c.since = now
	}
}

// Profile evaluates loss and gradient over all points once, on one thread, and returns where
// the time went.
func (l *Loss) Profile(theta []float64) Profile {
	w := l.engine.workers[0]
	c := &clock{}
	w.profile(c)
	defer w.profile(nil)
	l.at(theta)
	*l.sums = sums{chunks: l.sums.chunks, selection: l.full, gradient: true, theta: theta, params: l.params, slopes: l.slopes}
	l.summed = 0
	begin := time.Now()
	for i := range l.sums.units() {
		l.sums.unit(w, i)
	}
	total := time.Since(begin)
	p := Profile{
		Products:    c.spent[timeProducts],
		Activations: c.spent[timeActivations],
		Residual:    c.spent[timeResidual],
	}
	p.Rest = total - p.Total()
	return p
}

// TermPoints returns, for each of the loss's own terms, the number of points of its mean.
func (l *Loss) TermPoints() []int {
	n := make([]int, len(l.names))
	for i, g := range l.groups {
		for _, term := range g.terms {
			n[term] = l.sets[i].pts.N
		}
	}
	return n
}

// Group describes the points that some terms share.
type Group struct {
	Points   int   // N
	Partials int   // C, the components ∂^α u carried at each
	Tile     int   // points of a full tile
	Terms    []int // the loss's own terms that have these points
}

// Groups returns the groups of points: first that of the equations, if there are any, then
// those of the soft conditions, then those of the data.
func (l *Loss) Groups() []Group {
	gs := make([]Group, len(l.groups))
	for i, g := range l.groups {
		gs[i] = Group{l.sets[i].pts.N, g.trial.set.Len(), g.trial.t, g.terms}
	}
	return gs
}
