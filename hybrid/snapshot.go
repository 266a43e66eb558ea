package hybrid

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"pinn/hybrid/rules"
	"pinn/internal/sealed"
	"pinn/optim"
)

// Snapshot is the whole state of a run between two of its steps as plain values:
// Resume goes on from it as if nothing had happened. It holds what the run has reached,
// not what it was given: the caller makes the leg and the options again, as they were.
type Snapshot struct {
	Legs   []LegResult    // those that have ended
	Leg    string         // the name of the leg in hand
	Recipe []optim.Vector // its Leg.Recipe

	Seconds      float64 // since the run began
	PhaseSeconds float64 // since the phase in hand began
	Theta        []float64
	Record       Record
	FallBack     FallBackState

	Began   LegState
	Scored  bool // θ is scored by the loss's own held-out loss
	Points  PointsState
	Streams Streams
	Loss    []optim.Vector // state of the loss, if it has one

	Phase   PhaseState
	Step    StepState
	Method  []optim.Vector // state of the method
	Batch   int            // points of a minibatch, 0 for all
	Batches BatchState     // in a minibatch phase
	Monitor MonitorState   // in a minibatch phase
	Rules   []rules.Memory // of each rule
}

// Keep is called between any two steps and may take the state of the run there: take
// returns it, and costs time and memory only when it is called. last says that the run
// was told to stop, so that this is the last call. Keep cannot influence the run, so it
// may look at the clock to decide whether to take.
type Keep func(last bool, take func() *Snapshot)

// Steps returns the updates of the run up to the snapshot.
func (s *Snapshot) Steps() int { return s.Record.Steps }

// snapshot is the state of the run in the phase in hand. Slices that nobody changes
// any more are shared.
func (p *phase) snapshot() *Snapshot {
	l := p.leg
	now := p.clock.now()
	s := &Snapshot{
		Legs: slices.Clone(*l.ended), Leg: l.spec.Name, Recipe: l.spec.Recipe,
		Seconds: now.Sub(p.clock.start).Seconds(), PhaseSeconds: now.Sub(p.entered).Seconds(),
		Theta: slices.Clone(l.theta), Record: p.rec.snapshot(), FallBack: l.fall.kept,
		Began: l.kept, Scored: l.score.heldOut, Points: l.points.kept, Streams: l.streams.snapshot(),
		Phase: p.kept, Step: p.step.kept, Batch: p.plan.Batch, Rules: rules.Memories(p.plan.Rules),
	}
	if m, ok := p.step.method.(optim.Stateful); ok {
		s.Method = m.State()
	}
	if k, ok := l.loss.(Keeping); ok {
		s.Loss = k.State()
	}
	if p.step.mini != nil {
		s.Batches, s.Monitor = p.step.mini.snapshot(), p.monitor.kept
	}
	return s
}

// restore returns the phase of l in hand when the snapshot was taken. Every size is
// held against the leg before it is used.
func (r *runner) restore(l *leg, s *Snapshot) (*phase, error) {
	if err := s.check(l); err != nil {
		return nil, err
	}
	start := r.clock.start
	r.clock.start = before(start, s.Seconds)
	r.rec.restore(s.Record)
	copy(l.theta, s.Theta)
	l.kept, l.score.heldOut = s.Began, s.Scored
	if err := l.restore(s); err != nil {
		return nil, err
	}
	p := l.prepare(s.Phase.Index)
	p.entered = before(start, s.PhaseSeconds)
	return p, p.restore(s)
}

// check holds against the leg all that can be compared without changing anything.
func (s *Snapshot) check(l *leg) error {
	dim, phases, k := len(l.theta), len(l.plan.Phases), &s.Record
	names := termNames(l.loss)
	switch {
	case s.Leg != l.spec.Name:
		return fmt.Errorf("the leg must be %q, got %q", s.Leg, l.spec.Name)
	case len(s.Theta) != dim || len(k.Best.Theta) != dim:
		return fmt.Errorf("theta and the best theta must have length %d, got %d and %d", dim, len(s.Theta), len(k.Best.Theta))
	case s.Phase.Index < 0 || s.Phase.Index >= phases:
		return fmt.Errorf("the phase must be one of %d, got %d", phases, s.Phase.Index)
	case s.Phase.Number != len(k.Phases):
		return fmt.Errorf("the phase must be number %d of the run, got %d", len(k.Phases), s.Phase.Number)
	case !between(0, s.Began.Steps, k.Steps) || !between(0, s.Began.Phases, len(k.Phases)) || s.Began.Points < 1:
		return fmt.Errorf("the leg must have begun within %d steps and %d phases, with a point at least, got %+v", k.Steps, len(k.Phases), s.Began)
	case !between(0, s.Phase.Result.Steps, k.Steps-s.Began.Steps):
		return fmt.Errorf("the phase must have made at most %d steps, got %d", k.Steps-s.Began.Steps, s.Phase.Result.Steps)
	case !between(-1, s.Phase.Clipped, s.Phase.Result.Steps) || !between(-1, s.Phase.Restarted, s.Phase.Result.Steps):
		return fmt.Errorf("clipped and restarted steps must be among the %d of the phase, got %d and %d", s.Phase.Result.Steps, s.Phase.Clipped, s.Phase.Restarted)
	case !between(0, k.Best.Step, k.Steps) || k.LossEvals < 0 || k.GradEvals < 0 || !(k.Passes >= 0):
		return errors.New("the counts of the run must not be negative")
	case !slices.Equal(k.TermNames, names):
		return fmt.Errorf("the terms must be %q, got %q", names, k.TermNames)
	case !(s.Seconds >= s.PhaseSeconds && s.PhaseSeconds >= 0 && s.Seconds < mostSeconds):
		return fmt.Errorf("the seconds of the run must be at least those of the phase and less than %g, got %g and %g", float64(mostSeconds), s.Seconds, s.PhaseSeconds)
	case !(s.Step.Scale > 0 && s.Step.Scale <= 1) || s.Step.SetBacks < 0:
		return fmt.Errorf("the steps must be scaled by a number up to 1 after set-backs, got %g after %d", s.Step.Scale, s.Step.SetBacks)
	case s.Points.First < 0 || s.Points.Stuck < 0:
		return fmt.Errorf("the counts of points and of times stuck must not be negative, got %d and %d", s.Points.First, s.Points.Stuck)
	}
	return s.checkRecord(l)
}

// checkRecord looks at what the run has written down.
func (s *Snapshot) checkRecord(l *leg) error {
	k := &s.Record
	for i, row := range append(k.Rows[:len(k.Rows):len(k.Rows)], s.Phase.Seen) {
		if row.Terms != nil && len(row.Terms) != len(k.TermNames) || !between(0, row.Phase, s.Phase.Number) {
			return fmt.Errorf("row %d must have %d terms and belong to one of %d phases, got %d and %d", i, len(k.TermNames), s.Phase.Number+1, len(row.Terms), row.Phase)
		}
	}
	ended := 0
	for _, d := range s.Legs {
		if d.Phases <= ended {
			return fmt.Errorf("every leg before must have had a phase, got one that ended with phase %d after %d", d.Phases, ended)
		}
		ended = d.Phases
	}
	if ended != s.Began.Phases {
		return fmt.Errorf("the leg must begin after the %d phases of those before it, got %d", ended, s.Began.Phases)
	}
	return nil
}

// restore gives the leg what it keeps for itself.
func (l *leg) restore(s *Snapshot) error {
	if err := l.fall.restore(s.FallBack, &l.plan, s.Phase.Index); err != nil {
		return err
	}
	if err := l.streams.restore(s.Streams); err != nil {
		return err
	}
	k, ok := l.loss.(Keeping)
	switch {
	case ok:
		if err := k.SetState(s.Loss); err != nil {
			return fmt.Errorf("loss: %w", err)
		}
	case len(s.Loss) > 0:
		return fmt.Errorf("the loss keeps no state, got %d vectors", len(s.Loss))
	}
	if ph, _ := l.coming(s.Phase.Index); ph.Batch > l.loss.Points() {
		return fmt.Errorf("loss: must have the %d points of a minibatch, got %d", ph.Batch, l.loss.Points())
	}
	return nil
}

// restore gives a prepared phase what it had reached.
func (p *phase) restore(s *Snapshot) error {
	p.leg.points.kept, p.step.kept, p.kept = s.Points, s.Step, s.Phase
	m, ok := p.step.method.(optim.Stateful)
	if !ok {
		return errors.New("the method cannot save its state")
	}
	if err := m.SetState(s.Method); err != nil {
		return fmt.Errorf("method: %w", err)
	}
	if err := rules.Recall(p.plan.Rules, s.Rules); err != nil {
		return err
	}
	if p.step.mini == nil {
		if s.Batch != 0 {
			return fmt.Errorf("the phase is over all points, got minibatches of %d", s.Batch)
		}
		return nil
	}
	if n := p.leg.loss.Points(); !between(1, s.Batch, n) {
		return fmt.Errorf("batch must lie between 1 and the %d points, got %d", n, s.Batch)
	}
	p.resize(s.Batch)
	if err := p.step.mini.restore(s.Batches); err != nil {
		return err
	}
	return p.monitor.restore(s.Monitor)
}

// mostSeconds is what a time.Duration can hold.
const mostSeconds = math.MaxInt64 / 1e9

func between(least, x, most int) bool { return least <= x && x <= most }

// snapshotKind is the kind of an encoded snapshot. Its body is a Snapshot by
// encoding/gob, which keeps every bit of a float64.
var snapshotKind = sealed.Kind{Magic: "pinn run", Format: 1}

// Encode writes the snapshot for DecodeSnapshot.
func (s *Snapshot) Encode(w io.Writer) error {
	var body bytes.Buffer
	err := gob.NewEncoder(&body).Encode(s)
	if err == nil {
		err = snapshotKind.Write(w, body.Bytes())
	}
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// DecodeSnapshot reads what Encode wrote, to the end of r. Nothing is decoded before
// its checksum is found right, so that a damaged or truncated snapshot is an error.
func DecodeSnapshot(r io.Reader) (*Snapshot, error) {
	body, err := snapshotKind.Read(r)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	s := &Snapshot{}
	rest := bytes.NewReader(body)
	if err := gob.NewDecoder(rest).Decode(s); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if rest.Len() > 0 {
		return nil, fmt.Errorf("snapshot: there are %d bytes after it", rest.Len())
	}
	return s, nil
}
