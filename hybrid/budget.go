package hybrid

import (
	"fmt"
	"time"
)

// Budget leaves after Steps updates or after Time in the phase; 0 means no
// limit. Run puts one before every step of every phase, so that it need not be
// listed among a phase's rules. It is the only rule that looks at the clock.
type Budget struct {
	Steps int
	Time  time.Duration
	Run   time.Duration // of which Time is a share; for the sentence only
}

// Reset does nothing: the rule has no memory.
func (r *Budget) Reset() {}

// Observe compares the check's step and time with the budget.
func (r *Budget) Observe(c Check) Decision {
	d := Decision{Reason: ReasonBudget}
	switch {
	case r.Steps > 0 && c.Step >= r.Steps:
		d.Leave, d.Why = true, fmt.Sprintf("budget: all %d steps of the phase are done", r.Steps)
	case r.Time > 0 && c.Elapsed >= r.Time:
		d.Leave, d.Why = true, fmt.Sprintf("budget: the phase has used its %.3g s%s, at step %d", r.Time.Seconds(), r.share(), c.Step)
	default:
		return Decision{}
	}
	return d
}

func (r *Budget) share() string {
	if r.Run <= 0 {
		return ""
	}
	return fmt.Sprintf(", %.3g %% of %.3g s", 100*r.Time.Seconds()/r.Run.Seconds(), r.Run.Seconds())
}
