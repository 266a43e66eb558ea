package hybrid

import (
	"fmt"
	"math"
	"slices"
)

// vetoSteps is how long a clipped step or a redraw of the points bars a check
// from a window.
const vetoSteps = 20

// clipMost is how many checks clipped steps may hold back before a window of a phase has
// ever been full since: where steps are clipped as a matter of course, they say nothing
// about a single check, and the rule would wait for ever.
const clipMost = 3

// window holds the newest checks of a rule, oldest first.
type window struct {
	checks []Check
	last   int // step of the newest check seen, admitted or not
	clips  int // checks held back by clipping since the window was full; clipMost: none is any more
}

func (w *window) reset() { *w = window{checks: w.checks[:0]} }

func (w *window) empty() { w.checks = w.checks[:0] }

// objection is why a window cannot stay as it is.
type objection struct {
	cause string // "" if it can
	bars  bool   // the check is kept out, too
	clip  bool   // it is for a clipped step
}

// admit adds c to the newest size checks and reports whether it did. Checks are
// comparable only while the points stand still: a redraw since the last check
// empties the window, and so does a loss or gradient that is not finite, or a
// clipped step or a redraw in the last vetoSteps updates, which also bars c; the
// objection says which. Another size of the batch empties it, too. A
// check without statistics is passed over.
func (w *window) admit(c Check, size int) (ok bool, o objection) {
	if c.Stats.K == 0 {
		return false, o
	}
	o = w.objection(c)
	w.last = c.Step
	if o.clip {
		w.clips++
	}
	if o.cause != "" || len(w.checks) > 0 && w.checks[0].Stats.Batch != c.Stats.Batch {
		w.empty()
	}
	if o.bars {
		return false, o
	}
	if len(w.checks) >= size {
		w.checks = slices.Delete(w.checks, 0, len(w.checks)-size+1)
	}
	w.checks = append(w.checks, c)
	if len(w.checks) == size && w.clips < clipMost {
		w.clips = 0
	}
	return true, o
}

// objection is what stands against the window and the check.
func (w *window) objection(c Check) objection {
	switch {
	case !usable(c):
		return objection{cause: "the loss or the gradients could not be compared", bars: true}
	case c.SinceClip < vetoSteps && w.clips < clipMost:
		return objection{fmt.Sprintf("a step was clipped %d updates ago", c.SinceClip), true, true}
	case c.SinceRestart < vetoSteps:
		return objection{cause: fmt.Sprintf("the points were redrawn or θ was set back %d updates ago", c.SinceRestart), bars: true}
	case c.SinceRestart < c.Step-w.last:
		return objection{cause: "the points were redrawn or θ was set back since the last check"}
	}
	return objection{}
}

// starved is the sentence about a window that clipping has kept from filling, told when
// that comes to its end, else "".
func (w *window) starved(reason Reason, o objection, step int) string {
	if !o.clip || w.clips < clipMost {
		return ""
	}
	return fmt.Sprintf("%s: %d checks were held back, the last since %s; since steps are clipped again and again, that holds back none from here on, at step %d",
		reason, clipMost, o.cause, step)
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

// memory is what the window keeps in the memory of its rule.
func (w *window) memory() Memory {
	return Memory{Checks: slices.Clone(w.checks), Last: w.last, Clips: w.clips}
}

// recall takes back what was kept in a window of at most size checks.
func (w *window) recall(m Memory, size int) error {
	if len(m.Checks) > size || m.Clips < 0 || m.Clips > clipMost {
		return fmt.Errorf("there must be at most %d checks in the window and %d held back, got %d and %d", size, clipMost, len(m.Checks), m.Clips)
	}
	*w = window{slices.Clone(m.Checks), m.Last, m.Clips}
	return nil
}
