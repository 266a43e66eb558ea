package hybrid

import "fmt"

// Status says how a run ended as a whole.
type Status int

const (
	Finished    Status = iota // the plans or their time came to an end
	Interrupted               // the context was cancelled
	Failed                    // no θ with a finite loss was ever seen in the last leg, or a method returned an error
)

var statusNames = [...]string{Finished: "finished", Interrupted: "interrupted", Failed: "failed"}

// String returns the status in one word.
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return statusNames[s]
}

// Result is what a run leaves.
type Result struct {
	Theta    []float64 // the best of the last leg by held-out loss
	HeldOut  float64   // its held-out loss, or what stands in for it (see HeldOut); +Inf if none was finite
	BestStep int       // the step of the run that it was reached at

	Status   Status
	Legs     []LegResult   // those that have begun, the last included
	Phases   []PhaseResult // those that were entered
	Trace    *Trace
	Events   []Event
	Warnings []error // doubtful but usable

	Steps     int     // parameter updates
	LossEvals int     // losses evaluated by the methods, minibatch or full
	GradEvals int     // gradients likewise
	Seconds   float64 // wall clock, checks and held-out evaluations included
}

// PhaseResult tells what one phase did. Losses and gradients of checks and of
// held-out evaluations are not among LossEvals and GradEvals.
type PhaseResult struct {
	Method   string // the phase's name
	Index    int    // of the plan's phase, or of the one that was interrupted for this one
	Inserted bool   // by falling back
	Batch    int    // points of a minibatch, 0 for all
	Points   int    // of the full set, at the phase's end

	Steps     int // updates
	LossEvals int
	GradEvals int
	Seconds   float64

	LossFirst, LossLast       float64 // over all points, at the phase's first and last θ
	HeldOutFirst, HeldOutLast float64

	Ended Reason
	Why   string // one sentence with the numbers

	Checks         int // times that gradients were compared
	CheckBatches   int // gradients per check, K
	CheckEvery     int // steps between checks, E
	CheckGrads     int // gradients spent on checks
	CheckSeconds   float64
	HeldOutSeconds float64 // held-out losses and losses over all points, for the record only
}

// CheckShare is the part of the phase's seconds that went into comparing
// gradients, 0 for a phase without time.
func (p PhaseResult) CheckShare() float64 {
	if p.Seconds <= 0 {
		return 0
	}
	return p.CheckSeconds / p.Seconds
}
