package hybrid

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinn/optim"
)

// Snapshot is the whole state of a run between two of its steps as plain values:
// Resume goes on from it as if nothing had happened. It holds what has been
// reached and not what was asked for: loss and plan must be made anew, and equal.
type Snapshot struct {
	Numbers []optim.Vector
	Words   []Words
}

// Words is a named list of words.
type Words struct {
	Name   string
	Values []string
}

// Keeping is a loss with a state of its own, such as the points that it has drawn.
// State returns copies; SetState takes copies, and returns an error if the vectors
// are not those of State for such a loss. A loss without it must not change.
type Keeping interface {
	State() []optim.Vector
	SetState(state []optim.Vector) error
}

// Keep is asked between any two steps whether to keep the state of the run there:
// take returns it, and costs time and memory only when it is called. last says that
// the run was told to stop, so that this is the last chance. What Keep does cannot
// influence the run, so when to take may depend on the clock.
type Keep func(last bool, take func() *Snapshot)

// Steps returns the updates of the run up to the snapshot, 0 if it holds no run.
func (s *Snapshot) Steps() int {
	for _, v := range s.Numbers {
		if v.Name == nameSteps && len(v.Values) == 1 {
			return int(v.Values[0])
		}
	}
	return 0
}

const (
	nameSteps = "steps"
	nameIndex = "phase_index"
)

// Resume goes on with a run from a snapshot that Keep took, and ends with the bits
// that Run would have ended with. loss and plan must be made as for Run, the
// Methods and Rules of the plan included. The time that was used before counts:
// the clock starts that much earlier than Plan.Start. A snapshot that does not fit
// is an error, and nothing is run then.
func Resume(ctx context.Context, loss Batched, plan Plan, from *Snapshot, watch func(Progress)) (*Result, error) {
	if _, err := plan.check(loss); err != nil {
		return nil, err
	}
	r := newRunner(loss, plan, make([]float64, loss.Dim()), watch)
	p, err := r.restore(from)
	if err != nil {
		return nil, fmt.Errorf("the state of the run does not fit: %w", err)
	}
	return r.carryOut(ctx, p)
}

// snapshot is the state of the run in the phase in hand.
func (p *phase) snapshot() *Snapshot {
	s := &Snapshot{}
	l := saving(s, p.now())
	l.count(nameIndex, &p.index)
	p.runner.state(l)
	p.state(l)
	return s
}

// restore returns the phase in hand when the snapshot was taken.
func (r *runner) restore(from *Snapshot) (*phase, error) {
	l := loading(from, r.start)
	var index int
	l.count(nameIndex, &index)
	if index < 0 || index >= len(r.plan.Phases) {
		l.fail("%s must be that of one of %d phases, got %d", nameIndex, len(r.plan.Phases), index)
	}
	r.state(l)
	if r.inserted && r.plan.FallBack == nil {
		l.fail("the run had fallen back, which the plan does not")
	}
	if l.err != nil {
		return nil, l.err
	}
	p := r.prepare(index)
	p.state(l)
	return p, l.done()
}

// state describes what outlives a phase. The watcher and the scratch are none of it,
// and the plan is given.
func (r *runner) state(l *ledger) {
	l.fixed("theta", r.theta)
	l.count(nameSteps, &r.steps)
	l.count("loss_evals", &r.lossEvals)
	l.count("grad_evals", &r.gradEvals)
	l.number("passes", &r.passes)
	l.count("begun_with", &r.begunWith)
	l.flag("held_out", &r.heldOut)
	l.since("seconds", &r.start)
	l.part("best", r.best.state)
	l.part("overfit", r.overfit.state)
	l.part("streams", r.streams.state)
	records(l, "trace", &r.trace.Rows)
	records(l, "events", &r.events)
	records(l, "phases", &r.phases)
	l.errors("warnings", &r.warnings)
	l.count("first", &r.first)
	l.count("earlier", &r.earlier)
	l.count("fallen", &r.fallen)
	l.flag("inserted", &r.inserted)
	l.count("spent_steps", &r.spentSteps)
	l.duration("spent_time", &r.spentTime)
	l.loss("loss", r.loss)
}

// state describes the phase in hand. Its budget, view and scratch follow from the
// plan.
func (p *phase) state(l *ledger) {
	l.part("phase", func(l *ledger) {
		l.since("seconds", &p.entered)
		l.number("scale", &p.scale)
		l.count("set_backs", &p.setBacks)
		l.count("clipped", &p.clipped)
		l.count("restarted", &p.restarted)
		l.flag("alarmed", &p.alarmed)
		l.number("drawn_at", &p.drawnAt)
		l.fixed("ratios", p.ratios[:])
		l.count("stuck", &p.stuck)
		l.flag("refused", &p.refused)
		l.flag("grown", &p.grown)
		l.flag("largest", &p.largest)
		l.count("judged_at", &p.at)
		record(l, "result", &p.res)
		record(l, "seen", &p.seen)
		record(l, "votes", &p.votes)
		l.method("method", p.Method)
		for i, rule := range p.Rules {
			if s, ok := rule.(stateful); ok {
				l.part(fmt.Sprintf("rule%d", i), s.state)
			}
		}
		if p.mini != nil {
			size := p.Batch
			if l.count("batch", &size); l.loading && l.err == nil {
				p.resizeTo(l, size)
			}
			l.part("minibatches", p.mini.state)
			l.part("monitor", p.monitor.state)
		}
	})
}

// resizeTo gives the phase the batch that it had grown to.
func (p *phase) resizeTo(l *ledger, size int) {
	if size < 1 || size > p.loss.Points() {
		l.fail("%sbatch must lie between 1 and the %d points, got %d", l.under, p.loss.Points(), size)
		return
	}
	p.resize(size)
}

// stateful is a piece that describes its state; a Rule that is none has no memory.
type stateful interface{ state(l *ledger) }

// since is a time as what has passed from it to now.
func (l *ledger) since(name string, t *time.Time) {
	passed := l.now.Sub(*t).Seconds()
	l.number(name, &passed)
	if l.loading && l.err == nil {
		*t = l.now.Add(-time.Duration(passed * float64(time.Second)))
	}
}

// duration is a stretch of time.
func (l *ledger) duration(name string, d *time.Duration) {
	n := int(*d)
	l.count(name, &n)
	*d = time.Duration(n)
}

// errors is a list of errors, of which the texts are kept.
func (l *ledger) errors(name string, list *[]error) {
	texts := make([]string, len(*list))
	for i, err := range *list {
		texts[i] = err.Error()
	}
	l.texts(name, &texts)
	if !l.loading || l.err != nil {
		return
	}
	*list = nil
	for _, s := range texts {
		*list = append(*list, errors.New(s))
	}
}

// method is the state of a method.
func (l *ledger) method(name string, m optim.Method) {
	s, ok := m.(optim.Stateful)
	if !ok {
		l.fail("%s%s: it cannot save its state", l.under, name)
		return
	}
	var state []optim.Vector
	if !l.loading {
		state = s.State()
	}
	l.vectors(name, &state)
	if l.loading && l.err == nil {
		if err := s.SetState(state); err != nil {
			l.fail("%s%s: %w", l.under, name, err)
		}
	}
}

// loss is the state of a loss that has one.
func (l *ledger) loss(name string, loss Batched) {
	k, ok := loss.(Keeping)
	if !ok {
		return
	}
	var state []optim.Vector
	if !l.loading {
		state = k.State()
	}
	l.vectors(name, &state)
	if l.loading && l.err == nil {
		if err := k.SetState(state); err != nil {
			l.fail("%s%s: %w", l.under, name, err)
		}
	}
}

func (b *best) state(l *ledger) {
	l.fixed("theta", b.theta)
	l.number("held_out", &b.heldOut)
	l.count("step", &b.step)
	l.count("phase", &b.phase)
	saved := b.method != nil
	l.flag("saved", &saved)
	if saved {
		l.vectors("method", &b.method)
	}
}

func (o *overfit) state(l *ledger) {
	l.flag("on", &o.on)
	l.number("worst", &o.worst)
	l.count("step", &o.step)
}

func (s *streams) state(l *ledger) {
	l.binary("batches", s.batches.source)
	l.binary("checks", s.checks.source)
	l.binary("points", s.points.source)
}

// state of minibatches is where their stream stood before the last shuffle: from
// there it is dealt again.
func (m *minibatches) state(l *ledger) {
	l.binary("before", &m.before)
	k := m.k
	l.count("k", &k)
	if !l.loading || l.err != nil {
		return
	}
	*m.rng.source = m.before
	m.deal()
	if k < 0 || k >= m.pool.Len() {
		l.fail("%sk must be that of one of %d minibatches, got %d", l.under, m.pool.Len(), k)
		return
	}
	m.k = k
}

// state of a monitor is its counts: every check shuffles anew.
func (m *monitor) state(l *ledger) {
	l.count("stride", &m.stride)
	l.count("next", &m.next)
	l.count("taken", &m.taken)
	l.count("gradients", &m.gradients)
	l.number("seconds", &m.seconds)
}

func (w *window) state(l *ledger) {
	records(l, "checks", &w.checks)
	l.count("last", &w.last)
}

func (b *bestSoFar) state(l *ledger) { l.vector("values", &b.values) }

func (r *SNR) state(l *ledger) {
	l.part("window", r.window.state)
	l.flag("above", &r.above)
	l.flag("held", &r.held)
}

func (r *NoiseFloor) state(l *ledger) {
	l.part("window", r.window.state)
	l.part("best", r.best.state)
	l.flag("below", &r.below)
	l.flag("held", &r.held)
}

func (r *Plateau) state(l *ledger) { l.part("best", r.best.state) }
