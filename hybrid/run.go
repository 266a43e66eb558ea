package hybrid

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// Run trains theta by the plan: each phase in turn, until its rules, its budget
// or its method ends it. It is the only training loop. theta, of length
// loss.Dim(), is the start and stays as it is; the result holds the θ with the
// lowest held-out loss of all that were looked at.
//
// A phase begins at the last θ of the one before, or at the best so far where the
// last has more than twice its held-out loss, or ended in a value that was not
// finite. When ctx is cancelled, the step in hand is
// finished and the run ends as Interrupted. watch, if not nil, is told where the
// run stands, at most ten times a second; it cannot influence the result. Equal
// loss, plan and theta give equal bits as long as no time limit is set.
//
// The error reports a plan that cannot be carried out (nothing is run then, the
// result is nil) or a method that failed in a way of its own (the result tells
// how far it came). A run that does not converge is no error: see the Status,
// the reasons of the phases and the warnings. Run panics if len(theta) is not
// loss.Dim() or a phase has no method.
func Run(ctx context.Context, loss Batched, plan Plan, theta []float64, watch func(Progress)) (*Result, error) {
	if len(theta) != loss.Dim() {
		panic("hybrid: theta has the wrong length")
	}
	doubts, err := plan.check(loss)
	if err != nil {
		return nil, err
	}
	r := newRunner(loss, plan, theta, watch)
	for _, d := range doubts {
		if !slices.ContainsFunc(r.warnings, func(w error) bool { return w.Error() == d.Error() }) {
			r.warnings = append(r.warnings, d)
		}
	}
	r.judgeBy()
	return r.carryOut(ctx, r.enter(0))
}

// carryOut goes through the plan from phase p on.
func (r *runner) carryOut(ctx context.Context, p *phase) (*Result, error) {
	for {
		end, err := p.train(ctx)
		if err != nil {
			r.event(p.number, KindStop, end.reason, end.why)
			return r.result(Failed), fmt.Errorf("phase %d (%s): %w", p.index, p.Name, err)
		}
		next, over := r.handOver(p, end)
		if end.reason == ReasonInterrupted {
			return r.result(Interrupted), nil
		}
		if over {
			return r.result(Finished), nil
		}
		p = r.enter(next)
	}
}

// runner is the state of a run that outlives a phase.
type runner struct {
	loss    Batched
	plan    Plan
	watch   func(Progress)
	streams streams
	now     func() time.Time
	start   time.Time
	told    time.Time // when the watcher was last called

	theta   []float64
	grad    []float64 // scratch of value
	heldOut bool      // θ is judged by the loss's own held-out loss
	best    best

	steps, lossEvals, gradEvals int
	passes                      float64
	begunWith                   int // points
	earlier                     int // phases of the runs before, see Plan.After

	first int // points in the interior when the run began

	fallen     int           // times that the run has fallen back
	inserted   bool          // the phase in hand is the one fallen back to
	spentSteps int           // of the plan's phase, before it was interrupted
	spentTime  time.Duration // likewise

	trace    *Trace
	events   []Event
	warnings []error
	phases   []PhaseResult
	overfit  overfit
}

func newRunner(loss Batched, plan Plan, theta []float64, watch func(Progress)) *runner {
	r := &runner{
		loss: loss, plan: plan, watch: watch,
		streams:   newStreams(plan.Seed),
		now:       plan.now,
		start:     plan.Start,
		theta:     slices.Clone(theta),
		grad:      make([]float64, len(theta)),
		begunWith: loss.Points(),
		best:      best{theta: slices.Clone(theta), heldOut: math.Inf(1)},
		trace:     &Trace{},
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.start.IsZero() {
		r.start = r.now()
	}
	if s, ok := loss.(Resampler); ok {
		r.first = s.InteriorPoints()
	}
	if t, ok := loss.(Terms); ok {
		r.trace.TermNames = slices.Clone(t.TermNames())
	}
	r.goAfter(plan.After)
	return r
}

// goAfter begins the record with that of a run before this one, if there was one.
func (r *runner) goAfter(a *Result) {
	if a == nil {
		return
	}
	r.steps, r.lossEvals, r.gradEvals = a.Steps, a.LossEvals, a.GradEvals
	r.trace.Rows = slices.Clone(a.Trace.Rows)
	if n := len(a.Trace.Rows); n > 0 {
		r.passes = a.Trace.Rows[n-1].Passes
	}
	r.events, r.warnings, r.phases = slices.Clone(a.Events), slices.Clone(a.Warnings), slices.Clone(a.Phases)
	r.earlier = len(r.phases)
	if began := r.now().Add(-time.Duration(a.Seconds * float64(time.Second))); began.Before(r.start) {
		r.start = began // the run before had gone on from a snapshot
	}
}

// judgeBy chooses what θ is judged by: the held-out loss, or the loss over all
// points if there is none or it is not finite at the start.
func (r *runner) judgeBy() {
	h, ok := r.loss.(HeldOut)
	if !ok {
		r.warnings = append(r.warnings, fmt.Errorf("no held-out loss: the best θ is chosen by the loss over the training points"))
		return
	}
	if v := h.HeldOut(r.theta); !finite(v) {
		r.warnings = append(r.warnings, fmt.Errorf("the held-out loss is %g at the start: the best θ is chosen by the loss over the training points", v))
		return
	}
	r.heldOut = true
}

// judge is the loss that θ is judged by.
func (r *runner) judge(theta []float64) float64 {
	if h, ok := r.loss.(HeldOut); ok && r.heldOut {
		return h.HeldOut(theta)
	}
	return r.value(theta)
}

// value is the loss over all points.
func (r *runner) value(theta []float64) float64 {
	if v, ok := r.loss.(valuer); ok {
		return v.Value(theta)
	}
	return r.loss.ValueGrad(r.grad, theta)
}

// wall is the run's time so far in seconds.
func (r *runner) wall() float64 { return r.passed(r.start).Seconds() }

// passed is the time since t, by a clock that nobody can set.
func (r *runner) passed(t time.Time) time.Duration { return r.now().Sub(t) }

func (r *runner) event(phase int, kind Kind, reason Reason, why string) {
	r.events = append(r.events, Event{Step: r.steps, Wall: r.wall(), Phase: phase, Kind: kind, Reason: reason, Why: why})
}

// train carries out the phase.
func (p *phase) train(ctx context.Context) (ending, error) {
	end, err := p.loop(ctx)
	if err != nil {
		end = ending{ReasonError, err.Error()}
	}
	p.leave(end)
	return end, err
}

// handOver writes the event between phase p and the next, or of the run's end, and
// returns the place of the next, and whether the run is over.
func (r *runner) handOver(p *phase, end ending) (next int, over bool) {
	if r.detour(p, end) {
		return p.index, false
	}
	if p.index == len(r.plan.Phases)-1 {
		r.event(p.number, KindStop, end.reason, end.why)
		return 0, true
	}
	coming := r.plan.Phases[p.index+1]
	if end.stops() {
		r.event(p.number, KindStop, end.reason, fmt.Sprintf("%s; %s was not reached", end.why, coming.Name))
		return 0, true
	}
	r.event(p.number, KindSwitch, end.reason, end.why+"; "+r.goesOn(p.Phase, coming)+r.fromBest())
	return p.index + 1, false
}

// fromBest returns θ to the best so far if its held-out loss has more than
// doubled since, and says so in the end of a sentence.
func (r *runner) fromBest() string {
	last := r.phases[len(r.phases)-1].HeldOutLast
	if !finite(r.best.heldOut) || last <= 2*r.best.heldOut {
		return ""
	}
	copy(r.theta, r.best.theta)
	return fmt.Sprintf(", from the best θ, of step %d with held-out loss %.3g against %.3g now", r.best.step, r.best.heldOut, last)
}

// goesOn is the half sentence that says what the next phase minimises. Decay
// that a method applies to θ itself is no part of the loss.
func (r *runner) goesOn(from, next Phase) string {
	if next.Batch > 0 && next.Points > 0 {
		return fmt.Sprintf("%s goes on with minibatches of %d of points drawn for it", next.Name, next.Batch)
	}
	if next.Batch > 0 {
		return fmt.Sprintf("%s goes on with minibatches of %d of %d points", next.Name, next.Batch, r.loss.Points())
	}
	s := fmt.Sprintf("%s now minimises the loss over all %d points", next.Name, r.loss.Points())
	if next.Points > 0 {
		s = fmt.Sprintf("%s now minimises the loss over points drawn for it", next.Name)
	}
	if d := decay(from.Method); d > 0 && decay(next.Method) == 0 {
		s += fmt.Sprintf(" without the weight decay %g of %s, which is no part of it", d, from.Name)
	}
	return s
}

func (r *runner) result(status Status) *Result {
	if status == Finished && !finite(r.best.heldOut) {
		status = Failed
	}
	r.warnings = append(r.warnings, r.closingWarnings()...)
	return &Result{
		Theta: r.best.theta, HeldOut: r.best.heldOut, BestStep: r.best.step,
		Status: status, Phases: r.phases, Trace: r.trace, Events: r.events, Warnings: r.warnings,
		Steps: r.steps, LossEvals: r.lossEvals, GradEvals: r.gradEvals, Seconds: r.wall(),
	}
}

// closingWarnings are the doubts that only the whole run can raise.
func (r *runner) closingWarnings() (w []error) {
	if r.overfit.worst > overfitRatio {
		w = append(w, fmt.Errorf("the held-out loss reached %s times the training loss, at step %d", two(r.overfit.worst), r.overfit.step))
	}
	if age := r.steps - r.best.step; finite(r.best.heldOut) && age > max(minAge, r.steps/10) && len(r.phases) > 0 {
		last := r.phases[len(r.phases)-1].HeldOutLast
		w = append(w, fmt.Errorf("the best held-out loss %.3g is that of step %d of %d; the last is %.3g", r.best.heldOut, r.best.step, r.steps, last))
	}
	if !finite(r.best.heldOut) {
		w = append(w, fmt.Errorf("no finite loss was seen in %d steps", r.steps))
	}
	return w
}

// minAge is the number of steps below which a best θ is not called old.
const minAge = 50
