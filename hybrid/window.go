package hybrid

import (
	"fmt"
	"math"
	"slices"
)

// vetoSteps is how long a clipped step or a redraw of the points bars a check
// from a window.
const vetoSteps = 20

// window holds the newest checks of a rule, oldest first.
type window struct {
	checks []Check
	last   int // step of the newest check seen, admitted or not
}

func (w *window) reset() { *w = window{checks: w.checks[:0]} }

func (w *window) empty() { w.checks = w.checks[:0] }

// admit adds c to the newest size checks and reports whether it did. Checks are
// comparable only while the points stand still: a redraw since the last check
// empties the window, and so does a loss or gradient that is not finite, or a
// clipped step or a redraw in the last vetoSteps updates, which also bars c; cause
// says which, "" if nothing was amiss. Another size of the batch empties it, too. A
// check without statistics is passed over.
func (w *window) admit(c Check, size int) (ok bool, cause string) {
	if c.Stats.K == 0 {
		return false, ""
	}
	cause, barred := w.objection(c)
	w.last = c.Step
	if cause != "" || len(w.checks) > 0 && w.checks[0].Stats.Batch != c.Stats.Batch {
		w.empty()
	}
	if barred {
		return false, cause
	}
	if len(w.checks) >= size {
		w.checks = slices.Delete(w.checks, 0, len(w.checks)-size+1)
	}
	w.checks = append(w.checks, c)
	return true, cause
}

// objection is why the window cannot stay as it is, "" if it can, and whether c is
// barred from it too.
func (w *window) objection(c Check) (cause string, barred bool) {
	switch {
	case !usable(c):
		return "the loss or the gradients could not be compared", true
	case c.SinceClip < vetoSteps:
		return fmt.Sprintf("a step was clipped %d updates ago", c.SinceClip), true
	case c.SinceRestart < vetoSteps:
		return fmt.Sprintf("the points were redrawn or θ was set back %d updates ago", c.SinceRestart), true
	case c.SinceRestart < c.Step-w.last:
		return "the points were redrawn or θ was set back since the last check", false
	}
	return "", false
}

// newest returns the last n checks, or as many as there are.
func (w *window) newest(n int) []Check { return w.checks[max(0, len(w.checks)-n):] }

// usable reports whether loss and gradients of the check are finite and the
// gradients not all zero.
func usable(c Check) bool {
	return !math.IsNaN(c.Loss) && !math.IsInf(c.Loss, 0) && !math.IsNaN(c.Stats.SNR())
}

func (w *window) len() int { return len(w.checks) }

// count returns the number of checks for which vote holds.
func (w *window) count(vote func(Check) bool) int {
	n := 0
	for _, c := range w.checks {
		if vote(c) {
			n++
		}
	}
	return n
}

// median returns the median of value over the window, the mean of the middle
// two if their number is even, NaN if the window is empty.
func (w *window) median(value func(Check) float64) float64 {
	v := make([]float64, 0, len(w.checks))
	for _, c := range w.checks {
		v = append(v, value(c))
	}
	return median(v)
}

// median sorts v and returns its median.
func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	slices.Sort(v)
	m := len(v) / 2
	if len(v)%2 == 1 {
		return v[m]
	}
	return (v[m-1] + v[m]) / 2
}
