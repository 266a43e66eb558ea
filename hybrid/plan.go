package hybrid

import "pinn/optim"

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
