package rundir

// Status is how a run came out.
type Status string

// The statuses of run.json.
const (
	Solved       Status = "solved"        // finished; no target, or none that could be judged and is missed
	TargetMissed Status = "target-missed" // finished; target not met
	Interrupted  Status = "interrupted"   // stopped by the user
	Failed       Status = "failed"        // the answer is not finite, or training could not go on
)

// ExitUsage is the exit code for bad usage or a bad problem file, where no run
// and so no Status exists.
const ExitUsage = 2

// ExitCode returns the exit code of the program for a run of this status:
// solved 0, failed 1, target-missed 3, interrupted 130. Anything else is 1.
func (s Status) ExitCode() int {
	switch s {
	case Solved:
		return 0
	case TargetMissed:
		return 3
	case Interrupted:
		return 130
	default:
		return 1
	}
}

func (s Status) known() bool {
	return s == Solved || s == TargetMissed || s == Interrupted || s == Failed
}

// Settle judges the run by its own figures and sets Target.Met and Status: failed
// if training failed or the answer is not finite somewhere, else interrupted, else
// target-missed or solved. A relative error that is not finite although the answer
// is has nothing to be relative to (the truth is zero) and is no failure. Call
// it last, when all figures are in.
func (r *Run) Settle(interrupted, failed bool) {
	failed = failed || !r.MaxAbs.Finite() || !r.Parameters.Finite()
	missed := false
	if r.Target != nil {
		var open bool
		missed, open = r.verdict(*r.Target)
		r.Target.Met = nil
		if met := !missed && !open; met || missed || failed {
			r.Target.Met = &met
		}
	}
	switch {
	case failed:
		r.Status = Failed
	case interrupted:
		r.Status = Interrupted
	case missed:
		r.Status = TargetMissed
	default:
		r.Status = Solved
	}
}

// verdict reports whether a bound of t is exceeded, and whether one is open: its
// figure is missing or not finite, so that nothing can be said.
func (r *Run) verdict(t Target) (missed, open bool) {
	hold := func(figures Figures, name string, bound float64) {
		v, ok := figures.Get(name)
		switch {
		case !ok || !Number(v).Finite():
			open = true
		case v > bound:
			missed = true
		}
	}
	if t.RelL2 != nil {
		hold(r.RelL2, "all", *t.RelL2)
	}
	if t.MaxAbs != nil {
		hold(r.MaxAbs, "all", *t.MaxAbs)
	}
	for _, bound := range t.Parameters {
		hold(r.ParameterErrors, bound.Name, float64(bound.Value))
	}
	return missed, open
}
