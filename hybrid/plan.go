package hybrid

import (
	"errors"
	"fmt"
	"time"

	"pinn/optim"
)

// Plan is the list of phases of a run, in order.
type Plan struct {
	Phases []Phase

	// Seed starts the run's random streams, one each for minibatches, checks
	// and points.
	Seed uint64

	// Time is the wall-clock limit of the run, looked at once per step; 0 means
	// none. With a limit, θ depends on the speed of the machine.
	Time time.Duration

	// From is what of Time belongs to the runs before, see After: the rest is what
	// phases have shares of.
	From time.Duration

	// Passes is the largest number of passes over all points that the run may
	// make, looked at once per step; 0 means no limit. An evaluation of the loss,
	// with its gradient or without, over n points counts n/N, N being the points
	// that the run began with: it is the measure by which methods with and without
	// minibatches compare, and free of the machine. Evaluations of the methods
	// count, and those of checks in a phase with a rule that looks at them; the
	// record's own (held-out loss, loss over all points, redraws) do not.
	Passes float64

	// Observe, if not nil, is shown every row in which the held-out loss was
	// measured, right after it was judged, with a copy of the θ that is the best
	// so far: what the run would return if it ended there. It is called in the
	// run's goroutine at steps that do not depend on the clock, and whatever it
	// does reaches no part of the run but the clock.
	Observe func(row Row, best []float64)

	// After, if not nil, is the result of a run with another loss on which this one
	// builds: the record begins with its record, and steps, phases, evaluations and
	// passes count on. θ, its judgement and the random streams begin anew.
	After *Result

	// FallBack, if not nil, lets full-batch phases return to a first-order method.
	FallBack *FallBack

	// Start is when the clock started, if earlier than the call of Run; zero
	// means at the call.
	Start time.Time

	// HeldOutEvery is the number of steps between two evaluations of the
	// held-out loss in a full-batch phase; 0 means 10. A minibatch phase
	// evaluates it at its checks.
	HeldOutEvery int

	// Keep, if not nil, may keep the state of the run between any two steps; every
	// method must then be optim.Stateful.
	Keep Keep

	now func() time.Time // stands for time.Now; nil but in tests
}

// Phase is one method with what it may see and when it has to stop.
type Phase struct {
	Name   string       // as in the problem file: "adamw"
	Method optim.Method // not nil; used by this phase only

	// Batch is the number of points of a minibatch, 0 for all points at once.
	Batch int

	// Points is the number of points in the interior that are drawn for the phase
	// when it begins, by the method of Resample or, without one, "uniform"; 0 leaves
	// those of the phase before.
	Points int

	// Steps is the largest number of updates, 0 for no limit; the plan must
	// then have a Time.
	Steps int

	// Share is the largest part of the run's time that the phase may take,
	// in (0, 1]; 0 means a fifth for a minibatch phase that others follow and
	// no limit otherwise.
	Share float64

	// Rules are asked at every check, in this order; the first that wants to
	// leave is followed. All of them see every check.
	Rules []Rule

	// Checks says how to measure the gradient's signal and noise in a minibatch
	// phase; the zero value is a good choice.
	Checks Checks

	// Resample redraws the points during the phase; nil means never. A redraw for
	// the overfitting alarm enlarges the set.
	Resample *Resample
}

// Checks says how often K minibatch gradients are compared, and how many.
type Checks struct {
	// Every is the number of steps between checks. 0 means 50, and in a phase with
	// rules that look at the statistics two and four times as many while all of
	// them are far from firing; see statistical.
	Every int

	// Batches is K, 0 meaning 8; fewer are used if the pool gives no more.
	Batches int

	// Share bounds K/(Every+K), the part of all gradients that goes into
	// checks: Every is raised until it holds. It counts gradients, never
	// seconds, so that runs repeat. 0 means 0.15; 1 means no bound.
	Share float64

	// Metric, if neither "" nor Plain, measures gradients in the method's own
	// diagonal metric (Preconditioner) instead of plain norms, and is the metric's
	// name in the trace. Until the method has built one, norms are plain.
	Metric string
}

// Resample says how and how often points are redrawn. Without Every the set is
// meant to stay: only the alarm redraws it, and a method that has nothing left to
// gain on it ends the phase.
type Resample struct {
	Method string  // "rad", "rar", "uniform": given to the loss as it stands
	Every  int     // steps of the phase between redraws; 0: only when the held-out alarm asks for it
	K, C   float64 // exponent and offset of the density |r|^k/mean|r|^k + c

	// Noise is the median R_N of a full-batch phase above which the points are
	// redrawn, too; 0 means never. A method with curvature takes the gradient on its
	// points far below what others would give: on Burgers' equation R_N stood at its
	// bound of 50 through nearly all of L-BFGS and SSBroyden, and 22 redraws instead
	// of 3 at a Noise of 0.25 ended at an error of 3.6e-6 instead of 3.1e-6.
	Noise float64
}

// Defaults for what a Plan leaves at zero.
const (
	defaultHeldOutEvery = 10
	defaultCheckEvery   = 50
	defaultBatches      = 8
	defaultCheckShare   = 0.15
	defaultShare        = 0.2
)

// ErrNoPhase reports a plan without phases.
var ErrNoPhase = errors.New("plan: no phase")

// every returns the number of steps between checks of k gradients each: Every,
// or the smallest E with k/(E+k) ≤ Share if that is larger.
func (c Checks) every(k int) int {
	e, share := c.Every, c.Share
	if e == 0 {
		e = defaultCheckEvery
	}
	if share == 0 {
		share = defaultCheckShare
	}
	for float64(k) > share*float64(e+k) {
		e++
	}
	return e
}

// batches returns the number of gradients compared per check when the pool
// gives have disjoint minibatches; 0 if there is nothing to compare.
func (c Checks) batches(have int) int {
	k := c.Batches
	if k == 0 {
		k = defaultBatches
	}
	if k = min(k, have); k < 2 {
		return 0
	}
	return k
}

// own reports whether the method's own metric is asked for.
func (c Checks) own() bool { return c.Metric != "" && c.Metric != Plain }

// heldOutEvery is HeldOutEvery or its default.
func (p Plan) heldOutEvery() int {
	if p.HeldOutEvery == 0 {
		return defaultHeldOutEvery
	}
	return p.HeldOutEvery
}

// time is the phase's share of the run's own time, 0 for no limit of its own.
func (p Plan) time(i int) time.Duration {
	share := p.Phases[i].Share
	if share == 0 && p.Phases[i].Batch > 0 && i < len(p.Phases)-1 {
		share = defaultShare
	}
	return time.Duration(share * float64(p.Time-p.From))
}

// check collects everything that is wrong with the plan for this loss, and the
// doubts: rules that cannot fire within their phase, too few minibatches.
func (p Plan) check(loss Batched) (doubts []error, faults error) {
	if len(p.Phases) == 0 {
		return nil, ErrNoPhase
	}
	var all []error
	if p.Time < 0 || p.HeldOutEvery < 0 || !(p.Passes >= 0) {
		all = append(all, errors.New("plan: time, passes and the steps between held-out evaluations must not be negative"))
	}
	points := loss.Points()
	for i, ph := range p.Phases {
		if ph.Points > 0 {
			points = ph.Points
		}
		where := fmt.Sprintf("phase %d (%s)", i, ph.Name)
		refuse, doubt := ph.check(loss, points, p)
		for _, err := range refuse {
			all = append(all, fmt.Errorf("%s: %w", where, err))
		}
		for _, err := range doubt {
			doubts = append(doubts, fmt.Errorf("%s: %w", where, err))
		}
	}
	if p.FallBack != nil {
		all = append(all, p.FallBack.check(loss, p)...)
	}
	return doubts, errors.Join(all...)
}

// check looks at a phase that begins with about the given number of points.
func (ph Phase) check(loss Batched, points int, p Plan) (faults, doubts []error) {
	if ph.Method == nil {
		panic("hybrid: a phase needs a method")
	}
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if ph.Steps < 0 || (ph.Steps == 0 && p.Time == 0 && p.Passes == 0) {
		fault("steps: must be positive in a plan without a limit of time or passes, got %d", ph.Steps)
	}
	if !(ph.Share >= 0 && ph.Share <= 1) {
		fault("share: must lie between 0 and 1, got %g", ph.Share)
	}
	if c := ph.Checks; c.Every < 0 || c.Batches < 0 || !(c.Share >= 0 && c.Share <= 1) {
		fault("checks: every and batches must not be negative and share must lie between 0 and 1, got %d, %d and %g", c.Every, c.Batches, c.Share)
	}
	if _, ok := ph.Method.(optim.Stateful); p.Keep != nil && !ok {
		fault("%s cannot save its state", ph.Name)
	}
	if _, ok := ph.Method.(Preconditioner); ph.Checks.own() && !ok {
		fault("checks: %s has no metric of its own", ph.Name)
	}
	if _, ok := loss.(Resampler); !ok && (ph.Resample != nil || ph.Points > 0) {
		fault("resample: this loss cannot redraw its points")
	}
	if r := ph.Resample; r != nil && (r.Every < 0 || !(r.Noise >= 0)) {
		fault("resample: every and noise must not be negative, got %d and %g", r.Every, r.Noise)
	}
	if ph.Points < 0 {
		fault("points: must not be negative, got %d", ph.Points)
	}
	if ph.Batch < 0 || ph.Batch > points {
		fault("batch: must lie between 1 and the %d points, got %d", points, ph.Batch)
	}
	if len(faults) > 0 {
		return faults, nil
	}
	return ph.checkRules(loss, points, p.heldOutEvery())
}

// checkRules asks every rule whether it fits the phase.
func (ph Phase) checkRules(loss Batched, points, heldOutEvery int) (faults, doubts []error) {
	s := shape{points: points, batch: ph.Batch, every: heldOutEvery, steps: ph.Steps}
	if ph.Batch > 0 {
		have := points / ph.Batch
		if points == loss.Points() {
			have = loss.Deal(ph.Batch).Len()
		}
		k := ph.Checks.batches(have)
		s.every, s.k, s.statistics = ph.Checks.every(k), k, k > 0
		if k < minBatches {
			doubts = append(doubts, fmt.Errorf("batch %d of %d points leaves %d disjoint minibatches, fewer than the %d that make the gradient's noise known: the checks %s",
				ph.Batch, points, have, minBatches, map[bool]string{true: "are rough", false: "take no statistics"}[k > 0]))
		}
	}
	for _, r := range ph.Rules {
		f, ok := r.(fitter)
		if !ok {
			continue
		}
		refusal, doubt := f.fit(s)
		if refusal != nil {
			faults = append(faults, refusal)
		}
		if doubt != nil {
			doubts = append(doubts, doubt)
		}
	}
	return faults, doubts
}

// minBatches is the number of gradients below which a check is called rough.
const minBatches = 4
