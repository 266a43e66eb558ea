package record

import (
	"fmt"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/pinn/solve"
)

// Summary returns what pinn solve prints of a run.
func Summary(run rundir.Run) string {
	var b strings.Builder
	for _, p := range run.Phases {
		if p.Slab > 0 {
			fmt.Fprintf(&b, "slab %-3d ", p.Slab)
		}
		fmt.Fprintf(&b, "%-8s %6d steps %7d gradients %7.1f s   loss %.2e → %.2e   ended: %s\n",
			p.Method, p.Steps, p.GradEvals, float64(p.Seconds), float64(p.LossFirst), float64(p.LossLast), p.Ended)
	}
	fmt.Fprintf(&b, "held-out loss %.2e, %.2f times the training loss; %.1f s in all\n", float64(run.HeldOut), float64(run.Ratio), float64(run.Seconds))
	for _, f := range run.RelL2 {
		m, _ := run.MaxAbs.Get(f.Name)
		fmt.Fprintf(&b, "%-8s relative L2 error %.3e, largest error %.3e\n", f.Name, float64(f.Value), m)
	}
	b.WriteString(estimateWords(run))
	for _, f := range run.Parameters {
		fmt.Fprintf(&b, "%-8s = %.8g%s\n", f.Name, float64(f.Value), truthWords(run, f.Name))
	}
	for _, w := range run.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	fmt.Fprintf(&b, "%s%s\n", run.Status, targetWords(run))
	return b.String()
}

// truthWords says how far an identified parameter is from its truth, "" where the problem
// gives none. No error is relative to a truth of zero.
func truthWords(run rundir.Run, parameter string) string {
	truth, ok := run.ParameterTruths.Get(parameter)
	if !ok {
		return ""
	}
	off, _ := run.ParameterErrors.Get(parameter)
	if !rundir.Number(off).Finite() {
		return fmt.Sprintf(" (truth %.8g)", truth)
	}
	return fmt.Sprintf(" (truth %.8g, off by %.1e)", truth, off)
}

// targetWords says how a run stands to its target.
func targetWords(run rundir.Run) string {
	switch t := run.Target; {
	case t == nil:
		return ""
	case t.Met == nil:
		return ": nothing in the problem can judge all of the target"
	case t.RelL2 == nil:
		return ""
	}
	got, _ := run.RelL2.Get("all")
	return fmt.Sprintf(": relative L2 error %.2e, target %.0e", got, *run.Target.RelL2)
}

// uncertain is the fall of the residuals above which an estimate says little: more of
// the first stage's error is then left than was found.
const uncertain = 0.5

// estimateWords is what solve prints of the estimate, "" without a second stage.
func estimateWords(run rundir.Run) string {
	if len(run.Stages) < 2 {
		return ""
	}
	first, second := run.Stages[0], run.Stages[1]
	fall := float64(second.Fall)
	if !(fall <= solve.MostFall) {
		return fmt.Sprintf("no estimate of the error: the second stage lowered the residuals to %.2g of what they were, more than %g\n", fall, solve.MostFall)
	}
	answer, _ := run.ErrorEstimate.Get("all")
	before, _ := first.ErrorEstimate.Get("all")
	change, _ := second.Change.Get("all")
	s := fmt.Sprintf("estimate relative L2 error about %.1e, of the first stage alone %.1e: the second changed the answer by %.1e and lowered the residuals to %.2g of what they were",
		answer, before, change, fall)
	if fall > uncertain {
		s += "; a rough estimate, since more than half is left"
	}
	return s + "\n"
}
