package rundir

// Status is how a run came out.
type Status string

// The statuses of run.json.
const (
	Solved       Status = "solved"        // finished; no target, or target met
	TargetMissed Status = "target-missed" // finished; target not met
	Interrupted  Status = "interrupted"   // stopped by the user
	Failed       Status = "failed"        // a figure is not finite, or training could not go on
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

// Settle judges the run by its own figures and sets Target.Met and Status:
// failed if training failed or any figure is not finite, else interrupted, else
// target-missed or solved. Call it last, when all figures are in.
func (r *Run) Settle(interrupted, failed bool) {
	met := true
	if r.Target != nil {
		met = r.meets(*r.Target)
		r.Target.Met = met
	}
	finite := r.RelL2.Finite() && r.MaxAbs.Finite() && r.Parameters.Finite()
	switch {
	case failed || !finite:
		r.Status = Failed
	case interrupted:
		r.Status = Interrupted
	case !met:
		r.Status = TargetMissed
	default:
		r.Status = Solved
	}
}

// meets reports whether every bound of t is kept; a figure that is missing or
// not finite keeps none.
func (r *Run) meets(t Target) bool {
	within := func(figures Figures, name string, bound float64) bool {
		v, ok := figures.Get(name)
		return ok && v <= bound
	}
	if t.RelL2 != nil && !within(r.RelL2, "all", *t.RelL2) {
		return false
	}
	if t.MaxAbs != nil && !within(r.MaxAbs, "all", *t.MaxAbs) {
		return false
	}
	for _, bound := range t.Parameters {
		if !within(r.ParameterErrors, bound.Name, float64(bound.Value)) {
			return false
		}
	}
	return true
}
