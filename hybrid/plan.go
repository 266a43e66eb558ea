package hybrid

import (
	"errors"
	"fmt"

	"pinn/hybrid/noise"
	"pinn/hybrid/rules"
	"pinn/optim"
)

// Plan is how a leg is trained: its phases, in order.
type Plan struct {
	Phases []Phase

	// Seed starts the leg's random streams, one each for minibatches, checks
	// and points.
	Seed uint64

	// FallBack, if not nil, lets full-batch phases return to a first-order method.
	FallBack *FallBack

	// HeldOutEvery is the number of steps between two evaluations of the
	// held-out loss in a full-batch phase; 0 means 10. A minibatch phase
	// evaluates it at its checks.
	HeldOutEvery int
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

	// Steps is the largest number of updates, 0 for no limit; the run must
	// then have a limit of time or passes.
	Steps int

	// Share is the largest part of the leg's time that the phase may take,
	// in (0, 1]; 0 means a fifth for a minibatch phase that others follow and
	// no limit otherwise.
	Share float64

	// Rules are asked at every check, in this order; the first that wants to
	// leave is followed. All of them see every check.
	Rules []rules.Rule

	// Checks says how to measure the gradient's signal and noise in a minibatch
	// phase; the zero value is a good choice.
	Checks Checks

	// Resample redraws the points during the phase; nil means never. A redraw for
	// the overfitting alarm enlarges the set.
	Resample *Resample
}

// Checks says how often K minibatch gradients are compared, and how many.
type Checks struct {
	// Every is the number of steps between checks. 0 means 50, and twice and then four
	// times as many while the phase has rules that decide by the statistics and all
	// of them are far from firing.
	Every int

	// Batches is K, 0 meaning 8; fewer are used if the pool gives no more.
	Batches int

	// Share is an upper bound of K/(Every+K), the part of all gradients that goes
	// into checks: Every is raised until the bound holds. It counts gradients and not
	// seconds, so that runs repeat. 0 means 0.15; 1 means no bound.
	Share float64

	// Metric, if neither "" nor noise.Plain, asks for the method's own diagonal metric
	// (Preconditioner) instead of plain norms, and names it in the trace. Until the
	// method has built its metric, norms are plain.
	Metric string
}

// Resample says how and how often points are redrawn. With Every = 0 the points are
// meant to stay: only the overfitting alarm and Noise redraw them, and a method that has
// nothing left to gain on them ends the phase.
type Resample struct {
	Method string  // "rad", "rar", "uniform": given to the loss as it stands
	Every  int     // steps of the phase between redraws; 0: only when the held-out alarm asks for it
	K, C   float64 // exponent and offset of the density |r|^k/mean|r|^k + c

	// Noise, if positive, redraws the points of a full-batch phase where the median of
	// the newest R_N exceeds it. A method with curvature makes the gradient on its
	// points far smaller than it is on others: on Burgers' equation R_N stands at its
	// bound of 50 through nearly all of L-BFGS and SSBroyden. There, a Noise of 0.25
	// redraws 22 times instead of 3 and ends at an error of 3.6e-6 instead of 3.1e-6.
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
func (c Checks) own() bool { return c.Metric != "" && c.Metric != noise.Plain }

// heldOutEvery is HeldOutEvery or its default.
func (p Plan) heldOutEvery() int {
	if p.HeldOutEvery == 0 {
		return defaultHeldOutEvery
	}
	return p.HeldOutEvery
}

// ErrNoPhase reports a plan without phases.
var ErrNoPhase = errors.New("plan: no phase")

// check collects everything that is wrong with the plan for this loss, and the
// doubts: rules that cannot fire within their phase, too few minibatches.
func (p Plan) check(loss Batched, o Options) (doubts []error, faults error) {
	if len(p.Phases) == 0 {
		return nil, ErrNoPhase
	}
	var all []error
	if o.Time < 0 || p.HeldOutEvery < 0 || !(o.Passes >= 0) {
		all = append(all, errors.New("plan: time, passes and the steps between held-out evaluations must not be negative"))
	}
	points := loss.Points()
	for i, ph := range p.Phases {
		if ph.Points > 0 {
			points = ph.Points
		}
		where := fmt.Sprintf("phase %d (%s)", i, ph.Name)
		refuse, doubt := ph.check(loss, points, p.heldOutEvery(), o)
		for _, err := range refuse {
			all = append(all, fmt.Errorf("%s: %w", where, err))
		}
		for _, err := range doubt {
			doubts = append(doubts, fmt.Errorf("%s: %w", where, err))
		}
	}
	if p.FallBack != nil {
		all = append(all, p.FallBack.check(loss, p.heldOutEvery(), o)...)
	}
	return doubts, errors.Join(all...)
}

// check looks at a phase that begins with about the given number of points.
func (ph Phase) check(loss Batched, points, heldOutEvery int, o Options) (faults, doubts []error) {
	if ph.Method == nil {
		panic("hybrid: a phase needs a method")
	}
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if ph.Steps < 0 || (ph.Steps == 0 && o.Time == 0 && o.Passes == 0) {
		fault("steps: must be positive in a plan without a limit of time or passes, got %d", ph.Steps)
	}
	if !(ph.Share >= 0 && ph.Share <= 1) {
		fault("share: must lie between 0 and 1, got %g", ph.Share)
	}
	if c := ph.Checks; c.Every < 0 || c.Batches < 0 || !(c.Share >= 0 && c.Share <= 1) {
		fault("checks: every and batches must not be negative and share must lie between 0 and 1, got %d, %d and %g", c.Every, c.Batches, c.Share)
	}
	if _, ok := ph.Method.(optim.Stateful); o.Keep != nil && !ok {
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
	return ph.checkRules(loss, points, heldOutEvery)
}

// checkRules asks every rule whether it fits the phase.
func (ph Phase) checkRules(loss Batched, points, heldOutEvery int) (faults, doubts []error) {
	s := rules.Shape{Points: points, Batch: ph.Batch, Every: heldOutEvery, Steps: ph.Steps}
	if ph.Batch > 0 {
		have := points / ph.Batch
		if points == loss.Points() {
			have = loss.Deal(ph.Batch).Len()
		}
		k := ph.Checks.batches(have)
		s.Every, s.K, s.Statistics = ph.Checks.every(k), k, k > 0
		if k < minBatches {
			doubts = append(doubts, fmt.Errorf("batch %d of %d points leaves %d disjoint minibatches, fewer than the %d that make the gradient's noise known: the checks %s",
				ph.Batch, points, have, minBatches, map[bool]string{true: "are rough", false: "take no statistics"}[k > 0]))
		}
	}
	for _, r := range ph.Rules {
		refusal, doubt := rules.Fit(r, s)
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
