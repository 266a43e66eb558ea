package hybrid

import "fmt"

// Kind says what sort of thing happened.
type Kind string

// The kinds of events.
const (
	KindSwitch   Kind = "switch"    // one phase ended and the next began
	KindResample Kind = "resample"  // the points were redrawn
	KindRestart  Kind = "restart"   // the phase went on from an earlier or the same θ with a cleared method
	KindStop     Kind = "stop"      // the run ended
	KindGrow     Kind = "grow"      // the minibatch was enlarged
	KindFallBack Kind = "fall-back" // a first-order phase was inserted
	KindVeto     Kind = "veto"      // something was near to being decided, or asked for, and was not done
	KindStage    Kind = "stage"     // another leg follows: a network on what this one left
	KindSlab     Kind = "slab"      // another leg follows: on the next slab of time
	KindWarning  Kind = "warning"   // something is doubtful; the run went on
)

// The reasons of a redraw.
const (
	CauseBegin    Reason = "begin"    // the phase has points of its own
	CauseSchedule Reason = "schedule" // so many steps have passed
	CauseAlarm    Reason = "alarm"    // the held-out loss stood far above the training loss
	CauseNoise    Reason = "noise"    // the full gradient was mostly noise
	CauseStuck    Reason = "stuck"    // the method had nothing to gain on the old ones
)

// Event is one thing that happened in a run and why.
type Event struct {
	Step   int     // parameter updates of the run so far
	Wall   float64 // seconds since the run began
	Phase  int     // index of the phase in the run, from 0
	Kind   Kind
	Reason Reason // empty if the kind says it all
	Why    string // one sentence with the numbers
}

// String is the event on one line.
func (e Event) String() string {
	return fmt.Sprintf("step %d, phase %d, %s: %s", e.Step, e.Phase, e.Kind, e.Why)
}

// two prints x with two figures, three-digit numbers and larger as integers
// while they are readable so.
func two(x float64) string {
	if x >= 99.5 && x < 1e6 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.2g", x)
}
